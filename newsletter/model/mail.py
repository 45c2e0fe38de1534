"""An issue on its way to be mail: rendered once for all, then one message per subscriber."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class Slot(StrEnum):
    """What differs per reader, and nothing else does."""

    NAME = "name"
    UNSUBSCRIBE = "unsubscribe"
    PREFERENCES = "preferences"
    WEB = "web"


@dataclass(frozen=True, kw_only=True, slots=True)
class RenderedIssue:
    """An issue as all its readers get it, with a token at each place that differs.

    :param subject: the subject line, one line of text.
    :param mjml: the MJML that the theme made, for those who debug one.
    :param html: the HTML part with slot tokens.
    :param text: the plain-text part with slot tokens, lines ended by LF.
    :param tokens: the ASCII token that stands for each slot; it occurs nowhere in the issue's own text.
    """

    number: int
    subject: str
    mjml: str
    html: str
    text: str
    tokens: Mapping[Slot, str]


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
