"""Look: pictures of an issue."""

from pathlib import Path

import click

from newsletter.cli.options import issue_argument, json_option
from newsletter.cli.output import here, say, say_json


@click.command()
@issue_argument
@click.option(
    "--out",
    metavar="DIR",
    type=click.Path(file_okay=False, path_type=Path),
    help="Write them to DIR; default: .newsletter/shots/NUMBER/.",
)
@json_option
def shots(issue: str | None, out: Path | None, as_json: bool) -> None:
    """Take pictures of an issue as its readers see it.

    One PNG a view: phone and desktop, each light and dark, Outlook, images off, and the plain text. Needs Chromium,
    and pip install 'newsletterpress[browser]'. Nothing is loaded from the web, so images on other servers are missing.
    """
    from newsletter.app.shots import shoot

    newsletter = here()
    read = newsletter.issues.read(newsletter.issues.default(issue))
    files = []
    for path in shoot(newsletter, read, out):
        files.append(path.as_posix())
        if not as_json:
            say(f"wrote {path}")
    if as_json:
        say_json({"issue": read.number, "files": files})
