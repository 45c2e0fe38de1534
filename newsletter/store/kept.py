"""All that the database keeps about one person."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, or_, select

from newsletter.model.canonical import fold_address
from newsletter.store.database import Database
from newsletter.store.forgetting import erasure_hash, went_to
from newsletter.store.schema import (
    consent_log,
    delivery,
    delivery_event,
    forgotten,
    hook_outbox,
    mailing,
    notice,
    subscriber,
    subscription,
    suppression,
    tag,
)

Row = Mapping[str, Any]


@dataclass(frozen=True, kw_only=True, slots=True)
class Kept:
    """What is kept of a person, oldest first; the rows are those of the tables, by the names of their columns.

    :param person: None where somebody is no subscriber, and is suppressed or was written to all the same.
    :param deliveries: with the ``subject`` and ``list`` of their mailing.
    :param events: with the ``issue`` of their delivery.
    :param hooks: what other programs are still to be told about them.
    :param forgotten_at: when they asked to be forgotten; then nothing else is kept.
    """

    person: Row | None
    tags: Sequence[str] = ()
    lists: Sequence[Row] = ()
    consent_log: Sequence[Row] = ()
    deliveries: Sequence[Row] = ()
    events: Sequence[Row] = ()
    suppressions: Sequence[Row] = ()
    notices: Sequence[Row] = ()
    hooks: Sequence[Row] = ()
    forgotten_at: str | None = None

    @property
    def nothing(self) -> bool:
        """Whether nobody here has or had the address."""
        return self.person is None and not (self.suppressions or self.notices or self.forgotten_at)


def kept(database: Database, address: str, *, former: bool = False) -> Kept:
    """Return what is kept of the person with *address*, in whatever case it is written.

    :param former: also of who had it once, when a mailing went there. For an editor only: an address may have passed to
        somebody else.
    """
    folded = fold_address(address)
    with database.reading() as connection:
        trace = erasure_hash(database.oldest_key, folded)
        forgotten_at = connection.execute(select(forgotten.c.at).where(forgotten.c.hash == trace)).scalar()
        found = _rows(connection, select(subscriber).where(subscriber.c.folded == folded))
        if not found and former:
            had = select(delivery.c.subscriber).where(went_to([folded]))
            found = _rows(connection, select(subscriber).where(subscriber.c.number.in_(had)).order_by("number"))
        if not found:
            return Kept(
                person=None,
                suppressions=_suppressions(connection, [folded]),
                notices=_notices(connection, notice.c.folded == folded),
                forgotten_at=forgotten_at,
            )
        number = found[0]["number"]
        deliveries = _deliveries(connection, number)
        addresses = sorted({folded, *(row["folded"] for row in deliveries)})
        return Kept(
            person={**found[0], "attributes": json.loads(found[0]["attributes"])},
            tags=_tags(connection, number),
            lists=_lists(connection, number),
            consent_log=_consents(connection, number),
            deliveries=deliveries,
            events=_events(connection, number),
            suppressions=_suppressions(connection, _own(connection, number, addresses)),
            notices=_notices(connection, or_(notice.c.subscriber == number, notice.c.folded == folded)),
            hooks=_hooks(connection, number),
        )  # fmt: skip


def _rows(connection: Connection, query: Select[Any]) -> list[Row]:
    return [dict(row) for row in connection.execute(query).mappings()]


def _tags(connection: Connection, number: int) -> list[str]:
    query = select(tag.c.tag).where(tag.c.subscriber == number).order_by(tag.c.tag)
    return list(connection.execute(query).scalars())


def _consents(connection: Connection, number: int) -> list[Row]:
    query = select(consent_log).where(consent_log.c.subscriber == number).order_by(consent_log.c.number)
    return _rows(connection, query)


def _lists(connection: Connection, number: int) -> list[Row]:
    query = select(subscription).where(subscription.c.subscriber == number).order_by(subscription.c.list)
    rows = _rows(connection, query)
    return [{**row, "without": json.loads(row["without"] or "[]")} for row in rows]


def _deliveries(connection: Connection, number: int) -> list[Row]:
    query = (
        select(delivery, mailing.c.subject, mailing.c.list)
        .join(mailing, mailing.c.number == delivery.c.mailing)
        .where(delivery.c.subscriber == number)
        .order_by(delivery.c.number)
    )
    return [{**row, "variant": json.loads(row["variant"] or "[]")} for row in _rows(connection, query)]


def _events(connection: Connection, number: int) -> list[Row]:
    query = (
        select(delivery_event, delivery.c.issue)
        .join(delivery, delivery.c.number == delivery_event.c.delivery)
        .where(delivery.c.subscriber == number)
        .order_by(delivery_event.c.at, delivery_event.c.number)
    )
    return _rows(connection, query)


def _own(connection: Connection, number: int, folded: Sequence[str]) -> Sequence[str]:
    """Return those of a person's addresses that have not passed to somebody else."""
    others = select(subscriber.c.folded).where(subscriber.c.folded.in_(folded), subscriber.c.number != number)
    passed_on = set(connection.execute(others).scalars())
    return [one for one in folded if one not in passed_on]


def _suppressions(connection: Connection, folded: Sequence[str]) -> list[Row]:
    return _rows(connection, select(suppression).where(suppression.c.folded.in_(folded)).order_by("folded", "list"))


def _notices(connection: Connection, those: ColumnElement[bool]) -> list[Row]:
    rows = _rows(connection, select(notice).where(those).order_by(notice.c.number))
    return [{**row, "facts": json.loads(row["facts"])} for row in rows]


def _hooks(connection: Connection, number: int) -> list[Row]:
    rows = _rows(connection, select(hook_outbox).where(hook_outbox.c.subscriber == number).order_by("number"))
    return [{**row, "body": json.loads(row["body"])} for row in rows]
