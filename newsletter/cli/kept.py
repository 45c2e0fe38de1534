"""Readers: what is kept about one person."""

import click

from newsletter.cli.options import json_option
from newsletter.cli.output import here, say, say_json


@click.command()
@click.argument("address")
@json_option
def show(address: str, as_json: bool) -> None:
    """Show all that is kept of one person, as they would be sent it.

    Who they are, their lists and preferences, how each consent came about, the mail that went to them, what came back,
    suppressions, and what is still to be told to other programs.
    """
    from newsletter.app.kept import kept_of
    from newsletter.app.kept_text import kept_text

    newsletter = here()
    record = kept_of(newsletter, address, former=True)
    if as_json:
        say_json(record)
    else:
        say(kept_text(record, newsletter.settings.name).rstrip("\n"))
