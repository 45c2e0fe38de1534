"""Words of a header that ASCII cannot write (RFC 2047)."""

import base64
import re

LONGEST = 75
"""Octets of an encoded-word, delimiters included (RFC 2047 §2)."""

# RFC 2047 §5 (3): what may stand for itself in a name; fewer than in a subject, and good in both.
_LITERAL = re.compile(rb"[A-Za-z0-9!*+/-]")


def encoded_words(text: str, room: int = LONGEST) -> list[str]:
    """Return *text* as encoded-words that belong together, the first within *room* octets.

    None splits a character (§5). They go on lines of their own or have one space between; readers drop both.
    """
    form = _quoted if len(_quoted(text.encode())) <= len(_based(text.encode())) else _based
    if len(whole := form(text.encode())) <= min(room, LONGEST):
        return [whole]
    words, piece = [], b""
    for character in text:
        raw = character.encode()
        if piece and len(form(piece + raw)) > min(room, LONGEST):
            words.append(form(piece))
            piece, room = b"", LONGEST
        piece += raw
    return [*words, form(piece)]


def _quoted(raw: bytes) -> str:
    letters = (
        chr(octet) if _LITERAL.match(bytes((octet,))) else "_" if octet == 32 else f"={octet:02X}" for octet in raw
    )
    return f"=?utf-8?q?{''.join(letters)}?="


def _based(raw: bytes) -> str:
    return f"=?utf-8?b?{base64.b64encode(raw).decode()}?="
