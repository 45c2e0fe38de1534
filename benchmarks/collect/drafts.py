"""How right the support check of drafts is, by claims of our own about texts of our own, and what excerpts cost.

A claim is true of its text, or false by a number, a name or a quote of its own; or it is *misused*: false by what it
makes of a true quote, which only the person who reviews can see. sumy's LexRank took 55 ms for a post of that length.
"""

import json
import random
from collections.abc import Iterator
from pathlib import Path

from benchmarks.figure import Figure, median
from newsletter.composer.excerpts import excerpts_of
from newsletter.composer.support import Ground
from newsletter.model.draft import Claim

CLAIMS = Path(__file__).parents[2] / "tests" / "data" / "claims.jsonl"
WORDS = 1_500


def figures() -> Iterator[Figure]:
    """Yield the shares of claims that were judged rightly, and the time of the excerpts of one text."""
    bars = {"true": 0.9, "number": 0.95, "name": 0.95, "quote": 0.95}
    for kind, right in judged().items():
        share = sum(right) / len(right)
        yield Figure(name=f"claims {kind} ({len(right)})", value=share, unit="", bar=bars.get(kind), least=True)
    text = long_text()
    yield median("excerpts of 1,500 words", lambda: excerpts_of(text), bar=55)


def judged() -> dict[str, list[bool]]:
    """Return for each kind of claims whether each was judged rightly."""
    kinds: dict[str, list[bool]] = {}
    for line in CLAIMS.read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        ground = Ground(row["text"])
        for claim in row["claims"]:
            fault = ground.fault(Claim(text=claim["says"], quote=claim["quote"]))
            kinds.setdefault(claim["wrong"] or "true", []).append(bool(fault) != claim["true"])
    return kinds


def long_text() -> str:
    """Return a text of 1,500 words: sentences of 12 to 28 words that stand in the claims' texts."""
    chance = random.Random(1)
    words = [word.strip(".,:;") for line in CLAIMS.read_text(encoding="utf-8").split("\n") for word in line.split()]
    plain = [word for word in words if word.isalpha()]
    sentences, count = [], 0
    while count < WORDS:
        said = chance.choices(plain, k=chance.randint(12, 28))
        sentences.append(" ".join(said).capitalize() + ".")
        count += len(said)
    return "\n".join(sentences)
