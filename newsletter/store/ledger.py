"""The ledger of the issues: starting a mailing, what it froze, who stands where, and the operator's word.

One row per (issue, folded address) over all mailings. What moves a single delivery is in ``mailing``.
"""

import hashlib
import json
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Insert,
    RowMapping,
    Select,
    and_,
    func,
    insert,
    literal,
    or_,
    select,
    update,
)

from newsletter.errors import StoreError
from newsletter.model.canonical import fold_address
from newsletter.model.delivery import Balance, Delivery, State
from newsletter.model.hook import Event
from newsletter.model.segment import EVERYBODY, Selection
from newsletter.model.variant import WHOLE, Variants
from newsletter.store.audience import reachable, selected
from newsletter.store.database import Database
from newsletter.store.hook_outbox import tell
from newsletter.store.key import fingerprint_of
from newsletter.store.mailing import MailingLedger, balance_of, delivery_of
from newsletter.store.moment import Clock, read, utc_now, written
from newsletter.store.retry import Jitter, spread
from newsletter.store.schema import delivery, mailing, progress, subscriber, subscription
from newsletter.store.suppression import pardon, suppress


@dataclass(frozen=True, kw_only=True, slots=True)
class Mailing:
    """One issue going to one list.

    :param content_sha256: of the frozen bytes, in hex.
    :param finished_at: when nobody was left to send to; None while somebody is.
    :param suppressed: addresses that it took off all lists; *held* are those that it did not, since they were too many.
    :param segment: the names of the segments that it goes to, with commas between; empty for the whole list.
    :param excluding: a JSON array of the lists whose people are left out; empty for none.
    """

    number: int
    issue: int
    list: str
    subject: str
    content_sha256: str
    started_at: datetime
    finished_at: datetime | None
    suppressed: int = 0
    held: int = 0
    segment: str = ""
    excluding: str = ""


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
        self,
        issue: int,
        list_name: str,
        *,
        frozen: bytes,
        subject: str,
        started: datetime,
        expected: int | None = None,
        only_accepted_in: int | None = None,
        selection: Selection = EVERYBODY,
        variants: Variants = WHOLE,
        strict: bool = True,
    ) -> int:
        """Start a mailing, or add the people who came since, in one transaction; return how many were queued.

        A second start keeps what the first one froze, and queues only people who are not in the ledger of the issue,
        whichever list brought them there.

        :param expected: how many somebody agreed to; None for as many as there are.
        :param only_accepted_in: an issue that this one corrects: only those who got it are queued.
        :param selection: whom of the list it is for.
        :param variants: those that are frozen. Who wants none of the issue's sections is not queued; nor is who came
            since the first start, and wants a variant that was not frozen then.
        :param strict: somebody for whom there is no variant keeps a first start from beginning; else they are left out.
        :raises StoreError: when it would be another number, or a first start has no variant for somebody who came or
            chose since; then nothing was started.
        """
        audience = _Audience(issue, list_name, only_accepted_in, selection, self._database.is_sqlite)
        with self._database.writing() as connection:
            number, now = _number(connection, issue, list_name), written(self._clock())
            wanted = audience.wanted(connection, now) if variants.optional else {}
            if number is None:
                if strict:
                    _require_compiled(issue, wanted, variants)
                key = fingerprint_of(self._database.key)
                number = _freeze(connection, issue, list_name, frozen, subject, written(started), key)
                told = {"segment": selection.segment, "excluding": _as_json(selection.excluding)}
            else:
                told = _widened(connection, number, selection)
            unserved = [without for without in wanted if not variants.serves(without)]
            enqueue = _enqueue(number, audience, now, unserved)
            queued = connection.execute(enqueue, execution_options={"preserve_rowcount": True}).rowcount
            if expected is not None and queued != expected:
                todo = f"newsletter send {issue} shows the new plan"
                raise StoreError(f"{queued} people are waiting now, and it was to go to {expected}", todo)
            if queued:
                connection.execute(update(mailing).where(mailing.c.number == number).values(finished_at=None, **told))
        return queued

    def wanted(
        self,
        issue: int,
        list_name: str,
        *,
        only_accepted_in: int | None = None,
        selection: Selection = EVERYBODY,
    ) -> Mapping[str, int]:
        """Return how many a start would find now, by what they do not want: ``subscription.without``."""
        audience = _Audience(issue, list_name, only_accepted_in, selection, self._database.is_sqlite)
        with self._database.reading() as connection:
            return audience.wanted(connection, written(self._clock()))

    def waiting(
        self,
        issue: int,
        list_name: str,
        *,
        only_accepted_in: int | None = None,
        selection: Selection = EVERYBODY,
        variants: Variants = WHOLE,
    ) -> int:
        """Return how many a start would queue now."""
        wanted = self.wanted(issue, list_name, only_accepted_in=only_accepted_in, selection=selection)
        return sum(count for without, count in wanted.items() if variants.serves(without))

    def mailings(self, issue: int | None = None) -> tuple[Mailing, ...]:
        """Return the facts of the mailings of one issue or of all, oldest first."""
        known = [column for column in mailing.c if column.name not in ("frozen", "key_fingerprint")]
        query = select(*known, progress.c.suppressed, progress.c.held).order_by(mailing.c.number)
        query = query.join(progress, progress.c.mailing == mailing.c.number)
        if issue is not None:
            query = query.where(mailing.c.issue == issue)
        with self._database.reading() as connection:
            return tuple(_mailing(row) for row in connection.execute(query).mappings())

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

    def key(self, issue: int, list_name: str) -> bytes:
        """Return the key that the mailing's tokens are made with, whatever was rotated since it began.

        A message that is sent again has the Message-ID of the first one by it.

        :raises StoreError: when it was not started, or its key is not on this machine.
        """
        query = select(mailing.c.key_fingerprint).where(mailing.c.issue == issue, mailing.c.list == list_name)
        with self._database.reading() as connection:
            fingerprint = connection.execute(query).scalar_one_or_none()
        if fingerprint is None:
            raise _not_started(issue, list_name)
        return self._database.key_with(fingerprint)

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
        """Note the end of a mailing, once nobody in it is queued, sending or deferred; say whether it has ended.

        Then, and not before, the addresses where nobody is are suppressed.
        """
        still = [State.QUEUED.value, State.SENDING.value, State.DEFERRED.value]
        with self._database.writing() as connection:
            number = _number(connection, issue, list_name)
            if number is None:
                raise _not_started(issue, list_name)
            left = select(delivery.c.number).where(delivery.c.mailing == number, delivery.c.state.in_(still))
            if connection.execute(left.limit(1)).first():
                return False
            ended = and_(mailing.c.number == number, mailing.c.finished_at.is_(None))
            now = written(self._clock())
            if connection.execute(update(mailing).where(ended).values(finished_at=now)).rowcount:
                suppress(connection, number, now)
                self._tell_sent(connection, number, now)
        return True

    def _tell_sent(self, connection: Connection, number: int, now: str) -> None:
        if Event.SENT not in self._database.hooks:
            return
        facts = select(mailing.c.issue, mailing.c.list, mailing.c.subject).where(mailing.c.number == number)
        row = connection.execute(facts).one()
        accepted = select(func.count()).where(delivery.c.mailing == number, delivery.c.state == State.ACCEPTED.value)
        count = connection.execute(accepted).scalar_one()
        about = {"issue": row.issue, "list": row.list, "subject": row.subject, "accepted": count}
        tell(connection, self._database.hooks, Event.SENT, at=now, facts=about)

    def ask_stop(self, issue: int) -> None:
        """Ask whoever sends *issue*, here or on another machine, to stop; it stays so until :meth:`clear_stop`."""
        self._set_stop(issue, written(self._clock()))

    def clear_stop(self, issue: int) -> None:
        """Let *issue* be sent again."""
        self._set_stop(issue, None)

    def stop_asked(self, issue: int) -> bool:
        """Whether somebody asked to stop *issue*."""
        query = select(progress.c.mailing).where(_of_issue(issue), progress.c.stop_asked_at.is_not(None))
        with self._database.reading() as connection:
            return connection.execute(query.limit(1)).first() is not None

    def _set_stop(self, issue: int, at: str | None) -> None:
        with self._database.writing() as connection:
            connection.execute(update(progress).where(_of_issue(issue)).values(stop_asked_at=at))

    def balance(self, issue: int, list_name: str | None = None) -> Balance:
        """Return how many deliveries of *issue* stand where, over all its mailings or in that to one list."""
        with self._database.reading() as connection:
            if list_name is None:
                return balance_of(connection, issue)
            # By its number, not by a subquery for it: the index then has the states in order, three times as fast.
            number = _number(connection, issue, list_name)
            query = select(delivery.c.state, func.count()).where(delivery.c.mailing == number)
            rows = connection.execute(query.group_by(delivery.c.state))
            return Balance(counts={State(state): count for state, count in rows})

    def deliveries(
        self, issue: int, states: Collection[State] = tuple(State), *, limit: int | None = None
    ) -> Iterator[Delivery]:
        """Yield the deliveries of *issue* in *states*, in the order in which they were queued, lazily.

        :param limit: no more than that many; None for all.
        """
        query = _deliveries(issue, states).limit(limit)
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

        Without *addresses* they are not suppressed any more, either, unless for another reason.

        :raises StoreError: when one of *addresses* was not refused; then none has moved.
        """
        return self._move_back(issue, addresses, State.REFUSED, State.QUEUED)

    def _move_back(self, issue: int, addresses: Collection[str] | None, standing: State, to: State) -> int:
        of_issue = delivery.c.mailing.in_(select(mailing.c.number).where(mailing.c.issue == issue))
        those = and_(of_issue, delivery.c.state == standing.value)
        fresh: dict[str, str | int] = {"state": to.value, "updated": written(self._clock())}
        if to is State.QUEUED:
            fresh["attempts"] = 0
        with self._database.writing() as connection:
            if addresses is None:
                if standing is State.REFUSED:
                    pardon(connection, issue)
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


def _freeze(
    connection: Connection, issue: int, list_name: str, frozen: bytes, subject: str, started_at: str, key: str
) -> int:
    row = insert(mailing).values(
        issue=issue,
        list=list_name,
        subject=subject,
        frozen=frozen,
        content_sha256=hashlib.sha256(frozen).hexdigest(),
        started_at=started_at,
        key_fingerprint=key,
    )
    number = int(connection.execute(row.returning(mailing.c.number)).scalar_one())
    connection.execute(insert(progress).values(mailing=number))
    return number


def _of_issue(issue: int) -> ColumnElement[bool]:
    return progress.c.mailing.in_(select(mailing.c.number).where(mailing.c.issue == issue))


@dataclass(frozen=True, slots=True)
class _Audience:
    """The confirmed of a list who are not in the ledger of the issue yet, and to whom mail may go now.

    :param only: only those who got that issue; None for all.
    """

    issue: int
    list: str
    only: int | None
    selection: Selection
    sqlite: bool

    def select(self, *columns: ColumnElement[Any], now: str) -> Select[Any]:
        person, other = subscriber.c, delivery.alias("other")
        entered = select(other.c.number).where(
            other.c.issue == self.issue, or_(other.c.folded == person.folded, other.c.subscriber == person.number)
        )
        audience = (
            select(*columns)
            .select_from(subscriber)
            .join(subscription, subscription.c.subscriber == person.number)
            .where(subscription.c.list == self.list, reachable(now), ~entered.exists())
            .where(*selected(self.selection, sqlite=self.sqlite))
        )
        if self.only is None:
            return audience
        got = delivery.alias("got")
        has_it = and_(got.c.issue == self.only, got.c.subscriber == person.number, got.c.state == State.ACCEPTED.value)
        return audience.where(select(got.c.number).where(has_it).exists())

    def wanted(self, connection: Connection, now: str) -> dict[str, int]:
        without = subscription.c.without
        rows = connection.execute(self.select(without, func.count(), now=now).group_by(without).order_by(without))
        return {without: int(count) for without, count in rows}


def _require_compiled(issue: int, wanted: Mapping[str, int], variants: Variants) -> None:
    if lacking := sum(count for without, count in wanted.items() if variants.lacks(without)):
        people = "1 person has" if lacking == 1 else f"{lacking} people have"
        what = f"{people} chosen since which sections they want, and there is no such variant yet"
        raise StoreError(what, f"newsletter send {issue} shows the new plan")


def _widened(connection: Connection, number: int, selection: Selection) -> dict[str, str]:
    """Return what a mailing says of its audience once *selection* is added to it."""
    row = connection.execute(select(mailing.c.segment, mailing.c.excluding).where(mailing.c.number == number)).one()
    segments = dict.fromkeys([*row.segment.split(", "), selection.segment])
    left_out = [name for name in json.loads(row.excluding or "[]") if name in selection.excluding]
    return {"segment": "" if "" in segments else ", ".join(segments), "excluding": _as_json(left_out)}


def _as_json(names: Collection[str]) -> str:
    return json.dumps(list(names)) if names else ""


def _enqueue(number: int, audience: _Audience, now: str, unserved: Collection[str]) -> Insert:
    """Return the statement that freezes the audience, without those whose choice is *unserved*."""
    person = subscriber.c
    people = audience.select(
        literal(number), literal(audience.issue), person.number, person.address, person.folded, person.name,
        literal(State.QUEUED.value), literal(0), literal(""), literal(now), subscription.c.without, now=now,
    ).order_by(person.number)  # fmt: skip
    if unserved:
        people = people.where(subscription.c.without.not_in(unserved))
    columns = [
        "mailing", "issue", "subscriber", "address", "folded", "name", "state", "attempts", "reply", "updated",
        "variant",
    ]  # fmt: skip
    return insert(delivery).from_select(columns, people)


def _deliveries(issue: int, states: Collection[State]) -> Select[Any]:
    return (
        select(delivery)
        .where(delivery.c.mailing.in_(select(mailing.c.number).where(mailing.c.issue == issue)))
        .where(delivery.c.state.in_([state.value for state in states]))
        .order_by(delivery.c.number)
    )


def _mailing(row: RowMapping) -> Mailing:
    ended = row["finished_at"]
    times = {"started_at": read(row["started_at"]), "finished_at": read(ended) if ended else None}
    return Mailing(**{**row, **times})
