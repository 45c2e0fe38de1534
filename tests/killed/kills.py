"""How often something is killed, and when; and what of the articles is there after it."""

import json
import os
import random
import re
from collections import Counter
from contextlib import closing
from pathlib import Path

from newsletter.app import open_newsletter
from newsletter.store.candidates import CandidateStore

KILLS = int(os.environ.get("COLLECT_KILLS") or 8)
SEED = int(os.environ.get("COLLECT_SEED") or random.SystemRandom().randrange(2**32))


def moments(least: float, most: float) -> list[float]:
    """Return seconds after which to kill, spread at random between *least* and *most*; the seed is printed."""
    print(f"COLLECT_SEED={SEED}")  # pytest shows it where a test fails
    chance = random.Random(SEED)
    return [chance.uniform(least, most) for _ in range(KILLS)]


def standing(folder: Path) -> tuple[Counter[str], Counter[str], set[str]]:
    """Return how often each id was added to the pool, how often it is in an issue, and the candidates that wait.

    The pool must have no address twice.
    """
    lines = [json.loads(x) for file in (folder / "pool").glob("*.jsonl") for x in file.read_text().splitlines()]
    text = "\n".join(path.read_text() for path in (folder / "issues").glob("*.md"))
    with closing(open_newsletter(folder)) as newsletter:
        waiting = {candidate.article.id for candidate in CandidateStore(newsletter.database).waiting()}
        pool = newsletter.pool().entries
        assert len({entry.article.link for entry in pool.values()}) == len(pool)
    added = Counter(line["id"] for line in lines if line["event"] == "added")
    return added, Counter(re.findall(r"^###.*\{#(\w+)\}", text, re.M)), waiting
