"""Addresses a rendered issue to its readers: compiled once, then bytes joined for each.

RenderedIssue ──compile──► MailTemplate ──address──► Message
                                └─dump, load─ frozen in the database while a mailing runs
"""

import base64
import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from typing import Any, Protocol

from newsletter.errors import SendError
from newsletter.model.address import Address
from newsletter.model.mail import Message, RenderedIssue, Slot
from newsletter.model.subscriber import Subscriber
from newsletter.model.tokens import DeliveryTokens
from newsletter.sender import headers
from newsletter.sender.assembly import Assembly
from newsletter.sender.links import Links
from newsletter.sender.multipart import Shown, multipart
from newsletter.sender.options import SenderOptions
from newsletter.sender.segments import Part, Place, Segments

FORM = 2
"""The form of a dump. A mailing that an older version began goes on: every form up to this one is read."""

_PLAIN = ("issue", "envelope_from", "verp", "domain", "public_url", "unsubscribe", "reader", "smtputf8")

TEST_MARK = "[Test] "
"""Stands before the subject of a test send."""

SAMPLE_KEY = sha256(b"newsletter: the key of samples and test sends, known to everybody, good for nobody").digest()
"""Not a secret: a build in a clone without one gives the same bytes, and its links act on nobody."""


@dataclass(frozen=True, kw_only=True, slots=True)
class MailTemplate:
    """The mail of an issue, encoded once for all its readers; it holds everything but the reader and the key.

    :param envelope_from: the reverse-path, where bounces go.
    :param verp: each message has a reverse-path of its own, see :mod:`newsletter.model.return_path`.
    :param domain: what stands behind the @ of a Message-ID.
    :param head: the headers that are the same for all.
    :param body: the headers of the parts and the parts, with places between.
    :param smtputf8: the sender's address needs RFC 6531.
    :raises ValueError: head or body are not lines as the encoder makes them.
    """

    issue: int
    envelope_from: str
    verp: bool = False
    domain: str
    public_url: str
    unsubscribe: str
    reader: str
    head: bytes
    body: Segments
    smtputf8: bool = False
    _assembly: Assembly = field(init=False, compare=False, repr=False)

    def __post_init__(self) -> None:
        """Lay the mail out: once, because a million messages are made of it."""
        assembly = Assembly(
            issue=self.issue,
            envelope_from=self.envelope_from,
            verp=self.verp,
            domain=self.domain,
            links=Links.of(public_url=self.public_url, unsubscribe=self.unsubscribe),
            reader=self.reader,
            head=self.head,
            body=self.body,
            smtputf8=self.smtputf8,
        )
        object.__setattr__(self, "_assembly", assembly)

    @classmethod
    def compile(
        cls, rendered: RenderedIssue, options: SenderOptions, *, list_name: str, date: datetime, subject_mark: str = ""
    ) -> "MailTemplate":
        """Return the mail of *rendered* to the list *list_name*; SendError if a header cannot be written.

        :param date: aware; the same date gives the same bytes.
        :param subject_mark: stands before the subject: "[Test] ".
        """
        author, reply_to = options.author_of(list_name), options.reply_to_of(list_name)
        sender = headers.mailable(author.address)
        head = b"".join(
            (
                headers.mailbox_line("From", author),
                headers.mailbox_line("Reply-To", reply_to) if reply_to else b"",
                headers.text_line("Subject", subject_mark + rendered.subject),
                headers.date_line(date),
                _list_lines(options, list_name, help_address=(reply_to or author).address),
                _feedback_id_line(options, list_name, rendered.number, "test" if subject_mark else "newsletter"),
                headers.bulk_lines(one_click=bool(options.public_url)),
            )
        )
        return cls(
            issue=rendered.number,
            envelope_from=headers.mailable(options.return_path.lower()) if options.return_path else sender,
            verp=bool(options.return_path),
            domain=sender.rpartition("@")[2],
            public_url=options.public_url,
            unsubscribe=options.unsubscribe_address,
            reader=headers.one_line("reader", options.reader),
            head=head,
            body=multipart(rendered),
            # Everything else in these headers is written in ASCII: only an address stands as it is.
            smtputf8=not head.isascii(),
        )

    def message_id(self, tokens: DeliveryTokens) -> str:
        """Return the Message-ID of the reader whose *tokens* these are, angle brackets included."""
        return self._assembly.message_id(tokens)

    def address(self, subscriber: Subscriber, tokens: DeliveryTokens) -> Message:
        """Return the mail to *subscriber*, whole; SendError if their name or address cannot stand in a header."""
        return self._assembly.message(subscriber, tokens)

    def dump(self) -> bytes:
        """Return the template as bytes that :meth:`load` reads, so that a mailing can be frozen."""
        return json.dumps({"form": FORM, **self.values()}).encode()

    def values(self) -> dict[str, Any]:
        """Return the template as JSON takes it; :meth:`of_values` reads it."""
        body = [list(piece) if isinstance(piece, Place) else _as_text(piece) for piece in self.body]
        plain = {name: getattr(self, name) for name in _PLAIN}
        return {**plain, "head": _as_text(self.head), "body": body}

    @classmethod
    def load(cls, data: bytes) -> "MailTemplate":
        """Read what :meth:`dump` wrote, of this form or an older one; SendError if it is something else."""
        try:
            values = json.loads(data)
            form = values.pop("form")
            if not 1 <= form <= FORM:
                todo = "go on with the version of newsletter that began it"
                raise SendError(f"the frozen mailing has form {form}, and this version reads 1 to {FORM}", todo)
            # Form 1 had no verp: bounces of such a mailing go where those of its first messages went.
            return cls.of_values(values)
        except (ValueError, KeyError, IndexError, TypeError, AttributeError) as cause:
            raise SendError("the frozen mailing cannot be read", "newsletter restore brings back a backup") from cause

    @classmethod
    def of_values(cls, values: Mapping[str, Any]) -> "MailTemplate":
        """Return the template that :meth:`values` told."""
        rest = {name: value for name, value in values.items() if name not in ("head", "body")}
        head = base64.b64decode(values["head"])
        pieces = (
            base64.b64decode(piece) if isinstance(piece, str) else Place(Part(piece[0]), Slot(piece[1]))
            for piece in values["body"]
        )
        return cls(head=head, body=tuple(pieces), **rest)


class Addressed(Protocol):
    """What makes the mail of an issue to a reader: a template, or an edition of several."""

    @property
    def issue(self) -> int:
        """The number of the issue."""

    def address(self, subscriber: Subscriber, tokens: DeliveryTokens) -> Message:
        """Return the mail to *subscriber*."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Addressing:
    """Addresses one mailing: the template, or the edition with those of its variants, and the newsletter's key, joined.

    :param key: the newsletter's secret.
    """

    template: Addressed
    key: bytes

    def tokens(self, subscriber: Subscriber) -> DeliveryTokens:
        """Return the tokens of this issue's delivery to *subscriber*; SendError if the address is none."""
        address = headers.mailable(subscriber.address.address)
        return DeliveryTokens.derive(self.key, issue=self.template.issue, subscriber=subscriber.number, address=address)

    def message(self, subscriber: Subscriber) -> Message:
        """Return the mail to *subscriber*; SendError if their name or address cannot stand in a header."""
        return self.template.address(subscriber, self.tokens(subscriber))


@dataclass(frozen=True, kw_only=True, slots=True)
class Sample:
    """An issue as a sample reader gets it: the message and its two parts as a mail program shows them.

    :param alone: the HTML with its pictures in it, for a browser.
    """

    message: Message
    text: str
    html: str
    alone: str


def sample_reader() -> Subscriber:
    """Return a reader who is nobody (RFC 2606 §3)."""
    return Subscriber(number=0, address=Address(address="reader@example.com", name="Sample Reader"))


def sample_message(template: MailTemplate, reader: Subscriber | None = None) -> Sample:
    """Return the mail to *reader*, by default the sample reader: the same bytes everywhere, its links act on nobody.

    :raises SendError: the name or address cannot stand in a header.
    """
    message = Addressing(template=template, key=SAMPLE_KEY).message(reader or sample_reader())
    shown = Shown.of(message)
    return Sample(message=message, text=shown.text, html=shown.html, alone=shown.alone)


def sample_slots(template: MailTemplate, reader: Subscriber) -> Mapping[Slot, str]:
    """Return what fills each slot for *reader* in :func:`sample_message`; no slot that leads nowhere."""
    tokens = Addressing(template=template, key=SAMPLE_KEY).tokens(reader)
    links = Links.of(public_url=template.public_url, unsubscribe=template.unsubscribe).slots
    own = {Slot.UNSUBSCRIBE: tokens.unsubscribe, Slot.PREFERENCES: tokens.preferences, Slot.WEB: tokens.web}
    filled = {slot: start + tokens.ticket(own[slot]) for slot, start in links.items() if start}
    return {Slot.NAME: reader.address.name or template.reader, **filled}


def sample_one_click(issue: int, options: SenderOptions) -> str:
    """Return where a mail program posts the sample reader's unsubscribing (RFC 8058); empty without a public URL."""
    if not options.public_url:
        return ""
    reader = sample_reader()
    tokens = DeliveryTokens.derive(SAMPLE_KEY, issue=issue, subscriber=reader.number, address=reader.address.address)
    links = Links.of(public_url=options.public_url, unsubscribe=options.unsubscribe_address)
    return links.unsubscribe[0] + tokens.ticket(tokens.unsubscribe)


def message_to_tester(template: MailTemplate, address: Address, *, nonce: bytes = b"") -> Message:
    """Return the mail of a test send to *address*: its links act on nobody, its Message-ID is its own.

    :param template: compiled with :data:`TEST_MARK` before its subject.
    :param nonce: for the Message-ID; random if empty, because Gmail shows one mail of several with the same.
    """
    tester = Subscriber(number=0, address=address)
    tokens = Addressing(template=template, key=SAMPLE_KEY).tokens(tester)
    own = base64.b32encode(nonce or secrets.token_bytes(12)).decode().rstrip("=").lower()
    return template.address(tester, tokens._replace(message_id=f"test.{own}"))


def _list_lines(options: SenderOptions, list_name: str, *, help_address: str) -> bytes:
    # RFC 2919 §3: the newsletter's own domain, whatever address a list is from, so that the id never changes.
    domain = headers.mailable(options.sender.address).rpartition("@")[2]
    named = headers.list_id_line(options.list_titles.get(list_name, list_name), list_name, domain)
    return named + headers.list_lines(public_url=options.public_url, help_address=help_address)


def _feedback_id_line(options: SenderOptions, list_name: str, issue: int, kind: str) -> bytes:
    if not options.id:
        return b""
    return headers.feedback_id_line(issue=issue, list_name=list_name, kind=kind, newsletter_id=options.id)


def _as_text(piece: bytes) -> str:
    return base64.b64encode(piece).decode()
