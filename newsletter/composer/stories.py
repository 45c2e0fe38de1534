"""Which articles tell one story: single link over TF-IDF, within four days.

::

    tellings ──ties_among──► ties (pairs alike enough) ──stories_of──► stories, each with the ties that joined it
"""

from array import array
from bisect import bisect_left, bisect_right
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from operator import attrgetter

from newsletter.composer.shortlist import Tie
from newsletter.composer.tfidf import Frequencies, Wording

THRESHOLD = 0.2
"""The likeness from which on two articles tell one story; see benchmarks/collect/stories.py."""
WINDOW = timedelta(days=4)
"""The longest time from the first to the last telling of a story: longer ones chain what only shares a topic."""
FADING = 0.5
"""What likeness loses over one window: two reports of one event seldom come days apart, two of one topic often do.

Yang, Pierce and Carbonell, "A study of retrospective and on-line event detection", 1998, §4.
"""
FEWEST = 3
"""So many words two tellings share, or all that one has: of "Acme Queues" and "Acme Clocks", half is the same."""
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
class Story:
    """Articles that tell one story, oldest first, and the ties that brought them together, closest first.

    :param edges: those of three and more that are alike to one other alone: a side piece, or a mistake, is among them,
        and none of them should stand for the story.
    """

    ids: tuple[str, ...]
    ties: tuple[Tie, ...] = ()
    edges: frozenset[str] = frozenset()


def ties_among(ordered: Iterable[Telling], frequencies: Frequencies, threshold: float = THRESHOLD) -> Iterator[Tie]:
    """Yield the pairs of tellings that are alike and within one window; only those of one window are kept in mind.

    :param ordered: by time, oldest first.
    """
    index = _Index(frequencies, threshold)
    for telling in ordered:
        weights = frequencies.weights(telling.wording)
        index.forget(telling.at - WINDOW.total_seconds())
        yield from index.ties(telling, weights)
        index.add(telling, weights)


def ties_between(
    fresh: Iterable[Telling], others: Iterable[Telling], frequencies: Frequencies, threshold: float = THRESHOLD
) -> Iterator[Tie]:
    """Yield the pairs of one of *fresh* and one of *others* that are alike and within one window.

    :param fresh: by time, oldest first; *others* are in any order.
    """
    index = _Index(frequencies, threshold)
    for telling in fresh:
        index.add(telling, frequencies.weights(telling.wording))
    for telling in others:
        yield from index.ties(telling, frequencies.weights(telling.wording))


class _Index:
    """Which tellings have a term: their numbers, in order of time, and the weights of the term there."""

    def __init__(self, frequencies: Frequencies, threshold: float) -> None:
        self._frequencies = frequencies
        self._threshold = threshold
        self._times = array("d")
        self._tellings: dict[int, tuple[Telling, array[float]]] = {}
        self._first = 0
        self._numbers: dict[int, array[int]] = {}
        self._weights: dict[int, array[float]] = {}

    def add(self, telling: Telling, weights: "array[float]") -> None:
        """Take in *telling*, which is the youngest so far."""
        number, often = len(self._times), self._frequencies.counts
        self._times.append(telling.at)
        self._tellings[number] = telling, weights
        for term, weight in zip(telling.wording.terms, weights, strict=True):
            if often.get(term, 0) < 2:  # it is in no other text
                continue
            if (numbers := self._numbers.get(term)) is None:
                numbers = self._numbers[term] = array("I")
                self._weights[term] = array("f")
            numbers.append(number)
            self._weights[term].append(weight)

    def forget(self, before: float) -> None:
        """Let go of the tellings that are older."""
        while self._first < len(self._times) and self._times[self._first] < before:
            telling, _ = self._tellings.pop(self._first)
            self._first += 1
            for term in telling.wording.terms:
                if numbers := self._numbers.get(term):
                    stale = bisect_left(numbers, self._first)
                    del numbers[:stale], self._weights[term][:stale]

    def ties(self, telling: Telling, weights: "array[float]") -> Iterator[Tie]:
        """Yield the ties of *telling* with those that were taken in."""
        span = WINDOW.total_seconds()
        first, after = bisect_left(self._times, telling.at - span), bisect_right(self._times, telling.at + span)
        weight_of = dict(zip(telling.wording.terms, weights, strict=True))
        for number, share in self._met(weight_of, first, after).items():
            if share < self._threshold / 2:
                continue
            other, its = self._tellings[number]
            pairs = zip(other.wording.terms, its, strict=True)
            common = [weight_of[term] * weight for term, weight in pairs if term in weight_of]
            whole = sum(common) * (1 - FADING * abs(telling.at - other.at) / span)
            fewest = min(FEWEST, len(weights), len(its))
            if whole >= self._threshold and len(common) >= fewest:
                yield Tie(one=other.id, other=telling.id, share=round(whole, 4))

    def _met(self, weight_of: Mapping[int, float], first: int, after: int) -> dict[int, float]:
        """Return which tellings from *first* to *after* share a word that is not common, and how alike that makes."""
        shares: defaultdict[int, float] = defaultdict(float)
        for term, weight in weight_of.items():
            if (numbers := self._numbers.get(term)) is None:
                continue
            low, high = bisect_left(numbers, first), bisect_left(numbers, after)
            if high - low <= COMMON:
                for number, its in zip(numbers[low:high], self._weights[term][low:high], strict=True):
                    shares[number] += weight * its
        return shares


def stories_of(times: Mapping[str, float], ties: Iterable[Tie]) -> list[Story]:
    """Return all articles of *times* in stories, the closest tied first; a story takes no longer than the window.

    :param times: when each was published, by id, in seconds.
    """
    heads = {id: id for id in times}
    members: dict[str, list[str]] = {id: [id] for id in times}
    joined: defaultdict[str, list[Tie]] = defaultdict(list)
    known = sorted(
        (tie for tie in ties if tie.one in times and tie.other in times),
        key=lambda tie: (-tie.share, tie.one, tie.other),
    )
    for tie in known:
        one, other = heads[tie.one], heads[tie.other]
        together = members[one] + members[other]
        moments = [times[id] for id in together]
        if one == other or max(moments) - min(moments) > WINDOW.total_seconds():
            continue
        for id in members.pop(other):
            heads[id] = one
        members[one] = together
        joined[one] = sorted(joined[one] + joined.pop(other, []) + [tie], key=attrgetter("share"), reverse=True)
    within = Counter(id for tie in known if heads[tie.one] == heads[tie.other] for id in (tie.one, tie.other))
    return [
        Story(
            ids=tuple(sorted(ids, key=lambda id: (times[id], id)) if len(ids) > 1 else ids),
            ties=tuple(joined.get(head, ())),
            edges=frozenset(id for id in ids if within[id] == 1) if len(ids) > 2 else frozenset(),
        )
        for head, ids in members.items()
    ]
