"""Postmark (postmarkapp.com/developer/webhooks: bounce, spam complaint and subscription change webhooks)."""

from collections.abc import Mapping

from newsletter.returning import mark
from newsletter.returning.delivery_status import addresses_in
from newsletter.returning.mime import one_line
from newsletter.returning.report import Kind, Report
from newsletter.returning.status import status_of
from newsletter.returning.webhook import Json, Refused, Webhook, basic_auth, event_id, moment, same, text

_CODES: Mapping[str, str] = {
    "HardBounce": "5.1.1", "BadEmailAddress": "5.1.3", "SoftBounce": "5.2.0", "Undeliverable": "5.0.0",
}  # fmt: skip
"""What Postmark calls a bounce, where the server's own code is not in its details: HardBounce is "unknown user"."""
_POLICY = frozenset({"Blocked", "ISPBlock", "SpamNotification", "VirusNotification", "DMARCPolicy"})
_DELAYED = frozenset({"Transient", "DnsError"})


def require_known(webhook: Webhook, headers: Mapping[str, str], secret: str) -> None:
    """Refuse who does not know the secret: as the password of the address, or as its last part.

    :raises Refused: then.
    """
    if webhook.username:
        username, password = basic_auth(headers)
        known = same(username, webhook.username) & same(password, webhook.secret)
    else:
        known = same(secret, webhook.secret)
    if not known:
        raise Refused(401, "who are you?")


def read_event(event: Json) -> tuple[Report, ...]:
    """Return the report in one event of Postmark; none where it tells of nothing that came back."""
    record, named = text(event, "RecordType"), text(event, "Type")
    if record == "SpamComplaint" or named == "SpamComplaint":
        return (_report(Kind.COMPLAINT, event, words="abuse, by Postmark"),)
    if record == "SubscriptionChange":
        by_reader = text(event, "Origin") == "Recipient" and text(event, "SuppressionReason") == "ManualSuppression"
        asked = event.get("SuppressSending") is True and by_reader
        return (_report(Kind.UNSUBSCRIBE, event, words="unsubscribed at Postmark"),) if asked else ()
    if record != "Bounce":
        return ()
    words = text(event, "Details") or text(event, "Description")
    if named in _DELAYED:
        return (_report(Kind.DELAY, event, status=status_of("", words), words=words),)
    if named in _POLICY:
        return (_report(Kind.BOUNCE, event, status="5.7.1", words=words),)
    if named in _CODES:
        said = status_of("", words)
        status = _CODES[named] if not said or said.endswith(".0.0") else said
        return (_report(Kind.BOUNCE, event, status=status, words=words),)
    return ()


def _report(kind: Kind, event: Json, *, status: str = "", words: str) -> Report:
    address = next(iter(addresses_in(text(event, "Email") or text(event, "Recipient"))), "")
    own = text(event, "ID") or text(event, "MessageID")
    return Report(
        kind=kind,
        id=event_id("postmark", own, kind, address, text(event, "ChangedAt")),
        address=address,
        status=status,
        words=one_line(words),
        marks=mark.first(mark.return_paths([text(event, "From")])),
        at=moment(text(event, "BouncedAt") or text(event, "ChangedAt")),
        vouched=True,
    )
