from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.store.moment import read, utc_now, written

moments = st.datetimes(min_value=datetime(1000, 1, 2), max_value=datetime(9999, 12, 30), timezones=st.just(UTC))


def test_a_time_is_written_in_utc():
    berlin = timezone(timedelta(hours=1))
    assert written(datetime(2026, 11, 27, 11, 0, 0, 999, berlin)) == "2026-11-27T10:00:00Z"


def test_a_time_without_a_zone_is_refused():
    with pytest.raises(ValueError, match="without a time zone"):
        written(datetime(2026, 11, 27, 11))


@given(moments, moments)
def test_text_order_is_time_order(one, other):
    one, other = one.replace(microsecond=0), other.replace(microsecond=0)
    assert read(written(one)) == one
    assert (written(one) < written(other)) == (one < other)


def test_now_is_aware():
    assert utc_now().utcoffset() == timedelta()
