"""Collect: finding what was collected, suggested or sent."""

import os
import re
import sys

import click

from newsletter.cli.options import json_option
from newsletter.cli.output import here, plural, printable, say, say_json

STATES = ("candidate", "new", "held", "dropped", "picked", "sent")


class _SearchCommand(click.Command):
    """Takes -WORD for a word that must not stand there, and for no option."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Put such words behind the options."""
        at = args.index("--") if "--" in args else len(args)
        refused = [arg for arg in args[:at] if re.match("-[^-]", arg) and arg != "-h"]
        options = [arg for arg in args[:at] if arg not in refused]
        return super().parse_args(ctx, [*options, "--", *refused, *args[at + 1 :]])


@click.command(cls=_SearchCommand)
@click.argument("words", nargs=-1, required=True)
@click.option("--state", type=click.Choice(STATES), default=None, help="Only what is in this state.")
@click.option("--limit", type=click.IntRange(1, 1000), default=20, show_default=True, metavar="N", help="At most N.")
@json_option
def search(words: tuple[str, ...], state: str | None, limit: int, as_json: bool) -> None:
    """Search the pool, what sources brought, and all issues.

    All WORDS must stand in title, source, site, author, tags, note, summary, why or key points of an article, or in
    the prose of an issue. '"Words in quotes"' stand one after the other, -WORD must not stand there, and PREFIX* begins
    a word. Case and accents do not count. The best come first, the newest of equals.
    """
    from dataclasses import asdict

    from newsletter.app.searching import search as find
    from newsletter.cli.progress import counting

    typed = " ".join(words)
    newsletter = here()
    if sys.stderr.isatty():
        with counting("indexing") as counted:
            found = find(newsletter, typed, state=state or "", limit=limit, counted=counted)
    else:
        found = find(newsletter, typed, state=state or "", limit=limit)
    if as_json:
        say_json([asdict(one) for one in found])
        return
    for one in found:
        name = f"issue {one.issue}" if one.kind == "issue" else one.id or one.link
        about = "  ".join(part for part in (one.source, one.published) if part)
        say(f"{name}  {one.title or one.link or '(no title)'}")
        say(f"    {one.state}{f'  ·  {about}' if about else ''}")
        if one.snippet:
            click.echo(f"    {_marked(one.snippet)}")
    if len(found) == limit:
        say(f"the first {limit}; --limit N shows more")
    elif not found:
        say("nothing found; a word* finds all that begin so")
    else:
        say(f"{plural(len(found), 'result')}")


def _marked(snippet: str) -> str:
    """Show the marked words bold on a terminal; elsewhere their marks stay."""
    if not sys.stdout.isatty() or "NO_COLOR" in os.environ:
        return printable(snippet)
    return re.sub(r"\*\*(.+?)\*\*", lambda match: click.style(match[1], bold=True), printable(snippet))
