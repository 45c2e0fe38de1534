"""What an operator watches is counted by an index, however long the ledger is."""

import pytest
from store_press import PEOPLE, Press

from newsletter.model.delivery import State
from newsletter.store.gauges import open_deliveries, read_gauges


@pytest.fixture
def press(tmp_path):
    press = Press(tmp_path / "data")
    yield press
    press.close()


def test_deliveries_that_are_not_over_are_counted_without_reading_the_whole_ledger(press):
    press.confirm(*PEOPLE)
    press.start()
    assert read_gauges(press.database).deliveries == {State.QUEUED: len(PEOPLE)}
    with press.database.reading() as connection:
        query = open_deliveries().compile(connection, compile_kwargs={"literal_binds": True})
        plan = "\n".join(str(row) for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {query}"))
    assert "SEARCH delivery USING COVERING INDEX delivery_stand (mailing=? AND state=?)" in plan
    assert "SCAN delivery" not in plan
