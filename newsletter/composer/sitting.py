"""What an editor has before them when they decide: the stories, the issue they go into, and the time that is left."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

from newsletter.composer.shortlist import Suggestion


@dataclass(frozen=True, kw_only=True, slots=True)
class Room:
    """A section of the issue: how many articles it has, and how many it may have; 0 is no cap."""

    name: str
    count: int = 0
    cap: int = 0

    @property
    def is_over(self) -> bool:
        """Whether it has more than it may have."""
        return 0 < self.cap < self.count

    def __str__(self) -> str:
        return f"{self.name} {self.count}{f' of {self.cap}' if self.cap else ''}"


@dataclass(frozen=True, kw_only=True, slots=True)
class Sitting:
    """One triage.

    :param path: the issue that picks go into; None where a new one is made.
    :param list_name: the mailing list that it is for.
    :param suggestions: what is to be decided about, best first.
    :param rooms: the sections that are known, in the order of newsletter.toml and of the issue.
    :param deadline: when the issue must be ready; None where nobody says.
    :param now: when it began, in the newsletter's time zone.
    :param left_out: how many stories are not shown, by why.
    """

    path: Path | None
    list_name: str
    suggestions: tuple[Suggestion, ...]
    rooms: tuple[Room, ...]
    now: datetime
    deadline: datetime | None = None
    left_out: Mapping[str, int] = field(default_factory=dict)

    @property
    def others(self) -> Mapping[str, tuple[str, ...]]:
        """The other articles of each story, by the id of the one that is shown."""
        return {one.choice.article.id: tuple(o.article.id for o in one.also) for one in self.suggestions if one.also}


def time_left(deadline: datetime, now: datetime) -> str:
    """Return "2 days 3 hours", "3 hours 20 minutes" or "20 minutes"; "none" when it is over."""
    minutes = int((deadline - now) / timedelta(minutes=1))
    if minutes < 1:
        return "none"
    days, hours = divmod(minutes // 60, 24)
    parts = [(days, "day"), (hours, "hour")] if days else [(hours, "hour"), (minutes % 60, "minute")]
    return " ".join(f"{number} {name}{'s' if number != 1 else ''}" for number, name in parts if number)


def age_in_days(since: str, now: datetime) -> int:
    """Return how many days ago the moment *since* was, ISO 8601; 0 where nobody knows."""
    try:
        return max((now - datetime.fromisoformat(since)).days, 0)
    except (ValueError, TypeError):  # no moment, or one without a zone
        return 0


def held_words(days: int) -> str:
    """Return how long something has been held: "held 12 days", "held today"."""
    return f"held {days} day{'s' if days != 1 else ''}" if days else "held today"
