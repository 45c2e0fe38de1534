"""Who of a list is meant, as SQL: conditions on a row of ``subscriber`` joined with one of ``subscription``."""

from sqlalchemy import ColumnElement, and_, or_, select

from newsletter.model.segment import Selection
from newsletter.model.subscriber import Consent
from newsletter.store.schema import subscriber, subscription, suppression
from newsletter.store.segment_sql import condition_sql


def reachable(now: str) -> ColumnElement[bool]:
    """Return the condition that mail may go to somebody *now*: confirmed, not pausing, and not suppressed."""
    nobody = select(suppression.c.folded).where(
        suppression.c.folded == subscriber.c.folded, suppression.c.list.in_(("", subscription.c.list))
    )
    goes_on = or_(subscription.c.paused_until.is_(None), subscription.c.paused_until <= now)
    return and_(subscription.c.consent == Consent.CONFIRMED.value, goes_on, ~nobody.exists())


def selected(selection: Selection, *, sqlite: bool) -> list[ColumnElement[bool]]:
    """Return the conditions that somebody is in *selection*: of its segment, and of no list that it excludes."""
    conditions = [condition_sql(selection.condition, sqlite=sqlite)] if selection.condition else []
    if selection.excluding:
        other = subscription.alias("excluded")
        on_one = select(other.c.subscriber).where(
            other.c.subscriber == subscriber.c.number,
            other.c.list.in_(selection.excluding),
            other.c.consent == Consent.CONFIRMED.value,
        )
        conditions.append(~on_one.correlate(subscriber).exists())
    return conditions
