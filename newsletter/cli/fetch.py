"""Collect: what feeds have that is new."""

from collections.abc import Iterator, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import click

from newsletter.cli.adding import page_values, say_pages
from newsletter.cli.options import json_option
from newsletter.cli.output import here, moment, plural, say, say_json

if TYPE_CHECKING:
    from newsletter.app import Newsletter
    from newsletter.app.fetch_result import FeedResult, FetchRun
    from newsletter.app.page_taking import Taken

NAMED = 20
"""Feeds that are told of by name, of each kind."""


@click.command()
@click.argument("feeds", metavar="[FEED]...", nargs=-1)
@click.option("--force", is_flag=True, help="Ask feeds that are not due, too, and those that are gone.")
@json_option
def fetch(feeds: tuple[str, ...], force: bool, as_json: bool) -> None:
    """Fetch what feeds have that is new, and the pages that wait.

    FEED is a name of feeds.toml; without one it is all of them. A feed is asked once an hour at most, later where its
    answer said so, and a feed that fails ever more seldom, down to once a day. A site that says when to come again is
    never asked before. New articles are candidates: newsletter triage shows them. Without a FEED, the pages of what
    newsletter add recorded are read, too.

    It may be stopped or killed at any time: what was fetched stays, and the next run asks for the rest.

    Exit codes: 0 done, 3 stopped or out of time, 4 some feeds could not be had; newsletter feeds list says which.
    """
    from newsletter.app.fetching import Wanted, fetch_feeds
    from newsletter.app.stopping import stopping
    from newsletter.cli.progress import counting

    newsletter = here()
    with stopping() as stop, counting("fetched") as told:
        run = fetch_feeds(newsletter, Wanted(names=feeds, force=force), told, stop)
    pages = [] if feeds or run.stopped or run.away else _pages(newsletter, force=force)
    if as_json:
        say_json({**run.values(), "pages": [page_values(page) for page in pages]})
    else:
        say_run(run, newsletter.settings.timezone, alone=not pages)
        say_pages(pages)
    given_up = any(page.state.read_at is None and page.state.next_at is None for page in pages)
    raise click.exceptions.Exit(_code(run) or (4 if given_up else 0))


def _pages(newsletter: "Newsletter", *, force: bool) -> "list[Taken]":
    from newsletter.app.page_queue import work_off
    from newsletter.app.stopping import stopping
    from newsletter.cli.progress import counting
    from newsletter.store.lock import FetchingBusy

    with suppress(FetchingBusy), stopping() as stop, counting("read pages") as told:  # else another run reads them
        return work_off(newsletter, told, stop=stop, force=force)
    return []


def _code(run: "FetchRun") -> int:
    from newsletter.app.fetch_result import Outcome

    if run.stopped or (run.left and not run.away):
        return 3
    return 4 if run.away or run.of(Outcome.FAILED, Outcome.GONE) else 0


def say_run(run: "FetchRun", timezone: ZoneInfo, *, alone: bool = True) -> None:
    """Say what a run came to: what is new, slow, moved, broken, and what to do about it.

    :param timezone: that times are told in.
    :param alone: nothing else is told after it.
    """
    from newsletter.app.fetch_result import Outcome

    if not run.results and not run.left:
        if alone or run.resting:
            _say_nothing_due(run, timezone)
        return
    if run.away:
        say(f"no site can be reached: is there a network?\n  {run.away}")
        say(f"Nothing is held against {plural(len(run.left), 'feed')}; newsletter fetch asks again")
        return
    counts = {outcome: len(run.of(outcome)) for outcome in Outcome}
    said = [f"{count} {outcome.value}" for outcome, count in counts.items() if count]
    changed = [result for result in run.results if result.new]
    if run.results:
        say(f"{plural(len(run.results), 'feed')} in {run.seconds:.1f} s: {', '.join(said)}")
        say(plural(run.new, "new article") + (":" if changed else ""))
    for result in _first(sorted(changed, key=lambda result: -len(result.new))):
        say(f"  {len(result.new):>4}  {result.feed.name}")
    _say_slow(run)
    _say_moved(run)
    _say_broken(run, timezone)
    if run.left:
        why = "stopped: " if run.stopped else ""
        say(f"{why}{plural(len(run.left), 'feed')} had no turn; newsletter fetch goes on there")
    if run.new:
        say("Next: newsletter triage")


def _say_nothing_due(run: "FetchRun", timezone: ZoneInfo) -> None:
    if not run.resting:
        say("no feeds; newsletter feeds add ADDRESS adds one")
        return
    when = f"; the next one is at {moment(run.next_at, timezone)}" if run.next_at else ""
    say(f"none of {plural(len(run.resting), 'feed')} is due{when}; --force asks them now")


def _say_slow(run: "FetchRun") -> None:
    from newsletter.model.feed import pace_of

    if run.slow:
        say("Slow (half of their answers within, 99 of 100, all):")
    for result in _first(run.slow):
        if pace := pace_of(result.state.timings):
            times = " / ".join(f"{value / 1000:.1f} s" for value in (pace.p50, pace.p99, pace.most))
            say(f"  {result.feed.slug}: {times}")


def _say_moved(run: "FetchRun") -> None:
    moved = [result for result in run.results if result.state.moved_to]
    if moved:
        say("Moved for good (newsletter feeds move writes the new addresses into feeds.toml):")
    for result in _first(moved):
        say(f"  {result.feed.slug}: {result.state.moved_to}")


def _say_broken(run: "FetchRun", timezone: ZoneInfo) -> None:
    from newsletter.app.fetch_result import Outcome

    broken = run.of(Outcome.FAILED, Outcome.GONE, Outcome.WAITING)
    if broken:
        say("Could not be had:")
    for result in _first(broken):
        state = result.state
        again = f"; asked again at {moment(state.next_at, timezone)}" if state.next_at else ""
        times = f" ({state.failures} times in a row)" if state.failures > 1 else ""
        todo = f"; {result.todo}" if result.todo else ""
        words = state.words or "its site wants nobody to ask for now"
        say(f"  {result.feed.slug}: {words}{times}{again}{todo}")


def _first(results: "Sequence[FeedResult]") -> "Iterator[FeedResult]":
    """Yield those that are told of by name, and say behind them how many there are beside."""
    yield from results[:NAMED]
    if len(results) > NAMED:
        say(f"  … and {len(results) - NAMED} more: newsletter feeds list, or fetch --json, tells of all")
