"""When a feed is asked again."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from newsletter.model.feed import FeedState, Pace, pace_of
from newsletter.net.http import Answer
from newsletter.sources.feed_schedule import (
    DAY,
    HOUR,
    TIMINGS,
    WEEK,
    after_answer,
    after_failure,
    after_refusal,
    is_due,
    is_fine,
    retry_after,
)

NOON = datetime(2026, 11, 27, 12, tzinfo=UTC)
NEW = FeedState(address="https://a.example/feed")


def answer(status=200, body=b"<rss/>", seconds=0.25, **headers):
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Answer(status=status, url=NEW.address, headers=named, body=body, seconds=seconds)


def test_a_feed_is_asked_once_an_hour_and_cron_may_be_a_moment_early():
    state = after_answer(NEW, answer(), NOON)
    assert state.next_at == NOON + HOUR
    assert is_due(NEW, NOON)
    assert not is_due(state, NOON + timedelta(minutes=58))
    assert is_due(state, NOON + timedelta(minutes=59, seconds=1))
    assert is_due(state, NOON + timedelta(seconds=1), asked_for=True)


def test_not_modified_is_no_answer_to_who_has_nothing_yet():
    assert not is_fine(NEW, answer(304))
    assert is_fine(after_answer(NEW, answer(etag='"1"'), NOON), answer(304))
    assert is_fine(NEW, answer(203))
    assert after_refusal(NEW, answer(304), NOON).words == "304 Not Modified"


def test_a_clock_that_was_years_ahead_keeps_no_feed_waiting_when_it_is_right_again():
    ahead = NOON + timedelta(days=3650)
    fine = after_answer(NEW, answer(), ahead)
    busy = after_refusal(NEW, answer(429, retry_after="600"), ahead)
    beside = replace(after_answer(NEW, answer(), NOON - HOUR), next_at=busy.next_at, retry_at=busy.retry_at)
    assert is_due(fine, NOON)
    assert is_due(busy, NOON)
    assert is_due(beside, NOON)
    gone = after_refusal(NEW, answer(410), ahead)
    assert not is_due(gone, NOON)
    assert is_due(gone, NOON, asked_for=True)
    assert not is_due(after_answer(NEW, answer(), NOON + timedelta(seconds=30)), NOON)


@pytest.mark.parametrize("said, pause", [
    ("max-age=7200", timedelta(hours=2)),
    ('public, Max-Age = "10800"', timedelta(hours=3)),
    ("max-age=60", HOUR),
    ("max-age=99999999", DAY),
    ("s-maxage=7200", HOUR),
    ("max-age=x", HOUR),
    ("no-store", HOUR),
])  # fmt: skip
def test_an_answer_says_how_long_it_is_fresh(said, pause):
    assert after_answer(NEW, answer(cache_control=said), NOON).next_at == NOON + pause


def test_validators_are_those_of_the_last_body_and_none_is_made_up():
    first = after_answer(NEW, answer(etag='W/"a"', last_modified="gestern"), NOON)
    assert (first.etag, first.last_modified) == ('W/"a"', "gestern")
    same = after_answer(first, answer(304, b""), NOON)
    assert (same.etag, same.last_modified, same.body_sha256) == ('W/"a"', "gestern", first.body_sha256)
    assert after_answer(first, answer(304, b"", etag='"b"'), NOON).etag == '"b"'
    bare = after_answer(first, answer(body=b"other"), NOON)
    assert (bare.etag, bare.last_modified) == ("", "")
    assert bare.body_sha256 != first.body_sha256
    failed = after_failure(first, "nothing came", NOON)
    assert (failed.etag, failed.body_sha256, failed.answered_at) == ('W/"a"', first.body_sha256, NOON)


def test_a_feed_that_fails_is_asked_ever_more_seldom_down_to_once_a_day_until_it_is_fine():
    state, pauses = NEW, []
    for _ in range(7):
        state = after_refusal(state, answer(500), NOON)
        pauses.append((state.next_at - NOON) / HOUR)
    assert pauses == [1, 2, 4, 8, 16, 24, 24]
    assert (state.failures, state.words) == (7, "500 Internal Server Error")
    fine = after_answer(state, answer(), NOON)
    assert (fine.failures, fine.words, fine.next_at) == (0, "", NOON + HOUR)


@pytest.mark.parametrize("said, until", [
    ("120", NOON + timedelta(minutes=2)),
    (" 7200 ", NOON + timedelta(hours=2)),
    ("Fri, 27 Nov 2026 15:00:00 GMT", NOON + timedelta(hours=3)),
    ("Friday, 27-Nov-26 15:00:00 GMT", NOON + timedelta(hours=3)),
    ("Fri, 27 Nov 2020 15:00:00 GMT", NOON),
    ("999999999", NOON + WEEK),
    ("Fri, 31 Dec 9999 23:59:59 GMT", NOON + WEEK),
    ("", None),
    ("soon", None),
    ("-5", None),
    ("9" * 400, None),
    ("Fri, 99 Nov 2026 15:00:00 GMT", None),
])  # fmt: skip
def test_a_site_says_when_to_come_again_in_seconds_or_by_date(said, until):
    assert retry_after(said, NOON) == until


@pytest.mark.parametrize("status", [429, 503])
def test_nobody_asks_before_the_time_that_a_site_gave_not_even_a_person(status):
    state = after_refusal(NEW, answer(status, retry_after="7200"), NOON)
    assert state.next_at == state.retry_at == NOON + 2 * HOUR
    assert not is_due(state, NOON + HOUR, asked_for=True)
    assert is_due(state, NOON + 2 * HOUR)
    assert after_refusal(NEW, answer(status), NOON).retry_at is None
    assert after_refusal(NEW, answer(404, retry_after="7200"), NOON).retry_at is None


def test_a_feed_that_is_gone_is_asked_only_by_a_person_and_may_come_back():
    gone = after_refusal(NEW, answer(410), NOON)
    assert (gone.gone_at, gone.next_at) == (NOON, None)
    assert not is_due(gone, NOON + 300 * DAY)
    assert is_due(gone, NOON, asked_for=True)
    assert after_answer(gone, answer(), NOON).gone_at is None


def test_a_feeds_pace_is_that_of_its_last_hundred_answers():
    state = NEW
    for number in range(TIMINGS + 50):
        state = after_answer(state, answer(seconds=number / 1000), NOON)
    assert state.timings == tuple(range(50, 150))
    assert pace_of(state.timings) == Pace(p50=99, p99=148, most=149)
    assert pace_of([7]) == Pace(p50=7, p99=7, most=7)
    assert pace_of([]) is None
