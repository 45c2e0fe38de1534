"""The notices that wait to be sent, and those that were: posted in the transaction of what they are about."""

import json
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, and_, func, insert, or_, select, update

from newsletter.model.canonical import fold_address
from newsletter.model.notice import APART, VALID, Notice, NoticeKind
from newsletter.store.database import Database
from newsletter.store.moment import Clock, read, utc_now, written
from newsletter.store.schema import notice

LEASE = timedelta(minutes=15)
"""Longer than a message takes (ten minutes at the final dot, RFC 5321 §4.5.3.2.6)."""


def post(
    connection: Connection, kind: NoticeKind, *, subscriber: int, address: str, facts: Mapping[str, Any], now: datetime
) -> int | None:
    """Have a notice sent to *address*; None, and nothing posted, if there was one of its kind within the hour."""
    if recent(connection, kind, address, now):
        return None
    row = insert(notice).values(
        kind=kind.value,
        subscriber=subscriber,
        address=address,
        folded=fold_address(address),
        facts=_json(facts),
        created=written(now),
        next_at=written(now),
    )
    return int(connection.execute(row.returning(notice.c.number)).scalar_one())


def recent(connection: Connection, kind: NoticeKind, address: str, now: datetime) -> Notice | None:
    """Return the notice of that kind that was posted to *address* within the hour."""
    query = (
        select(notice)
        .where(notice.c.folded == fold_address(address), notice.c.kind == kind.value)
        .where(notice.c.created > written(now - APART))
        .order_by(notice.c.number.desc())
        .limit(1)
    )
    row = connection.execute(query).one_or_none()
    return notice_of(row) if row else None


def add_facts(connection: Connection, posted: Notice, facts: Mapping[str, Any]) -> None:
    """Have *posted* say *facts*, too."""
    said = _json({**posted.facts, **facts})
    connection.execute(update(notice).where(notice.c.number == posted.number).values(facts=said))


def find(connection: Connection, number: int) -> Notice | None:
    """Return the notice with that number."""
    row = connection.execute(select(notice).where(notice.c.number == number)).one_or_none()
    return notice_of(row) if row else None


class NoticeStore:
    """The notices in the database.

    :param clock: tells the time of a move.
    """

    def __init__(self, database: Database, *, clock: Clock = utc_now) -> None:
        self._database = database
        self._clock = clock

    def find(self, number: int) -> Notice | None:
        """Return the notice with that number."""
        with self._database.reading() as connection:
            return find(connection, number)

    def lease(self, limit: int) -> tuple[Notice, ...]:
        """Take up to *limit* notices that are due, for a quarter of an hour: no other process sends them meanwhile.

        The attempt is counted now. What is past the end of its link is given up instead.
        """
        now = self._clock()
        at = written(now)
        free = or_(notice.c.lease_until.is_(None), notice.c.lease_until <= at)
        due = and_(notice.c.next_at <= at, free)
        with self._database.writing() as connection:
            old = and_(due, notice.c.created <= written(now - VALID))
            connection.execute(update(notice).where(old).values(next_at=None, lease_until=None))
            query = select(notice.c.number).where(due).order_by(notice.c.next_at, notice.c.number).limit(limit)
            numbers = connection.execute(query).scalars().all()
            if not numbers:
                return ()
            taken = update(notice).where(notice.c.number.in_(numbers))
            taken = taken.values(lease_until=written(now + LEASE), attempts=notice.c.attempts + 1)
            rows = connection.execute(taken.returning(notice)).all()
        return tuple(sorted(map(notice_of, rows), key=lambda one: one.number))

    def sent(self, number: int, reply: str) -> None:
        """Note that the mail server took it, with its words."""
        self._end(number, sent_at=written(self._clock()), next_at=None, reply=reply)

    def failed(self, number: int, reply: str, next_at: datetime | None) -> None:
        """Note that it could not be sent, and when it is tried again; None gives it up."""
        self._end(number, next_at=written(next_at) if next_at else None, reply=reply)

    def _end(self, number: int, **values: Any) -> None:
        # Of whoever was forgotten while it was on its way nothing is kept: no words, and no second attempt.
        whose = and_(notice.c.number == number, notice.c.folded.contains("@"))
        with self._database.writing() as connection:
            connection.execute(update(notice).where(whose).values(lease_until=None, **values))

    def next_due(self) -> datetime | None:
        """Return when the next one is to be sent; None if none waits."""
        query = select(func.min(notice.c.next_at))
        with self._database.reading() as connection:
            at = connection.execute(query).scalar_one()
        return read(at) if at else None

    def waiting(self) -> int:
        """Return how many are to be sent yet."""
        query = select(func.count()).where(notice.c.next_at.is_not(None))
        with self._database.reading() as connection:
            return int(connection.execute(query).scalar_one())


def notice_of(row: Row[Any]) -> Notice:
    """Return the value of a row."""
    return Notice(
        number=row.number,
        kind=NoticeKind(row.kind),
        subscriber=row.subscriber,
        address=row.address,
        folded=row.folded,
        facts=json.loads(row.facts),
        created=read(row.created),
        attempts=row.attempts,
        sent_at=read(row.sent_at) if row.sent_at else None,
    )


def _json(facts: Mapping[str, Any]) -> str:
    return json.dumps(facts, ensure_ascii=False, sort_keys=True)
