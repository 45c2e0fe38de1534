"""Look: what has changed in an issue."""

import click

from newsletter.cli.options import issue_argument, json_option
from newsletter.cli.output import here, say, say_json


@click.command()
@issue_argument
@click.option("--since", metavar="REV", help="Compare with settings, theme and issue of a git revision.")
@click.option("--test", "against", flag_value="test", help="Compare with the last test send.")
@click.option(
    "--sent", "against", flag_value="sent", help="Compare with what was sent, as the ledger has it or issues/NNN.html."
)
@click.option("--previous", "against", flag_value="previous", help="Compare with the issue before.")
@click.option("--html", is_flag=True, help="Compare the HTML, a line a tag, instead of the plain text.")
@json_option
def diff(issue: str | None, since: str | None, against: str | None, html: bool, as_json: bool) -> None:
    """Show what differs in the mail of an issue.

    The mail is built as it is now, and compared with an older one, as the sample reader gets both. Exit code 0
    without differences, 1 with some, 2 when they cannot be compared.
    """
    from newsletter.app import comparing

    if (since is None) == (against is None):
        raise click.UsageError("Say what to compare with: one of --since REV, --test, --sent and --previous.")
    newsletter = here()
    read = newsletter.issues.read(newsletter.issues.default(issue))
    old, new = comparing.versions(newsletter, read, since=since, against=against or "")
    found = comparing.differences(old, new, html=html)
    added, removed = (sum(line.startswith(sign) for line in found[2:]) for sign in "+-")
    if as_json:
        say_json({"issue": read.number, "with": old.name, "added": added, "removed": removed, "diff": found})
    else:
        for line in found or [f"no differences from {old.name}"]:
            say(line)
    if found:
        raise click.exceptions.Exit(1)
