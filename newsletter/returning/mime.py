"""Takes a mail apart, whatever its bytes are: bounded in size, depth and number of parts, and it never raises.

The standard library's parser goes as deep as a mail does and raises at odd parameters; what comes back from strangers
is read here instead, and no more of it than a report has.
"""

import binascii
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from email.header import decode_header, make_header

LARGEST = 512 * 1024
"""Octets of a mail that are looked at: what a report says stands before the mail that it returns."""
DEEPEST = 4
"""Multiparts within one another."""
MOST_PARTS = 40
MOST_HEADERS = 400
LONGEST_VALUE = 8192
"""Characters of a header; RFC 5322 has no limit, and no report needs more."""

_FIELD = re.compile(r"([!-9;-~]{1,100})[ \t]*:(.*)", re.S)
_PARAMETER = re.compile(r';\s*([\w!#$%&\'*+.^`{|}~-]{1,60})\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^;\s]*))')
_TYPE = re.compile(r"\s*([\w.+-]+/[\w.+-]+)")

Headers = Mapping[str, Sequence[str]]
"""Values by name in lower case, unfolded, in the order in which they stand."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Part:
    """A mail, or a part of one.

    :param type: "text/plain", in lower case.
    :param parameters: of the Content-Type, by name in lower case.
    :param body: as it came, each line ended by LF; of a multipart too.
    :param parts: of a multipart, in order.
    """

    headers: Headers
    type: str
    parameters: Mapping[str, str]
    body: bytes
    parts: tuple["Part", ...] = ()

    def value(self, name: str) -> str:
        """Return the first header *name*, empty if there is none."""
        return next(iter(self.headers.get(name, ())), "")

    def leaves(self) -> Iterator["Part"]:
        """Yield the parts that are no multipart, in order; a returned mail is one of them, whatever is in it."""
        if not self.parts:
            yield self
        for part in self.parts:
            yield from part.leaves()

    @property
    def content(self) -> bytes:
        """The body without its transfer encoding (RFC 2045 §6); as it came where that is broken."""
        way = self.value("content-transfer-encoding").strip().lower()
        if way == "quoted-printable":
            return binascii.a2b_qp(self.body)
        if way == "base64":
            try:
                return binascii.a2b_base64(re.sub(rb"[^A-Za-z0-9+/=]", b"", self.body)).replace(b"\r\n", b"\n")
            except binascii.Error:
                return self.body
        return self.body

    @property
    def text(self) -> str:
        """The content as text, in its charset if that is known."""
        try:
            return self.content.decode(self.parameters.get("charset", "utf-8"), "replace")
        except (LookupError, UnicodeError, ValueError):  # a charset that nobody knows, or that is no charset of text
            return as_text(self.content)


def read_part(data: bytes) -> Part:
    """Take a mail apart."""
    lines = re.sub(rb"\r\n?", b"\n", data[:LARGEST])  # a lone CR ends a line, as it did for whoever wrote it
    if lines.startswith((b"From ", b">From ")):  # mbox(5), and what a pipe puts before a mail
        lines = lines.partition(b"\n")[2]
    return _part(lines, 0, [MOST_PARTS])


def read_fields(text: bytes) -> tuple[Headers, bytes]:
    """Return the headers at the beginning of *text*, whose lines end with LF, and what is behind them."""
    head, _, body = (b"", b"", text[1:]) if text.startswith(b"\n") else text.partition(b"\n\n")
    found: dict[str, list[str]] = {}
    for field in re.split(r"\n(?![ \t])", as_text(head))[:MOST_HEADERS]:
        if match := _FIELD.match(field):
            value = re.sub(r"\n[ \t]+", " ", match[2][:LONGEST_VALUE]).strip()
            found.setdefault(match[1].lower(), []).append(value)
    return (found, body) if found else ({}, text)


def as_text(data: bytes) -> str:
    """Return *data* as text: headers ought to be ASCII or UTF-8 (RFC 6532), and are Latin-1 where they are not."""
    try:
        return data.decode()
    except UnicodeDecodeError:
        return data.decode("latin-1")


def decoded(value: str) -> str:
    """Return a header with its encoded-words read (RFC 2047); as it stands where they are broken."""
    if "=?" not in value:
        return value
    try:
        return str(make_header(decode_header(value)))
    except (ValueError, LookupError, AssertionError):
        return value


def one_line(text: str, most: int = 300) -> str:
    """Return *text* on one line, without what could move a terminal's cursor, and not too long."""
    return re.sub(r"[\x00-\x20\x7f-\x9f\u2028\u2029\ud800-\udfff]+", " ", text[: 4 * most]).strip()[:most]


def _part(text: bytes, depth: int, left: list[int]) -> Part:
    """Return *text* as a part; *left* counts down how many there may still be."""
    left[0] -= 1
    headers, body = read_fields(text)
    content_type = next(iter(headers.get("content-type", ())), "")
    match = _TYPE.match(content_type)
    parameters = {name.lower(): _unquoted(quoted) or plain for name, quoted, plain in _PARAMETER.findall(content_type)}
    kind = match[1].lower() if match else "text/plain"
    boundary = parameters.get("boundary", "")
    parts: list[Part] = []
    if kind.startswith("multipart/") and boundary and depth < DEEPEST:
        for piece in _pieces(body, boundary.encode(errors="replace")[:200]):
            if left[0] <= 0:
                break
            parts.append(_part(piece, depth + 1, left))
    return Part(headers=headers, type=kind, parameters=parameters, body=body, parts=tuple(parts))


def _unquoted(text: str) -> str:
    return re.sub(r"\\(.)", r"\1", text)


def _pieces(body: bytes, boundary: bytes) -> Iterator[bytes]:
    """Yield what stands between the delimiters (RFC 2046 §5.1.1); the last one need not be there."""
    start = None
    for delimiter in re.finditer(rb"^--" + re.escape(boundary) + rb"(--)?[ \t]*$", body, re.M):
        if start is not None:
            yield body[start : max(start, delimiter.start() - 1)]
        if delimiter[1]:
            return
        start = delimiter.end() + 1
    if start is not None:
        yield body[start:]
