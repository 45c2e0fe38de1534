"""Collect: what became of what came in."""

import re
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import click

from newsletter.cli.options import json_option
from newsletter.cli.output import here, plural, printable, say, say_json

if TYPE_CHECKING:
    from newsletter.composer.statistics import Statistics

LISTED = 15
"""Outlets and reasons that a terminal is shown; --json has all of them."""


def _moment(ctx: click.Context, param: click.Parameter, value: str) -> datetime:
    """Return the moment of a day, or of so many days ago."""
    try:
        if days := re.fullmatch(r"(\d{1,5})\s*(?:d|days?)?", value):
            return datetime.now(UTC) - timedelta(days=int(days[1]))
        since = datetime.strptime(value, "%Y-%m-%d").replace(tzinfo=UTC)
    except (ValueError, OverflowError) as cause:
        what = f"{value} is no day: write 2026-09-01, or 90d for 90 days ago."
        raise click.BadParameter(what, ctx, param) from cause
    if since > datetime.now(UTC):
        raise click.BadParameter(f"{value} is still to come.", ctx, param)
    return since


@click.command()
@click.option("--since", callback=_moment, default="90d", show_default=True, metavar="DATE|DAYS", help="From then on.")
@json_option
def stats(since: datetime, as_json: bool) -> None:
    """Show what became of what came in.

    Which outlets run, how much of what they publish is picked, how articles spread over the sections, how old they are
    when they are sent, what was dropped and why, and how long articles have been held.
    """
    from newsletter.app.statistics import statistics, values_of

    found = statistics(here(), since=since, now=datetime.now(UTC))
    if as_json:
        say_json(values_of(found))
        return
    ran = f"{plural(found.picked, 'article')} in {plural(found.issues, 'issue')}"
    say(f"from {found.since} to {found.until}: {ran}")
    for line in (*_outlets(found), *_sections(found), *_ages(found), *_decided(found)):
        say(line)


def _outlets(found: "Statistics") -> Iterator[str]:
    if not found.outlets:
        yield "nothing came in; newsletter add and newsletter fetch collect"
        return
    rows = [
        (
            one.source or "(no source)",
            f"{one.picked:,}",
            f"{one.share:.0%}" if found.picked else "",
            f"of {one.offered:,} offered" if one.offered else "",
            f"{one.rate:.0%}" if one.rate is not None else "",
        )
        for one in found.outlets[:LISTED]
    ]
    yield "outlets: picked, share of all picks, rate"
    yield from _columns(rows)
    yield from _more(len(found.outlets))


def _sections(found: "Statistics") -> Iterator[str]:
    if found.sections:
        yield "sections"
        yield from _columns(
            [(one.section or "(none)", f"{one.picked:,}", f"{one.share:.0%}") for one in found.sections]
        )


def _ages(found: "Statistics") -> Iterator[str]:
    if found.ages:
        known = f"of {plural(found.ages.known, 'article')} whose day is known"
        yield f"age when sent: half within {found.ages.middle:g} days, the oldest {found.ages.most}, {known}"


def _decided(found: "Statistics") -> Iterator[str]:
    if found.dropped:
        yield f"dropped: {sum(one.count for one in found.dropped):,}"
        yield from _columns([(one.reason or "(no reason)", f"{one.count:,}") for one in found.dropped[:LISTED]])
        yield from _more(len(found.dropped))
    if found.held:
        held = found.held
        spread = f"half of them for {held.middle:g} days or longer, the longest {held.most}"
        alone = f"for {plural(held.most, 'day')}"
        yield f"held now: {held.count:,}, {spread if held.count > 1 else alone}"


def _columns(rows: Sequence[Sequence[str]]) -> Iterator[str]:
    from rich.cells import cell_len, set_cell_size  # 日経 is two letters, and four columns

    from newsletter.model.excerpt import excerpt

    cut = [(excerpt(printable(row[0]), 50), *row[1:]) for row in rows]
    widths = [max(cell_len(row[number]) for row in cut) for number in range(len(cut[0]))]
    for first, *rest in cut:
        numbers = "".join(f"  {cell:>{width}}" for cell, width in zip(rest, widths[1:], strict=True))
        yield f"  {set_cell_size(first, widths[0])}{numbers}".rstrip()


def _more(number: int) -> Iterator[str]:
    if number > LISTED:
        yield f"  and {number - LISTED:,} more: --json has them"
