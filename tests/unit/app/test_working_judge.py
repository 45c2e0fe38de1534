"""Which schedules a worker follows."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from newsletter.app.working import judge
from newsletter.store.agenda import Schedule

AT = datetime(2026, 11, 27, 9, tzinfo=UTC)
SCHEDULE = Schedule(
    issue=42, list="weekly", at=AT, profile="main", subject="Moka", frozen=b"", issue_sha256="", correction_of=0,
    expected=100, asked_at=AT - timedelta(days=1),
)  # fmt: skip


@pytest.mark.parametrize("minutes", [0, 1, 60])
@pytest.mark.parametrize("waiting", [80, 100, 120])
def test_up_to_an_hour_late_and_to_about_as_many_it_is_followed(minutes, waiting):
    assert judge(SCHEDULE, AT + timedelta(minutes=minutes), waiting=waiting, started=False, zone=UTC) is None


def test_more_than_an_hour_late_it_is_refused_with_what_says_yes_anew():
    refused = judge(SCHEDULE, AT + timedelta(minutes=61), waiting=100, started=False, zone=UTC)
    assert "issue 42 was to start Fri 2026-11-27 09:00 UTC, which is more than an hour ago" in str(refused)
    assert "newsletter send 42 --really" in str(refused)
    assert "newsletter stop 42" in str(refused)


@pytest.mark.parametrize("waiting", [0, 79, 121])
def test_another_audience_is_refused(waiting):
    assert f"and {waiting} are waiting" in str(judge(SCHEDULE, AT, waiting=waiting, started=False, zone=UTC))


def test_what_has_begun_goes_on_whoever_is_left_but_not_after_an_hour():
    assert judge(SCHEDULE, AT, waiting=0, started=True, zone=UTC) is None
    assert "newsletter resume 42 goes on" in str(
        judge(SCHEDULE, AT + timedelta(hours=2), waiting=0, started=True, zone=UTC)
    )
    later = replace(SCHEDULE, at=AT + timedelta(hours=2))
    assert judge(later, AT + timedelta(hours=2), waiting=0, started=True, zone=UTC) is None
