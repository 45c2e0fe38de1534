"""Collect: the feeds, and how they stand."""

import shlex
import sys
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import click

from newsletter.cli.groups import SectionedGroup
from newsletter.cli.options import json_option, one_line, one_line_each
from newsletter.cli.output import here, moment, plural, say, say_json, say_table

if TYPE_CHECKING:
    from newsletter.app.discovery import FoundFeed
    from newsletter.app.feeds import FeedStanding
    from newsletter.model.feed import Feed


@click.group(cls=SectionedGroup)
def feeds() -> None:
    """Say which feeds articles are collected from.

    They stand in feeds.toml in the newsletter's folder, which git keeps. FEED is the name of one there, or its address.
    """


@click.command()
@click.argument("address", metavar="ADDRESS|PAGE", callback=one_line)
@click.option(
    "--name", metavar="NAME", default="", callback=one_line, help="Its name in feeds.toml; default: from its title."
)
@click.option(
    "--title", metavar="TEXT", default="", callback=one_line, help="What people call it; default: its own title."
)
@click.option(
    "--section", metavar="NAME", default="", callback=one_line, help="The section that its articles are meant for."
)
@click.option(
    "--source", metavar="NAME", default="", callback=one_line, help="Who publishes its articles; default: its title."
)
@click.option(
    "--tag",
    "tags",
    metavar="TAG",
    multiple=True,
    callback=one_line_each,
    help="A tag for all of its articles; may be given again.",
)
@click.option(
    "--kind", metavar="NAME", default="", callback=one_line, help="What reads it: a source that another package brings."
)
@click.option("--unread", is_flag=True, help="Add the address as it is, without asking it: where there is no network.")
@json_option
def add(
    address: str,
    name: str,
    title: str,
    section: str,
    source: str,
    tags: tuple[str, ...],
    kind: str,
    unread: bool,
    as_json: bool,
) -> None:
    """Add a feed, by its own address or by that of a page.

    A page is asked which feeds it has; where it has several, they are listed, exit code 1, and nothing is added.
    """
    from newsletter.app.adding_feeds import add_feed, read_address
    from newsletter.app.discovery import FoundFeed, discover
    from newsletter.model.feed import Feed

    newsletter = here()
    address = read_address(address)
    if kind and not unread:
        from newsletter.sources.plugins import require_source

        require_source(kind)
    found = [FoundFeed(address=address)] if unread or kind else discover(newsletter, address)
    if len(found) > 1:
        _say_several(address, found, as_json)
        raise click.exceptions.Exit(1)
    meant = Feed(
        slug=name,
        address=found[0].address,
        title=title or found[0].title,
        section=section,
        source=source,
        tags=tags,
        kind=kind,
    )
    added = add_feed(newsletter, meant)
    if as_json:
        say_json(
            {"feed": added.feed.slug, "address": added.feed.address, "title": added.feed.title, "added": added.new}
        )
    elif added.new:
        read = f", which has {plural(found[0].articles, 'article')}" if not unread and not kind else ""
        say(f"added {added.feed.slug}: {added.feed.address}{read}")
        say(f"Undo: newsletter feeds remove {added.feed.slug}\nNext: newsletter fetch {added.feed.slug}")
    else:
        say(f"{added.feed.slug} is that feed already: {added.feed.address}")


def _say_several(address: str, found: "list[FoundFeed]", as_json: bool) -> None:
    if as_json:
        say_json({"page": address, "feeds": [{"address": one.address, "title": one.title} for one in found]})
        return
    say(f"{address} has {len(found)} feeds; add the one you want by its address:")
    for one in found:
        say(f"  {one.address}" + (f"  {one.title}" if one.title else ""))


@click.command()
@click.argument("names", metavar="FEED...", nargs=-1, required=True)
def remove(names: tuple[str, ...]) -> None:
    """Take feeds out of feeds.toml.

    Their articles stay where they are.
    """
    from newsletter.app.feeds import remove_feeds

    for feed in remove_feeds(here(), names):
        say(f"removed {feed.slug}\nUndo: {_adding(feed)}")


def _adding(feed: "Feed") -> str:
    """Return the command that adds *feed* as it was, with all that feeds.toml said of it."""
    facts = {"--name": feed.slug, "--title": feed.title, "--section": feed.section, "--source": feed.source}
    named = [*facts.items(), *(("--tag", tag) for tag in feed.tags), ("--kind", feed.kind)]
    said = [word for option, value in named if value for word in (option, value)]
    undo = shlex.join(["newsletter", "feeds", "add", feed.address, *said, "--unread"])
    return f"{undo} && newsletter feeds mute {feed.slug}" if feed.muted else undo


@click.command("list")
@json_option
def list_(as_json: bool) -> None:
    """List the feeds, and how each of them stands."""
    from newsletter.app.feeds import standings

    newsletter = here()
    found = standings(newsletter)
    if as_json:
        say_json([one.values() for one in found])
        return
    timezone = newsletter.settings.timezone
    columns = ("FEED", "STATE", "ANSWERED", "NEXT", "P50/P99/MAX", "SECTION", "WHAT")
    say_table(columns, [_row(one, timezone) for one in found], spare=("P50/P99/MAX", "ANSWERED", "SECTION", "NEXT"))
    if not found:
        say("no feeds; newsletter feeds add ADDRESS adds one")


def _row(standing: "FeedStanding", timezone: ZoneInfo) -> tuple[str, ...]:
    from newsletter.model.feed import pace_of

    feed, state = standing.feed, standing.state
    pace = pace_of(state.timings)
    times = "/".join(f"{value / 1000:.1f}" for value in (pace.p50, pace.p99, pace.most)) + " s" if pace else ""
    if state.moved_to and not state.words:
        what = f"moved to {state.moved_to}: newsletter feeds move {feed.slug}"
    else:
        what = state.words or feed.address
    when = moment(state.next_at, timezone) if state.next_at else "-" if state.gone_at else "now"
    last = moment(state.answered_at, timezone) if state.answered_at else "never"
    return feed.slug, _state(standing), last, when, times, feed.section, what


def _state(standing: "FeedStanding") -> str:
    feed, state = standing.feed, standing.state
    if state.gone_at:
        said = "gone"
    elif state.failures:
        said = f"failed {state.failures}x"
    else:
        said = "fine" if state.answered_at else "new"
    return f"{said}, muted" if feed.muted else said


@click.command()
@click.argument("names", metavar="FEED...", nargs=-1, required=True)
def mute(names: tuple[str, ...]) -> None:
    """Fetch feeds, and offer none of their articles."""
    _set_muted(names, muted=True)


@click.command()
@click.argument("names", metavar="FEED...", nargs=-1, required=True)
def unmute(names: tuple[str, ...]) -> None:
    """Offer the articles of feeds again."""
    _set_muted(names, muted=False)


def _set_muted(names: tuple[str, ...], *, muted: bool) -> None:
    from newsletter.app.feeds import mute_feeds

    for feed in mute_feeds(here(), names, muted=muted):
        undo = f"newsletter feeds {'unmute' if muted else 'mute'} {feed.slug}"
        say(f"{'muted' if muted else 'unmuted'} {feed.slug}\nUndo: {undo}")


@click.command()
@click.argument("names", metavar="[FEED]...", nargs=-1)
def move(names: tuple[str, ...]) -> None:
    """Write into feeds.toml where feeds have moved to for good.

    A feed that answers with a permanent redirect is fetched from its new address all the same; feeds.toml is changed
    only when you say so. Without FEED it is all that have moved.
    """
    from newsletter.app.feeds import move_feeds

    moves = move_feeds(here(), names)
    for one in moves:
        kept = (
            f"not changed: {one.kept}; newsletter feeds remove {one.feed.slug}" if one.kept else f"now at {one.address}"
        )
        say(f"{one.feed.slug}: {kept}")
    if not moves:
        say("no feed has moved for good since it was last asked")


@click.command("import")
@click.argument("file", metavar="FILE.opml|-")
@json_option
def import_(file: str, as_json: bool) -> None:
    """Add the feeds of an OPML file, as feed readers export them.

    The outermost folder that a feed stands in becomes its section, the others its tags. What is there already is passed
    over, and what is no address of a feed; both are said. Exit code 1 says that there was some of the latter.
    """
    from newsletter.app.adding_feeds import import_opml
    from newsletter.app.collecting import read_file

    newsletter = here()
    data = sys.stdin.buffer.read() if file == "-" else read_file(Path(file))
    imported = import_opml(newsletter, data, file)
    if as_json:
        say_json(imported.values())
    else:
        for feed in imported.added:
            say(f"  added    {feed.slug}  {feed.address}" + (f"  [{feed.section}]" if feed.section else ""))
        for address, slug in imported.known:
            say(f"  known    {slug}  {address}")
        for address in imported.refused:
            say(f"  refused  {address or '(no address)'}: this is no address of a feed, or has a password in it")
        counts = f"{len(imported.added):,} added, {len(imported.known):,} known, {len(imported.refused):,} refused"
        say(f"{file}: {plural(imported.total, 'feed')}: {counts}")
        if imported.added:
            say("Next: newsletter fetch")
    raise click.exceptions.Exit(1 if imported.refused else 0)


@click.command()
@click.option(
    "--out",
    metavar="FILE",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Write there; default: standard output.",
)
def export(out: Path | None) -> None:
    """Write the feeds as OPML 2.0, which every feed reader takes.

    Sections become folders, and tags categories.
    """
    from newsletter.app.adding_feeds import export_opml

    count, data = export_opml(here())
    if out is None:
        click.echo(data, nl=False)
        return
    from newsletter.files import write_whole

    write_whole(out, data)
    say(f"wrote {out}: {plural(count, 'feed')}")


feeds.add_section("Commands", add, remove, list_, mute, unmute, move, import_, export)
