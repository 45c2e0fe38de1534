"""Words of a header that ASCII cannot write (RFC 2047)."""

import base64

LONGEST = 75
"""Octets of an encoded-word, delimiters included (RFC 2047 §2)."""

# RFC 2047 §5 (3): what may stand for itself in a name; fewer than in a subject, and good in both.
_LITERAL = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789!*+/-")
_LETTERS = [chr(octet) if octet in _LITERAL else "_" if octet == 32 else f"={octet:02X}" for octet in range(256)]


def encoded_words(text: str, room: int = LONGEST) -> list[str]:
    """Return *text* as encoded-words that belong together, the first within *room* octets.

    None splits a character (§5). They go on lines of their own or have one space between; readers drop both.
    """
    raw = text.encode()
    quoted, based = _quoted(raw), _based(raw)
    form, whole = (_quoted, quoted) if len(quoted) <= len(based) else (_based, based)
    if len(whole) <= min(room, LONGEST):
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
    return f"=?utf-8?q?{''.join([_LETTERS[octet] for octet in raw])}?="


def _based(raw: bytes) -> str:
    return f"=?utf-8?b?{base64.b64encode(raw).decode()}?="
