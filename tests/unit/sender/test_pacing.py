"""How fast a server may be given messages: never faster than it says, in any span of time."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st
from paper_traffic import PaperTraffic

from newsletter.model.delivery import Spent
from newsletter.sender.options import SmtpProfile
from newsletter.sender.pacing import DAY, HOUR, Allowance, Pace, TokenBucket

NOON = datetime(2026, 11, 27, 12, tzinfo=UTC)


@given(st.integers(1, 6000), st.lists(st.floats(0, 5), min_size=1, max_size=200))
def test_a_bucket_gives_no_more_in_a_span_than_its_rate_and_a_second_s_worth(per_minute, waits):
    bucket, now, taken = TokenBucket(per_minute, 0.0), 0.0, []
    for wait in waits:
        now += wait
        while bucket.take(now):
            taken.append(now)
    most_at_once = max(1.0, per_minute / 60)
    for number, begin in enumerate(taken):
        for last, end in enumerate(taken[number:], number):
            assert last - number + 1 <= most_at_once + (end - begin) * per_minute / 60 + 1e-6


def test_a_bucket_that_rested_is_no_fuller_than_a_second_makes_it():
    bucket = TokenBucket(120, 0.0)
    assert [bucket.take(3600.0) for _ in range(3)] == [True, True, False]


@given(st.integers(1, 20), st.lists(st.integers(0, 40), max_size=150))
def test_an_allowance_is_kept_in_every_hour(most, minutes):
    allowance, at, taken = Allowance(most, HOUR), NOON, []
    for minute in minutes:
        at += timedelta(minutes=minute, seconds=7)
        if allowance.left(at):
            allowance.take(at)
            taken.append(at)
    for begin in taken:
        assert sum(begin <= moment < begin + HOUR for moment in taken) <= most


def test_what_earlier_runs_spent_counts_until_it_is_an_hour_old():
    spent = [Spent(minute=NOON - timedelta(minutes=50), messages=3), Spent(minute=NOON, messages=1)]
    allowance = Allowance(5, HOUR, spent)
    assert allowance.left(NOON) == 1
    allowance.take(NOON)
    assert allowance.left(NOON) == 0
    assert allowance.opens_at() == NOON + timedelta(minutes=11), "when its last second is an hour old"
    assert allowance.left(NOON + timedelta(minutes=11)) == 3


def test_a_clock_that_is_set_back_gives_nothing_away():
    allowance = Allowance(2, HOUR)
    allowance.take(NOON)
    allowance.take(NOON - timedelta(hours=5))
    assert allowance.left(NOON) == 0
    assert allowance.left(NOON - timedelta(hours=5)) == 0


def profile(**limits: object) -> SmtpProfile:
    return SmtpProfile(name="main", host="localhost", port=25, security="none", **limits)


def taken(pace: Pace, at: datetime) -> int:
    """Return how many may go at *at*, at once."""
    count = 0
    while count < 1000 and pace.take(count * 60.0, at):  # in the bucket's own time, a minute for each
        count += 1
    return count


def test_without_limits_nothing_ever_says_no():
    pace = Pace(profile(), PaperTraffic(), now=0.0, at=NOON)
    assert pace.unlimited
    assert taken(pace, NOON) == 1000


def test_the_day_and_the_hour_hold_at_once():
    pace = Pace(profile(per_hour=30, per_day=40), PaperTraffic(), now=0.0, at=NOON)
    assert taken(pace, NOON) == 30
    assert pace.used_up(NOON) == NOON + HOUR + timedelta(minutes=1)
    assert taken(pace, NOON + timedelta(hours=2)) == 10
    assert pace.used_up(NOON + timedelta(hours=2)) == NOON + DAY + timedelta(minutes=1)


def test_warming_up_counts_its_days_from_the_first_message_ever():
    limits = profile(warm_up=(5, 10, 20), per_day=15)
    days = [timedelta(0), timedelta(days=1), timedelta(days=2), timedelta(days=9)]
    first = Spent(minute=NOON - timedelta(days=30), messages=0)
    allowed = []
    for day in days:
        known = PaperTraffic(Spent(minute=first.minute, messages=0)) if day else PaperTraffic()
        pace = Pace(limits, known, now=0.0, at=first.minute + day)
        allowed.append(taken(pace, first.minute + day))
    assert allowed == [5, 10, 15, 15], "the least of both"


def test_what_was_handed_over_is_remembered_by_the_minute():
    notes = PaperTraffic()
    pace = Pace(profile(), notes, now=0.0, at=NOON)
    pace.count(2, NOON + timedelta(seconds=3))
    pace.count(0, NOON)
    pace.count(3, NOON + timedelta(seconds=59))
    pace.write()
    pace.write()
    assert notes.notes == [Spent(minute=NOON, messages=5)]
