"""When a deferred delivery may be tried again, decided without a database."""

import random
from collections.abc import Callable
from datetime import datetime, timedelta

FIRST_WAIT = timedelta(minutes=5)
"""Greylisting usually ends within five minutes."""
LONGEST_WAIT = timedelta(hours=4)
ATTEMPTS = 16
"""After these, 48 hours of trying are over (3 h 20 min for the first five, then 4 h each): it is stale by then."""

Jitter = Callable[[], float]


def spread() -> float:
    """Return a factor around 1, so that what was deferred together does not come back together."""
    return random.uniform(0.8, 1.2)  # noqa: S311


def next_try(attempts: int, now: datetime, jitter: Jitter = spread) -> datetime | None:
    """Return the time for the next attempt after so many, ``min(5 min · 3^(n-1), 4 h)`` from *now*; None: give up."""
    if attempts >= ATTEMPTS:
        return None
    wait: timedelta = min(FIRST_WAIT * 3 ** (attempts - 1), LONGEST_WAIT)
    return now + wait * jitter()
