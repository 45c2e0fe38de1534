"""Readers: a person who asks to be forgotten."""

import sys
from typing import TYPE_CHECKING

import click

from newsletter.cli.options import json_option
from newsletter.cli.output import here, plural, say, say_json

if TYPE_CHECKING:
    from newsletter.app.forgetting import Farewell


@click.command()
@click.argument("address")
@click.option("--yes", is_flag=True, help="Do not ask.")
@json_option
def forget(address: str, yes: bool, as_json: bool) -> None:
    """Forget a person who asks for it; it cannot be undone.

    They leave all lists, and their address, name, attributes and IP addresses go from every table, from the file's free
    space and from rehearsals; a keyed hash stays, so that counts hold and no import brings them back. Only their own
    word does. Older backups still have them, and are named.
    """
    from newsletter.app.forgetting import forget_reader
    from newsletter.app.kept import kept_of

    newsletter = here()
    record = kept_of(
        newsletter, address, former=True
    )  # who is not known is told from a wrong letter before anything is asked
    if not yes:
        _ask(record["address"], len(record["deliveries"]))
    gone = forget_reader(newsletter, address)
    if as_json:
        say_json(gone.values())
    else:
        _say(gone)


def _ask(address: str, deliveries: int) -> None:
    if not sys.stdin.isatty():
        raise click.UsageError("Nobody can be asked here; --yes forgets them unasked, and cannot be undone.")
    question = f"Forget {address}, to whom {plural(deliveries, 'mail')} went? It cannot be undone"
    if not click.confirm(question):
        say("nothing was changed")
        raise click.exceptions.Exit(2)


def _say(gone: "Farewell") -> None:
    lists = f", and off {', '.join(gone.left)}" if gone.left else ""
    name = "names" if gone.deliveries == 1 else "name"
    rows = f"; {plural(gone.deliveries, 'row')} of the ledger {name} nobody any more" if gone.deliveries else ""
    say(f"forgotten{lists}{rows}")
    for folder in (gone.rehearsals, gone.rejects):
        if folder:
            say(f"deleted  {folder}")
    if not gone.wiped:
        say(f"The file's free space may still have them: {gone.unwiped_because}.")
        say("newsletter work wipes it, and so does the next mailing before it begins.")
    for place, count in gone.still.items():
        name = "names" if count == 1 else "name"
        say(f"{place}: {plural(count, 'row')} of others {name} them still; see to what was written there")
    if gone.untold:
        programs = "a hook had not heard names" if gone.untold == 1 else "hooks had not heard name"
        say(f"{plural(gone.untold, 'message')} that {programs} nobody any more; tell those programs yourself.")
    if gone.backups:
        say("Older backups still have them, until you delete them:")
        for path in gone.backups:
            say(f"  {path}")
    say("Copies that you made elsewhere have them, too: backups, exports, imported files, rehearsals in other folders.")
