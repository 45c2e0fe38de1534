"""Look: what has changed in an issue."""

from typing import TYPE_CHECKING

import click

from newsletter.cli.options import issue_argument, json_option
from newsletter.cli.output import here, plural, say, say_json

if TYPE_CHECKING:
    from newsletter.app import Newsletter
    from newsletter.app.comparing import Version
    from newsletter.app.picture_diff import Pictured
    from newsletter.model.issue import Issue


@click.command()
@issue_argument
@click.option("--since", metavar="REV", help="Compare with settings, theme and issue of a git revision.")
@click.option("--test", "against", flag_value="test", help="Compare with the last test send.")
@click.option(
    "--sent", "against", flag_value="sent", help="Compare with what was sent, as the ledger has it or issues/NNN.html."
)
@click.option("--previous", "against", flag_value="previous", help="Compare with the issue before.")
@click.option("--html", is_flag=True, help="Compare the HTML, a line a tag, instead of the plain text.")
@click.option("--pictures", is_flag=True, help="Compare how it looks: before and after as PNGs, the changes marked.")
@json_option
def diff(issue: str | None, since: str | None, against: str | None, html: bool, pictures: bool, as_json: bool) -> None:
    """Show what differs in the mail of an issue.

    The mail is built as it is now, and compared with an older one, as the sample reader gets both. Exit code 0
    without differences, 1 with some, 2 when they cannot be compared.

    With --pictures one PNG each for desktop and phone goes to .newsletter/diff/NUMBER/; what has only moved is not
    marked. That needs Chromium, and pip install 'newsletterpress[browser]'.
    """
    from newsletter.app import comparing

    if (since is None) == (against is None):
        raise click.UsageError("Say what to compare with: one of --since REV, --test, --sent and --previous.")
    if html and pictures:
        raise click.UsageError("--html and --pictures exclude each other.")
    newsletter = here()
    read = newsletter.issues.read(newsletter.issues.default(issue))
    old, new = comparing.versions(newsletter, read, since=since, against=against or "")
    if pictures:
        _show_pictures(newsletter, read, old, new, as_json)
        return
    found = comparing.differences(old, new, html=html)
    added, removed = (sum(line.startswith(sign) for line in found[2:]) for sign in "+-")
    if as_json:
        say_json({"issue": read.number, "with": old.name, "added": added, "removed": removed, "diff": found})
    else:
        for line in found or [f"no differences from {old.name}"]:
            say(line)
    if found:
        raise click.exceptions.Exit(1)


def _show_pictures(newsletter: "Newsletter", issue: "Issue", old: "Version", new: "Version", as_json: bool) -> None:
    from newsletter.app.picture_diff import picture_differences

    found = []
    for pictured in picture_differences(newsletter, issue, old, new):
        found.append(pictured)
        if not as_json:
            say(_pictured_words(pictured, old))
    if as_json:
        pictures = [pictured.values() for pictured in found]
        say_json({"issue": issue.number, "with": old.name, "pictures": pictures})
    if any(pictured.changes for pictured in found):
        raise click.exceptions.Exit(1)


def _pictured_words(pictured: "Pictured", old: "Version") -> str:
    if not pictured.file:
        return f"{pictured.view}: looks as {old.name}"
    return f"wrote {pictured.file}: {plural(len(pictured.changes), 'change')} from {old.name}"
