"""Reads a mail that came back: bytes in, a value out; it never raises, whatever the bytes are.

What a mail is, is asked in this order, and the first answer holds:

======================================================  =====================================================
a notification in it (RFC 3464)                         bounce, delay or delivered, recipient by recipient
a feedback report in it (RFC 5965)                      complaint
a subject "unsubscribe", or "unsubscribe 42.7.TOKEN"    unsubscribe
by a mail server, and flufl.bounce finds somebody       bounce or delay
written by a machine for a person (RFC 3834)            auto-reply
anything else                                           a person's mail
======================================================  =====================================================
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from hashlib import sha256

from newsletter.returning import complaint, delivery_status, heuristics, mark
from newsletter.returning.dates import moment
from newsletter.returning.delivery_status import Recipient, addresses_in, returned_headers, whole_text
from newsletter.returning.mark import Mark
from newsletter.returning.mime import Headers, Part, as_text, decoded, one_line, read_part
from newsletter.returning.report import Kind, Report, Returned
from newsletter.returning.status import status_of

ARRIVED_AT = (
    "delivered-to", "x-original-to", "envelope-to", "x-envelope-to", "x-delivered-to", "original-recipient",
    "x-rcpt-to", "apparently-to", "to", "cc",
)  # fmt: skip
"""Headers in which the address stands that a report came to: the return path of our mail."""

_UNSUBSCRIBE = re.compile(r"(?:re\s*:|aw\s*:|fwd?\s*:|\s)*(unsubscribe|abmelden|abbestellen)\b[\s:.!]*(\S*)\s*", re.I)
_AUTO_SUBJECT = re.compile(
    r"\s*(auto(matic(ally)?|matische)?[ :-]*(reply|response|antwort)|auto:|autoreply|out of (the )?office|"
    r"abwesen|vacation|away from)",
    re.I,
)


def read_returned(data: bytes, *, came_to: Iterable[str] = ()) -> Returned:
    """Read a mail that came back.

    :param came_to: the envelope's recipients, where they are known.
    """
    mail = read_part(data)
    arrival = [*came_to, *(value for name in ARRIVED_AT for value in mail.headers.get(name, ())[:10])]
    return (
        _by_notification(mail, data, arrival)
        or _by_feedback(mail, arrival)
        or _by_unsubscribing(mail, arrival)
        or _by_a_daemon(mail, data, arrival)
        or Returned(kind=Kind.AUTO_REPLY if _is_automatic(mail) else Kind.MAIL)
    )


def _by_notification(mail: Part, data: bytes, arrival: Sequence[str]) -> Returned | None:
    parts = list(delivery_status.status_parts(mail))
    if not parts or not (mail.type == "multipart/report" or heuristics.by_a_daemon(mail) or _without_sender(mail)):
        return None  # a person who forwards a notification asks about it
    found = [one for part in parts for one in delivery_status.recipients(part)]
    about = [one for one in found if one.kind in (Kind.BOUNCE, Kind.DELAY)]
    if not about:
        return _by_a_daemon(mail, data, arrival) or Returned(
            kind=Kind.DELIVERED if any(one.kind is Kind.DELIVERED for one in found) else Kind.OTHER
        )
    returned = returned_headers(mail)
    marks = _marks(arrival, returned)
    also = _readers(returned)
    got = len(about) < len(found) and any(one.kind is Kind.DELIVERED for one in found)
    return Returned.of([_bounce(one, mail, marks, also, got) for one in about])


def _bounce(one: Recipient, mail: Part, marks: tuple[Mark, ...], also: Sequence[str], got: bool) -> Report:
    return Report(
        kind=one.kind,
        id=_id(mail, one.kind, one.address, one.status),
        address=one.address,
        also=_others(one.address, [one.original, *also]),
        status=one.status,
        words=one.words,
        marks=marks,
        at=one.at or _written(mail),
        partial=got,
    )


def _by_feedback(mail: Part, arrival: Sequence[str]) -> Returned | None:
    feedback = complaint.feedback(mail)
    if not feedback:
        return None
    if not feedback.meant:
        return Returned(kind=Kind.OTHER)
    returned = returned_headers(mail)
    # Microsoft's reports name the reader here, and leave them out of the rest.
    named = [a for v in returned.get("x-hmxmroriginalrecipient", ())[:2] for a in addresses_in(v)]
    addresses = [*feedback.addresses, *named]
    address = addresses[0] if addresses else ""
    report = Report(
        kind=Kind.COMPLAINT,
        id=_id(mail, Kind.COMPLAINT, address, feedback.type),
        address=address,
        also=_others(address, [*addresses, *_readers(returned)]),
        words=one_line(f"{feedback.type}, by {feedback.by}" if feedback.by else feedback.type),
        marks=_marks([feedback.return_path, *arrival], returned, tickets=True),
        at=feedback.at or _written(mail),
    )
    return Returned.of([report])


def _by_unsubscribing(mail: Part, arrival: Sequence[str]) -> Returned | None:
    """Read what the mailto address in List-Unsubscribe makes: its subject is "unsubscribe 42.7.TOKEN"."""
    subject = one_line(decoded(mail.value("subject")), 500)
    asked = _UNSUBSCRIBE.fullmatch(subject)
    if not asked or heuristics.by_a_daemon(mail):
        return None
    address = next(iter(addresses_in(mail.value("from"))), "")
    report = Report(
        kind=Kind.UNSUBSCRIBE,
        id=_id(mail, Kind.UNSUBSCRIBE, address, asked[2]),
        address=address,
        words="a mail that says unsubscribe",
        marks=mark.first([*mark.tickets(asked[2]), *mark.return_paths(arrival)]),
        at=_written(mail),
    )
    return Returned.of([report])


def _by_a_daemon(mail: Part, data: bytes, arrival: Sequence[str]) -> Returned | None:
    """Read a bounce without a notification: flufl.bounce says whom it is about, its words say why."""
    if not heuristics.by_a_daemon(mail) or _AUTO_SUBJECT.match(decoded(mail.value("subject"))):
        return None
    failed, later = heuristics.failures(data)
    if not failed and (named := addresses_in(mail.value("x-failed-recipients"))):
        failed = named[:1]
    text = whole_text(mail)
    if not failed and not later:
        return _by_return_path(mail, arrival, text)
    marks = mark.first([*_marks(arrival, returned_headers(mail)), *mark.message_ids(text), *mark.return_paths([text])])
    reports = []
    for kind, addresses in ((Kind.BOUNCE, failed), (Kind.DELAY, later)):
        for address in addresses[:10]:
            words = _words_about(address, text)
            status = status_of("", words)
            reports.append(
                Report(
                    kind=kind, id=_id(mail, kind, address, status), address=address,
                    also=_others(address, _readers(returned_headers(mail))), status=status, words=one_line(words),
                    marks=marks, at=_written(mail),
                )
            )  # fmt: skip
    return Returned.of(reports)


def _by_return_path(mail: Part, arrival: Sequence[str], text: str) -> Returned | None:
    """Read a bounce that names nobody: whose it is, its own address says, and a code in it that it is one."""
    marks, status = mark.first(mark.return_paths(arrival)), status_of("", text)
    if not marks or not status:
        return None
    line = next((line for line in text.split("\n") if status_of("", line) == status), "")
    kind = Kind.BOUNCE if status.startswith("5") else Kind.DELAY
    return Returned.of(
        [
            Report(
                kind=kind, id=_id(mail, kind, "", status), status=status, words=one_line(line), marks=marks,
                at=_written(mail),
            )
        ]
    )  # fmt: skip


def _words_about(address: str, text: str) -> str:
    """Return what stands behind *address*, up to an empty line: so qmail, Exim and most others write it."""
    at = text.lower().find(address.lower())
    if at < 0:
        return ""
    behind = text[at + len(address) : at + len(address) + 2000]
    return re.split(r"\n\s*\n", behind.lstrip(">: \t\r\n"), maxsplit=1)[0]


def _marks(arrival: Iterable[str], returned: Headers, *, tickets: bool = False) -> tuple[Mark, ...]:
    """Return our marks: where the report came to first, then those of the mail that it returns."""

    def found() -> Iterator[Mark]:
        yield from mark.return_paths(arrival)
        yield from mark.return_paths(returned.get("return-path", ())[:3])
        for value in returned.get("message-id", ())[:3]:
            yield from mark.message_ids(value)
        for value in returned.get("list-unsubscribe", ())[:3] if tickets else ():
            yield from mark.tickets(value.replace("%20", " "))

    return mark.first(found())


def _readers(returned: Headers) -> list[str]:
    """Return whom our mail was to, as the report returns it."""
    return [address for value in returned.get("to", ())[:2] for address in addresses_in(value)[:3]]


def _others(address: str, others: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(other for other in others if other and other != address))


def _written(mail: Part) -> datetime | None:
    return moment(mail.value("date"))


def _without_sender(mail: Part) -> bool:
    return mail.value("return-path").replace(" ", "") == "<>"


def _is_automatic(mail: Part) -> bool:
    """Return whether a machine wrote *mail* for a person (RFC 3834 §5, and what older ones write instead)."""
    submitted = mail.value("auto-submitted").strip().lower()
    if submitted and not submitted.startswith("no"):
        return True
    if any(mail.value(name) for name in ("x-autoreply", "x-autorespond", "x-autoresponder", "x-auto-reply")):
        return True
    precedence = mail.value("precedence").strip().lower()
    if precedence in ("auto_reply", "auto-reply", "junk") or _without_sender(mail) or heuristics.by_a_daemon(mail):
        return True
    return bool(_AUTO_SUBJECT.match(decoded(mail.value("subject"))))


def _id(mail: Part, *about: str) -> str:
    """Return what is the same for the same report, whichever way it came: through a Maildir, LMTP or a pipe.

    Servers add headers on the way, so it is made of the report's own Message-ID; where it has none, of its body.
    """
    own = mail.value("message-id") or as_text(mail.body)
    return sha256("\0".join(["mail", own, *about]).encode(errors="replace")).hexdigest()
