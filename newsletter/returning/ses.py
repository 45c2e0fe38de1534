"""Amazon SES, which tells by SNS (docs.aws.amazon.com/ses/latest/dg/notification-contents.html)."""

from collections.abc import Iterator

from newsletter.model.bounce import NOBODY
from newsletter.returning import mark
from newsletter.returning.complaint import MEANT
from newsletter.returning.delivery_status import addresses_in
from newsletter.returning.mark import Mark
from newsletter.returning.mime import one_line
from newsletter.returning.report import Kind, Report
from newsletter.returning.status import status_of
from newsletter.returning.webhook import Json, event_id, moment, rows, text

_CODES = {
    "NoEmail": "5.1.1", "Suppressed": "5.1.1", "OnAccountSuppressionList": "5.1.1", "MailboxFull": "5.2.2",
    "MessageTooLarge": "5.3.4", "ContentRejected": "5.7.1", "AttachmentRejected": "5.7.1",
}  # fmt: skip
"""What SES calls a bounce, in RFC 3463's words."""


def read_event(event: Json) -> tuple[Report, ...]:
    """Return the reports in one event of SES; none where it tells of nothing that came back."""
    kind = text(event, "notificationType") or text(event, "eventType")
    reader = {"Bounce": _bounces, "Complaint": _complaints, "DeliveryDelay": _delays}.get(kind)
    return tuple(reader(event)) if reader else ()


def _bounces(event: Json) -> Iterator[Report]:
    permanent = text(event, "bounce", "bounceType") == "Permanent"
    named = _CODES.get(text(event, "bounce", "bounceSubType"), "")
    for row in rows(event, "bounce", "bouncedRecipients"):
        words = text(row, "diagnosticCode")
        status = status_of(text(row, "status"), words)
        if not (status or named or permanent):
            continue  # so SES tells that somebody's machine answered that they are away
        if not permanent and status in NOBODY:
            status = "4.0.0"  # SES knows better: it goes on sending there
        if not status or (permanent and named in NOBODY):
            status = named or "5.0.0"
        yield _report(Kind.BOUNCE, event, "bounce", text(row, "emailAddress"), status, words)


def _delays(event: Json) -> Iterator[Report]:
    for row in rows(event, "deliveryDelay", "delayedRecipients"):
        words = text(row, "diagnosticCode")
        status = status_of(text(row, "status"), words)
        yield _report(Kind.DELAY, event, "deliveryDelay", text(row, "emailAddress"), status, words)


def _complaints(event: Json) -> Iterator[Report]:
    meant = text(event, "complaint", "complaintFeedbackType") or "abuse"
    if meant not in MEANT:
        return
    by = text(event, "complaint", "userAgent")
    for row in rows(event, "complaint", "complainedRecipients"):
        words = f"{meant}, by {by}" if by else meant
        yield _report(Kind.COMPLAINT, event, "complaint", text(row, "emailAddress"), "", words)


def _report(kind: Kind, event: Json, part: str, named: str, status: str, words: str) -> Report:
    address = next(iter(addresses_in(named)), "")
    own = text(event, part, "feedbackId") or text(event, "mail", "messageId")
    at = text(event, part, "timestamp")
    return Report(
        kind=kind,
        id=event_id("ses", own, kind, address, at if kind is Kind.DELAY else ""),
        address=address,
        status=status,
        words=one_line(words),
        marks=_marks(event),
        at=moment(at),
        vouched=True,
    )


def _marks(event: Json) -> tuple[Mark, ...]:
    """Return our marks: SES keeps the envelope's sender, and our headers where it is told to include them."""

    def found() -> Iterator[Mark]:
        yield from mark.return_paths([text(event, "mail", "source")])
        for row in rows(event, "mail", "headers"):
            if text(row, "name").lower() == "list-unsubscribe":
                yield from mark.tickets(text(row, "value").replace("%20", " "))

    return mark.first(found())
