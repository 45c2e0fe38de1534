"""Readers: how many there are."""

import click

from newsletter.cli.options import json_option, lists_option, segment_option
from newsletter.cli.output import here, say, say_json, say_table


@click.command()
@lists_option
@segment_option
@json_option
def count(list_name: str | None, segment: str, as_json: bool) -> None:
    """Count the people of each list, or of a segment.

    "Mail now" are those to whom mail may go now: confirmed, not pausing, not suppressed.
    """
    from newsletter.app.counting import counts

    newsletter = here()
    found = counts(newsletter, list_name, segment)
    if as_json:
        say_json([one.values() for one in found])
        return
    if segment:
        say(f"{segment}: {newsletter.settings.segments[segment].where}")
    say_table(
        ("LIST", "MAIL NOW", *(consent.value.upper() for one in found[:1] for consent in one.consents)),
        [(one.list, f"{one.reachable:,}", *(f"{people:,}" for people in one.consents.values())) for one in found],
    )
