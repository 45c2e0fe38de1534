"""What an editor did with what came in, counted: outlets, sections, age, and what was turned down."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from statistics import median

from newsletter.composer.picking import source_of
from newsletter.composer.pool import Decision, Entry
from newsletter.composer.sitting import age_in_days
from newsletter.model.article import Article


@dataclass(frozen=True, kw_only=True, slots=True)
class Pick:
    """An article that a sent issue had.

    :param issue: its number.
    :param published: as far as it is known: "2026", "2026-11" or "2026-11-20".
    """

    issue: int
    sent: datetime
    section: str
    source: str
    published: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Outlet:
    """A source.

    :param picked: articles of it that ran; *share* of all that ran, from 0 to 1.
    :param offered: articles of it that came in, whatever became of them.
    """

    source: str
    picked: int
    share: float
    offered: int

    @property
    def rate(self) -> float | None:
        """How much of what came in ran, from 0 to 1; None where nothing came in."""
        return min(self.picked / self.offered, 1.0) if self.offered else None


@dataclass(frozen=True, kw_only=True, slots=True)
class SectionCount:
    """A section: its articles, and their share of all, from 0 to 1."""

    section: str
    picked: int
    share: float


@dataclass(frozen=True, kw_only=True, slots=True)
class Ages:
    """How many days after their publication articles were sent: half of them within *middle*, the last after *most*.

    :param known: how many have a day of publication.
    """

    known: int
    middle: float
    most: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Reason:
    """Why articles were dropped, in the words that are written most often, and how many."""

    reason: str
    count: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Holding:
    """How many articles are held now, and for how many days: half of them longer than *middle*."""

    count: int
    middle: float
    most: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Statistics:
    """All of it, for the time from *since* to *until*.

    :param outlets: those that ran most first, then those that offered most.
    """

    since: date
    until: date
    issues: int
    picked: int
    outlets: tuple[Outlet, ...]
    sections: tuple[SectionCount, ...]
    ages: Ages | None
    dropped: tuple[Reason, ...]
    held: Holding | None


def count(
    picks: Sequence[Pick],
    entries: Iterable[Entry],
    held: Iterable[Entry],
    candidates: Iterable[Article],
    *,
    since: datetime,
    now: datetime,
) -> Statistics:
    """Count what ran, came in and was decided since then.

    :param entries: of the pool: all that were added or decided about since then.
    :param held: those that wait for a later issue, since whenever.
    :param candidates: what sources brought since then, and nobody has decided about.
    """
    offered = Counter(source_of(one) for one in candidates)
    reasons: dict[str, Counter[str]] = {}
    begin = since.isoformat(timespec="microseconds")
    for entry in entries:
        offered[source_of(entry.article)] += entry.added >= begin
        if entry.decision is Decision.DROPPED and entry.decided >= begin:
            words = " ".join(entry.reason.split())
            reasons.setdefault(words.casefold().rstrip(".!"), Counter())[words] += 1
    days = [age_in_days(entry.decided, now) for entry in held]
    return Statistics(
        since=since.date(),
        until=now.date(),
        issues=len({pick.issue for pick in picks}),
        picked=len(picks),
        outlets=_outlets(Counter(pick.source for pick in picks), +offered),
        sections=tuple(
            SectionCount(section=name, picked=number, share=number / len(picks))
            for name, number in Counter(pick.section for pick in picks).most_common()
        ),
        ages=_ages(picks),
        dropped=_reasons(reasons),
        held=Holding(count=len(days), middle=median(days), most=max(days)) if days else None,
    )


def _outlets(picked: Counter[str], offered: Counter[str]) -> tuple[Outlet, ...]:
    total = picked.total() or 1
    found = [
        Outlet(source=name, picked=picked[name], share=picked[name] / total, offered=offered[name])
        for name in picked.keys() | offered.keys()
    ]
    return tuple(sorted(found, key=lambda one: (-one.picked, -one.offered, one.source)))


def _ages(picks: Iterable[Pick]) -> Ages | None:
    days = []
    for pick in picks:
        try:
            days.append(max((pick.sent.date() - date.fromisoformat(pick.published)).days, 0))
        except ValueError:  # a year alone, or nothing
            continue
    return Ages(known=len(days), middle=median(days), most=max(days)) if days else None


def _reasons(reasons: dict[str, Counter[str]]) -> tuple[Reason, ...]:
    found = [
        Reason(reason=max(words, key=lambda one: (words[one], one)), count=words.total()) for words in reasons.values()
    ]
    return tuple(sorted(found, key=lambda one: (-one.count, one.reason)))
