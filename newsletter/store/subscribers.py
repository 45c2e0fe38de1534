"""Subscribers and their consent: every change is guarded, and logged in the same transaction."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from itertools import islice
from typing import Any

from sqlalchemy import Connection, Row, Select, and_, bindparam, func, insert, select, tuple_, update

from newsletter.errors import SubscriberError
from newsletter.model.address import Address
from newsletter.model.canonical import fold_address
from newsletter.model.incoming import Incoming, IncomingConsent
from newsletter.model.segment import EVERYBODY, Selection
from newsletter.model.subscriber import Consent, ConsentEntry, Provenance, Subscriber, Subscription, Way
from newsletter.store.arrivals import enter_arrivals
from newsletter.store.audience import reachable, selected
from newsletter.store.consent import OWN_WORD, ImportResult, Outcome, judge, require_provenance
from newsletter.store.consent_moves import change, move, number_of, standing_of
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
        result = self._enter([person], list_name, consent, Provenance(way=Way.EDITOR, basis=basis))
        if result.kept_out:
            known = self.find(person.address) is not None
            did = f"unsubscribed from {list_name}" if known else "asked to be forgotten"
            what = f"{person.address} {did}, and stays so"
            raise SubscriberError(what, "if they asked to come back, add them as confirmed and say on what basis")
        return next(outcome for outcome, count in result.counts.items() if count)

    def import_all(self, people: Iterable[Address], list_name: str, *, consent: Consent, basis: str) -> ImportResult:
        """Enter people of a file, all in one transaction; *people* may be lazy.

        Who unsubscribed stays so, who is confirmed stays so, and a name that is known already is kept.

        :raises SubscriberError: when a basis is needed.
        """
        told = require_provenance(consent, Provenance(way=Way.IMPORT, basis=basis))
        consents = (IncomingConsent(list=list_name, consent=consent, basis=told.basis),)
        arrivals = (Incoming(address=person, consents=consents) for person in people)
        return enter_arrivals(self._database, arrivals, clock=self._clock)

    def _enter(
        self, people: Iterable[Address], list_name: str, consent: Consent, provenance: Provenance
    ) -> ImportResult:
        told = require_provenance(consent, provenance)
        entry = _Entry(list_name, consent, told, written(self._clock()), self._database)
        waiting = iter(people)
        with self._database.writing() as connection:
            while batch := list(islice(waiting, BATCH)):
                entry.enter(connection, batch)
        return ImportResult(counts=entry.counts, kept_out=tuple(entry.kept_out))

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


class _Entry:
    """One run of add or import: the same consent for everybody, batch by batch."""

    def __init__(self, list_name: str, consent: Consent, provenance: Provenance, at: str, database: Database) -> None:
        self._list = list_name
        self._consent = consent
        self._provenance = provenance
        self._at = at
        self._hooks = database.hooks
        self._key = database.oldest_key
        self.counts = dict.fromkeys(Outcome, 0)
        self.kept_out: list[str] = []

    def enter(self, connection: Connection, batch: list[Address]) -> None:
        """Enter a batch of people; of two with one address, the first counts."""
        people: dict[str, Address] = {}
        for person in batch:
            people.setdefault(fold_address(person.address), person)
        self.counts[Outcome.UNCHANGED] += len(batch) - len(people)
        self._ask_forgotten(connection, people)
        self._make_subscribers(connection, people)
        known = {row.folded: row for row in connection.execute(self._asked(people))}
        changes = []
        for folded, person in people.items():
            row = known[folded]
            standing = Consent(row.consent) if row.consent else None
            outcome = judge(standing, self._consent, self._provenance.way)
            self.counts[outcome] += 1
            if outcome is Outcome.KEPT_OUT:
                self.kept_out.append(person.address)
            elif outcome in (Outcome.NEW, Outcome.CHANGED):
                changes.append(change(row.number, self._list, self._consent, self._provenance, self._at, standing))
        move(connection, changes, self._hooks)
        self._name(connection, people, known)

    def _ask_forgotten(self, connection: Connection, people: dict[str, Address]) -> None:
        """Take those who asked to be forgotten out of *people*, unless an editor has their own, new yes."""
        for folded in forgotten_among(connection, self._key, people):
            if self._provenance.way in OWN_WORD and self._consent is Consent.CONFIRMED:
                readmit(connection, self._key, folded)
                continue
            self.counts[Outcome.KEPT_OUT] += 1
            self.kept_out.append(people.pop(folded).address)

    def _make_subscribers(self, connection: Connection, people: Mapping[str, Address]) -> None:
        asked = select(subscriber.c.folded).where(subscriber.c.folded.in_(people))
        known = set(connection.execute(asked).scalars())
        rows = [
            {"address": person.address, "folded": folded, "name": person.name, "created": self._at}
            for folded, person in people.items()
            if folded not in known
        ]
        if rows:
            connection.execute(insert(subscriber), rows)

    def _asked(self, people: Mapping[str, Address]) -> Select[Any]:
        on_the_list = and_(subscription.c.subscriber == subscriber.c.number, subscription.c.list == self._list)
        return (
            select(subscriber.c.number, subscriber.c.folded, subscriber.c.name, subscription.c.consent)
            .select_from(subscriber.outerjoin(subscription, on_the_list))
            .where(subscriber.c.folded.in_(people))
        )

    def _name(self, connection: Connection, people: Mapping[str, Address], known: Mapping[str, Row[Any]]) -> None:
        """Give the new name to people whom an editor named by hand, and to those who had none."""
        named = [
            {"of": known[folded].number, "new": person.name}
            for folded, person in people.items()
            if person.name and person.name != known[folded].name
            and (self._provenance.way is Way.EDITOR or not known[folded].name)
        ]  # fmt: skip
        if named:
            statement = update(subscriber).where(subscriber.c.number == bindparam("of")).values(name=bindparam("new"))
            connection.execute(statement, named)


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
