"""A rendered issue and what mail programs make of messages, for the tests of this folder."""

import email
import email.policy
import re
from dataclasses import replace
from datetime import UTC, datetime
from email.header import decode_header, make_header

from newsletter.model.address import Address
from newsletter.model.mail import Message, RenderedIssue, Slot
from newsletter.model.subscriber import Subscriber
from newsletter.sender.addressing import Addressing, MailTemplate
from newsletter.sender.options import SenderOptions

TOKENS = {slot: f"SLOT{slot.name}0123456789abcdef" for slot in Slot}
KEY = b"an old and well kept secret of ours"
DATE = datetime(2026, 11, 27, 9, 0, tzinfo=UTC)
OPTIONS = SenderOptions(
    name="Weekly News",
    sender=Address(address="editor@example.org", name="Weekly News"),
    list_titles={"weekly": "Weekly News"},
)
PUBLIC = SenderOptions(
    name="Weekly News",
    sender=Address(address="editor@example.org", name="Weekly News"),
    reply_to=Address(address="answers@example.org"),
    unsubscribe="leave@example.org",
    public_url="https://news.example.org",
    list_titles={"weekly": "Weekly News"},
)
VERP = replace(PUBLIC, id="weekly-news", unsubscribe="", return_path="bounces@news.example.org")
HTML = f"""<!doctype html>
<html><body style="color: #111">
<p>Hello {TOKENS[Slot.NAME]},</p>
<p><a href="{TOKENS[Slot.UNSUBSCRIBE]}">Unsubscribe</a> <a href="{TOKENS[Slot.WEB]}">Web</a></p>
</body></html>
"""
TEXT = f"Hello {TOKENS[Slot.NAME]},\n\nto leave: {TOKENS[Slot.UNSUBSCRIBE]}\n{TOKENS[Slot.PREFERENCES]}\n"


def rendered(html: str = HTML, text: str = TEXT, subject: str = "Moka and PinConsole") -> RenderedIssue:
    return RenderedIssue(number=42, subject=subject, mjml="", html=html, text=text, tokens=TOKENS)


def template(issue: RenderedIssue | None = None, options: SenderOptions = PUBLIC, mark: str = "") -> MailTemplate:
    return MailTemplate.compile(issue or rendered(), options, list_name="weekly", date=DATE, subject_mark=mark)


def reader(name: str = "Ada Lovelace", address: str = "ada@example.com", number: int = 7) -> Subscriber:
    return Subscriber(number=number, address=Address(address=address, name=name))


def message(to: Subscriber | None = None, **template_options: object) -> Message:
    return Addressing(template=template(**template_options), key=KEY).message(to or reader())


def parsed(data: bytes) -> email.message.EmailMessage:
    """Return *data* as Python's parser reads it, which found nothing wrong with it."""
    mail = email.message_from_bytes(data, policy=email.policy.default)
    for part in mail.walk():
        assert part.defects == []
        assert [(name, value.defects) for name, value in part.items() if value.defects] == []
    return mail


def content(mail: email.message.EmailMessage, kind: str) -> str:
    part = mail.get_body((kind,))
    return part.get_payload(decode=True).decode().replace("\r\n", "\n")


def header(data: bytes, name: str) -> bytes:
    """Return the raw value of the one header *name*, its folds undone."""
    head = data.partition(b"\r\n\r\n")[0].replace(b"\r\n ", b" ")
    (value,) = re.findall(rb"(?mi)^" + name.encode() + rb": ([^\r]*)", head)
    return value


def decoded(raw: bytes) -> str:
    """Return a header's words; the parser of Python 3.11 leaves the spaces between encoded-words of a name in."""
    return str(make_header(decode_header(raw.decode())))


def relaxed(body: bytes) -> bytes:
    """Return *body* as RFC 6376 §3.4.4 canonicalises it."""
    lines = [re.sub(rb"[ \t]+", b" ", line).rstrip(b" ") for line in body.split(b"\r\n")]
    while lines and not lines[-1]:
        lines.pop()
    return b"".join(line + b"\r\n" for line in lines)
