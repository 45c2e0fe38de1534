"""The deliveries in doubt, with what proof from a log is compared with."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from newsletter.model.delivery import Delivery, State
from newsletter.store.database import Database
from newsletter.store.mailing import delivery_of
from newsletter.store.moment import read
from newsletter.store.schema import delivery, mailing


@dataclass(frozen=True, kw_only=True, slots=True)
class Doubt:
    """A delivery in doubt.

    :param list: of its mailing, which has the frozen bytes.
    :param started: when its mailing started.
    :param tried: when it was last being sent.
    """

    delivery: Delivery
    list: str
    started: datetime
    tried: datetime


def doubts(database: Database, issue: int) -> tuple[Doubt, ...]:
    """Return the deliveries of *issue* in doubt, in the order in which they were queued."""
    query = (
        select(delivery, mailing.c.list, mailing.c.started_at)
        .join(mailing, mailing.c.number == delivery.c.mailing)
        .where(mailing.c.issue == issue, delivery.c.state == State.IN_DOUBT.value)
        .order_by(delivery.c.number)
    )
    with database.reading() as connection:
        return tuple(
            Doubt(delivery=delivery_of(row), list=row.list, started=read(row.started_at), tried=read(row.updated))
            for row in connection.execute(query)
        )
