"""The code of a report (RFC 3463): from its own field, or from the words of the server that knew better."""

import re

_CODE = r"[245]\.\d{1,3}\.\d{1,3}"
_WHOLE = re.compile(rf"\s*({_CODE})(?![.\d])")
# Behind a reply's three digits ("550 5.1.1", "550-5.1.1", "#550 5.1.1"), or as qmail writes it ("(#5.1.1)").
_IN_WORDS = re.compile(rf"(?:\b[245]\d\d[ -]\s?|#)({_CODE})(?![.\d])")
_REPLY = re.compile(r"(?<![\d.])([45])\d\d[ -]")


def status_of(field: str, words: str) -> str:
    """Return the code of a Status *field*, or the one in the server's *words* where that says more.

    Many servers write 5.0.0 and quote the reply that knew better.
    """
    match = _WHOLE.match(field)
    own = _plain(match[1]) if match else ""
    if own and not own.endswith((".0.0", "0.0")):
        return own
    said = _IN_WORDS.search(words)
    if said and (not own or said[1][0] == own[0]):
        return _plain(said[1])
    if own:
        return own
    reply = _REPLY.search(words)
    return f"{reply[1]}.0.0" if reply else ""


def _plain(code: str) -> str:
    """Return *code* without zeros before its numbers, which RFC 3463 §2 forbids."""
    return ".".join(str(int(number)) for number in code.split("."))
