"""When a page is asked for again that gave nothing.

::

    no answer, 408, 425, 429, 5xx ──► in an hour, two, four … a day (or when its Retry-After says); six times in all
    another 4xx, no page, private, robots are to leave it alone ──► never, until somebody adds it again
"""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from newsletter.model.page_state import PageState
from newsletter.net.retry_after import retry_after
from newsletter.sources.feed_schedule import DAY, HOUR, words_of

ATTEMPTS: Final = 6
"""After the last of them, some two and a half days after the first, it is given up."""
_WAITS: Final = (408, 425, 429)
_WORDS: Final = 300


def is_due(state: PageState, now: datetime) -> bool:
    """Return whether the page is to be asked for."""
    return state.next_at is not None and state.next_at <= now


def after_reading(state: PageState, now: datetime) -> PageState:
    """Return how a page stands that was read."""
    return replace(state, read_at=now, next_at=None, words="")


def never_again(state: PageState, words: str) -> PageState:
    """Return how a page stands that asking again will not help, for the reason *words*."""
    return replace(state, attempts=state.attempts + 1, next_at=None, words=words[:_WORDS])


def later(state: PageState, words: str, now: datetime, *, until: datetime | None = None) -> PageState:
    """Return how a page stands that gave nothing this time, for the reason *words*.

    :param until: its site wants nobody to ask before then.
    """
    if state.attempts + 1 >= ATTEMPTS:
        return never_again(state, words)
    pause: timedelta = min(HOUR * 2**state.attempts, DAY)
    return replace(state, attempts=state.attempts + 1, next_at=until or now + pause, words=words[:_WORDS])


def after_refusal(state: PageState, status: int, wait: str, now: datetime) -> PageState:
    """Return how a page stands after an answer that is none of a page's: 403, 404, 500.

    :param wait: its Retry-After; empty without.
    """
    words = f"its site says {words_of(status)}"
    if status < 500 and status not in _WAITS:
        return never_again(state, words)
    return later(state, words, now, until=retry_after(wait, now))
