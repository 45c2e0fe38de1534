"""How right the stories are: B-cubed on a labelled set of this project's own making, beside what others would do.

164 short reports of invented, plausible engineering news, 30 stories among them, told in English, German and Japanese
by many outlets, and as many hard ones: the same company with another story, the same topic at another company,
one release after the other. B-cubed (Bagga and Baldwin, 1998) is the F1 of the mean precision and recall an item.
A held-out score has its threshold chosen on one half of the stories and is taken on the other, ten times over.
"""

import json
import random
import re
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import blake2b
from itertools import combinations
from pathlib import Path
from statistics import mean
from typing import Any

from benchmarks.figure import Figure
from newsletter.composer.shortlist import Tie
from newsletter.composer.stories import THRESHOLD, WINDOW, Telling, stories_of, ties_among
from newsletter.composer.tfidf import Frequencies, Wordings

LABELLED = Path(__file__).parents[2] / "tests/data/stories.jsonl"
SPLITS = 10
LOWEST = 0.02
BAR = 0.95


@dataclass(frozen=True, kw_only=True, slots=True)
class Report:
    """One labelled report."""

    id: str
    story: str
    title: str
    summary: str
    at: float


def labelled() -> list[Report]:
    """Read the set."""
    lines = [json.loads(line) for line in LABELLED.read_text(encoding="utf-8").splitlines()]
    return [
        Report(
            id=f"{number:03}",
            story=line["story"],
            title=line["title"],
            summary=line["summary"],
            at=datetime.fromisoformat(line["published"]).timestamp(),
        )
        for number, line in enumerate(lines)
    ]


def b_cubed(reports: Sequence[Report], stories: Mapping[str, frozenset[str]]) -> float:
    """Return B-cubed F1 of *stories*, the ids that each id stands with."""
    right = defaultdict(set)
    for report in reports:
        right[report.story].add(report.id)
    same = {report.id: len(stories[report.id] & right[report.story]) for report in reports}
    precision = mean(same[report.id] / len(stories[report.id]) for report in reports)
    recall = mean(same[report.id] / len(right[report.story]) for report in reports)
    return 2 * precision * recall / (precision + recall)


def scored(reports: Sequence[Report], ties: Sequence[Tie], threshold: float) -> float:
    """Return B-cubed of *reports* with the ties of at least *threshold*."""
    times = {report.id: report.at for report in reports}
    stories = stories_of(times, [tie for tie in ties if tie.share >= threshold])
    return b_cubed(reports, {id: frozenset(story.ids) for story in stories for id in story.ids})


def best(reports: Sequence[Report], ties: Sequence[Tie]) -> tuple[float, float]:
    """Return the best B-cubed of *reports* and its threshold, the middle one of several that are as good."""
    tried = [(scored(reports, ties, step / 100), step / 100) for step in range(2, 100, 2)]
    top = [threshold for score, threshold in tried if score == max(tried)[0]]
    return max(tried)[0], top[len(top) // 2]


def held_out(reports: Sequence[Report], ties: Sequence[Tie]) -> float:
    """Return the mean B-cubed of halves whose threshold was chosen on the other halves."""
    found = []
    for split in range(SPLITS):
        stories = sorted({report.story for report in reports})
        random.Random(split).shuffle(stories)
        chosen = set(stories[: len(stories) // 2])
        halves = [[one for one in reports if (one.story in chosen) is side] for side in (True, False)]
        for ours, theirs in (halves, halves[::-1]):
            found.append(scored(theirs, ties, best(ours, ties)[1]))
    return mean(found)


def tf_idf(reports: Sequence[Report]) -> list[Tie]:
    """The package's own way."""
    make = Wordings()
    tellings = [Telling(id=one.id, at=one.at, wording=make.of(one.title, one.summary)) for one in reports]
    return list(ties_among(tellings, Frequencies.of(one.wording for one in tellings), threshold=LOWEST))


def _tokens(text: str) -> list[str]:
    return re.findall(r"\w+", text.casefold())


def _hashed(gram: str) -> int:
    return int.from_bytes(blake2b(gram.encode(), digest_size=8).digest(), "big")


def _grams(report: Report) -> frozenset[str]:
    words = _tokens(f"{report.title} {report.summary}")
    return frozenset(" ".join(words[at : at + 3]) for at in range(max(len(words) - 2, 1)))


def _titles(report: Report) -> frozenset[str]:
    return frozenset(_tokens(report.title))


def _min_hash(report: Report) -> tuple[int, ...]:
    hashes = [_hashed(gram) for gram in _grams(report)]
    odd = [random.Random(seed).getrandbits(64) | 1 for seed in range(128)]
    return tuple(min(one * factor % 2**64 for one in hashes) for factor in odd)


def _sim_hash(report: Report) -> int:
    sums = [0] * 64
    for word in _tokens(f"{report.title} {report.summary}"):
        bits = _hashed(word)
        for place in range(64):
            sums[place] += 1 if bits >> place & 1 else -1
    return sum(1 << place for place, total in enumerate(sums) if total > 0)


def _dice(one: frozenset[str], other: frozenset[str]) -> float:
    return 2 * len(one & other) / (len(one) + len(other))


def _agreeing(one: tuple[int, ...], other: tuple[int, ...]) -> float:
    return mean(a == b for a, b in zip(one, other, strict=True))


def _near(one: int, other: int) -> float:
    return 1 - (one ^ other).bit_count() / 64


def pairwise(reports: Sequence[Report], made: Callable[[Report], Any], alike: Callable[[Any, Any], float]) -> list[Tie]:
    """Return the ties that another way would find, within the same window."""
    span = WINDOW.total_seconds()
    pairs = combinations([(report, made(report)) for report in reports], 2)
    near = ((a, b) for a, b in pairs if abs(a[0].at - b[0].at) <= span)
    ties = (Tie(one=a.id, other=b.id, share=alike(one, other)) for (a, one), (b, other) in near)
    return [tie for tie in ties if tie.share >= LOWEST]


ALTERNATIVES = {
    "titles' words": (_titles, _dice),
    "MinHash of 3-grams": (_min_hash, _agreeing),
    "simhash": (_sim_hash, _near),
}


def figures() -> Iterator[Figure]:
    """Yield the scores."""
    reports = labelled()
    ours = tf_idf(reports)
    score, threshold = best(reports, ours)
    yield Figure(name="stories, B3", value=scored(reports, ours, THRESHOLD), unit="F1", bar=BAR, least=True)
    yield Figure(name="  held out", value=held_out(reports, ours), unit="F1", bar=BAR, least=True)
    yield Figure(name="  best", value=score, unit="F1")
    yield Figure(name="  best threshold", value=threshold, unit="")
    for name, (made, alike) in ALTERNATIVES.items():
        yield Figure(name=f"  {name}", value=held_out(reports, pairwise(reports, made, alike)), unit="F1")
