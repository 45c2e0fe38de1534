"""What is told of mailings without reading through them: why deliveries wait, how fast it went, how large it was."""

import json
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select

from newsletter.model.delivery import State
from newsletter.model.segment import EVERYBODY, Selection
from newsletter.store.database import Database
from newsletter.store.moment import read
from newsletter.store.schema import delivery, mailing, progress


@dataclass(frozen=True, kw_only=True, slots=True)
class Reason:
    """Why deliveries are deferred.

    :param status: the code that they have in common; empty where no server gave one.
    :param reply: the words of one of them.
    :param next_at: when the first of them is tried again.
    """

    status: str
    reply: str
    count: int
    next_at: datetime


class Report:
    """Facts about the mailings of a database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def reasons(self, issue: int) -> tuple[Reason, ...]:
        """Return why deliveries of *issue* are deferred, the most frequent reason first."""
        query = (
            select(delivery.c.status, func.min(delivery.c.reply), func.count(), func.min(delivery.c.next_at))
            .where(delivery.c.mailing.in_(select(mailing.c.number).where(mailing.c.issue == issue)))
            .where(delivery.c.state == State.DEFERRED.value)
            .group_by(delivery.c.status)
            .order_by(func.count().desc(), delivery.c.status)
        )
        with self._database.reading() as connection:
            rows = connection.execute(query).all()
        return tuple(
            Reason(status=status, reply=reply, count=count, next_at=read(at)) for status, reply, count, at in rows
        )

    def span(self, issue: int) -> tuple[datetime | None, datetime | None]:
        """Return when the first mailing of *issue* started, and when something was committed last; None: not yet."""
        query = (
            select(func.min(mailing.c.started_at), func.max(progress.c.active_at))
            .outerjoin(progress, progress.c.mailing == mailing.c.number)
            .where(mailing.c.issue == issue)
        )
        with self._database.reading() as connection:
            started, last = connection.execute(query).one()
        return (read(started) if started else None, read(last) if last else None)

    def last_size(self, list_name: str, *, other_than: int, selection: Selection = EVERYBODY) -> int | None:
        """Return how many the last mailing to the same people of a list went to; None if there is none.

        :param other_than: an issue that is left out.
        """
        excluding = json.dumps(selection.excluding) if selection.excluding else ""
        last = (
            select(mailing.c.number)
            .where(mailing.c.list == list_name, mailing.c.issue != other_than)
            .where(mailing.c.segment == selection.segment, mailing.c.excluding == excluding)
            .order_by(mailing.c.number.desc())
            .limit(1)
        )
        with self._database.reading() as connection:
            number = connection.execute(last).scalar()
            if number is None:
                return None
            return int(connection.execute(select(func.count()).where(delivery.c.mailing == number)).scalar_one())
