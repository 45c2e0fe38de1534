"""Text that cannot steer the terminal, editor or list that shows it."""

import re

# C0 and C1 control characters steer a terminal (ECMA-48 §5); the others turn or hide text (Unicode TR36 §3.2).
_STEERING = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff]")


def printable(text: str) -> str:
    """Return *text* with U+FFFD for each character that steers a terminal; tabs and line ends stay."""
    return _STEERING.sub("\ufffd", text)
