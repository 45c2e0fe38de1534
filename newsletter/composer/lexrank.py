"""Which sentences of a text say most of what the others say: LexRank (Erkan and Radev 2004, continuous form)."""

import math
import re
from collections import Counter
from collections.abc import Sequence

DAMPING = 0.85
"""How much of a sentence's rank is from those like it; the rest is the same for all."""
ROUNDS = 50
"""Of the power iteration at most: the ranks of some hundred sentences stand after about twenty."""
NEAR = 1e-6
_WORD = re.compile(r"[^\W_]+(?:['’.-][^\W_]+)*")
_COMMON = frozenset(
    """a about after all also an and any are as at be because been but by can could do does for from had has have
    how i if in into is it its just like may more most not of on one only or other our out over so some such than
    that the their them then there these they this to up us use used using very was we were what when where which
    while who will with would you your aber als am an auch auf aus bei bis das dass dem den der des die durch ein
    eine einem einen einer es für hat ich im in ist kann man mit nach nicht noch nur oder sich sie sind so um und
    vom von vor war was wenn wie wird wir zu zum zur über""".split()  # noqa: SIM905 - as a list, it would be a page
)

Vector = dict[str, float]


def words_of(text: str) -> list[str]:
    """Return the words of *text* that say something, in small letters and without a plural's ending."""
    words = (word.casefold() for word in _WORD.findall(text))
    return [_stem(word) for word in words if word not in _COMMON and len(word) > 1]


def _stem(word: str) -> str:
    return word[:-1] if len(word) > 3 and word.endswith("s") and not word.endswith("ss") else word


def vectors_of(sentences: Sequence[str]) -> list[Vector]:
    """Return the TF-IDF vector of each sentence, of length 1; a word's IDF is by the sentences it stands in."""
    counts = [Counter(words_of(sentence)) for sentence in sentences]
    within = Counter(word for count in counts for word in count)
    vectors = []
    for count in counts:
        weights = {word: number * math.log(1 + len(counts) / within[word]) for word, number in count.items()}
        length = math.sqrt(sum(weight * weight for weight in weights.values())) or 1.0
        vectors.append({word: weight / length for word, weight in weights.items()})
    return vectors


def likeness(one: Vector, other: Vector) -> float:
    """Return the cosine of two vectors of length 1."""
    small, large = (one, other) if len(one) < len(other) else (other, one)
    return sum(weight * large[word] for word, weight in small.items() if word in large)


def rank(vectors: Sequence[Vector]) -> list[float]:
    """Return the rank of each sentence; their sum is 1."""
    size = len(vectors)
    alike = [[0.0] * size for _ in vectors]
    for at, one in enumerate(vectors):
        for other in range(at):
            alike[at][other] = alike[other][at] = likeness(one, vectors[other])
    sums = [sum(row) for row in alike]
    ranks = [1 / size] * size
    for _ in range(ROUNDS):
        shares = [value / total if total else 0.0 for value, total in zip(ranks, sums, strict=True)]
        lost = sum(value for value, total in zip(ranks, sums, strict=True) if not total) / size
        new = [
            (1 - DAMPING) / size + DAMPING * (lost + sum(a * share for a, share in zip(row, shares, strict=True)))
            for row in alike
        ]
        moved = max(abs(a - b) for a, b in zip(new, ranks, strict=True))
        ranks = new
        if moved < NEAR:
            break
    return ranks
