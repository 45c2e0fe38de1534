"""Moves consents: each from where it stood when it was judged, logged and told in the same transaction."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, insert, select, text

from newsletter.errors import StoreError, SubscriberError
from newsletter.model.canonical import fold_address
from newsletter.model.hook import Event, Hooks
from newsletter.model.subscriber import Consent, Provenance, Way
from newsletter.store.bulk import Bulk
from newsletter.store.hook_outbox import tell
from newsletter.store.schema import consent_log, subscriber, subscription

Change = dict[str, Any]
"""A consent that is to move, as :func:`change` makes it."""

_TOLD: dict[Consent, tuple[Event, ...]] = {
    Consent.PENDING: (Event.SUBSCRIBED,),
    Consent.CONFIRMED: (Event.CONFIRMED,),
    Consent.UNSUBSCRIBED: (Event.UNSUBSCRIBED,),
}


def number_of(connection: Connection, address: str) -> int:
    """Return the number of the person with *address*.

    :raises SubscriberError: when nobody has it.
    """
    query = select(subscriber.c.number).where(subscriber.c.folded == fold_address(address))
    number: int | None = connection.execute(query).scalar_one_or_none()
    if number is None:
        raise SubscriberError(f"{address} is not known here", "newsletter subscribers list shows who is")
    return number


def entered(connection: Connection, address: str, at: str, language: str = "") -> tuple[int, bool]:
    """Return the number of the person with *address*, and whether they were known; who was not is entered, nameless."""
    folded = fold_address(address)
    query = select(subscriber.c.number).where(subscriber.c.folded == folded)
    number: int | None = connection.execute(query).scalar_one_or_none()
    if number is not None:
        return number, True
    row = insert(subscriber).values(address=address, folded=folded, name="", created=at, language=language)
    return int(connection.execute(row.returning(subscriber.c.number)).scalar_one()), False


def standing_of(connection: Connection, number: int) -> dict[str, Consent]:
    """Return how each list of a person stands."""
    query = select(subscription.c.list, subscription.c.consent).where(subscription.c.subscriber == number)
    return {row.list: Consent(row.consent) for row in connection.execute(query)}


def change(
    number: int, list_name: str, consent: Consent, provenance: Provenance, at: str, standing: Consent | None
) -> Change:
    """Return the move of one consent to *consent*.

    :param standing: where it stands, None for nowhere; it moves from there alone.
    """
    return {
        "subscriber": number,
        "list": list_name,
        "consent": consent.value,
        "basis": provenance.basis,
        "at": at,
        "standing": standing.value if standing else None,
        "way": provenance.way.value,
        "source": provenance.source,
        "wording": provenance.wording,
        "ip": provenance.ip,
    }


def move(connection: Connection, changes: Sequence[Change], hooks: Hooks) -> None:
    """Move each consent from where it stood when it was judged, log it, and tell the hooks.

    What an import brings is told to nobody: it did not happen now.

    :raises StoreError: when one stands elsewhere by now; then none has moved.
    """
    begun = [change for change in changes if change["standing"] is None]
    moved = [change for change in changes if change["standing"] is not None]
    if begun:
        connection.execute(_BEGIN, begun)
    if moved and connection.execute(_MOVE, moved).rowcount != len(moved):
        raise StoreError("a consent changed while it was being changed", "nothing was changed; try again")
    if changes:
        connection.execute(_LOG, changes)
    if hooks:
        for one in changes:
            _tell(connection, one, hooks)


def bring(bulk: Bulk, begun: Sequence[tuple[Any, ...]], logged: Sequence[tuple[Any, ...]]) -> None:
    """Enter consents of people who were not on the list, with how they came about; an import is told to nobody.

    :param begun: subscriber, list, consent, basis, since, without, paused until.
    :param logged: subscriber, list, consent, basis, at, way, source, wording, IP address.
    """
    bulk.insert(subscription, _BEGUN, begun)
    bulk.insert(consent_log, _LOGGED, logged)


def _tell(connection: Connection, change: Change, hooks: Hooks) -> None:
    if change["way"] == Way.IMPORT:
        return
    events = _TOLD[Consent(change["consent"])]
    if change["standing"] is None and change["consent"] == Consent.CONFIRMED:
        events = (Event.SUBSCRIBED, *events)
    for event in events:
        if event in hooks:
            tell(
                connection, hooks, event, at=change["at"], subscriber_number=change["subscriber"],
                facts={"list": change["list"], "consent": change["consent"], "way": change["way"]},
            )  # fmt: skip


_BEGUN = ("subscriber", "list", "consent", "basis", "since", "without", "paused_until")
_LOGGED = ("subscriber", "list", "consent", "basis", "at", "way", "source", "wording", "ip")
_BEGIN = text(
    "INSERT INTO subscription (subscriber, list, consent, basis, since)"
    " VALUES (:subscriber, :list, :consent, :basis, :at)"
)
_MOVE = text(
    "UPDATE subscription SET consent = :consent, basis = :basis, since = :at"
    " WHERE subscriber = :subscriber AND list = :list AND consent = :standing"
)
_LOG = text(
    "INSERT INTO consent_log (subscriber, list, consent, basis, at, way, source, wording, ip)"
    " VALUES (:subscriber, :list, :consent, :basis, :at, :way, :source, :wording, :ip)"
)
