"""Provisional."""

from dataclasses import dataclass, fields
from datetime import datetime

from sqlalchemy import and_, delete, func, insert, select, update

from newsletter.store.moment import read, written
from newsletter.store.schema import delivery, mailing, schedule, worker


@dataclass(frozen=True, kw_only=True, slots=True)
class Schedule:
    """A mailing that is to start later."""

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


@dataclass(frozen=True, kw_only=True, slots=True)
class Worker:
    """When a worker was seen."""

    host: str
    seen_at: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class Reason:
    """Why deliveries are deferred."""

    status: str
    reply: str
    count: int
    next_at: datetime


class Agenda:
    """Provisional."""

    def schedule(self, made):
        values = {f.name: getattr(made, f.name) for f in fields(made)}
        values |= {"at": written(made.at), "asked_at": written(made.asked_at)}
        with self._database.writing() as c:
            c.execute(delete(schedule).where(schedule.c.issue == made.issue, schedule.c.list == made.list))
            c.execute(insert(schedule).values(values))

    def schedules(self, issue=None):
        q = select(schedule).order_by(schedule.c.at)
        if issue is not None:
            q = q.where(schedule.c.issue == issue)
        with self._database.reading() as c:
            return tuple(
                Schedule(**{**r, "at": read(r["at"]), "asked_at": read(r["asked_at"]), "frozen": bytes(r["frozen"])})
                for r in c.execute(q).mappings()
            )

    def unschedule(self, issue, list_name=None):
        q = delete(schedule).where(schedule.c.issue == issue)
        if list_name is not None:
            q = q.where(schedule.c.list == list_name)
        with self._database.writing() as c:
            return c.execute(q).rowcount

    def ask_stop(self, issue):
        with self._database.writing() as c:
            c.execute(update(mailing).where(mailing.c.issue == issue).values(stop_asked_at=written(self._clock())))

    def clear_stop(self, issue):
        with self._database.writing() as c:
            c.execute(update(mailing).where(mailing.c.issue == issue).values(stop_asked_at=None))

    def stop_asked(self, issue):
        q = select(mailing.c.number).where(mailing.c.issue == issue, mailing.c.stop_asked_at.is_not(None))
        with self._database.reading() as c:
            return c.execute(q).first() is not None

    def worker_seen(self, host):
        with self._database.writing() as c:
            c.execute(delete(worker).where(worker.c.host == host))
            c.execute(insert(worker).values(host=host, seen_at=written(self._clock())))

    def workers(self):
        with self._database.reading() as c:
            return tuple(Worker(host=r.host, seen_at=read(r.seen_at)) for r in c.execute(select(worker)))

    def reasons(self, issue):
        q = (
            select(delivery.c.status, func.min(delivery.c.reply), func.count(), func.min(delivery.c.next_at))
            .where(delivery.c.mailing.in_(select(mailing.c.number).where(mailing.c.issue == issue)))
            .where(delivery.c.state == "deferred")
            .group_by(delivery.c.status)
            .order_by(func.count().desc())
        )
        with self._database.reading() as c:
            return tuple(Reason(status=s, reply=w, count=n, next_at=read(at)) for s, w, n, at in c.execute(q).tuples())

    def span(self, issue):
        with self._database.reading() as c:
            started = c.execute(select(func.min(mailing.c.started_at)).where(mailing.c.issue == issue)).scalar()
            last = c.execute(
                select(func.max(delivery.c.updated)).where(delivery.c.issue == issue, delivery.c.state != "queued")
            ).scalar()
        return (read(started) if started else None, read(last) if last else None)

    def last_size(self, list_name, *, other_than):
        q = (
            select(mailing.c.number)
            .where(mailing.c.list == list_name, mailing.c.issue != other_than)
            .order_by(mailing.c.number.desc())
            .limit(1)
        )
        with self._database.reading() as c:
            number = c.execute(q).scalar()
            if number is None:
                return None
            return c.execute(select(func.count()).where(delivery.c.mailing == number)).scalar()

    def _retriable(self):
        other = delivery.alias("other")
        left = select(other.c.number).where(
            other.c.mailing == mailing.c.number, other.c.state.in_(["queued", "sending"])
        )
        return and_(mailing.c.finished_at.is_(None), mailing.c.stop_asked_at.is_(None), ~left.exists())

    def _times(self):
        q = (
            select(mailing.c.issue, func.min(delivery.c.next_at))
            .join(delivery, delivery.c.mailing == mailing.c.number)
            .where(self._retriable(), delivery.c.state == "deferred")
            .group_by(mailing.c.issue)
        )
        with self._database.reading() as c:
            return {i: read(at) for i, at in c.execute(q).tuples()}

    def retriable(self, now):
        return [issue for issue, at in self._times().items() if at <= now]

    def next_retry(self):
        return min(self._times().values(), default=None)
