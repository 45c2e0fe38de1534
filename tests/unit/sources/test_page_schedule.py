"""When a page is asked for again."""

from datetime import UTC, datetime, timedelta

import pytest

from newsletter.model.page_state import PageState
from newsletter.sources.page_schedule import ATTEMPTS, after_reading, after_refusal, is_due, later

NOW = datetime(2026, 11, 27, 12, tzinfo=UTC)
PAGE = PageState(id="a", link="https://a.example/")


def test_pauses_double_to_a_day_until_it_is_given_up():
    state, hours = PAGE, []
    while (state := later(state, "no answer", NOW)).next_at:
        hours.append((state.next_at - NOW) / timedelta(hours=1))
    assert hours == [1, 2, 4, 8, 16]
    assert (state.attempts, state.words) == (ATTEMPTS, "no answer")
    assert not is_due(state, NOW + timedelta(days=365))


@pytest.mark.parametrize("status, wait, hours", [
    (404, "", None), (403, "", None), (410, "", None), (451, "60", None),
    (500, "", 1), (503, "7200", 2), (429, "", 1), (408, "", 1), (429, "99999999", 24 * 7),
])  # fmt: skip
def test_what_an_answer_says_decides_whether_and_when(status, wait, hours):
    state = after_refusal(PAGE, status, wait, NOW)
    assert state.next_at == (NOW + timedelta(hours=hours) if hours else None)
    assert str(status) in state.words


def test_it_is_due_when_its_time_has_come_and_never_when_it_was_read():
    state = later(PAGE, "x", NOW)
    assert not is_due(state, NOW + timedelta(minutes=59))
    assert is_due(state, NOW + timedelta(hours=1))
    assert not is_due(after_reading(state, NOW), NOW + timedelta(days=9))
