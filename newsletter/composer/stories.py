"""Which articles tell one story: single link over TF-IDF, within four days.

::

    tellings ──ties_among──► ties (pairs alike enough) ──stories_of──► stories, each with the ties that joined it
"""

from array import array
from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Container, Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from operator import attrgetter

from newsletter.composer.tfidf import Frequencies, Wording

THRESHOLD = 0.2
"""The likeness from which on two articles tell one story; see benchmarks/collect/stories.py."""
WINDOW = timedelta(days=4)
"""The longest time from the first to the last telling of a story: longer ones chain what only shares a topic."""
FADING = 0.5
"""What likeness loses over one window: two reports of one event seldom come days apart, two of one topic often do.

Yang, Pierce and Carbonell, "A study of retrospective and on-line event detection", 1998, §4.
"""
COMMON = 100
"""A term that more tellings of one window have brings nobody together; it still counts between those that met."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Telling:
    """An article, as a telling of a story.

    :param at: when it was published, in seconds since 1970.
    """

    id: str
    at: float
    wording: Wording


@dataclass(frozen=True, kw_only=True, slots=True)
class Tie:
    """Two articles that tell one story; *share* is their likeness, faded by time, from 0 to 1."""

    one: str
    other: str
    share: float


@dataclass(frozen=True, kw_only=True, slots=True)
class Story:
    """Articles that tell one story, oldest first, and the ties that brought them together, closest first."""

    ids: tuple[str, ...]
    ties: tuple[Tie, ...] = ()


def ties_among(
    tellings: Iterable[Telling],
    frequencies: Frequencies,
    fresh: Container[str] | None = None,
    threshold: float = THRESHOLD,
) -> list[Tie]:
    """Return the pairs of *tellings* that are alike and within one window.

    :param fresh: only pairs with one of these; None is all.
    """
    ordered = sorted(tellings, key=lambda one: (one.at, one.id))
    index = _Index(ordered, frequencies, threshold)
    is_fresh = [fresh is None or one.id in fresh for one in ordered]
    if not all(is_fresh):
        for at, new in enumerate(is_fresh):
            if new:
                index.add(at)
        old = [at for at, new in enumerate(is_fresh) if not new]
        found = [tie for at in old for tie in index.ties(at)]
        index = _Index(ordered, frequencies, threshold)
    else:
        found = []
    for at, new in enumerate(is_fresh):
        if new:
            found += index.ties(at)
            index.add(at)
    return found


class _Index:
    """Which tellings have a term: positions in *ordered*, in order of time, and the weights of the term there."""

    def __init__(self, ordered: Sequence[Telling], frequencies: Frequencies, threshold: float) -> None:
        self._ordered = ordered
        self._times = [one.at for one in ordered]
        self._frequencies = frequencies
        self._threshold = threshold
        self._positions: defaultdict[int, array[int]] = defaultdict(lambda: array("I"))
        self._weights: defaultdict[int, array[float]] = defaultdict(lambda: array("f"))

    def add(self, at: int) -> None:
        """Take in the telling at *at*, which is the youngest so far."""
        wording, often = self._ordered[at].wording, self._frequencies.counts
        for term, weight in zip(wording.terms, self._frequencies.weights(wording), strict=True):
            if often.get(term, 0) > 1:
                self._positions[term].append(at)
                self._weights[term].append(weight)

    def ties(self, at: int) -> Iterable[Tie]:
        """Yield the ties of the telling at *at* with those that were taken in."""
        one = self._ordered[at]
        span = WINDOW.total_seconds()
        first, after = bisect_left(self._times, one.at - span), bisect_right(self._times, one.at + span)
        weights = dict(zip(one.wording.terms, self._frequencies.weights(one.wording), strict=True))
        shares: defaultdict[int, float] = defaultdict(float)
        for term, weight in weights.items():
            if (positions := self._positions.get(term)) is None:
                continue
            low, high = bisect_left(positions, first), bisect_left(positions, after)
            if high - low <= COMMON:
                for other, its in zip(positions[low:high], self._weights[term][low:high], strict=True):
                    shares[other] += weight * its
        for other, share in shares.items():
            if share < self._threshold / 2:
                continue
            apart = abs(one.at - self._times[other]) / span
            if (whole := self._share(weights, other) * (1 - FADING * apart)) >= self._threshold:
                yield Tie(one=self._ordered[other].id, other=one.id, share=round(whole, 4))

    def _share(self, weights: dict[int, float], other: int) -> float:
        wording = self._ordered[other].wording
        its = self._frequencies.weights(wording)
        return sum(weights.get(term, 0.0) * weight for term, weight in zip(wording.terms, its, strict=True))


def stories_of(times: dict[str, float], ties: Iterable[Tie]) -> list[Story]:
    """Return all articles of *times* in stories, the closest tied first; a story takes no longer than the window.

    :param times: when each was published, by id, in seconds.
    """
    heads = {id: id for id in times}
    members: dict[str, list[str]] = {id: [id] for id in times}
    joined: defaultdict[str, list[Tie]] = defaultdict(list)
    for tie in sorted(ties, key=lambda tie: (-tie.share, tie.one, tie.other)):
        if tie.one not in times or tie.other not in times:
            continue
        one, other = heads[tie.one], heads[tie.other]
        together = members[one] + members[other]
        moments = [times[id] for id in together]
        if one == other or max(moments) - min(moments) > WINDOW.total_seconds():
            continue
        for id in members.pop(other):
            heads[id] = one
        members[one] = together
        joined[one] = sorted(joined[one] + joined.pop(other, []) + [tie], key=attrgetter("share"), reverse=True)
    return [
        Story(ids=tuple(sorted(ids, key=lambda id: (times[id], id))), ties=tuple(joined.get(head, ())))
        for head, ids in members.items()
    ]
