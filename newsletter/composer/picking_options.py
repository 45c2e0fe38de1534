"""How the pool is winnowed: [picking] in newsletter.toml."""

from dataclasses import dataclass
from datetime import datetime, time, timedelta

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


@dataclass(frozen=True, kw_only=True, slots=True)
class Deadline:
    """A moment of each week: *day* 0 is Monday."""

    day: int
    at: time

    def after(self, now: datetime) -> datetime:
        """Return the next such moment, in the time zone of *now*."""
        moment = datetime.combine(now.date(), self.at, tzinfo=now.tzinfo) + timedelta(
            days=(self.day - now.weekday()) % 7
        )
        return moment if moment > now else moment + timedelta(days=7)


@dataclass(frozen=True, kw_only=True, slots=True)
class PickingOptions:
    """How articles are scored, and how many are taken.

    :param half_life: in this time what is new loses half of its weight.
    :param limit: articles of an issue that is composed alone.
    :param per_source: of one source, in such an issue; 0 is no limit.
    :param shortlist: stories that a triage shows; the rest waits.
    :param explore: the share of the shortlist that is there to be looked at, not for its score: 0 to 0.5.
    :param deadline: when an issue must be ready; None where nobody says.
    """

    half_life: timedelta = timedelta(days=3)
    limit: int = 12
    per_source: int = 2
    shortlist: int = 60
    explore: float = 0.1
    deadline: Deadline | None = None
