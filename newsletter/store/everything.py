"""All that the database keeps of its people, as a file can carry it to another one; what a mailing did is not in it."""

from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import Any

from sqlalchemy import Connection, Row, select

from newsletter.model.address import Address
from newsletter.model.incoming import Arrival, ForgottenTrace, Incoming, IncomingConsent
from newsletter.model.subscriber import Consent, ConsentEntry
from newsletter.model.suppression import Kind, Suppression
from newsletter.store.bulk import Bulk
from newsletter.store.database import Database
from newsletter.store.schema import consent_log, forgotten, subscriber, subscription, suppression, tag

GROUP = 500
_LOG = ("list", "consent", "basis", "at", "way", "source", "wording", "ip")


def everything(database: Database, list_name: str | None = None) -> Iterator[Arrival]:
    """Yield everything, lazily, as it all was at the first: the forgotten, people by their numbers, suppressions.

    :param list_name: only the people of this list, and what concerns it.
    """
    with database.reading() as connection:
        for row in connection.execute(select(forgotten.c.hash, forgotten.c.at).order_by(forgotten.c.hash)):
            yield ForgottenTrace(hash=row.hash, at=row.at)
        yield from _people(connection, list_name)
        query = select(suppression).order_by(suppression.c.folded, suppression.c.list)
        if list_name is not None:
            query = query.where(suppression.c.list.in_(("", list_name)))
        for row in connection.execute(query, execution_options={"yield_per": GROUP}):
            yield Suppression(
                address=row.folded, list=row.list, kind=Kind(row.kind), reason=row.reason, since=row.since
            )  # fmt: skip


def _people(connection: Connection, list_name: str | None) -> Iterator[Incoming]:
    query = select(subscriber).where(subscriber.c.forgotten_at.is_(None)).order_by(subscriber.c.number).limit(GROUP)
    if list_name is not None:
        theirs = select(subscription.c.subscriber).where(subscription.c.list == list_name)
        query = query.where(subscriber.c.number.in_(theirs))
    bulk = Bulk(connection)
    last = 0
    while rows := connection.execute(query.where(subscriber.c.number > last)).all():
        last = rows[-1].number
        yield from _group(bulk, rows, list_name)


def _group(bulk: Bulk, rows: Sequence[Row[Any]], list_name: str | None) -> Iterator[Incoming]:
    numbers = [row.number for row in rows]
    tags = _by_person(bulk.select(tag, ("subscriber", "tag"), "subscriber", numbers), "tag")
    names = ("subscriber", "list", "consent", "basis", "since", "without", "paused_until")
    consents = _by_person(bulk.select(subscription, names, "subscriber", numbers), "list")
    log = _by_person(bulk.select(consent_log, ("subscriber", "number", *_LOG), "subscriber", numbers), "number")
    for row in rows:
        yield Incoming(
            address=Address(address=row.address, name=row.name),
            created=row.created,
            language=row.language,
            timezone=row.timezone,
            attributes=row.attributes,
            tags=tuple(one.tag for one in tags.get(row.number, ())),
            consents=tuple(_consent(one) for one in consents.get(row.number, ()) if list_name in (None, one.list)),
            log=tuple(_entry(one) for one in log.get(row.number, ()) if list_name in (None, one.list)),
        )


def _by_person(rows: Sequence[Row[Any]], order: str) -> dict[int, list[Row[Any]]]:
    ordered = sorted(rows, key=lambda row: (row.subscriber, getattr(row, order)))
    return {number: list(theirs) for number, theirs in groupby(ordered, key=lambda row: row.subscriber)}


def _consent(row: Row[Any]) -> IncomingConsent:
    return IncomingConsent(
        list=row.list,
        consent=Consent(row.consent),
        basis=row.basis,
        at=row.since,
        without=row.without,
        paused_until=row.paused_until,
    )


def _entry(row: Row[Any]) -> ConsentEntry:
    values = {name: getattr(row, name) for name in _LOG}
    return ConsentEntry(**(values | {"consent": Consent(row.consent)}))
