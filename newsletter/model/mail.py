"""An issue on its way to be mail: rendered once for all, then one message per subscriber."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class Slot(StrEnum):
    """What differs per reader, and nothing else does."""

    NAME = "name"
    UNSUBSCRIBE = "unsubscribe"
    PREFERENCES = "preferences"
    WEB = "web"


@dataclass(frozen=True, kw_only=True, slots=True)
class Picture:
    """A picture of the newsletter's own, ready to be shown.

    :param name: a file name of ASCII letters and digits.
    :param type: its media type.
    :param width: in CSS pixels, as it is shown; the file may have twice as many.
    :param digest: of its bytes, in hex.
    """

    name: str
    type: str
    width: int
    height: int
    digest: str
    data: bytes = field(repr=False)

    @property
    def content_id(self) -> str:
        """What names it in a mail (RFC 2392), without angle brackets."""
        return f"{self.digest}@media.newsletter"

    @property
    def published_name(self) -> str:
        """Its name at the public URL: another one when the picture is another."""
        return f"{self.digest}-{self.name}"


@dataclass(frozen=True, kw_only=True, slots=True)
class RenderedIssue:
    """An issue as all its readers get it, with a token at each place that differs.

    :param subject: the subject line, one line of text.
    :param mjml: the MJML that the theme made, for those who debug one.
    :param html: the HTML part with slot tokens.
    :param text: the plain-text part with slot tokens, lines ended by LF.
    :param tokens: the ASCII token that stands for each slot; it occurs nowhere in the issue's own text.
    :param pictures: those of media/ that the issue shows, each once.
    :param embedded: the pictures travel in the mail; otherwise they are at the public URL.
    """

    number: int
    subject: str
    mjml: str
    html: str
    text: str
    tokens: Mapping[Slot, str]
    pictures: tuple[Picture, ...] = ()
    embedded: bool = True


@dataclass(frozen=True, kw_only=True, slots=True)
class Message:
    """One mail to one person, ready for the wire.

    :param envelope_from: RFC 5321 reverse-path.
    :param envelope_to: RFC 5321 forward-path.
    :param parts: RFC 5322 message, lines ended by CRLF, not dot-stuffed, in pieces: those that all readers have in
        common are never copied for each of them.
    :param smtputf8: an address needs RFC 6531.
    :param whole: it is known that each line of the data ends with CRLF, the last one too, and none begins with a dot.
    """

    message_id: str
    envelope_from: str
    envelope_to: str
    parts: tuple[bytes, ...]
    smtputf8: bool = False
    whole: bool = False

    @property
    def data(self) -> bytes:
        """The message in one piece."""
        return b"".join(self.parts)

    @property
    def size(self) -> int:
        """Octets of the message."""
        return sum(map(len, self.parts))
