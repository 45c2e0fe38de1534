"""Which sentences of a text say most of what the others say: LexRank (Erkan and Radev 2004, continuous form)."""

import math
from collections import Counter
from collections.abc import Sequence

from newsletter.composer.tfidf import stems_of

DAMPING = 0.85
"""How much of a sentence's rank is from those like it; the rest is the same for all."""
ROUNDS = 50
"""Of the power iteration at most: the ranks of some hundred sentences stand after about twenty."""
NEAR = 1e-6
Vector = dict[str, float]


def vectors_of(sentences: Sequence[str]) -> list[Vector]:
    """Return the TF-IDF vector of each sentence, of length 1; a word's IDF is by the sentences it stands in."""
    counts = [Counter(stems_of(sentence)) for sentence in sentences]
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
