"""When a mailing is to start, as people write it."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from newsletter.app.moment import moment_of, shown
from newsletter.errors import SendError

BERLIN = ZoneInfo("Europe/Berlin")
NOW = datetime(2026, 11, 20, 12, 0, 30, tzinfo=UTC)  # 13:00:30 in Berlin


@pytest.mark.parametrize(
    "text, utc",
    [
        ("2026-11-27 09:00", "2026-11-27T08:00:00"),
        (" 2026-11-27T09:00:05 ", "2026-11-27T08:00:05"),
        ("13:01", "2026-11-20T12:01:00"),
        ("13:00:31", "2026-11-20T12:00:31"),
        ("13:00", "2026-11-21T12:00:00"),
        ("9:00", "2026-11-21T08:00:00"),
        ("2026-11-27T09:00+05:30", "2026-11-27T03:30:00"),
        ("2026-11-27T09:00Z", "2026-11-27T09:00:00"),
        ("2027-07-01 09:00", "2027-07-01T07:00:00"),
    ],
)
def test_a_time_is_of_the_newsletters_zone_unless_it_has_an_offset(text, utc):
    at = moment_of(text, NOW, BERLIN)
    assert at.astimezone(UTC) == datetime.fromisoformat(f"{utc}+00:00")
    assert at.tzinfo is BERLIN


@pytest.mark.parametrize("text", ["", "noon", "2026-11-27", "25:00", "12:60", "9", "2026-13-01 09:00", "20261127"])
def test_what_is_no_time_is_refused_with_the_forms_that_are(text):
    with pytest.raises(SendError, match='is no time of a day; write it like "2026-11-27 09:00"'):
        moment_of(text, NOW, BERLIN)


@pytest.mark.parametrize("text", ["2026-11-20 13:00", "2026-11-20T13:00:30+01:00", "2025-11-27 09:00"])
def test_the_past_is_refused(text):
    with pytest.raises(SendError, match="is past; it is Fri 2026-11-20 13:00:30 CET now"):
        moment_of(text, NOW, BERLIN)


def test_a_time_that_the_clocks_leave_out_is_refused_with_what_it_is_called():
    with pytest.raises(SendError, match=r'no 02:30 on 2027-03-28 in Europe/Berlin.*"2027-03-28 03:30"'):
        moment_of("2027-03-28 02:30", NOW, BERLIN)


def test_a_time_that_comes_twice_is_refused_with_both():
    with pytest.raises(SendError, match=r"2027-10-31T02:30\+02:00 or 2027-10-31T02:30\+01:00"):
        moment_of("2027-10-31 02:30", NOW, BERLIN)
    second = moment_of("2027-10-31T02:30+01:00", NOW, BERLIN)
    assert second.astimezone(UTC) == datetime(2027, 10, 31, 1, 30, tzinfo=UTC)
    assert shown(second) == "Sun 2027-10-31 02:30 CET"


def test_the_next_one_falls_into_a_gap():
    before = datetime(2027, 3, 27, 12, tzinfo=UTC)
    with pytest.raises(SendError, match="there is no 02:30"):
        moment_of("02:30", before, BERLIN)
