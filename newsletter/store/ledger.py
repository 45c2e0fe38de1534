"""The ledger of the issues: starting a mailing, what it froze, who stands where, and the operator's word.

One row per (issue, folded address) over all mailings. What moves a single delivery is in ``mailing``.
"""

import hashlib
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Insert, Row, Select, and_, func, insert, literal, or_, select, update

from newsletter.errors import StoreError
from newsletter.model.canonical import fold_address
from newsletter.model.delivery import Balance, Delivery, State
from newsletter.model.subscriber import Consent
from newsletter.store.database import Database
from newsletter.store.mailing import MailingLedger, balance_of, delivery_of
from newsletter.store.moment import Clock, read, utc_now, written
from newsletter.store.retry import Jitter, spread
from newsletter.store.schema import delivery, mailing, subscriber, subscription


@dataclass(frozen=True, kw_only=True, slots=True)
class Mailing:
    """One issue going to one list.

    :param content_sha256: of the frozen bytes, in hex.
    :param finished_at: when nobody was left to send to; None while somebody is.
    """

    number: int
    issue: int
    list: str
    subject: str
    content_sha256: str
    started_at: datetime
    finished_at: datetime | None


class LedgerStore:
    """The mailings in the database.

    :param clock: tells the time of a move.
    :param jitter: spreads the times of new attempts.
    """

    def __init__(self, database: Database, *, clock: Clock = utc_now, jitter: Jitter = spread) -> None:
        self._database = database
        self._clock = clock
        self._jitter = jitter

    def start(
        self, issue: int, list_name: str, *, frozen: bytes, subject: str, started: datetime, expected: int | None = None
    ) -> int:
        """Start a mailing, or add the people who came since, in one transaction; return how many were queued.

        A second start keeps what the first one froze, and queues only people who are not in the ledger of the issue,
        whichever list brought them there.

        :param expected: how many somebody agreed to; None for as many as there are.
        :raises StoreError: when it would be another number; then nothing was started.
        """
        with self._database.writing() as connection:
            number = _number(connection, issue, list_name)
            if number is None:
                number = _freeze(connection, issue, list_name, frozen, subject, written(started))
            queued = connection.execute(_enqueue(number, issue, list_name, written(self._clock()))).rowcount
            if expected is not None and queued != expected:
                todo = f"newsletter send {issue} shows the new plan"
                raise StoreError(f"{queued} people are waiting now, and it was to go to {expected}", todo)
            if queued:
                connection.execute(update(mailing).where(mailing.c.number == number).values(finished_at=None))
        return queued

    def waiting(self, issue: int, list_name: str) -> int:
        """Return how many a start would queue now."""
        with self._database.reading() as connection:
            return int(connection.execute(_audience(issue, list_name, func.count())).scalar_one())

    def mailings(self, issue: int | None = None) -> tuple[Mailing, ...]:
        """Return the facts of the mailings of one issue or of all, oldest first."""
        query = select(*(column for column in mailing.c if column is not mailing.c.frozen)).order_by(mailing.c.number)
        if issue is not None:
            query = query.where(mailing.c.issue == issue)
        with self._database.reading() as connection:
            return tuple(_mailing(row) for row in connection.execute(query))

    def frozen(self, issue: int, list_name: str) -> bytes:
        """Return the bytes that the mailing froze.

        :raises StoreError: when it was not started.
        """
        query = select(mailing.c.frozen).where(mailing.c.issue == issue, mailing.c.list == list_name)
        with self._database.reading() as connection:
            frozen = connection.execute(query).scalar_one_or_none()
        if frozen is None:
            raise _not_started(issue, list_name)
        return bytes(frozen)

    def open_mailing(self, issue: int, list_name: str, *, retry_now: bool = False) -> MailingLedger:
        """Return the ledger of one mailing for one run of the sender.

        :param retry_now: deferred ones are due at once, whatever time they were given.
        :raises StoreError: when it was not started.
        """
        with self._database.writing() as connection:
            number = _number(connection, issue, list_name)
            if number is None:
                raise _not_started(issue, list_name)
            if retry_now:
                deferred = and_(delivery.c.mailing == number, delivery.c.state == State.DEFERRED.value)
                connection.execute(update(delivery).where(deferred).values(next_at=written(self._clock())))
        return MailingLedger(
            self._database, number=number, issue=issue, list_name=list_name, clock=self._clock, jitter=self._jitter
        )

    def finish(self, issue: int, list_name: str) -> bool:
        """Note the end of a mailing, once nobody in it is queued, sending or deferred; say whether it has ended."""
        still = [State.QUEUED.value, State.SENDING.value, State.DEFERRED.value]
        with self._database.writing() as connection:
            number = _number(connection, issue, list_name)
            if number is None:
                raise _not_started(issue, list_name)
            left = select(delivery.c.number).where(delivery.c.mailing == number, delivery.c.state.in_(still))
            if connection.execute(left.limit(1)).first():
                return False
            ended = and_(mailing.c.number == number, mailing.c.finished_at.is_(None))
            connection.execute(update(mailing).where(ended).values(finished_at=written(self._clock())))
        return True

    def balance(self, issue: int, list_name: str | None = None) -> Balance:
        """Return how many deliveries of *issue* stand where, over all its mailings or in that to one list."""
        with self._database.reading() as connection:
            if list_name is None:
                return balance_of(connection, issue)
            of_list = select(mailing.c.number).where(mailing.c.issue == issue, mailing.c.list == list_name)
            query = select(delivery.c.state, func.count()).where(delivery.c.mailing.in_(of_list))
            rows = connection.execute(query.group_by(delivery.c.state)).tuples()
            return Balance(counts={State(state): count for state, count in rows})

    def deliveries(self, issue: int, states: Collection[State] = tuple(State)) -> Iterator[Delivery]:
        """Yield the deliveries of *issue* in *states*, in the order in which they were queued, lazily."""
        query = _deliveries(issue, states)
        with self._database.reading() as connection:
            for row in connection.execute(query, execution_options={"yield_per": 500}):
                yield delivery_of(row)

    def recover(self) -> int:
        """Put in doubt what a dead process was sending, and take back its leases; return how many are in doubt by it.

        Only for the holder of the coordinator's lock: what a living process is sending would be taken from it. When it
        was being sent still stands in ``updated``: proof from a log is compared with it.
        """
        in_doubt = {"state": State.IN_DOUBT.value, "claimed_by": None, "lease_until": None}
        anywhere = delivery.c.mailing.in_(select(mailing.c.number))  # lets the index find the states
        waiting = delivery.c.state.in_([State.QUEUED.value, State.DEFERRED.value])
        leased = and_(anywhere, waiting, delivery.c.claimed_by.is_not(None))
        with self._database.writing() as connection:
            sending = and_(anywhere, delivery.c.state == State.SENDING.value)
            count = connection.execute(update(delivery).where(sending).values(in_doubt)).rowcount
            connection.execute(update(delivery).where(leased).values(claimed_by=None, lease_until=None))
        return count

    def settle(self, issue: int, addresses: Collection[str] | None, to: State) -> int:
        """Move deliveries in doubt to accepted or queued by the operator's word; return how many.

        :param addresses: in any case; None means all that are in doubt.
        :raises StoreError: when one of them is not in doubt; then none has moved.
        """
        if to not in (State.ACCEPTED, State.QUEUED):
            raise ValueError(f"nothing in doubt becomes {to}")
        return self._move_back(issue, addresses, State.IN_DOUBT, to)

    def requeue_refused(self, issue: int, addresses: Collection[str] | None = None) -> int:
        """Queue refused deliveries again, since somebody asked for it; return how many.

        :raises StoreError: when one of *addresses* was not refused; then none has moved.
        """
        return self._move_back(issue, addresses, State.REFUSED, State.QUEUED)

    def _move_back(self, issue: int, addresses: Collection[str] | None, standing: State, to: State) -> int:
        those = and_(delivery.c.issue == issue, delivery.c.state == standing.value)
        fresh: dict[str, str | int] = {"state": to.value, "updated": written(self._clock())}
        if to is State.QUEUED:
            fresh["attempts"] = 0
        with self._database.writing() as connection:
            if addresses is None:
                moved = connection.execute(update(delivery).where(those).values(fresh)).rowcount
            else:
                moved = 0
                for address in {fold_address(address): address for address in addresses}.values():
                    one = and_(those, delivery.c.folded == fold_address(address))
                    if not connection.execute(update(delivery).where(one).values(fresh)).rowcount:
                        what = f"{address} is not {standing.value.replace('_', ' ')} in issue {issue}"
                        raise StoreError(what, f"nothing was moved; newsletter status {issue} lists who is")
                    moved += 1
            if to is State.QUEUED and moved:
                connection.execute(update(mailing).where(mailing.c.issue == issue).values(finished_at=None))
        return moved


def _not_started(issue: int, list_name: str) -> StoreError:
    return StoreError(f"issue {issue} was not sent to the list {list_name}", f"newsletter send {issue} starts it")


def _number(connection: Connection, issue: int, list_name: str) -> int | None:
    query = select(mailing.c.number).where(mailing.c.issue == issue, mailing.c.list == list_name)
    return connection.execute(query).scalar_one_or_none()


def _freeze(connection: Connection, issue: int, list_name: str, frozen: bytes, subject: str, started_at: str) -> int:
    row = insert(mailing).values(
        issue=issue,
        list=list_name,
        subject=subject,
        frozen=frozen,
        content_sha256=hashlib.sha256(frozen).hexdigest(),
        started_at=started_at,
    )
    return int(connection.execute(row.returning(mailing.c.number)).scalar_one())


def _audience(issue: int, list_name: str, *columns: ColumnElement[Any]) -> Select[Any]:
    """Return *columns* of the audience: the confirmed of the list who are not in the ledger of the issue yet."""
    person, other = subscriber.c, delivery.alias("other")
    entered = select(other.c.number).where(
        other.c.issue == issue, or_(other.c.folded == person.folded, other.c.subscriber == person.number)
    )
    return (
        select(*columns)
        .select_from(subscriber)
        .join(subscription, subscription.c.subscriber == person.number)
        .where(subscription.c.list == list_name, subscription.c.consent == Consent.CONFIRMED.value)
        .where(~entered.exists())
    )


def _enqueue(number: int, issue: int, list_name: str, now: str) -> Insert:
    """Return the statement that freezes the audience."""
    person = subscriber.c
    audience = _audience(
        issue, list_name,
        literal(number), literal(issue), person.number, person.address, person.folded, person.name,
        literal(State.QUEUED.value), literal(0), literal(""), literal(now),
    ).order_by(person.number)  # fmt: skip
    columns = ["mailing", "issue", "subscriber", "address", "folded", "name", "state", "attempts", "reply", "updated"]
    return insert(delivery).from_select(columns, audience)


def _deliveries(issue: int, states: Collection[State]) -> Select[Any]:
    return (
        select(delivery)
        .where(delivery.c.mailing.in_(select(mailing.c.number).where(mailing.c.issue == issue)))
        .where(delivery.c.state.in_([state.value for state in states]))
        .order_by(delivery.c.number)
    )


def _mailing(row: Row[Any]) -> Mailing:
    return Mailing(
        number=row.number,
        issue=row.issue,
        list=row.list,
        subject=row.subject,
        content_sha256=row.content_sha256,
        started_at=read(row.started_at),
        finished_at=read(row.finished_at) if row.finished_at else None,
    )
