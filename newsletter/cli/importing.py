"""Move in: the past issues of another tool."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from newsletter.cli.options import json_option
from newsletter.cli.output import here, plural, say, say_json
from newsletter.cli.progress import counting

if TYPE_CHECKING:
    from newsletter.app.importing import PastImport

SHOWN = 10
"""Issues on the screen: the first few and the last few."""


@click.command("import")
@click.argument("export", metavar="FILE", type=click.Path(exists=True, path_type=Path))
@click.option(
    "--from",
    "tool",
    type=click.Choice(["buttondown", "substack", "mailchimp"]),
    default=None,
    help="The tool that made FILE; default: found out.",
)
@click.option(
    "--list", "list_name", metavar="NAME", default="", help="The list that they went to; default: the only one."
)
@click.option(
    "--first",
    metavar="NUMBER",
    type=click.IntRange(1, 999_999),
    default=None,
    help="The number of the oldest issue; default: 1, or behind those that were imported before.",
)
@click.option("--dry-run", is_flag=True, help="Say what would be taken in, and write nothing.")
@json_option
def import_(export: Path, tool: str | None, list_name: str, first: int | None, dry_run: bool, as_json: bool) -> None:
    """Take in the past issues of another tool, so that nothing repeats.

    FILE is the export that the tool makes, a ZIP archive or the folder that it was unpacked into: of Buttondown
    (emails.json or emails.csv, and emails/), Substack (posts.csv and posts/) or Mailchimp (campaigns.csv and
    campaigns_content/). The people on its lists come in by newsletter subscribers import.

    Each published issue becomes an issue file with a receipt that says who sent it, numbered by date. Each link in it
    counts as run. What only paying readers got stays out of the archive. Drafts are left out. Importing again adds
    what is new alone. Of several tools, import that first which you used first. Exit code 1 says that something could
    not be taken in.
    """
    from newsletter.app.importing import Wanted, import_past

    newsletter = here()
    wanted = Wanted(tool=tool or "", list=list_name, first=first or 0, dry_run=dry_run)
    with counting("importing issues") as told:
        result = import_past(newsletter, export, wanted, told)
    if as_json:
        say_json(result.values())
    else:
        _report(result)
    if any(not remark.harmless for remark in result.remarks):
        raise click.exceptions.Exit(1)


def _report(result: "PastImport") -> None:
    from newsletter.model.excerpt import excerpt

    shown = list(result.issues)
    if len(shown) > 2 * SHOWN:
        shown = [*shown[:SHOWN], *shown[-SHOWN:]]
    for at, issue in enumerate(shown):
        if at == SHOWN and len(result.issues) > len(shown):
            say(f"  … {len(result.issues) - len(shown)} more")
        paid = ", not for all to see" if issue.paid else ""
        say(f"  {issue.number:03d}  {issue.date}  {excerpt(issue.subject, 60)} ({plural(issue.links, 'link')}{paid})")
    for remark in result.remarks:
        place = f"{remark.place}:{remark.line}" if remark.line else remark.place
        say(f"  {place}: {'' if remark.harmless else 'not taken in: '}{remark.what}")
    done = "would be taken in" if result.dry_run else "taken in"
    say(
        f"{plural(len(result.issues), 'issue')} of {result.tool.capitalize()} {done} for {result.list}; "
        f"{result.known} known already, {plural(result.drafts, 'draft')} left out"
    )
    if result.issues and not result.dry_run:
        say("Next: newsletter archive --out ../site shows them; newsletter subscribers import takes in their readers")
