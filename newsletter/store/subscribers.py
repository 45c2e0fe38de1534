"""Subscribers and their consent: every change is guarded, and logged in the same transaction."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from sqlalchemy import Row, func, select, tuple_, update

from newsletter.errors import SubscriberError
from newsletter.model.address import Address
from newsletter.model.canonical import fold_address
from newsletter.model.incoming import Incoming, IncomingConsent
from newsletter.model.segment import EVERYBODY, Selection
from newsletter.model.subscriber import Consent, ConsentEntry, Provenance, Subscriber, Subscription, Way
from newsletter.store.arrivals import enter_arrivals
from newsletter.store.audience import reachable, selected
from newsletter.store.consent import ImportResult, Outcome, judge, require_provenance
from newsletter.store.consent_moves import change, entered, move, number_of, standing_of
from newsletter.store.database import Database
from newsletter.store.forgetting import forgotten_among, readmit
from newsletter.store.moment import Clock, utc_now, written
from newsletter.store.schema import consent_log, subscriber, subscription, tag

BATCH = 500
"""People whose standing is asked for at once."""


class SubscriberStore:
    """The people in the database.

    :param clock: tells the time of a change.
    """

    def __init__(self, database: Database, *, clock: Clock = utc_now) -> None:
        self._database = database
        self._clock = clock

    def add(self, person: Address, list_name: str, *, consent: Consent, basis: str) -> Outcome:
        """Enter one person by hand: the one way in which somebody who unsubscribed comes back, when confirmed.

        :raises SubscriberError: when they unsubscribed and this is no confirmation; when a basis is needed.
        """
        told = require_provenance(consent, Provenance(way=Way.EDITOR, basis=basis))
        at, folded, key = written(self._clock()), fold_address(person.address), self._database.oldest_key
        with self._database.writing() as connection:
            if forgotten_among(connection, key, [folded]):
                if consent is not Consent.CONFIRMED:
                    raise _stays_out(person, "asked to be forgotten")
                readmit(connection, key, folded)
            number, _ = entered(connection, person.address, at)
            standing = standing_of(connection, number).get(list_name)
            outcome = judge(standing, consent, told.way)
            if outcome is Outcome.KEPT_OUT:
                raise _stays_out(person, f"unsubscribed from {list_name}")
            if outcome is not Outcome.UNCHANGED:
                move(connection, [change(number, list_name, consent, told, at, standing)], self._database.hooks)
            if person.name:
                connection.execute(update(subscriber).where(subscriber.c.number == number).values(name=person.name))
        return outcome

    def import_all(self, people: Iterable[Address], list_name: str, *, consent: Consent, basis: str) -> ImportResult:
        """Enter people of a file, all in one transaction; *people* may be lazy.

        Who unsubscribed stays so, who is confirmed stays so, and a name that is known already is kept.

        :raises SubscriberError: when a basis is needed.
        """
        told = require_provenance(consent, Provenance(way=Way.IMPORT, basis=basis))
        consents = (IncomingConsent(list=list_name, consent=consent, basis=told.basis),)
        arrivals = (Incoming(address=person, consents=consents) for person in people)
        return enter_arrivals(self._database, arrivals, clock=self._clock)

    def unsubscribe(
        self, address: str, list_name: str | None = None, *, basis: str, way: Way = Way.EDITOR, source: str = ""
    ) -> tuple[str, ...]:
        """Take a person off one list, or off all; return the lists that they were on until now.

        :raises SubscriberError: when the person, or the person on that list, is not known.
        """
        provenance = require_provenance(Consent.UNSUBSCRIBED, Provenance(way=way, basis=basis, source=source))
        at = written(self._clock())
        with self._database.writing() as connection:
            number = number_of(connection, address)
            standing = standing_of(connection, number)
            if list_name is not None and list_name not in standing:
                lists = ", ".join(sorted(standing)) or "none"
                raise SubscriberError(f"{address} is not on the list {list_name}", f"lists of theirs: {lists}")
            leaving = [
                name for name, consent in sorted(standing.items())
                if consent is not Consent.UNSUBSCRIBED and list_name in (None, name)
            ]  # fmt: skip
            gone = Consent.UNSUBSCRIBED
            changes = [change(number, name, gone, provenance, at, standing[name]) for name in leaving]
            move(connection, changes, self._database.hooks)
        return tuple(leaving)

    def leave(self, number: int, list_name: str | None, provenance: Provenance) -> bool:
        """Take the person with that number off one list, or off all; say whether there is such a person.

        Nothing changes where they had left before.
        """
        at = written(self._clock())
        with self._database.writing() as connection:
            standing = standing_of(connection, number)
            leaving = [
                name for name, consent in sorted(standing.items())
                if consent is not Consent.UNSUBSCRIBED and list_name in (None, name)
            ]  # fmt: skip
            gone = Consent.UNSUBSCRIBED
            changes = [change(number, name, gone, provenance, at, standing[name]) for name in leaving]
            move(connection, changes, self._database.hooks)
        return bool(standing)

    def leave_all(self, leaving: Mapping[tuple[int, str], Provenance]) -> None:
        """Take each person off one list, all in one transaction; nothing changes where they had left before.

        :param leaving: how it came about, by the person's number and the list.
        """
        at = written(self._clock())
        theirs = tuple_(subscription.c.subscriber, subscription.c.list).in_(list(leaving))
        query = select(subscription.c.subscriber, subscription.c.list, subscription.c.consent).where(theirs)
        gone = Consent.UNSUBSCRIBED
        with self._database.writing() as connection:
            changes = [
                change(number, name, gone, leaving[number, name], at, Consent(consent))
                for number, name, consent in connection.execute(query)
                if consent != gone
            ]
            move(connection, changes, self._database.hooks)

    def find(self, address: str) -> Subscriber | None:
        """Return the person with *address*, in whatever case it is written."""
        query = select(subscriber).where(subscriber.c.folded == fold_address(address))
        with self._database.reading() as connection:
            row = connection.execute(query).one_or_none()
        return _subscriber(row) if row else None

    def with_number(self, number: int) -> Subscriber | None:
        """Return the person with that number; None if there is none, or they are forgotten."""
        query = select(subscriber).where(subscriber.c.number == number, subscriber.c.forgotten_at.is_(None))
        with self._database.reading() as connection:
            row = connection.execute(query).one_or_none()
        return _subscriber(row) if row else None

    def subscriptions(
        self,
        *,
        list_name: str | None = None,
        consent: Consent | None = None,
        address: str | None = None,
        containing: str = "",
        tagged: str | None = None,
        selection: Selection = EVERYBODY,
        only_reachable: bool = False,
    ) -> Iterator[Subscription]:
        """Yield subscriptions in the order of the subscribers, lazily, as they all were at the first.

        :param containing: only people who have it in their name or address, whatever the case.
        :param tagged: only people with this tag.
        :param only_reachable: only those to whom mail may go now.
        """
        query = _SUBSCRIPTIONS.where(*selected(selection, sqlite=self._database.is_sqlite))
        if only_reachable:
            query = query.where(reachable(written(self._clock())))
        if list_name is not None:
            query = query.where(subscription.c.list == list_name)
        if consent is not None:
            query = query.where(subscription.c.consent == consent.value)
        if address is not None:
            query = query.where(subscriber.c.folded == fold_address(address))
        if tagged is not None:
            query = query.where(subscriber.c.number.in_(select(tag.c.subscriber).where(tag.c.tag == tagged)))
        if containing:
            named = func.lower(subscriber.c.name).contains(containing.lower(), autoescape=True)
            query = query.where(named | subscriber.c.folded.contains(containing.casefold(), autoescape=True))
        with self._database.reading() as connection:
            for row in connection.execute(query, execution_options={"yield_per": BATCH}):
                yield _subscription(row)

    def consent_log(self, address: str) -> tuple[ConsentEntry, ...]:
        """Return how each consent of a person came about, oldest first.

        :raises SubscriberError: when nobody with *address* is known.
        """
        with self._database.reading() as connection:
            number = number_of(connection, address)
            query = select(consent_log).where(consent_log.c.subscriber == number).order_by(consent_log.c.number)
            rows = connection.execute(query).all()
        return tuple(_entry(row) for row in rows)

    def lists(self) -> tuple[str, ...]:
        """Return the names of the lists that anybody is or was on."""
        query = select(subscription.c.list).distinct().order_by(subscription.c.list)
        with self._database.reading() as connection:
            return tuple(connection.execute(query).scalars())

    def counts(self, list_name: str | None = None, *, selection: Selection = EVERYBODY) -> Mapping[Consent, int]:
        """Return how many subscriptions stand at each consent, on one list or on all."""
        query = select(subscription.c.consent, func.count().label("total")).group_by(subscription.c.consent)
        if conditions := selected(selection, sqlite=self._database.is_sqlite):
            query = query.join(subscriber, subscriber.c.number == subscription.c.subscriber).where(*conditions)
        if list_name is not None:
            query = query.where(subscription.c.list == list_name)
        with self._database.reading() as connection:
            found = {row.consent: row.total for row in connection.execute(query)}
        return {consent: found.get(consent.value, 0) for consent in Consent}

    def reachable(self, list_name: str, *, selection: Selection = EVERYBODY) -> Mapping[str, int]:
        """Return to how many of a list mail may go now, by the sections that they do not want."""
        without = subscription.c.without
        query = (
            select(without, func.count())
            .join(subscriber, subscriber.c.number == subscription.c.subscriber)
            .where(subscription.c.list == list_name, reachable(written(self._clock())))
            .where(*selected(selection, sqlite=self._database.is_sqlite))
            .group_by(without)
            .order_by(without)
        )
        with self._database.reading() as connection:
            return {without: int(count) for without, count in connection.execute(query)}


def _stays_out(person: Address, did: str) -> SubscriberError:
    todo = "if they asked to come back, add them as confirmed and say on what basis"
    return SubscriberError(f"{person.address} {did}, and stays so", todo)


_SUBSCRIPTIONS = (
    select(
        subscriber.c.number,
        subscriber.c.address,
        subscriber.c.name,
        subscriber.c.language,
        subscriber.c.timezone,
        subscription,
    )
    .join(subscription, subscription.c.subscriber == subscriber.c.number)
    .where(subscriber.c.forgotten_at.is_(None))
    .order_by(subscriber.c.number, subscription.c.list)
)


def _subscriber(row: Row[Any]) -> Subscriber:
    address = Address(address=row.address, name=row.name)
    return Subscriber(number=row.number, address=address, language=row.language, timezone=row.timezone)


def _subscription(row: Row[Any]) -> Subscription:
    return Subscription(
        subscriber=replace(_subscriber(row), without=row.without),
        list=row.list,
        consent=Consent(row.consent),
        basis=row.basis,
        since=row.since,
    )


def _entry(row: Row[Any]) -> ConsentEntry:
    return ConsentEntry(
        list=row.list,
        consent=Consent(row.consent),
        basis=row.basis,
        at=row.at,
        way=row.way,
        source=row.source,
        wording=row.wording,
        ip=row.ip,
    )
