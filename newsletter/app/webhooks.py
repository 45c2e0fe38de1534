"""Takes what mail providers post when mail comes back to them."""

import threading
import time
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from newsletter.app.newsletter import Newsletter
from newsletter.app.returning import TakenMail, Taking
from newsletter.errors import NetError, StoreError
from newsletter.net.http import Limits, Request, fetch_now
from newsletter.returning import mailgun, postmark, ses, sns
from newsletter.returning.report import Kind, Report, Returned
from newsletter.returning.webhook import Json, Refused, Webhook, read_json, text

Fetch = Callable[[str], bytes]
"""Gets a page of AWS; NetError if there is none."""

MOST_FETCHES = 6
"""Certificates and confirmations asked for in a minute: whoever posts nonsense shall not make us ask others."""


@dataclass(frozen=True, kw_only=True, slots=True)
class WebhookAnswer:
    """What a provider hears.

    :param status: of HTTP.
    :param words: for a log: no address and no secret is in them.
    :param taken: what became of the reports, if it was taken.
    """

    status: int
    words: str
    taken: TakenMail | None = None


def take_webhook(
    newsletter: Newsletter,
    name: str,
    headers: Mapping[str, str],
    body: bytes,
    *,
    secret: str = "",
    fetch: Fetch | None = None,
) -> WebhookAnswer:
    """Take one post to /webhooks/NAME or /webhooks/NAME/SECRET; it reads and writes the database, so not in a loop.

    :param headers: of the request.
    :param body: no more of it than :data:`newsletter.returning.webhook.LARGEST` need be read.
    :param secret: the last part of the address, if there is one.
    :param fetch: gets AWS's certificates; by default over the web.
    """
    webhook = newsletter.settings.webhooks.get(name)
    if webhook is None:
        return WebhookAnswer(status=404, words="there is no such webhook")
    try:
        folded = {key.lower(): value for key, value in headers.items()}
        reports = _read(webhook, folded, body, secret, fetch or _certificates.fetch)
        taken = Taking(newsletter.database).returned(_returned(reports))
    except Refused as refused:
        return WebhookAnswer(status=refused.status, words=str(refused))
    except (StoreError, NetError):
        return WebhookAnswer(status=503, words="not now")  # the provider tries again
    outcomes = ", ".join(one.outcome.value for one in taken.reports) or "nothing to do"
    return WebhookAnswer(status=200, words=f"{webhook.provider}: {outcomes}", taken=taken)


def _read(webhook: Webhook, headers: Mapping[str, str], body: bytes, secret: str, fetch: Fetch) -> tuple[Report, ...]:
    """Return the reports in a post, once it is proved whose it is."""
    if webhook.provider == "postmark":
        postmark.require_known(webhook, headers, secret)
        return postmark.read_event(read_json(body))
    message = read_json(body)
    if webhook.provider == "mailgun":
        mailgun.require_signed(webhook, message, datetime.now(UTC))
        return mailgun.read_event(message)
    return _from_sns(webhook, message, fetch)


def _from_sns(webhook: Webhook, message: Json, fetch: Fetch) -> tuple[Report, ...]:
    certificate = fetch(sns.certificate_url(message, webhook.topic))
    sns.require_signed(message, certificate, datetime.now(UTC))
    kind = text(message, "Type")
    if kind == "SubscriptionConfirmation":
        if not webhook.confirm:
            raise Refused(
                403, f"the topic asks whether we want it; say so with confirm = true in [webhooks.{webhook.name}]"
            )
        fetch(sns.subscribe_url(message, webhook.topic))
        return ()
    if kind != "Notification":
        return ()
    said = message.get("Message")
    return ses.read_event(read_json(said.encode(errors="replace") if isinstance(said, str) else b""))


def _returned(reports: tuple[Report, ...]) -> Returned:
    return Returned.of(reports) if reports else Returned(kind=Kind.OTHER)


class Certificates:
    """Gets what AWS publishes, certificates once, and not too often."""

    def __init__(self) -> None:
        self._kept: dict[str, bytes] = {}
        self._asked: deque[float] = deque(maxlen=MOST_FETCHES)
        self._turn = threading.Lock()

    def fetch(self, url: str) -> bytes:
        """Return what is at *url*; NetError if there is nothing, or it was asked too often."""
        with self._turn:
            if url in self._kept:
                return self._kept[url]
            now = time.monotonic()
            if len(self._asked) == MOST_FETCHES and now - self._asked[0] < 60:
                raise NetError("asked too often", "try later", where=url)
            self._asked.append(now)
        answer = fetch_now(Request(url=url), Limits(seconds=10, octets=100_000, redirects=0))
        if answer.status != 200:
            raise NetError(f"it answers {answer.status}", "try later", where=url)
        if url.endswith(".pem"):
            with self._turn:
                self._kept = {**dict(list(self._kept.items())[-3:]), url: answer.body}
        return answer.body


_certificates = Certificates()
