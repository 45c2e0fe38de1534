"""Reads delivery status notifications (RFC 3464): which recipient, what became of the mail, and why."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from newsletter.returning.dates import moment
from newsletter.returning.mime import Headers, Part, as_text, decoded, one_line, read_fields
from newsletter.returning.report import Kind
from newsletter.returning.status import status_of

MOST_RECIPIENTS = 100

_ADDRESS = re.compile(r"[^\s<>;,\"()]{1,254}@[^\s<>;,\"()@]{1,255}")
_XTEXT = re.compile(r"\+([0-9A-F]{2})")  # RFC 3461 §4


@dataclass(frozen=True, kw_only=True, slots=True)
class Recipient:
    """What a notification says of one recipient.

    :param address: where the mail was to go at last; empty where it is no address.
    :param original: where it was sent to first, if that is said.
    """

    kind: Kind
    address: str
    original: str
    status: str
    words: str
    at: datetime | None


def status_parts(mail: Part) -> Iterator[Part]:
    """Yield the parts of *mail* that are notifications; not those of a mail that hangs in it."""
    return (
        part for part in mail.leaves() if part.type in ("message/delivery-status", "message/global-delivery-status")
    )


def recipients(part: Part) -> Iterator[Recipient]:
    """Yield what a message/delivery-status says, recipient by recipient (RFC 3464 §2.1)."""
    count = 0
    for fields in _blocks(part.content):
        if (one := _recipient(fields)) and count < MOST_RECIPIENTS:
            count += 1
            yield one


def addresses_in(text: str) -> tuple[str, ...]:
    """Return what looks like an address in *text*, with and without RFC 3461's coding of odd characters."""
    found = [match.strip("'.") for match in _ADDRESS.findall(text)]
    plain = [_XTEXT.sub(lambda code: chr(int(code[1], 16)), address) for address in found]
    return tuple(dict.fromkeys([*found, *(address for address in plain if "@" in address and address.isprintable())]))


def _blocks(content: bytes) -> Iterator[Headers]:
    """Yield the blocks of fields between empty lines."""
    for block in re.split(rb"\n[ \t]*\n+", content.strip(b"\n"))[: 2 * MOST_RECIPIENTS]:
        fields, _ = read_fields(block + b"\n\n")
        if fields:
            yield fields


def _recipient(fields: Headers) -> Recipient | None:
    """Return what a block says of a recipient; None if it is about the whole mail."""
    final, original = _first(fields, "final-recipient"), _first(fields, "original-recipient")
    action = _first(fields, "action")
    if not (final or original or action):
        return None
    words = one_line(_said(fields))
    status = status_of(_first(fields, "status"), words)
    kind = _kind(action, status)
    addresses, originals = addresses_in(final), addresses_in(original)
    return Recipient(
        kind=kind,
        address=addresses[0] if addresses else (originals[0] if originals else ""),
        original=originals[-1] if originals else "",
        status=status,
        words=words,
        at=moment(_first(fields, "last-attempt-date")),
    )


def _kind(action: str, status: str) -> Kind:
    """Return what *action* (RFC 3464 §2.3.3) says; where there is none, the class of the status does."""
    word = re.match(r"[a-z]*", action.strip().lower())
    if word and word[0].startswith(("fail", "error")):  # OpenSMTPD writes "error"
        return Kind.BOUNCE
    if word and word[0].startswith("delay"):
        return Kind.DELAY
    if word and word[0] in ("delivered", "relayed", "expanded"):
        return Kind.DELIVERED
    return {"5": Kind.BOUNCE, "4": Kind.DELAY, "2": Kind.DELIVERED}.get(status[:1], Kind.OTHER)


def _first(fields: Headers, name: str) -> str:
    return next(iter(fields.get(name, ())), "")


def _said(fields: Headers) -> str:
    """Return the server's words: the diagnostic without its type ("smtp;")."""
    text = decoded(_first(fields, "diagnostic-code"))
    kind, semicolon, words = text.partition(";")
    return words if semicolon and re.fullmatch(r"\s*[\w-]{1,20}\s*", kind) else text


def returned_headers(mail: Part) -> Headers:
    """Return the headers of our mail as a report has them in its last part; empty if it has none."""
    for part in mail.leaves():
        if part.type in ("message/rfc822", "message/global", "message/global-headers", "text/rfc822-headers",
                         "message/rfc822-headers"):  # fmt: skip
            fields, _ = read_fields(part.content.lstrip(b"\n") + b"\n\n")
            if fields:
                return fields
    return {}


def whole_text(mail: Part) -> str:
    """Return the text of a mail, part by part, for what has no better structure."""
    return "\n".join(part.text if part.type.startswith("text/") else as_text(part.content) for part in mail.leaves())
