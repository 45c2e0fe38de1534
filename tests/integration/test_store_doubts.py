"""The deliveries in doubt, as a log is compared with them."""

from datetime import timedelta

import pytest
from sqlalchemy import update
from store_press import IN_DOUBT, NOON, SENDING, Press

from newsletter.store.doubts import doubts
from newsletter.store.moment import written
from newsletter.store.schema import delivery


@pytest.fixture
def press(tmp_path, url):
    press = Press(tmp_path / "data", url)
    yield press
    press.close()


def being_sent(press, address, at):
    row = update(delivery).where(delivery.c.address == address)
    with press.database.writing() as connection:
        assert connection.execute(row.values(state=SENDING.value, updated=written(at))).rowcount == 1


def test_a_doubt_keeps_the_time_of_its_attempt_whenever_it_is_found(press):
    press.confirm("ada@example.com", "bob@example.com")
    press.confirm("eve@example.com", list_name="monthly")
    press.start()
    press.now = NOON + timedelta(minutes=1)
    press.start(list_name="monthly")
    being_sent(press, "ada@example.com", NOON + timedelta(minutes=2))
    being_sent(press, "eve@example.com", NOON + timedelta(minutes=3))
    press.now = NOON + timedelta(days=3)
    press.ledger.recover()
    assert [(d.delivery.address, d.delivery.state, d.list, d.started, d.tried) for d in doubts(press.database, 42)] == [
        ("ada@example.com", IN_DOUBT, "weekly", NOON, NOON + timedelta(minutes=2)),
        ("eve@example.com", IN_DOUBT, "monthly", NOON + timedelta(minutes=1), NOON + timedelta(minutes=3)),
    ]
    assert doubts(press.database, 43) == ()
