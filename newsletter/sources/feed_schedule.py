"""When a feed is asked again, and how it stands after an answer.

::

    200, 304 ─────────────► in an hour, or when the answer said that it is fresh until then (a day at most)
    429, 503 ─────────────► when the answer said (Retry-After; a week at most), whoever asks before
    anything else, nothing ► in an hour, then two, four … a day
    410 ──────────────────► never: it is gone
"""

import re
from dataclasses import replace
from datetime import datetime, timedelta
from hashlib import sha256
from http import HTTPStatus

from newsletter.model.feed import FeedState
from newsletter.net.http import Answer
from newsletter.net.retry_after import WEEK, retry_after
from newsletter.sources.reading import clean

LATE = timedelta(minutes=1)
"""How much earlier than due a feed may be asked: cron is not punctual, and would ask every second hour."""
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
TIMINGS = 100
"""How many times of answers are remembered."""
WORDS = 300
"""Characters that are remembered of why a feed could not be had."""


def is_due(state: FeedState, now: datetime, *, asked_for: bool = False) -> bool:
    """Return whether a feed may be asked.

    A clock that was wrong, and was set back, keeps no feed waiting until the time that it told.

    :param asked_for: a person wants it now: then only its own site may still say no.
    """
    if _is_of_a_wrong_clock(state, now):
        return asked_for or state.gone_at is None
    if state.retry_at and now < state.retry_at:
        return False
    return asked_for or (state.gone_at is None and (state.next_at is None or state.next_at - LATE <= now))


def _is_of_a_wrong_clock(state: FeedState, now: datetime) -> bool:
    """Return whether a feed was asked in the future, or waits for longer than anything here lets it wait."""
    asked_later = state.asked_at is not None and state.asked_at > now + LATE
    return asked_later or (state.next_at is not None and state.next_at > now + WEEK + LATE)


def is_fine(state: FeedState, answer: Answer) -> bool:
    """Return whether *answer* is a feed, or says that nothing is new to who has its last body (RFC 9110 §15.4.5)."""
    return answer.status in (200, 203) or (answer.status == 304 and bool(state.body_sha256))


def after_answer(state: FeedState, answer: Answer, now: datetime, *, moved_to: str = "") -> FeedState:
    """Return how a feed stands after an answer that is fine.

    Validators are those that came with the last body, and none is ever made up (RFC 9110 §13.1).
    """
    headers = answer.headers
    if answer.status == 304:  # RFC 9110 §15.4.5: it has a new ETag only where that is what a 200 would have had
        etag, modified = headers.get("etag", state.etag), headers.get("last-modified", state.last_modified)
        body = state.body_sha256
    else:
        etag, modified = headers.get("etag", ""), headers.get("last-modified", "")
        body = sha256(answer.body).hexdigest()
    return replace(
        state,
        etag=etag,
        last_modified=modified,
        asked_at=now,
        answered_at=now,
        next_at=now + min(max(HOUR, _fresh_for(headers.get("cache-control", ""))), DAY),
        retry_at=None,
        failures=0,
        words="",
        gone_at=None,
        moved_to=moved_to,
        timings=(*state.timings, round(answer.seconds * 1000))[-TIMINGS:],
        body_sha256=body,
    )


def after_refusal(state: FeedState, answer: Answer, now: datetime) -> FeedState:
    """Return how a feed stands after an answer that is none of a feed's: 404, 410, 429, 500."""
    failed = after_failure(state, words_of(answer.status), now)
    timed = replace(failed, timings=(*state.timings, round(answer.seconds * 1000))[-TIMINGS:])
    if answer.status == HTTPStatus.GONE:
        return replace(timed, gone_at=now, next_at=None)
    if answer.status in (429, 503) and (until := retry_after(answer.headers.get("retry-after", ""), now)):
        return replace(timed, next_at=until, retry_at=until)
    return timed


def after_failure(state: FeedState, words: str, now: datetime) -> FeedState:
    """Return how a feed stands that gave nothing that will do, for the reason *words*.

    The validators stay: they are those of the last body that was read.
    """
    pause = min(HOUR * 2 ** min(state.failures, 10), DAY)
    words = clean(" ".join(words.split()))[:WORDS]  # a parser may repeat what no database takes
    return replace(state, asked_at=now, next_at=now + pause, retry_at=None, failures=state.failures + 1, words=words)


def words_of(status: int) -> str:
    """Return what an answer's status says: "404 Not Found"."""
    try:
        return f"{status} {HTTPStatus(status).phrase}"
    except ValueError:
        return f"{status}, which is no status of HTTP"


def _fresh_for(cache_control: str) -> timedelta:
    """Return how long an answer is fresh (RFC 9111 §5.2.2.1)."""
    found = re.search(r"(?:^|[\s,])max-age\s*=\s*\"?([0-9]{1,9})", cache_control.lower())
    return timedelta(seconds=int(found[1])) if found else timedelta()
