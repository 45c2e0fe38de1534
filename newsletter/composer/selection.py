"""What an editor is shown of all that waits, and what an issue takes that is composed alone.

::

    ranked stories ──shown──► what a triage shows: the best, and a tenth that is there to be looked at
    shortlist ──compose──► one a story, few a source, few a section; empty rather than filled
"""

from collections import Counter
from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from hashlib import sha256

from newsletter.composer.picking import source_of
from newsletter.composer.shortlist import RepeatKind, Suggestion

FLOOR = 0.3
"""What scores less goes into no issue that is composed alone: an average feed's report, one outlet, a week old."""
NEVER = frozenset({RepeatKind.SAME, RepeatKind.TEXT, RepeatKind.STORY})
"""Repeats that only an editor may pick."""


def shown(
    ranked: Sequence[str], sure: Container[str], *, most: int, explore: float, seed: str
) -> tuple[list[str], frozenset[str]]:
    """Return what is shown of *ranked*, best first, and which of it is there only to be looked at, at its end.

    :param sure: what is shown whatever it scores, as far as there is room: an editor wants to see it again.
    :param explore: the share of *most* that is drawn from the rest. What was never shown is never picked, and a score
        that learns from picks would think less of it each week.
    :param seed: draws the same ones again.
    """
    first = [id for id in ranked if id in sure][:most]
    others = [id for id in ranked if id not in sure]
    room = most - len(first)
    drawn = round(room * explore) if len(others) > room else 0
    explored = drawn_from(others[room - drawn :], seed)[:drawn]
    best = frozenset([*first, *others[: room - drawn]])
    return [id for id in ranked if id in best] + explored, frozenset(explored)


def drawn_from(ids: Iterable[str], seed: str) -> list[str]:
    """Return *ids* in an order that has nothing to do with what they are, the same for one *seed*."""
    return sorted(ids, key=lambda id: sha256(f"{seed}:{id}".encode()).digest())


@dataclass(frozen=True, kw_only=True, slots=True)
class Limits:
    """How many articles an issue takes.

    :param most: in all.
    :param per_source: of one source; 0 is no limit.
    :param sections: of a section, by its name.
    :param explore: the share of all that is drawn rather than taken for its score.
    """

    most: int
    per_source: int = 0
    sections: Mapping[str, int] = field(default_factory=dict)
    explore: float = 0.0


@dataclass(frozen=True, kw_only=True, slots=True)
class Composed:
    """What an issue takes, best first, and why others were passed by: how many for each reason."""

    taken: tuple[Suggestion, ...]
    passed: Mapping[str, int] = field(default_factory=dict)


def compose(
    suggestions: Sequence[Suggestion], limits: Limits, standing: Sequence[tuple[str, str]] = (), seed: str = ""
) -> Composed:
    """Choose from *suggestions*, best first.

    :param standing: source and section of each article that stands in the issue already.
    :param seed: draws the same explored ones again.
    """
    unfit = {one.choice.article.id: reason for one in suggestions if (reason := _unfit(one))}
    fit = [one for one in suggestions if one.choice.article.id not in unfit]
    room = _Room(limits, standing)
    drawn = round(room.left * limits.explore) if len(fit) > room.left else 0
    room.take(fit, room.left - drawn)
    by_id = {one.choice.article.id: one for one in fit if one not in room.taken}
    best = len(room.taken)
    room.take([by_id[id] for id in drawn_from(by_id, seed)], drawn)
    taken = [*room.taken[:best], *(replace(one, explored=True) for one in room.taken[best:])]
    passed = Counter(unfit.values()) + Counter(room.full(one) for one in fit if one not in room.taken)
    return Composed(taken=tuple(taken), passed=dict(passed))


def _unfit(suggestion: Suggestion) -> str:
    """Return why no issue takes *suggestion* unless an editor says so; empty when it may."""
    article = suggestion.choice.article
    if suggestion.choice.held:
        return "held"
    if not (article.title and article.link):
        return "no title or link"
    if any(repeat.kind in NEVER for repeat in suggestion.repeats):
        return "ran before, or told already"
    return "" if suggestion.score.total >= FLOOR else "score too low"


class _Room:
    """What an issue has room for yet."""

    def __init__(self, limits: Limits, standing: Sequence[tuple[str, str]]) -> None:
        self._limits = limits
        self.left = max(limits.most - len(standing), 0)
        self._sources = Counter(source for source, _ in standing)
        self._caps = {name.casefold(): cap for name, cap in limits.sections.items()}
        self._sections = Counter(section.casefold() for _, section in standing)
        self.taken: list[Suggestion] = []

    def take(self, suggestions: Iterable[Suggestion], most: int) -> None:
        """Take what there is room for of *suggestions*, the first ones first, *most* at most."""
        for one in suggestions:
            if most and not self.full(one):
                self._sources[source_of(one.choice.article)] += 1
                self._sections[one.section.casefold()] += 1
                self.taken.append(one)
                self.left -= 1
                most -= 1

    def full(self, suggestion: Suggestion) -> str:
        """Return why there is no room for *suggestion*; empty when there is."""
        source, section = source_of(suggestion.choice.article), suggestion.section.casefold()
        if self._limits.per_source and self._sources[source] >= self._limits.per_source:
            return "enough of its source"
        cap = self._caps.get(section, 0)
        if cap and self._sections[section] >= cap:
            return "section full"
        return "" if self.left else "issue full"
