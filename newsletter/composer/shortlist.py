"""What an editor decides about: one suggestion a story, best first, each with its reasons.

::

    pool (new, held) + candidates of the sources ──stories──► suggestions ──scores, rules──► shortlist
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from newsletter.model.article import Article


class RepeatKind(StrEnum):
    """In which way an article is not new."""

    SAME = "same"
    """A sent issue had it, by address or feed id: it runs anew only for a reason."""
    TEXT = "text"
    """Most of its text stood in an article of a sent issue."""
    STORY = "story"
    """One of the last issues had the same story."""
    SERIES = "series"
    """It is a part of a series of which a sent issue had another part, or whose earlier part was not sent."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Repeat:
    """What a sent issue had of an article already.

    :param issue: its number; 0 where the hint is about none.
    :param share: of the text, from 0 to 1.
    :param words: as an editor is told: "ran in #37, 82 % the same text".
    """

    kind: RepeatKind
    issue: int = 0
    share: float = 0.0
    words: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Score:
    """How much speaks for an article.

    :param terms: what it is the sum of, by name: "feed", "story", "new".
    """

    terms: Mapping[str, float] = field(default_factory=dict)

    @property
    def total(self) -> float:
        """The sum of the terms."""
        return sum(self.terms.values())

    def __str__(self) -> str:
        terms = " + ".join(f"{name} {_short(value)}" for name, value in self.terms.items())
        return f"{_short(self.total)} = {terms}" if terms else _short(self.total)


def _short(value: float) -> str:
    return f"{value:.2f}".replace("0.", ".", 1) if abs(value) < 1 else f"{value:.2f}"


@dataclass(frozen=True, kw_only=True, slots=True)
class Tie:
    """Two articles that tell one story, by their ids; *share* is their likeness, faded by time, from 0 to 1."""

    one: str
    other: str
    share: float


@dataclass(frozen=True, kw_only=True, slots=True)
class Choice:
    """An article that can be decided about.

    :param pooled: it is in the pool; else a source brought it, and nobody has decided.
    :param held: it was held, with *reason*.
    :param since: when it came in, or was held, ISO 8601 in UTC.
    """

    article: Article
    pooled: bool = False
    held: bool = False
    reason: str = ""
    since: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Suggestion:
    """One story, told by its best article.

    :param also: the other articles of the story, as "also at".
    :param section: where it belongs; empty where nobody can tell.
    :param explored: it stands here to be looked at, not for its score.
    :param ties: which of its articles are alike, closest first: what brought them together.
    """

    choice: Choice
    also: tuple[Choice, ...] = ()
    score: Score = field(default_factory=Score)
    section: str = ""
    repeats: tuple[Repeat, ...] = ()
    explored: bool = False
    ties: tuple[Tie, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Shortlist:
    """Everything that waits for a decision.

    :param suggestions: best first.
    :param left_out: how many are not in it, by why: "muted", "ran before", "dropped before", "scored lower".
    """

    suggestions: tuple[Suggestion, ...] = ()
    left_out: Mapping[str, int] = field(default_factory=dict)
