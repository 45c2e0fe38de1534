"""The body of a mail, quoted-printable ahead of time around the places where readers differ (RFC 2045 §6.7).

A soft line break decodes to nothing, so a segment may end in one and a slot's value too: what comes behind begins a
line of its own, and no value ever moves the text behind it. What is written here

* has lines of 76 characters at most, ended by CRLF alone;
* never begins a line with a dot, so that SMTP's transparency (RFC 5321 §4.5.2) has nothing to do, nor with "From ";
* has no tab, no two spaces together and none at a line's end, so that DKIM's relaxed body canonicalisation
  (RFC 6376 §3.4.4) changes no byte.
"""

import re
from collections.abc import Mapping
from enum import StrEnum
from typing import NamedTuple

from newsletter.model.mail import Slot

LIMIT = 76

_GUARDED = (b".", b"From ")
# As much of a line as fits before the "=" of a soft break, without cutting an encoded octet ("=3D") in two.
_CHUNK = re.compile(rb".{1,75}(?<!=)(?<!=[0-9A-F])")
_UNMAILABLE = re.compile(rb"[^\n -~]+")


class Part(StrEnum):
    """One of the two ways in which an issue is told."""

    TEXT = "text"
    HTML = "html"


class Place(NamedTuple):
    """Where something differs per reader."""

    part: Part
    slot: Slot


Segments = tuple[bytes | Place, ...]


def segments(text: str, tokens: Mapping[Slot, str], part: Part) -> Segments:
    """Return *text* encoded, with a place for each of the *tokens* in it."""
    slots = {token: slot for slot, token in tokens.items()}
    pieces = re.split("(" + "|".join(map(re.escape, slots)) + ")", text) if slots else [text]
    found: list[bytes | Place] = []
    for number, piece in enumerate(pieces):
        if number % 2:
            found.append(Place(part, slots[piece]))
        else:
            found.append(encode(piece, open_end=number + 1 < len(pieces)))
    return tuple(found)


def encode(text: str, *, open_end: bool) -> bytes:
    """Return *text*, which begins a line, in quoted-printable; with an open end it leaves off at a line's beginning."""
    lines = _octets(text).split(b"\n")
    broken: list[bytes] = []
    for line in lines[:-1]:
        _break(line, broken, LIMIT)
    if lines[-1]:
        _break(lines[-1], broken, LIMIT - open_end)
        return b"\r\n".join(broken) + (b"=\r\n" if open_end else b"")
    return b"".join(line + b"\r\n" for line in broken)


def _octets(text: str) -> bytes:
    """Return *text* encoded but for its line breaks, which are LF."""
    raw = text.replace("\r\n", "\n").replace("\r", "\n").encode().replace(b"=", b"=3D")
    raw = raw.replace(b"  ", b"=20=20").replace(b" \n", b"=20\n")
    if raw.endswith(b" "):  # what comes behind is not ours to know
        raw = raw[:-1] + b"=20"
    return _UNMAILABLE.sub(lambda match: f"={match[0].hex('=').upper()}".encode(), raw)


def _break(line: bytes, broken: list[bytes], last: int) -> None:
    """Append *line* to *broken* with soft breaks in it, its end within *last* characters."""
    if len(line) <= last and not line.startswith(_GUARDED):
        broken.append(line)
        return
    chunks = _CHUNK.findall(line)
    if any(chunk.startswith(_GUARDED) for chunk in chunks):
        _break_guarded(line, broken, last)
    else:
        broken.extend(chunk + b"=" for chunk in chunks[:-1])
        broken.append(chunks[-1])


def _break_guarded(line: bytes, broken: list[bytes], last: int) -> None:
    """Do the same, and encode what a line must not begin with."""
    start = 0
    while True:
        guard = b""
        if line.startswith(_GUARDED, start):
            guard = b"=%02X" % line[start]
            start += 1
        if len(line) - start <= last - len(guard):
            broken.append(guard + line[start:])
            return
        end = start + LIMIT - 1 - len(guard)
        if (triple := line.rfind(b"=", end - 2, end)) >= 0:
            end = triple
        broken.append(guard + line[start:end] + b"=")
        start = end
