"""What an operator watches: how many people stand where, and how much waits to be sent or told."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, and_, func, select

from newsletter.model.delivery import State
from newsletter.store.database import Database
from newsletter.store.schema import delivery, hook_outbox, mailing, notice, subscription


@dataclass(frozen=True, kw_only=True, slots=True)
class Gauges:
    """Counts of one moment.

    :param subscriptions: by list and consent.
    :param notices: mails to one person that are still to be sent.
    :param hooks: what is still to be told, by hook; *given_up* is what was told in vain.
    :param deliveries: those that are not over, by state.
    """

    subscriptions: Mapping[tuple[str, str], int]
    notices: int
    hooks: Mapping[str, int]
    given_up: Mapping[str, int]
    deliveries: Mapping[str, int]


OPEN = (State.QUEUED, State.SENDING, State.DEFERRED, State.IN_DOUBT)
"""States that somebody or something still has to move."""


def read_gauges(database: Database) -> Gauges:
    """Return the counts as they are."""
    people = select(subscription.c.list, subscription.c.consent, func.count()).group_by(
        subscription.c.list, subscription.c.consent
    )
    told = select(hook_outbox.c.hook, func.count(hook_outbox.c.next_at), func.count()).group_by(hook_outbox.c.hook)
    waiting = select(func.count()).select_from(notice).where(notice.c.next_at.is_not(None))
    with database.reading() as connection:
        hooks = connection.execute(told).all()
        return Gauges(
            subscriptions={(name, consent): count for name, consent, count in connection.execute(people)},
            notices=connection.execute(waiting).scalar_one(),
            hooks={name: open_ones for name, open_ones, _ in hooks},
            given_up={name: whole - open_ones for name, open_ones, whole in hooks},
            deliveries={row.state: row.total for row in connection.execute(open_deliveries())},
        )


def open_deliveries() -> Select[Any]:
    """Return the query for how many deliveries are not over, by state."""
    # Mailing by mailing, as the index has the states: a scrape every few seconds does not read the whole ledger.
    of_any = delivery.c.mailing.in_(select(mailing.c.number))
    those = and_(of_any, delivery.c.state.in_([state.value for state in OPEN]))
    return select(delivery.c.state, func.count().label("total")).where(those).group_by(delivery.c.state)
