"""What a server said, read from its octets and fit for a person's eyes."""

import re

from newsletter.sender.verdict import Reply


def reply_of(code: int, raw: bytes) -> Reply:
    """Return the reply whose *raw* text this is; with the code 0 it is what came instead of one."""
    if not code:
        return Reply(code=0, lines=(legible(raw),))
    return Reply(code=code, lines=tuple([legible(line[4:]) for line in raw.split(b"\n")]))


def legible(text: bytes) -> str:
    """Return the server's words on one line, without what could move a terminal's cursor."""
    words = text.decode(errors="replace").strip()
    return words if words.isprintable() and "  " not in words else _UNSHOWN.sub(" ", words).strip()


_UNSHOWN = re.compile(r"[\x00-\x20\x7f-\x9f\u2028\u2029]+")
