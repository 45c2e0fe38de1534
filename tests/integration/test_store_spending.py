"""What models cost is counted before each call, for an issue and a month, and by everybody who shares the database."""

import threading
from datetime import UTC, datetime

import pytest

from newsletter.store.database import create, open_database
from newsletter.store.spending import Call, CapReached, Caps, Spending, Spent


@pytest.fixture
def database(tmp_path, url):
    create(tmp_path / "data", url).close()
    with open_database(tmp_path / "data", url) as database:
        yield database


@pytest.fixture
def spending(database):
    spending = Spending(database, clock=lambda: spending.now)
    spending.now = datetime(2026, 11, 30, 23, 59, tzinfo=UTC)
    return spending


CALL = Call(issue=42, model="m", tokens=1000, cost=0.25)


def test_a_call_is_counted_at_most_until_it_is_settled(spending):
    id = spending.begin(CALL, Caps())
    assert spending.spent(42, "USD") == Spent(issue=0.25, month=0.25, tokens=1000)
    spending.settle(id, tokens=400, cost=0.1)
    assert spending.spent(42, "USD") == Spent(issue=0.1, month=0.1, tokens=400)
    spending.withdraw(spending.begin(CALL, Caps()))
    assert spending.spent(42, "USD") == Spent(issue=0.1, month=0.1, tokens=400)


@pytest.mark.parametrize("caps, cap", [
    (Caps(tokens=1999), "cap_tokens"), (Caps(issue=0.49), "cap_issue"), (Caps(month=0.49), "cap_month"),
])  # fmt: skip
def test_what_would_go_over_a_cap_is_not_begun(spending, caps, cap):
    spending.begin(CALL, caps)
    with pytest.raises(CapReached) as reached:
        spending.begin(CALL, caps)
    assert (reached.value.cap, reached.value.spent.tokens) == (cap, 1000)
    assert spending.spent(42, "USD").tokens == 1000


def test_an_issue_a_month_and_a_currency_have_each_their_own_sum(spending):
    spending.begin(CALL, Caps())
    spending.begin(Call(issue=42, model="m", tokens=10, cost=0.5, currency="EUR"), Caps())
    assert spending.spent(43, "USD") == Spent(issue=0.0, month=0.25, tokens=0)
    spending.now = datetime(2026, 12, 1, tzinfo=UTC)
    assert spending.spent(42, "USD") == Spent(issue=0.25, month=0.0, tokens=1010)
    assert spending.spent(42, "EUR").issue == 0.5


def test_two_at_once_do_not_share_what_is_left(spending):
    caps, begun, full = Caps(tokens=3000), [], []

    def begin():
        try:
            begun.append(spending.begin(CALL, caps))
        except CapReached:
            full.append(1)

    threads = [threading.Thread(target=begin) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (len(begun), len(full)) == (3, 3)
