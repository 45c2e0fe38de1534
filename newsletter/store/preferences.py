"""What readers choose for themselves: lists, sections, name, language, pauses, their address."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from sqlalchemy import ColumnElement, Connection, select, update

from newsletter.model.address import Address
from newsletter.model.canonical import fold_address
from newsletter.model.notice import Notice, NoticeKind
from newsletter.model.subscriber import Consent, Provenance, Subscriber
from newsletter.model.variant import read_without, written_without
from newsletter.store.consent import require_provenance
from newsletter.store.consent_moves import change, move, standing_of
from newsletter.store.database import Database
from newsletter.store.forgetting import readmit
from newsletter.store.moment import Clock, read, utc_now, written
from newsletter.store.notices import find, post
from newsletter.store.schema import meta, subscriber, subscription
from newsletter.store.suppression_list import is_silenced, lift_by_own_word


@dataclass(frozen=True, kw_only=True, slots=True)
class Preferences:
    """How a reader has it now.

    :param lists: how each list of theirs stands.
    :param without: the sections that they do not want.
    :param paused_until: until then they get nothing; None when they do not pause.
    """

    person: Subscriber
    lists: Mapping[str, Consent] = field(default_factory=dict)
    without: tuple[str, ...] = ()
    paused_until: datetime | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Wishes:
    """How a reader wants it; None leaves a thing as it is.

    :param lists: the lists that they want to be on, of those *offered*; the others stay as they are.
    :param seen: those that they were on as far as they saw: what they left alone stays as it is by now. None for
        whatever they are on.
    :param without: the sections that they do not want.
    :param paused_until: aware; a time that is over ends the pause.
    """

    lists: Collection[str] | None = None
    offered: Collection[str] = ()
    seen: Collection[str] | None = None
    without: Collection[str] | None = None
    paused_until: datetime | None = None
    name: str | None = None
    language: str | None = None
    timezone: str | None = None


class AddressChange(StrEnum):
    """What came of a change of address that was confirmed."""

    DONE = "done"
    TAKEN = "taken"
    """Somebody else has the address by now."""
    OVER = "over"
    """The link is old, or the person has another address since."""


class PreferenceStore:
    """The preferences in the database.

    :param clock: tells the time of a change.
    """

    def __init__(self, database: Database, *, clock: Clock = utc_now) -> None:
        self._database = database
        self._clock = clock

    def of(self, number: int) -> Preferences | None:
        """Return how the subscriber with that number has it; None if there is none, or they are forgotten."""
        now = written(self._clock())
        with self._database.reading() as connection:
            row = connection.execute(
                select(subscriber).where(subscriber.c.number == number, subscriber.c.forgotten_at.is_(None))
            ).one_or_none()
            if row is None:
                return None
            rows = connection.execute(select(subscription).where(subscription.c.subscriber == number)).all()
        until = max((one.paused_until for one in rows if one.paused_until and one.paused_until > now), default=None)
        return Preferences(
            person=Subscriber(
                number=row.number,
                address=Address(address=row.address, name=row.name),
                language=row.language,
                timezone=row.timezone,
            ),
            lists={one.list: Consent(one.consent) for one in rows},
            without=tuple(sorted({section for one in rows for section in read_without(one.without)})),
            paused_until=read(until) if until else None,
        )

    def change(self, number: int, wishes: Wishes, provenance: Provenance) -> tuple[str, ...]:
        """Have it as a reader wants it; return the lists that they wanted and that the editor keeps them from."""
        at = written(self._clock())
        told = require_provenance(Consent.CONFIRMED, provenance)
        with self._database.writing() as connection:
            if connection.execute(select(subscriber.c.number).where(_alive(number))).first() is None:
                return ()  # forgotten a moment ago: nothing brings them back but a new yes
            blocked = self._set_lists(connection, number, wishes, told, at)
            _set_subscriptions(connection, number, wishes, at)
            given = {
                name: value
                for name, value in (
                    ("name", wishes.name), ("language", wishes.language), ("timezone", wishes.timezone)
                )
                if value is not None
            }  # fmt: skip
            if given:
                connection.execute(update(subscriber).where(_alive(number)).values(given))
        return blocked

    def _set_lists(
        self, connection: Connection, number: int, wishes: Wishes, told: Provenance, at: str
    ) -> tuple[str, ...]:
        if wishes.lists is None:
            return ()
        standing = standing_of(connection, number)
        joined = [name for name in wishes.offered if name in wishes.lists and name not in (wishes.seen or ())]
        left = [
            name for name in wishes.offered
            if name not in wishes.lists and (wishes.seen is None or name in wishes.seen)
        ]  # fmt: skip
        changes = [
            change(number, name, Consent.CONFIRMED, told, at, standing.get(name))
            for name in joined if standing.get(name) is not Consent.CONFIRMED
        ]  # fmt: skip
        changes += [
            change(number, name, Consent.UNSUBSCRIBED, told, at, standing[name])
            for name in left if name in standing and standing[name] is not Consent.UNSUBSCRIBED
        ]  # fmt: skip
        move(connection, changes, self._database.hooks)
        folded = connection.execute(select(subscriber.c.folded).where(_alive(number))).scalar_one_or_none() or ""
        on = [name for name in wishes.offered if name in wishes.lists and standing.get(name) is Consent.CONFIRMED]
        return tuple(name for name in {*joined, *on} if not lift_by_own_word(connection, folded, name))

    def ask_address(self, number: int, new: Address) -> int | None:
        """Ask at the address *new* whether the subscriber is to have it; return the notice, if one was posted.

        None is posted where somebody has that address already, or an editor keeps all mail from it, and none within the
        hour of another.
        """
        now = self._clock()
        folded = fold_address(new.address)
        with self._database.writing() as connection:
            if connection.execute(select(subscriber.c.number).where(subscriber.c.folded == folded)).first():
                return None
            old = connection.execute(select(subscriber.c.folded).where(_alive(number))).scalar_one_or_none()
            if old is None or is_silenced(connection, self._database.oldest_key, folded):
                return None
            facts = {"from": old}
            return post(
                connection, NoticeKind.ADDRESS, subscriber=number, address=new.address, facts=facts, now=now
            )  # fmt: skip

    def confirm_address(self, number: int) -> AddressChange:
        """Give the subscriber of notice *number* the address that it went to."""
        now = self._clock()
        with self._database.writing() as connection:
            asked = find(connection, number)
            if asked is None or asked.kind is not NoticeKind.ADDRESS or not asked.holds(now):
                return AddressChange.OVER
            owner = connection.execute(
                select(subscriber.c.number).where(subscriber.c.folded == asked.folded)
            ).scalar_one_or_none()
            if owner is not None:
                return AddressChange.DONE if owner == asked.subscriber else AddressChange.TAKEN
            those = (_alive(asked.subscriber), subscriber.c.folded == asked.facts.get("from"))
            given = {"address": asked.address, "folded": asked.folded}
            moved = connection.execute(update(subscriber).where(*those).values(given)).rowcount
            if moved:
                self._welcome(connection, asked)
        return AddressChange.DONE if moved else AddressChange.OVER

    def _welcome(self, connection: Connection, asked: Notice) -> None:
        """Let mail go to an address that its owner just confirmed, whatever became of it before."""
        readmit(connection, self._database.oldest_key, asked.folded)
        for name, consent in standing_of(connection, asked.subscriber).items():
            if consent is Consent.CONFIRMED:
                lift_by_own_word(connection, asked.folded, name)

    def post_link(self, address: str) -> int | None:
        """Have the way to their preferences sent to who has *address*; None if nobody has, or there was one just now.

        The way of an unknown address is as long, and fails where that of a known one would: it waits for whoever
        writes, and writes.
        """
        folded = fold_address(address)
        with self._database.writing() as connection:
            row = connection.execute(
                select(subscriber.c.number, subscriber.c.address).where(
                    subscriber.c.folded == folded, subscriber.c.forgotten_at.is_(None)
                )
            ).one_or_none()
            if row is None or is_silenced(connection, self._database.oldest_key, folded):
                connection.execute(update(meta).values(created=meta.c.created))  # a row, as it is
                return None
            number, known_as = row
            return post(connection, NoticeKind.LINK, subscriber=number, address=known_as, facts={}, now=self._clock())

    def post(self, kind: NoticeKind, number: int, facts: Mapping[str, str]) -> int | None:
        """Have a notice sent to the subscriber's own address; None if there was one within the hour."""
        with self._database.writing() as connection:
            address = connection.execute(select(subscriber.c.address).where(_alive(number))).scalar_one_or_none()
            if address is None:
                return None
            return post(connection, kind, subscriber=number, address=address, facts=facts, now=self._clock())


def _alive(number: int) -> ColumnElement[bool]:
    return (subscriber.c.number == number) & subscriber.c.forgotten_at.is_(None)


def _set_subscriptions(connection: Connection, number: int, wishes: Wishes, at: str) -> None:
    """Set what holds for all subscriptions of a person."""
    given: dict[str, str | None] = {}
    if wishes.without is not None:
        given["without"] = written_without(wishes.without)
    if wishes.paused_until is not None:
        until = written(wishes.paused_until)
        given["paused_until"] = until if until > at else None
    if given:
        connection.execute(update(subscription).where(subscription.c.subscriber == number).values(given))
