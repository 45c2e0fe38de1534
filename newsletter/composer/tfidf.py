"""How alike two texts are: TF-IDF with a crude stemmer, in plain Python.

::

    title, title, text[:1500] ──terms──► Wording (counts, kept by content) ──Frequencies──► weights ──dot──► 0 to 1

Salton and Buckley, "Term-weighting approaches in automatic text retrieval", 1988: (1 + ln tf) · idf, cosine.
"""

import re
from array import array
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from math import log, sqrt
from operator import mul
from unicodedata import normalize
from zlib import crc32

TEXT_LIMIT = 1500
"""Characters of a text that count: a story is told at its beginning."""
TITLE_WEIGHT = 2
"""How often a title counts."""
MOST_COUNTED = 255

_TOKEN = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]+|\d+(?:[.,]\d+)+|[^\W_]+")
_UNSPACED = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
"""Scripts that put no space between words; pairs of their letters stand for words."""
_SUFFIXES = ("ungen", "ings", "ing", "ung", "ies", "ied", "ers", "ed", "es", "en", "er", "em", "ly", "s", "e", "n")
_SHORTEST_STEM = 4
_LITTLE = """
a about after all also am an and any are as at be because been before being but by can could did do does for from
had has have he her here him his how i if in into is it its itself just may me more most my new no nor not now of on
once one only or other our out over own re s same she should so some such t than that the their them then there
these they this those through to too two under until up us use very was we were what when where which while who why
will with would you your
aber als am an auch auf aus bei bis da damit dann das dass dem den der des die doch dort durch ein eine einem einen
einer eines er es für hat hatte ich ihr im in ist ja jetzt kann kein keine können man mehr mit nach nicht noch nun
nur ob oder ohne sein seine sich sie sind so über um und unter uns vom von vor war warum was wegen wenn werden wie
wieder wir wird wurde wurden zu zum zur
"""
STOP_WORDS = frozenset(_LITTLE.split())
"""English and German words that tell nothing; those of other languages weigh little because every text has them."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Wording:
    """Which terms a text has, and how often each: *counts* beside *terms*, 255 at most.

    A term is the CRC-32 of a stem: of 100,000 stems about one pair shares one, and no letter need be kept.
    """

    terms: "array[int]" = field(default_factory=lambda: array("I"))
    counts: bytes = b""

    def to_bytes(self) -> bytes:
        """Return it as :meth:`from_bytes` reads it: four bytes a term, then one a count."""
        return self.terms.tobytes() + self.counts

    @classmethod
    def from_bytes(cls, data: bytes) -> "Wording":
        """Return the wording that *data* is; ValueError where it is none."""
        many, rest = divmod(len(data), 5)
        if rest:
            raise ValueError("no wording")
        return cls(terms=array("I", data[: 4 * many]), counts=data[4 * many :])


class Wordings:
    """Makes wordings; each word is stemmed once."""

    def __init__(self) -> None:
        self._known: dict[str, int] = {}

    def of(self, title: str, text: str) -> Wording:
        """Return the wording of a text and its title."""
        counts: Counter[int] = Counter()
        for term in self._terms(title):
            counts[term] += TITLE_WEIGHT
        counts.update(self._terms(text[:TEXT_LIMIT]))
        return Wording(terms=array("I", counts), counts=bytes(min(count, MOST_COUNTED) for count in counts.values()))

    def _terms(self, text: str) -> Iterator[int]:
        for word in _words(text.casefold()):
            term = self._known.get(word)
            if term is None:
                term = self._known[word] = crc32(stem(word).encode("utf-8", "replace"))
            yield term


def stems_of(text: str) -> list[str]:
    """Return the stems of those words of *text* that tell something, in their order."""
    return [stem(word) for word in _words(text.casefold())]


def _words(text: str) -> Iterator[str]:
    for token in _TOKEN.findall(normalize("NFC", text)):
        if _UNSPACED.match(token):
            yield from (token[at : at + 2] for at in range(max(len(token) - 1, 1)))
        elif len(token) > 1 and token not in STOP_WORDS:
            yield token


def stem(word: str) -> str:
    """Return *word* without its ending, the same for most forms of an English or a German word."""
    for suffix in _SUFFIXES:
        if word.endswith(suffix) and len(word) - len(suffix) >= _SHORTEST_STEM:
            word = word.removesuffix(suffix)
            return word[:-1] if word[-1] == word[-2] else word
    return word


class Frequencies:
    """In how many of some texts each term stands.

    :param texts: how many they are.
    """

    def __init__(self, counts: dict[int, int] | None = None, texts: int = 0) -> None:
        self.counts = counts if counts is not None else {}
        self.texts = texts

    @classmethod
    def of(cls, wordings: Iterable[Wording]) -> "Frequencies":
        """Count the terms of *wordings*."""
        counts: Counter[int] = Counter()
        texts = 0
        for wording in wordings:
            counts.update(wording.terms)
            texts += 1
        return cls(counts, texts)

    def with_more(self, wordings: Iterable[Wording]) -> "Frequencies":
        """Return them with the terms of *wordings* counted too."""
        more = Frequencies.of(wordings)
        counts = dict(self.counts)
        for term, count in more.counts.items():
            counts[term] = counts.get(term, 0) + count
        return Frequencies(counts, self.texts + more.texts)

    def weights(self, wording: Wording) -> "array[float]":
        """Return how much each term of *wording* tells, in its order; the sum of their squares is 1."""
        known, most = self.counts.get, self.texts + 1
        found = [
            _TERM_WEIGHT[count] * (1 + log(most / (known(term, 0) + 1)))
            for term, count in zip(wording.terms, wording.counts, strict=True)
        ]
        length = sqrt(sum(map(mul, found, found))) or 1.0
        return array("f", [weight / length for weight in found])


_TERM_WEIGHT = [0.0, *(1 + log(count) for count in range(1, MOST_COUNTED + 1))]
