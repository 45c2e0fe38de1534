"""The texts that sent issues told of, asked which of them an article has in it."""

from array import array
from bisect import bisect
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from newsletter.composer.boilerplate import Boilerplate
from newsletter.composer.sketch import SIZE, hashes_of, share

LIKE = 0.5
"""From this share on it is the same text: on 1,500 posts no other measure found more of them at so few false alarms."""
FEWEST = 20
"""Runs of words that a text must have beside its boilerplate: of less, nothing can be told."""

# Of each text only these hashes are in the index: a fifth of all there can be. A summary of 40 words has eight of them.
_INDEXED = 2**32 // 5
_WORTH_A_LOOK = 0.2


@dataclass(frozen=True, kw_only=True, slots=True)
class SentText:
    """A text of a sent issue.

    :param site: whose boilerplate may be in it.
    """

    number: int
    site: str
    sketch: str


class SentTexts:
    """An index of texts by their runs of words.

    A run that several texts have leads to the newest of them, which is the one to be told of.
    """

    def __init__(self, texts: Iterable[SentText], boilerplate: Boilerplate) -> None:
        self._boilerplate = boilerplate
        self._texts = sorted((text for text in texts if text.sketch), key=lambda text: text.number)
        self._hashes = [hashes_of(text.sketch) for text in self._texts]
        self._index: dict[int, int] = {}
        for at, hashes in enumerate(self._hashes, 1):
            self._index.update(dict.fromkeys(_indexed(hashes), at))

    def likest(self, sketch: str, site: str, *, other_than: frozenset[int] = frozenset()) -> tuple[int, float]:
        """Return the number of the issue that told most of this text, and the share; 0 and 0 where none told it.

        :param other_than: issues that do not count.
        """
        hashes = hashes_of(sketch)
        asked = _indexed(hashes)
        votes = Counter(filter(None, map(self._index.get, asked)))
        best = (0, 0.0)
        for at, count in votes.most_common(8):
            text, theirs = self._texts[at - 1], self._hashes[at - 1]
            if text.number in other_than or count < _WORTH_A_LOOK * min(len(asked), len(_indexed(theirs))):
                continue
            without = [self._boilerplate.of(one) for one in {site, text.site}]
            found = share(hashes, theirs, *without)
            if found >= LIKE and _enough(hashes, without) and _enough(theirs, without):
                best = max(best, (text.number, found), key=lambda one: (one[1], one[0]))
        return best


def _indexed(hashes: "array[int]") -> "array[int]":
    return hashes[: bisect(hashes, _INDEXED)]


def _enough(hashes: "array[int]", without: Sequence[frozenset[int]]) -> bool:
    """Whether enough is left to compare; of a text that is longer than its sketch, a part of the sketch is enough."""
    return len(set(hashes).difference(*without)) >= (FEWEST if len(hashes) < SIZE else 1)
