from datetime import UTC, datetime, timedelta

import pytest

from newsletter.model.delivery import Delivery, State
from newsletter.store.retry import ATTEMPTS, FIRST_WAIT, LONGEST_WAIT, after_attempt, next_try, spread

NOW = datetime(2026, 11, 27, 10, tzinfo=UTC)


def test_each_wait_is_three_times_the_one_before_and_at_most_four_hours():
    waits = [next_try(attempts, NOW, lambda: 1.0) - NOW for attempts in range(1, 7)]
    assert waits == [timedelta(minutes=minutes) for minutes in (5, 15, 45, 135, 240, 240)]


def test_after_48_hours_of_attempts_it_is_given_up():
    waits = [next_try(attempts, NOW, lambda: 1.0) - NOW for attempts in range(1, ATTEMPTS)]
    assert timedelta(hours=44) < sum(waits, timedelta()) <= timedelta(hours=48)
    assert next_try(ATTEMPTS, NOW) is None


def test_what_was_deferred_together_does_not_come_back_together():
    times = {next_try(1, NOW) for _ in range(100)}
    assert len(times) > 50
    assert all(NOW + FIRST_WAIT * 0.8 <= time <= NOW + FIRST_WAIT * 1.2 for time in times)
    assert all(0.8 <= spread() <= 1.2 for _ in range(100))
    assert next_try(10, NOW) <= NOW + LONGEST_WAIT * 1.2


def outcome(state):
    return Delivery(subscriber=1, address="ada@example.com", name="Ada", state=state, reply="its words")


def test_a_deferred_one_has_a_time_until_its_last_attempt_refuses_it():
    assert after_attempt(outcome(State.DEFERRED), 1, NOW, lambda: 1.0) == (outcome(State.DEFERRED), NOW + FIRST_WAIT)
    last, at = after_attempt(outcome(State.DEFERRED), ATTEMPTS, NOW)
    assert (last.state, last.reply, at) == (State.REFUSED, f"its words (given up: {ATTEMPTS} attempts)", None)


@pytest.mark.parametrize("state", [State.ACCEPTED, State.REFUSED, State.IN_DOUBT])
def test_any_other_outcome_stays_what_it_is_and_has_no_time(state):
    assert after_attempt(outcome(state), ATTEMPTS, NOW) == (outcome(state), None)
