"""Addresses a rendered issue to its readers: compiled once, then bytes joined for each.

RenderedIssue ──compile──► MailTemplate ──address──► Message
                                └─dump, load─ frozen in the database while a mailing runs
"""

import base64
import html
import json
import secrets
from dataclasses import dataclass, replace
from datetime import datetime
from hashlib import sha256

from newsletter.errors import SendError
from newsletter.model.address import Address
from newsletter.model.mail import Message, Recipient, RenderedIssue, Slot
from newsletter.model.subscriber import Subscriber
from newsletter.sender import headers
from newsletter.sender.links import Links
from newsletter.sender.multipart import Shown, multipart
from newsletter.sender.options import SenderOptions
from newsletter.sender.segments import Part, Place, Segments, encode
from newsletter.sender.tokens import DeliveryTokens

FORM = 1
"""The form of a dump; another program version may know another."""

_PLAIN = ("issue", "envelope_from", "domain", "public_url", "unsubscribe", "reader", "smtputf8")

TEST_MARK = "[Test] "
"""Stands before the subject of a test send."""

SAMPLE_KEY = sha256(b"newsletter: the key of samples and test sends, known to everybody, good for nobody").digest()
"""Not a secret: a build in a clone without one gives the same bytes, and its links act on nobody."""


@dataclass(frozen=True, kw_only=True, slots=True)
class MailTemplate:
    """The mail of an issue, encoded once for all its readers; it holds everything but the reader and the key.

    :param envelope_from: the reverse-path, where bounces go.
    :param domain: what stands behind the @ of a Message-ID.
    :param head: the headers that are the same for all.
    :param body: the headers of the parts and the parts, with places between.
    :param smtputf8: the sender's address needs RFC 6531.
    """

    issue: int
    envelope_from: str
    domain: str
    public_url: str
    unsubscribe: str
    reader: str
    head: bytes
    body: Segments
    smtputf8: bool = False

    @classmethod
    def compile(
        cls, rendered: RenderedIssue, options: SenderOptions, *, list_name: str, date: datetime, subject_mark: str = ""
    ) -> "MailTemplate":
        """Return the mail of *rendered* to the list *list_name*; SendError if a header cannot be written.

        :param date: aware; the same date gives the same bytes.
        :param subject_mark: stands before the subject: "[Test] ".
        """
        sender = headers.mailable(options.sender.address)
        domain = sender.rpartition("@")[2]
        head = (
            headers.mailbox_line("From", options.sender),
            headers.mailbox_line("Reply-To", options.reply_to) if options.reply_to else b"",
            headers.text_line("Subject", subject_mark + rendered.subject),
            headers.date_line(date),
            headers.list_id_line(options.list_titles.get(list_name, list_name), list_name, domain),
            headers.bulk_lines(one_click=bool(options.public_url)),
        )
        return cls(
            issue=rendered.number,
            envelope_from=sender,
            domain=domain,
            public_url=options.public_url,
            unsubscribe=options.unsubscribe_address,
            reader=headers.one_line("reader", options.reader),
            head=b"".join(head),
            body=multipart(rendered),
            # Everything else in these headers is written in ASCII: only an address stands as it is.
            smtputf8=not b"".join(head).isascii(),
        )

    def links(self, tokens: DeliveryTokens) -> Links:
        """Return the links of the reader whose *tokens* these are."""
        return Links.of(tokens, public_url=self.public_url, unsubscribe=self.unsubscribe)

    def recipient(self, subscriber: Subscriber, tokens: DeliveryTokens) -> Recipient:
        """Return *subscriber* with what the slots say to them."""
        slots = self.links(tokens).slots(subscriber.address.name or self.reader)
        return Recipient(subscriber=subscriber.number, address=subscriber.address, slots=slots)

    def address(self, recipient: Recipient, tokens: DeliveryTokens) -> Message:
        """Return the mail to *recipient*; SendError if their name or address cannot stand in a header."""
        message_id = f"<{self.issue}.{tokens.message_id}@{self.domain}>"
        envelope_to = headers.mailable(recipient.address.address)
        head = (
            self.head,
            headers.mailbox_line("To", recipient.address),
            headers.line("Message-ID", message_id),
            headers.list_unsubscribe_line(self.links(tokens).unsubscribe_uris),
        )
        return Message(
            message_id=message_id,
            envelope_from=self.envelope_from,
            envelope_to=envelope_to,
            data=b"".join((*head, *self._filled(recipient))),
            smtputf8=self.smtputf8 or not envelope_to.isascii(),
        )

    def _filled(self, recipient: Recipient) -> list[bytes]:
        """Return the body with the slots filled, each value escaped for its place."""
        values: dict[Place, bytes] = {}
        for slot, value in recipient.slots.items():
            values[Place(Part.TEXT, slot)] = encode(value, open_end=True)
            values[Place(Part.HTML, slot)] = encode(html.escape(value), open_end=True)
        return [values[piece] if isinstance(piece, Place) else piece for piece in self.body]

    def dump(self) -> bytes:
        """Return the template as bytes that :meth:`load` reads, so that a mailing can be frozen."""
        body = [list(piece) if isinstance(piece, Place) else _as_text(piece) for piece in self.body]
        plain = {name: getattr(self, name) for name in _PLAIN}
        return json.dumps({"form": FORM, **plain, "head": _as_text(self.head), "body": body}).encode()

    @classmethod
    def load(cls, data: bytes) -> "MailTemplate":
        """Read what :meth:`dump` wrote; SendError if it is something else."""
        try:
            values = json.loads(data)
            if (form := values.pop("form")) != FORM:
                todo = "go on with the version of newsletter that began it"
                raise SendError(f"the frozen mailing has form {form}, and this version reads {FORM}", todo)
            head, body = base64.b64decode(values.pop("head")), values.pop("body")
            pieces = (base64.b64decode(p) if isinstance(p, str) else Place(Part(p[0]), Slot(p[1])) for p in body)
            return cls(head=head, body=tuple(pieces), **values)
        except (ValueError, KeyError, IndexError, TypeError, AttributeError) as cause:
            raise SendError("the frozen mailing cannot be read", "newsletter restore brings back a backup") from cause


@dataclass(frozen=True, kw_only=True, slots=True)
class Addressing:
    """Addresses one mailing: the template and the newsletter's key, joined.

    :param key: the newsletter's secret.
    """

    template: MailTemplate
    key: bytes

    def tokens(self, subscriber: Subscriber) -> DeliveryTokens:
        """Return the tokens of this issue's delivery to *subscriber*; SendError if the address is no text."""
        address = headers.one_line("an address", subscriber.address.address)
        return DeliveryTokens.derive(self.key, issue=self.template.issue, subscriber=subscriber.number, address=address)

    def message(self, subscriber: Subscriber) -> Message:
        """Return the mail to *subscriber*; SendError if their name or address cannot stand in a header."""
        tokens = self.tokens(subscriber)
        return self.template.address(self.template.recipient(subscriber, tokens), tokens)


@dataclass(frozen=True, kw_only=True, slots=True)
class Sample:
    """An issue as a sample reader gets it: the message and its two parts as a mail program shows them."""

    message: Message
    text: str
    html: str


def sample_reader() -> Subscriber:
    """Return a reader who is nobody (RFC 2606 §3)."""
    return Subscriber(number=0, address=Address(address="reader@example.com", name="Sample Reader"))


def sample_message(template: MailTemplate) -> Sample:
    """Return the mail to the sample reader, the same bytes on every machine."""
    message = Addressing(template=template, key=SAMPLE_KEY).message(sample_reader())
    shown = Shown.of(message)
    return Sample(message=message, text=shown.text, html=shown.html)


def message_to_tester(template: MailTemplate, address: Address, *, nonce: bytes = b"") -> Message:
    """Return the mail of a test send to *address*: its links act on nobody, its Message-ID is its own.

    :param template: compiled with :data:`TEST_MARK` before its subject.
    :param nonce: for the Message-ID; random if empty, because Gmail shows one mail of several with the same.
    """
    tester = Subscriber(number=0, address=address)
    tokens = Addressing(template=template, key=SAMPLE_KEY).tokens(tester)
    own = base64.b32encode(nonce or secrets.token_bytes(12)).decode().rstrip("=").lower()
    tokens = replace(tokens, message_id=f"test.{own}")
    return template.address(template.recipient(tester, tokens), tokens)


def _as_text(piece: bytes) -> str:
    return base64.b64encode(piece).decode()
