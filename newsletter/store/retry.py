"""When a deferred delivery may be tried again, decided without a database."""

import random
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

from newsletter.model.delivery import Delivery, State

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


def after_attempt(
    outcome: Delivery, attempts: int, now: datetime, jitter: Jitter = spread
) -> tuple[Delivery, datetime | None]:
    """Return where *outcome* leaves its delivery after so many attempts, and when it may be tried again.

    Only a deferred one has such a time; deferred by its last attempt, it is refused, and keeps the server's words.
    """
    if outcome.state is not State.DEFERRED:
        return outcome, None
    if at := next_try(attempts, now, jitter):
        return outcome, at
    return replace(outcome, state=State.REFUSED, reply=f"{outcome.reply} (given up: {ATTEMPTS} attempts)"), None
