"""What is known of stories from last time, so that only what is new is compared.

The weight of a word depends on all texts, so every new text moves every likeness a little. Ties are kept as they were
found until the texts have become a fifth more than at the last whole reckoning; then all of them are found anew.
"""

import json
from array import array
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from newsletter.composer.shortlist import Tie
from newsletter.composer.tfidf import Frequencies

GROWTH = 1.2
"""So many times the texts of the last whole reckoning, and the next one is due."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Reckoning:
    """Ties among tellings.

    :param told: what was compared: the mark of each telling, by id.
    :param frequencies: of the words of all that were compared since the last whole reckoning.
    :param whole: how many texts that one had.
    """

    told: Mapping[str, str] = field(default_factory=dict)
    ties: tuple[Tie, ...] = ()
    frequencies: Frequencies = field(default_factory=Frequencies)
    whole: int = 0

    def is_due(self, marks: Mapping[str, str]) -> bool:
        """Whether all of *marks* must be compared anew."""
        return self.frequencies.texts + len(self.fresh(marks)) > self.whole * GROWTH

    def fresh(self, marks: Mapping[str, str]) -> frozenset[str]:
        """Return which of *marks* were not compared, or said something else then."""
        return frozenset(id for id, mark in marks.items() if self.told.get(id) != mark)

    def kept(self, marks: Mapping[str, str]) -> tuple[Tie, ...]:
        """Return the ties among those of *marks* that are as they were."""
        told, mark = self.told.get, marks.get
        return tuple(
            tie for tie in self.ties if all(id in marks and told(id) == mark(id) for id in (tie.one, tie.other))
        )

    def to_bytes(self) -> bytes:
        """Return it as :meth:`from_bytes` reads it: a line of JSON, then terms and how many texts have each."""
        ties = [[tie.one, tie.other, tie.share] for tie in self.ties]
        head = {"told": self.told, "ties": ties, "whole": self.whole, "texts": self.frequencies.texts}
        counts = self.frequencies.counts
        return json.dumps(head).encode() + b"\n" + array("I", [*counts, *counts.values()]).tobytes()

    @classmethod
    def from_bytes(cls, data: bytes) -> "Reckoning":
        """Return the reckoning that *data* is; an empty one where it is none that this version can read."""
        head, _, tail = data.partition(b"\n")
        try:
            values: dict[str, Any] = json.loads(head)
            numbers = array("I", tail)
            many = len(numbers) // 2
            frequencies = Frequencies(dict(zip(numbers[:many], numbers[many:], strict=True)), values["texts"])
            ties = tuple(Tie(one=one, other=other, share=share) for one, other, share in values["ties"])
            return cls(told=values["told"], ties=ties, frequencies=frequencies, whole=values["whole"])
        except (ValueError, KeyError, TypeError):
            return cls()
