"""A mail laid out so that a reader's own bytes only have to be put between those that all readers get.

::

    head ─┐ To, Message-ID, List-Unsubscribe ┌─ body … "https://news.example.org/u/=" ┐ 42.7.TOKEN= ┌─ … body
          └──────────── per reader ──────────┘                                        └─ per reader ┘

What is laid out is proved once. Every piece that is the same for all ends a line and begins one, and so does every
value that comes between: so it holds for each message that its lines end with CRLF and none begins with a dot.
"""

import html
import re
from collections.abc import Iterator, Mapping

from newsletter.errors import SendError
from newsletter.model.mail import Message, Slot
from newsletter.model.return_path import LONGEST
from newsletter.model.subscriber import Subscriber
from newsletter.model.tokens import DeliveryTokens
from newsletter.sender import headers
from newsletter.sender.links import Links
from newsletter.sender.segments import Part, Place, Segments, encode

_HEAD = re.compile(rb"(?:(?!\.)[^\r\n]{1,998}\r\n)*")
"""Lines of a header (RFC 5322 §2.1.1); none is empty, which would end it."""
_BODY = re.compile(rb"(?:(?!\.)[^\r\n]{0,76}\r\n)*")
"""Lines of quoted-printable (RFC 2045 §6.7) that SMTP's transparency (RFC 5321 §4.5.2) leaves alone."""

# A name that stands for itself in To (RFC 5322 §3.2.3: atoms), in quoted-printable at a line's beginning, and in HTML.
_USUAL_NAME = re.compile(r"(?!From )[A-Za-z0-9_-]+(?: [A-Za-z0-9_-]+)*")
_ROOM = headers.LIMIT - len("To:  <>")

_TICKET = f"{'9' * 9}.{'9' * 18}.{'A' * 16}"
"""A ticket as long as any: digits, dots and base64url, so that it stands for itself wherever it does."""

_VALUES = (
    Place(Part.TEXT, Slot.NAME),
    Place(Part.HTML, Slot.NAME),
    Slot.UNSUBSCRIBE,
    Slot.PREFERENCES,
    Slot.WEB,
)
"""What is made for each reader, in the order in which :meth:`Assembly.message` makes it, behind the head's lines."""


class Assembly:
    """The mail of an issue, laid out.

    :param verp: a subscriber and a token go into the reverse-path, before its @.
    :param reader: what stands in the place of a name that is not known.
    :raises ValueError: the pieces are not what the encoder makes: lines too long, bare line ends, leading dots.
    :raises SendError: an address cannot stand in List-Unsubscribe.
    """

    def __init__(
        self,
        *,
        issue: int,
        envelope_from: str,
        verp: bool,
        domain: str,
        links: Links,
        reader: str,
        head: bytes,
        body: Segments,
        smtputf8: bool,
    ) -> None:
        name, _, host = envelope_from.rpartition("@")
        self._verp = verp
        self._envelope_from = f"{name}+{issue}." if verp else envelope_from
        self._envelope_domain = f"@{host}"
        self._id_start, self._id_end = f"<{issue}.", f"@{domain}>"
        self._issue = issue
        line = headers.list_unsubscribe_line([uri + _TICKET for uri in links.unsubscribe]).decode()
        self._unsubscribe = line.split(_TICKET)
        self._smtputf8 = smtputf8
        self._nameless = _both(reader)
        self._pieces, self._order = _laid_out(head, _linked(body, links.slots))

    def message_id(self, tokens: DeliveryTokens) -> str:
        """Return the Message-ID (RFC 5322 §3.6.4) of the reader whose *tokens* these are, angle brackets included."""
        return f"{self._id_start}{tokens.message_id}{self._id_end}"

    def message(self, subscriber: Subscriber, tokens: DeliveryTokens) -> Message:
        """Return the mail to *subscriber*; SendError if their name or address cannot stand in a header."""
        address, name = subscriber.address, subscriber.address.name
        envelope_to = headers.mailable(address.address)
        if not name:
            to = f"To: <{envelope_to}>\r\n"
            text, marked_up = self._nameless
        elif _USUAL_NAME.fullmatch(name) and len(name) + len(envelope_to) <= _ROOM:
            to = f"To: {name} <{envelope_to}>\r\n"
            text = marked_up = b"%b=\r\n" % name.encode()
        else:
            to = headers.mailbox_line("To", address).decode()
            text, marked_up = _both(name)
        message_id = f"{self._id_start}{tokens.message_id}{self._id_end}"
        who = f"{self._issue}.{tokens.subscriber}."
        unsubscribe = who + tokens.unsubscribe
        values = (
            f"{to}Message-ID: {message_id}\r\n{unsubscribe.join(self._unsubscribe)}".encode(),
            text,
            marked_up,
            f"{unsubscribe}=\r\n".encode(),
            f"{who}{tokens.preferences}=\r\n".encode(),
            f"{who}{tokens.web}=\r\n".encode(),
        )
        pieces = self._pieces.copy()
        pieces[1::2] = [values[number] for number in self._order]
        return Message(
            message_id=message_id,
            envelope_from=self._return_path(tokens) if self._verp else self._envelope_from,
            envelope_to=envelope_to,
            parts=tuple(pieces),
            smtputf8=self._smtputf8 or not envelope_to.isascii(),
            whole=True,
        )

    def _return_path(self, tokens: DeliveryTokens) -> str:
        local = f"{self._envelope_from}{tokens.subscriber}.{tokens.verp}"
        if len(local) > LONGEST:
            raise SendError(f'the return path "{local}" is too long', "shorten return_path")
        return local + self._envelope_domain


def _both(name: str) -> tuple[bytes, bytes]:
    """Return *name* for the text and for the HTML part."""
    text, escaped = encode(name, open_end=True), html.escape(name)
    return text, text if escaped == name else encode(escaped, open_end=True)


def _linked(body: Segments, links: Mapping[Slot, str]) -> Iterator[bytes | Place]:
    """Give *body* with what each link begins with before its place; a link that there is none of has no place."""
    for piece in body:
        if not isinstance(piece, Place) or piece.slot is Slot.NAME:
            yield piece
        elif start := links[piece.slot]:
            yield encode(html.escape(start) if piece.part is Part.HTML else start, open_end=True)
            yield piece


def _laid_out(head: bytes, body: Iterator[bytes | Place]) -> tuple[list[bytes], list[int]]:
    """Return pieces and, for every second of them, which value goes there; ValueError if they are no lines."""
    pieces, order = [head, b"", b""], [0]
    for piece in body:
        if isinstance(piece, Place):
            value = piece if piece.slot is Slot.NAME else piece.slot
            order.append(1 + _VALUES.index(value))
            pieces += [b"", b""]
        else:
            pieces[-1] += piece
    if not _HEAD.fullmatch(head) or not all(map(_BODY.fullmatch, pieces[1:])):
        raise ValueError("a mail with lines that SMTP would have to change")
    return pieces, order
