"""What bounces say of an address, and when it gets no more mail."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.model.bounce import IN_A_ROW, LONG, Past, Severity, is_dead, severity

START = datetime(2026, 1, 1, tzinfo=UTC)


def history(told: str, *, days: int = 1) -> list[Past]:
    """Return issues so many days apart: b came back, a arrived, ? says nothing."""
    known = {"b": True, "a": False, "?": None}
    return [Past(at=START + timedelta(days=days) * place, bounced=known[each]) for place, each in enumerate(told)]


@pytest.mark.parametrize(
    "status, found",
    [
        *((code, Severity.NOBODY) for code in ("5.1.1", "5.1.3", "5.1.6", "5.1.10")),
        *((code, Severity.SOFT) for code in ("5.2.2", "4.2.2", "5.1.2", "5.2.1", "5.4.1", "4.4.7", "5.0.0", "", "550")),
        *((code, Severity.MESSAGE) for code in ("5.7.1", "5.7.26", "4.7.0", "5.6.7", "5.3.4", "5.2.3", "5.1.8")),
    ],
)
def test_each_code_says_something_of_the_address_or_of_the_mail(status, found):
    assert severity(status) is found


def test_nobody_there_is_the_end_at_once_unless_others_got_the_same_mail():
    assert is_dead("5.1.1", history("aab"), 2)
    assert not is_dead("5.1.1", history("aab"), 2, partial=True)
    assert is_dead("5.1.1", history("bbbbb"), 4, partial=True)


def test_policy_and_spam_never_are():
    assert not is_dead("5.7.1", history("bbbbbbbb", days=90), 7)


@pytest.mark.parametrize(
    "told, dead",
    [
        ("b", False), ("bbbb", False), ("bbbbb", True), ("abbbbb", True), ("bbbbab", False), ("bbabb", False),
        ("bb?bbb", True), ("bb?bb", False), ("abbbba", False),
    ],
)  # fmt: skip
def test_five_issues_in_a_row_are_and_one_that_arrived_begins_anew(told, dead):
    index = told.rindex("b")
    assert is_dead("5.2.2", history(told), index) is dead


def test_reports_that_are_read_in_another_order_come_to_the_same():
    assert is_dead("4.2.2", history("abbbbb"), 1)
    assert is_dead("4.2.2", history("abbbbb"), 3)
    assert not is_dead("4.2.2", history("bbabbb"), 1)


def test_thirty_days_of_them_are_too_but_never_a_single_one():
    assert is_dead("5.2.2", history("bb", days=30), 1)
    assert not is_dead("5.2.2", history("bb", days=29), 1)
    assert not is_dead("5.2.2", history("ab", days=60), 1)
    assert is_dead("5.2.2", history("bbb", days=15), 2)


@given(st.lists(st.booleans(), min_size=1, max_size=12), st.randoms(use_true_random=False), st.integers(1, 20))
def test_in_whatever_order_reports_are_read_the_same_addresses_are_dead_in_the_end(bounced, order, days):
    told = "".join("b" if each else "a" for each in bounced)
    runs = [len(run) for run in told.split("a")]
    lasting = any(run >= IN_A_ROW or (run > 1 and (run - 1) * days >= LONG.days) for run in runs)
    numbers = [number for number, each in enumerate(bounced) if each]
    order.shuffle(numbers)
    read, dead = ["a"] * len(told), False
    for number in numbers:
        read[number] = "b"
        dead |= is_dead("5.2.2", history("".join(read), days=days), number)
    assert dead is lasting
