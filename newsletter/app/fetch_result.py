"""What a run over the feeds came to."""

import shlex
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from newsletter.model.feed import Feed, FeedState, pace_of

OFTEN = 5
"""Failures in a row after which somebody had better look."""
SLOW = 2000
"""Milliseconds: who takes longer for one of a hundred answers is told of as slow."""
ALLOW = "if it is yours, newsletter.local.toml may say so: [sources] allow_private names its host"
"""What to do about an address in a private network."""


class Outcome(StrEnum):
    """What asking a feed came to."""

    CHANGED = "changed"
    """It has another body than the last time, and that was read."""
    UNCHANGED = "unchanged"
    """It said so, or its body is the same."""
    WAITING = "waiting"
    """Its site asks us to come later, and when."""
    FAILED = "failed"
    """It gave nothing, or nothing that is a feed; it is asked again."""
    GONE = "gone"
    """It is gone for good, it said, and is asked no more."""


@dataclass(frozen=True, kw_only=True, slots=True)
class FeedResult:
    """What asking one feed came to.

    :param state: how it stands now.
    :param new: the ids of the articles that are candidates now.
    :param remarks: what of it was not understood.
    """

    feed: Feed
    outcome: Outcome
    state: FeedState
    new: tuple[str, ...] = ()
    remarks: tuple[str, ...] = ()

    @property
    def todo(self) -> str:
        """What a person can do about it; empty where it mends itself."""
        words, slug = self.state.words, self.feed.slug
        if self.outcome is Outcome.GONE:
            return f"newsletter feeds remove {slug} takes it out"
        if self.outcome is not Outcome.FAILED:
            return ""
        if words.startswith("there is no source"):
            return f'install the package that brings "{self.feed.kind}", or take kind out of [feeds.{slug}]'
        if "private network" in words:
            return ALLOW
        if "web page" in words or "no feed" in words:
            looks = f"newsletter feeds add {shlex.quote(self.feed.address)} looks for its feed"
            return f"{looks}, newsletter feeds remove {slug} takes this out"
        if words.startswith(("404", "401", "403")) or self.state.failures >= OFTEN:
            return f"open {self.feed.address} in a browser; newsletter feeds remove {slug} takes it out"
        return ""

    def values(self) -> dict[str, Any]:
        """What a program reads."""
        pace = pace_of(self.state.timings)
        return {
            "feed": self.feed.slug,
            "address": self.feed.address,
            "outcome": self.outcome.value,
            "new": list(self.new),
            "remarks": list(self.remarks),
            "words": self.state.words,
            "todo": self.todo,
            "failures": self.state.failures,
            "next_at": _written(self.state.next_at),
            "moved_to": self.state.moved_to,
            "milliseconds": asdict(pace) if pace else None,
        }


@dataclass(frozen=True, kw_only=True, slots=True)
class FetchRun:
    """What a run came to.

    :param results: of the feeds that were asked, in the order of feeds.toml.
    :param left: feeds that were due and had no turn: the run was ended, their host gave no answer twice, or no host
        could be reached.
    :param resting: how the others stand, which are not due.
    :param stopped: somebody ended it.
    :param away: why the first of them could not be reached, where none could: the network is away, not all of them.
    """

    results: tuple[FeedResult, ...]
    left: tuple[Feed, ...]
    resting: tuple[FeedState, ...]
    seconds: float
    stopped: bool
    away: str = ""

    def of(self, *outcomes: Outcome) -> list[FeedResult]:
        """Return the results of these kinds."""
        return [result for result in self.results if result.outcome in outcomes]

    @property
    def new(self) -> int:
        """How many articles are candidates now."""
        return sum(len(result.new) for result in self.results)

    @property
    def slow(self) -> list[FeedResult]:
        """Those that take long, the slowest first."""
        paces = [(pace.p99, result) for result in self.results if (pace := pace_of(result.state.timings))]
        return [result for p99, result in sorted(paces, key=lambda one: -one[0]) if p99 >= SLOW]

    @property
    def next_at(self) -> datetime | None:
        """When the first feed is due again."""
        return _first(state.next_at for state in (*self.resting, *(result.state for result in self.results)))

    def values(self) -> dict[str, Any]:
        """What a program reads."""
        return {
            "feeds": [result.values() for result in self.results],
            "new": self.new,
            "left": [feed.slug for feed in self.left],
            "not_due": len(self.resting),
            "next_at": _written(self.next_at),
            "seconds": round(self.seconds, 3),
            "stopped": self.stopped,
            "away": self.away,
        }


def _written(at: datetime | None) -> str | None:
    return at.isoformat(timespec="seconds") if at else None


def _first(times: Iterable[datetime | None]) -> datetime | None:
    return min((at for at in times if at), default=None)
