"""Mailgun (documentation.mailgun.com/docs/mailgun/user-manual/events/webhooks, …/securing-webhooks)."""

import hmac
from collections.abc import Iterator
from datetime import datetime, timedelta

from newsletter.returning import mark
from newsletter.returning.delivery_status import addresses_in
from newsletter.returning.mark import Mark
from newsletter.returning.mime import one_line
from newsletter.returning.report import Kind, Report
from newsletter.returning.status import status_of
from newsletter.returning.webhook import Json, Refused, Webhook, event_id, moment, same, text

OLDEST = timedelta(hours=10)
"""Mailgun tries again for eight hours."""
AHEAD = timedelta(minutes=10)
"""How far its clock may be before ours."""


def require_signed(webhook: Webhook, message: Json, now: datetime) -> None:
    """Refuse a post that Mailgun did not sign, or not lately.

    :raises Refused: then; with 406 Mailgun does not try again.
    """
    stamp, token = text(message, "signature", "timestamp"), text(message, "signature", "token")
    at = moment(stamp)
    ours = hmac.new(webhook.secret.encode(), f"{stamp}{token}".encode(), "sha256").hexdigest()
    if not token or not same(ours, text(message, "signature", "signature")):
        raise Refused(406, "the signature does not hold")
    if at is None or not -AHEAD <= now - at <= OLDEST:
        raise Refused(406, "the signature is too old")


def read_event(message: Json) -> tuple[Report, ...]:
    """Return the report in one event of Mailgun; none where it tells of nothing that came back."""
    event = message.get("event-data")
    if not isinstance(event, dict):
        return ()
    name, reason = text(event, "event"), text(event, "reason")
    if name == "complained" or (name == "failed" and reason == "suppress-complaint"):
        return (_report(Kind.COMPLAINT, event, words="abuse, by Mailgun"),)
    if name == "unsubscribed" or (name == "failed" and reason == "suppress-unsubscribe"):
        return (_report(Kind.UNSUBSCRIBE, event, words="unsubscribed at Mailgun"),)
    if name != "failed":
        return ()
    words = text(event, "delivery-status", "message") or text(event, "delivery-status", "description") or reason
    code = text(event, "delivery-status", "code")
    status = status_of(text(event, "delivery-status", "enhanced-code"), f"{code} {words}")
    if reason == "suppress-bounce":
        status = "5.1.1"  # it has learnt so itself, and sends there no more
    kind = Kind.DELAY if text(event, "severity") == "temporary" else Kind.BOUNCE
    return (_report(kind, event, status=status, words=words),)


def _report(kind: Kind, event: Json, *, status: str = "", words: str) -> Report:
    address = next(iter(addresses_in(text(event, "recipient"))), "")
    return Report(
        kind=kind,
        id=event_id("mailgun", text(event, "id"), kind, address),
        address=address,
        status=status,
        words=one_line(words),
        marks=_marks(event),
        at=moment(str(event.get("timestamp"))),
        vouched=True,
    )


def _marks(event: Json) -> tuple[Mark, ...]:
    def found() -> Iterator[Mark]:
        yield from mark.return_paths([text(event, "envelope", "sender")])
        yield from mark.message_ids(f"<{text(event, 'message', 'headers', 'message-id').strip('<>')}>")

    return mark.first(found())
