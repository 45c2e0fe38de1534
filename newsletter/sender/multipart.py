"""The two parts of a mail, plain text and HTML with its pictures, as multipart/alternative (RFC 2046 §5.1.4)."""

import re
from base64 import encodebytes
from binascii import a2b_qp
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from hashlib import sha256

from newsletter.model.mail import Message, Picture, RenderedIssue
from newsletter.sender.segments import Part, Place, Segments, segments

_TYPES = {Part.TEXT: "plain", Part.HTML: "html"}


@dataclass(frozen=True, kw_only=True, slots=True)
class Shown:
    """What a mail program shows of a message: both parts decoded, lines ended by LF.

    :param pictures: the ``data:`` address of each picture that travels with it, by its ``cid:`` address.
    """

    text: str
    html: str
    pictures: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, message: Message) -> "Shown":
        """Read the parts of a message that was made here."""
        text, html = _split(message.data)
        if b"multipart/related" not in html.partition(b"\r\n\r\n")[0]:
            return cls(text=_decoded(text), html=_decoded(html))
        html, *pictures = _split(html)
        return cls(text=_decoded(text), html=_decoded(html), pictures=dict(map(_address_of, pictures)))

    @property
    def alone(self) -> str:
        """The HTML with its pictures in it, as a browser shows it without the mail."""
        html = self.html
        for cid, data in self.pictures.items():
            html = html.replace(cid, data)
        return html


def _split(data: bytes) -> list[bytes]:
    """Return the parts of a multipart body that was made here."""
    boundary = re.search(rb'boundary="([^"]+)"', data)
    if not boundary:
        raise ValueError("a message that was not made here")
    return data.split(b"\r\n--" + boundary[1])[1:-1]


def multipart(rendered: RenderedIssue) -> Segments:
    """Return MIME-Version, Content-Type and both parts of *rendered*, with places where readers differ.

    ::

        multipart/alternative
        ├── text/plain
        └── text/html, or multipart/related (RFC 2387) of text/html and the pictures that it shows
    """
    # "=_" occurs nowhere in quoted-printable (RFC 2045 §6.7 gives the example) nor in base64, so the boundary occurs
    # in no part, whatever a slot's value is; the hash only keeps the boundaries of forwarded mails apart.
    name = sha256(f"{rendered.text}\0{rendered.html}".encode()).hexdigest()[:32].encode()
    boundary, inner = b"=_" + name, b"=_r" + name[:30]
    opening = b'MIME-Version: 1.0\r\nContent-Type: multipart/alternative;\r\n boundary="%b"\r\n' % boundary
    pieces: list[bytes | Place] = [opening, *_part(Part.TEXT, rendered, boundary)]
    if rendered.pictures and rendered.embedded:
        related = b'\r\n--%b\r\nContent-Type: multipart/related; type="text/html";\r\n boundary="%b"\r\n'
        pieces += [related % (boundary, inner), *_part(Part.HTML, rendered, inner)]
        pieces += [*(_picture(picture, inner) for picture in rendered.pictures), b"\r\n--%b--\r\n" % inner]
    else:
        pieces += _part(Part.HTML, rendered, boundary)
    return _joined([*pieces, b"\r\n--%b--\r\n" % boundary])


def _part(part: Part, rendered: RenderedIssue, boundary: bytes) -> Iterable[bytes | Place]:
    heading = b"\r\n--%b\r\nContent-Type: text/%b; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n"
    yield heading % (boundary, _TYPES[part].encode())
    yield from segments(rendered.html if part is Part.HTML else rendered.text, rendered.tokens, part)


def _picture(picture: Picture, boundary: bytes) -> bytes:
    heading = (
        f'Content-Type: {picture.type}; name="{picture.name}"\r\nContent-Transfer-Encoding: base64\r\n'
        f'Content-ID: <{picture.content_id}>\r\nContent-Disposition: inline; filename="{picture.name}"\r\n\r\n'
    )
    lines = encodebytes(picture.data).replace(b"\n", b"\r\n")
    return b"\r\n--%b\r\n" % boundary + heading.encode() + lines


def _address_of(part: bytes) -> tuple[str, str]:
    """Return the ``cid:`` address of a picture and the ``data:`` address that says the same."""
    head, _, body = part.partition(b"\r\n\r\n")
    kind, cid = re.search(rb"Content-Type: ([\w/]+)", head), re.search(rb"Content-ID: <([^>]+)>", head)
    if not kind or not cid:
        raise ValueError("a picture that was not put in here")
    return f"cid:{cid[1].decode()}", f"data:{kind[1].decode()};base64,{b''.join(body.split()).decode()}"


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
