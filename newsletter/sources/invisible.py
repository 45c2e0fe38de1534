"""Characters that nobody sees, and that say something to whoever reads the text by machine.

Text can be hidden in a page without any HTML: the tag characters alone spell all of ASCII (Unicode Standard §23.9), and
two selectors or joiners in turn spell anything. What turns the direction of writing makes a line read other than it
stands (Unicode TR36 §3.2).
"""

import re

# Tags; the selectors beyond the two of emoji; bidirectional controls; zero widths, fillers, invisible operators, soft
# hyphens and annotations. Joiners (U+200C, U+200D) are letters of Persian and of emoji, and are looked at below.
_UNSEEN = re.compile(
    "[\U000e0000-\U000e0fff\ufe00-\ufe0d\u061c\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\ufeff\u00ad\u034f\u115f\u1160"
    "\u17b4\u17b5\u180b-\u180f\u3164\uffa0\ufff0-\ufffb\ufffe\uffff\U0001bca0-\U0001bca3\U0001d173-\U0001d17a]"
)
_LOOSE = re.compile("(?<!\\S)[\u200c\u200d\ufe0e\ufe0f]+|[\u200c\u200d]+(?!\\S)")
_CONTROLS = re.compile("[\x00-\x08\x0e-\x1f\x7f-\x9f\ud800-\udfff]")


def seen(text: str) -> str:
    """Return *text* without the characters that nobody sees, and without controls but tab and line ends."""
    if text.isascii() and text.isprintable():
        return text
    text = _CONTROLS.sub("", text.replace("\x0b", "\n").replace("\x0c", "\n"))
    return _LOOSE.sub("", _joined(_UNSEEN.sub("", text)))


_JOINERS = re.compile("[\u200c\u200d\ufe0e\ufe0f]{2,}")


def _joined(text: str) -> str:
    """Leave of each run of joiners and selectors what an emoji has: a selector, then a joiner."""

    def one(run: re.Match[str]) -> str:
        first = run[0][0]
        follows = "\u200d" if first == "\ufe0f" and run[0][1] == "\u200d" else ""
        return first + follows

    return _JOINERS.sub(one, text)


def line_of(text: str) -> str:
    """Return *text* in one line, as it is seen."""
    return " ".join(seen(text).split())
