"""How often something is killed, and when."""

import os
import random

KILLS = int(os.environ.get("COLLECT_KILLS") or 8)
SEED = int(os.environ.get("COLLECT_SEED") or random.SystemRandom().randrange(2**32))


def moments(least: float, most: float) -> list[float]:
    """Return seconds after which to kill, spread at random between *least* and *most*; the seed is printed."""
    print(f"COLLECT_SEED={SEED}")  # pytest shows it where a test fails
    chance = random.Random(SEED)
    return [chance.uniform(least, most) for _ in range(KILLS)]
