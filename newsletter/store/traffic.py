"""How many messages each SMTP profile was given, minute by minute: limits by hour and day outlive a process."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from sqlalchemy import func, select, text

from newsletter.model.delivery import Spent
from newsletter.store.database import Database
from newsletter.store.schema import traffic

KEPT = timedelta(days=8)
"""How long a minute is remembered; of the first one it is known for ever, since warming up is counted from it."""

_SPEND = text(
    """INSERT INTO traffic (profile, minute, messages) VALUES (:profile, :minute, :messages)
    ON CONFLICT (profile, minute) DO UPDATE SET messages = traffic.messages + excluded.messages"""
)
_FORGET = text(
    """DELETE FROM traffic WHERE profile = :profile AND minute < :oldest
    AND minute > (SELECT min(minute) FROM traffic AS all_of_it WHERE all_of_it.profile = :profile)"""
)


class TrafficStore:
    """The traffic in the database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def spent(self, profile: str, since: datetime) -> Sequence[Spent]:
        """Return what *profile* was given in the minutes after *since*, oldest first."""
        query = (
            select(traffic.c.minute, traffic.c.messages)
            .where(traffic.c.profile == profile, traffic.c.minute > _written(since))
            .order_by(traffic.c.minute)
        )
        with self._database.reading() as connection:
            return [Spent(minute=_read(row.minute), messages=row.messages) for row in connection.execute(query)]

    def first_day(self, profile: str) -> datetime | None:
        """Return when *profile* was given its first message ever; None if it never was."""
        query = select(func.min(traffic.c.minute)).where(traffic.c.profile == profile)
        with self._database.reading() as connection:
            first = connection.execute(query).scalar()
        return _read(first) if first else None

    def spend(self, profile: str, minute: datetime, messages: int) -> None:
        """Add *messages* to what *profile* was given in *minute*."""
        facts = {"profile": profile, "minute": _written(minute), "messages": messages}
        with self._database.writing() as connection:
            connection.execute(_SPEND, facts)
            connection.execute(_FORGET, {"profile": profile, "oldest": _written(minute - KEPT)})


def _written(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%MZ")


def _read(minute: str) -> datetime:
    return datetime.fromisoformat(minute)
