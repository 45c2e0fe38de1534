"""What is to be done later: mailings that are to start, deferred deliveries that are due, and who looks after them."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, delete, func, insert, select

from newsletter.model.delivery import State
from newsletter.store.database import Database
from newsletter.store.moment import Clock, read, utc_now, written
from newsletter.store.schema import delivery, mailing, progress, schedule, worker


@dataclass(frozen=True, kw_only=True, slots=True)
class Schedule:
    """A mailing that is to start later.

    :param profile: the SMTP profile that was agreed to; empty for the default.
    :param frozen: the bytes that were looked at and agreed to.
    :param issue_sha256: of the issue file that they were made from.
    :param correction_of: the issue whose readers alone get it; 0 for none.
    :param expected: how many were waiting when it was agreed to.
    :param segment: the name of the segment that it goes to; empty for the whole list.
    :param excluding: a JSON array of the lists whose people are left out; empty for none.
    """

    issue: int
    list: str
    at: datetime
    profile: str
    subject: str
    frozen: bytes
    issue_sha256: str
    correction_of: int
    expected: int
    asked_at: datetime
    segment: str = ""
    excluding: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Worker:
    """When the worker of a machine looked for something to do last."""

    host: str
    seen_at: datetime


class Agenda:
    """What the database knows of things to come.

    :param clock: tells the time of a visit.
    """

    def __init__(self, database: Database, *, clock: Clock = utc_now) -> None:
        self._database = database
        self._clock = clock

    def schedule(self, made: Schedule) -> None:
        """Have a mailing start later; an earlier schedule of the same issue and list gives way."""
        values = {**asdict(made), "at": written(made.at), "asked_at": written(made.asked_at)}
        with self._database.writing() as connection:
            connection.execute(delete(schedule).where(schedule.c.issue == made.issue, schedule.c.list == made.list))
            connection.execute(insert(schedule).values(values))

    def schedules(self, issue: int | None = None) -> tuple[Schedule, ...]:
        """Return the mailings that are to start, of one issue or of all, the next one first."""
        query = select(schedule).order_by(schedule.c.at, schedule.c.issue, schedule.c.list)
        if issue is not None:
            query = query.where(schedule.c.issue == issue)
        with self._database.reading() as connection:
            return tuple(_schedule(row) for row in connection.execute(query).mappings())

    def unschedule(self, issue: int, list_name: str | None = None) -> int:
        """Take mailings of *issue* off, to one list or to all; return how many."""
        those = delete(schedule).where(schedule.c.issue == issue)
        if list_name is not None:
            those = those.where(schedule.c.list == list_name)
        with self._database.writing() as connection:
            return connection.execute(those).rowcount

    def worker_seen(self, host: str) -> None:
        """Note that the worker of the machine *host* looked just now."""
        with self._database.writing() as connection:
            connection.execute(delete(worker).where(worker.c.host == host))
            connection.execute(insert(worker).values(host=host, seen_at=written(self._clock())))

    def workers(self) -> tuple[Worker, ...]:
        """Return when the worker of each machine was seen last."""
        with self._database.reading() as connection:
            rows = connection.execute(select(worker).order_by(worker.c.host))
            return tuple(Worker(host=row.host, seen_at=read(row.seen_at)) for row in rows)

    def retriable(self, now: datetime) -> list[int]:
        """Return the issues with deferred deliveries that are due at *now* and that nobody stopped."""
        return [issue for issue, at in self._retries().items() if at <= now]

    def next_retry(self) -> datetime | None:
        """Return when the next deferred delivery is due that may be tried unasked; None if there is none."""
        return min(self._retries().values(), default=None)

    def _retries(self) -> Mapping[int, datetime]:
        deferred = and_(delivery.c.mailing == mailing.c.number, delivery.c.state == State.DEFERRED.value)
        query = (
            select(mailing.c.issue, func.min(delivery.c.next_at))
            .join(delivery, deferred)
            .where(_ended_by_itself())
            .group_by(mailing.c.issue)
        )
        with self._database.reading() as connection:
            return {issue: read(at) for issue, at in connection.execute(query)}


def _ended_by_itself() -> ColumnElement[bool]:
    """Whether a mailing has had everybody's turn: nobody stopped it, and it was no canary."""
    waiting = [State.QUEUED.value, State.SENDING.value]
    other = delivery.alias("other")
    left = select(other.c.number).where(other.c.mailing == mailing.c.number, other.c.state.in_(waiting))
    asked = select(progress.c.mailing).where(
        progress.c.mailing == mailing.c.number, progress.c.stop_asked_at.is_not(None)
    )
    return and_(mailing.c.finished_at.is_(None), ~left.exists(), ~asked.exists())


def _schedule(row: Mapping[Any, Any]) -> Schedule:
    values = {**row, "at": read(row["at"]), "asked_at": read(row["asked_at"]), "frozen": bytes(row["frozen"])}
    return Schedule(**values)
