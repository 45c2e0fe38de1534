"""What newsletter fetch says of a run."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from newsletter.app.fetch_result import FeedResult, FetchRun, Outcome
from newsletter.cli.fetch import NAMED, say_run
from newsletter.model.feed import Feed, FeedState

NOON = datetime(2026, 11, 27, 12, tzinfo=UTC)
BERLIN = ZoneInfo("Europe/Berlin")
NOTHING = FetchRun(results=(), left=(), resting=(), seconds=1.04, stopped=False)


def result(slug, outcome=Outcome.CHANGED, *, new=(), title="", **state):
    address = f"https://{slug}.example/feed?a=1&b=2"
    feed = Feed(slug=slug, address=address, title=title)
    return FeedResult(feed=feed, outcome=outcome, state=FeedState(address=address, **state), new=new)


@pytest.fixture
def said(capsys):
    def say(**facts):
        say_run(replace(NOTHING, **facts), BERLIN)
        return capsys.readouterr().out.splitlines()

    return say


def test_what_is_new_slow_moved_and_broken_is_told_by_name_with_what_to_do(said):
    tomorrow = NOON + timedelta(days=1)
    assert said(
        results=(
            result("few", new=("a",), title="Few words"),
            result("many", new=("b", "c"), timings=(100, 150, 2600)),
            result("quick", Outcome.UNCHANGED, timings=(1999,), moved_to="https://now.example/"),
            result("away", Outcome.FAILED, words="500 Internal Server Error", failures=3, next_at=tomorrow),
            result("web", Outcome.FAILED, words="this is a web page, not a feed", failures=1),
            result("gone", Outcome.GONE, words="410 Gone", failures=1, gone_at=NOON),
            result("beside", Outcome.WAITING, next_at=tomorrow, retry_at=tomorrow),
        ),
        left=(Feed(slug="last", address="https://last.example/"),),
    ) == [
        "7 feeds in 1.0 s: 2 changed, 1 unchanged, 1 waiting, 2 failed, 1 gone",
        "3 new articles:",
        "     2  many",
        "     1  Few words",
        "Slow (half of their answers within, 99 of 100, all):",
        "  many: 0.1 s / 2.6 s / 2.6 s",
        "Moved for good (newsletter feeds move writes the new addresses into feeds.toml):",
        "  quick: https://now.example/",
        "Could not be had:",
        "  away: 500 Internal Server Error (3 times in a row); asked again at 2026-11-28 13:00",
        "  web: this is a web page, not a feed; newsletter feeds add 'https://web.example/feed?a=1&b=2' looks for its"
        " feed, newsletter feeds remove web takes this out",
        "  gone: 410 Gone; newsletter feeds remove gone takes it out",
        "  beside: its site wants nobody to ask for now; asked again at 2026-11-28 13:00",
        "1 feed had no turn; newsletter fetch goes on there",
        "Next: newsletter triage",
    ]


def test_of_very_many_that_are_broken_the_first_are_told_and_how_many_there_are_beside(said):
    lines = said(results=tuple(result(f"f{n}", Outcome.FAILED, words="404 Not Found") for n in range(NAMED + 5)))
    assert len(lines) == NAMED + 4
    assert lines[-1] == "  … and 5 more: newsletter feeds list, or fetch --json, tells of all"


def test_a_run_that_was_stopped_at_once_says_only_that(said):
    left = (Feed(slug="last", address="https://last.example/"),)
    assert said(left=left, stopped=True) == ["stopped: 1 feed had no turn; newsletter fetch goes on there"]


def test_where_none_is_due_it_says_when_the_first_one_is(said):
    resting = tuple(FeedState(address=f"https://{n}.example/", next_at=NOON + timedelta(hours=n)) for n in (2, 1))
    assert said(resting=resting) == [
        "none of 2 feeds is due; the next one is at 2026-11-27 14:00; --force asks them now"
    ]
    assert said() == ["no feeds; newsletter feeds add ADDRESS adds one"]
