"""The two parts of a mail, plain text and HTML, as multipart/alternative (RFC 2046 §5.1.4)."""

import re
from binascii import a2b_qp
from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import sha256

from newsletter.model.mail import Message, RenderedIssue
from newsletter.sender.segments import Part, Place, Segments, segments

_TYPES = {Part.TEXT: "plain", Part.HTML: "html"}


@dataclass(frozen=True, kw_only=True, slots=True)
class Shown:
    """What a mail program shows of a message: both parts decoded, lines ended by LF."""

    text: str
    html: str

    @classmethod
    def of(cls, message: Message) -> "Shown":
        """Read the parts of a message that was made here."""
        boundary = re.search(rb'boundary="([^"]+)"', message.data)
        if not boundary:
            raise ValueError("a message that was not made here")
        _, text, html, _ = message.data.split(b"\r\n--" + boundary[1])
        return cls(text=_decoded(text), html=_decoded(html))


def multipart(rendered: RenderedIssue) -> Segments:
    """Return MIME-Version, Content-Type and both parts of *rendered*, with places where readers differ."""
    # "=_" occurs nowhere in quoted-printable (RFC 2045 §6.7 gives the example), so the boundary occurs in no part,
    # whatever a slot's value is; the hash only keeps the boundaries of forwarded mails apart.
    boundary = b"=_" + sha256(f"{rendered.text}\0{rendered.html}".encode()).hexdigest()[:32].encode()
    opening = b'MIME-Version: 1.0\r\nContent-Type: multipart/alternative;\r\n boundary="%b"\r\n' % boundary
    return _joined(
        (
            opening,
            *_part(Part.TEXT, rendered, boundary),
            *_part(Part.HTML, rendered, boundary),
            b"\r\n--%b--\r\n" % boundary,
        )
    )


def _part(part: Part, rendered: RenderedIssue, boundary: bytes) -> Iterable[bytes | Place]:
    heading = b"\r\n--%b\r\nContent-Type: text/%b; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n"
    yield heading % (boundary, _TYPES[part].encode())
    yield from segments(rendered.html if part is Part.HTML else rendered.text, rendered.tokens, part)


def _joined(pieces: Iterable[bytes | Place]) -> Segments:
    """Return *pieces* with neighbouring bytes made one."""
    joined: list[bytes | Place] = []
    for piece in pieces:
        if isinstance(piece, bytes) and joined and isinstance(joined[-1], bytes):
            joined[-1] += piece
        else:
            joined.append(piece)
    return tuple(joined)


def _decoded(part: bytes) -> str:
    return a2b_qp(part.partition(b"\r\n\r\n")[2]).decode().replace("\r\n", "\n")
