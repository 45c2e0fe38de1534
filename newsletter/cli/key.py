"""Operate: the secret key that links are made with."""

import click

from newsletter.cli.options import json_option
from newsletter.cli.output import here, plural, say, say_json


@click.group()
def key() -> None:
    """Change the secret key that unsubscribe links are made with."""


@key.command()
@json_option
def rotate(as_json: bool) -> None:
    """Make a new key for the links of mail to come.

    Links of mail that was sent before go on working: the older keys stay in secret.key and are still read. A mailing
    that has begun goes on with the key it began with. Do it when somebody may have seen the key, and back it up
    then: the last one has the old key alone.
    """
    from newsletter.store.key import KEY_FILE
    from newsletter.store.rotation import rotate_key

    database = here().database
    rotated = rotate_key(database)
    if as_json:
        say_json({"fingerprint": rotated.fingerprint, "keys": rotated.keys, "completed": rotated.completed})
        return
    if rotated.completed:
        say("a rotation had been broken off; it is complete now")
    say(f"new links are made with a new key; {plural(rotated.keys - 1, 'older one', 'older ones')} still read")
    if not database.is_sqlite:
        say(f"Each machine that uses {database.where} is refused until it has a copy of {database.folder / KEY_FILE}.")
    say("Next: newsletter backup FILE")
