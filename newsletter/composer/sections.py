"""In which section of an issue an article belongs: where what is most like it stood before."""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from math import sqrt

from newsletter.composer.tfidf import Frequencies, Wording

LEAST = 0.1
"""The likeness to a section below which nobody can tell."""

# Only headings are looked at: a mistake in an old issue does not keep the editor from the next one.
_HEADING = re.compile(
    r"^(?:##\s+(?P<section>[^\n]*?)\s*#*|###\s[^\n]*\{[^{}\n]*#(?P<id>[\w-]+)[^{}\n]*\})[ \t]*$", re.M
)


def filed_in(text: str) -> Iterator[tuple[str, str]]:
    """Yield the id of each article in the text of an issue file, with the section that it stands in."""
    section = ""
    for heading in _HEADING.finditer(text):
        if heading["id"] is None:
            section = heading["section"]
        elif section:
            yield heading["id"], section


class Sections:
    """What has stood in each section, as one vector a section.

    :param picked: the wordings of articles that were picked, by section.
    """

    def __init__(self, picked: Mapping[str, Iterable[Wording]]) -> None:
        stood = {section: tuple(wordings) for section, wordings in picked.items()}
        self._frequencies = Frequencies.of(wording for wordings in stood.values() for wording in wordings)
        self._sums = {section: self._sum(wordings) for section, wordings in sorted(stood.items())}

    def _sum(self, wordings: Iterable[Wording]) -> dict[int, float]:
        total: defaultdict[int, float] = defaultdict(float)
        for wording in wordings:
            for term, weight in zip(wording.terms, self._frequencies.weights(wording), strict=True):
                total[term] += weight
        length = sqrt(sum(weight * weight for weight in total.values())) or 1.0
        return {term: weight / length for term, weight in total.items()}

    def of(self, wording: Wording) -> str:
        """Return the section whose articles are most like one of this *wording*; empty where none is like it."""
        weights = self._frequencies.weights(wording)
        shares = Counter(
            {
                section: sum(total.get(term, 0.0) * weight for term, weight in zip(wording.terms, weights, strict=True))
                for section, total in self._sums.items()
            }
        )
        section, share = max(shares.items(), key=lambda one: one[1], default=("", 0.0))
        return section if share >= LEAST else ""
