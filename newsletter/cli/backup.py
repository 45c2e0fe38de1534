"""Operate: all that cannot be made again in one file, and back."""

import shlex
from pathlib import Path
from typing import TYPE_CHECKING

import click

from newsletter.cli.options import json_option
from newsletter.cli.output import here, plural, say, say_json
from newsletter.cli.progress import counting

if TYPE_CHECKING:
    from newsletter.app.backing_up import BackedUp
    from newsletter.app.restoring import Restored


@click.command()
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@json_option
def backup(file: Path, as_json: bool) -> None:
    """Write database, keys and configuration into one file.

    Others may go on using the database meanwhile. The file has addresses, keys and, with newsletter.local.toml,
    passwords in it: it is readable by you alone, and belongs where the database would be safe. Nothing is overwritten.
    Issues and articles are not in it: they are in git.
    """
    from newsletter.app.backing_up import back_up

    newsletter = here()
    with counting("bytes packed") as told:
        made = back_up(newsletter, file, told)
    if as_json:
        say_json(made.values())
    else:
        _say_made(made)


def _say_made(made: "BackedUp") -> None:
    say(f"wrote   {made.path} ({made.size:,} bytes, readable by you alone)")
    for name, part in made.manifest.parts.items():
        secret = " (it may have passwords in it)" if name == "newsletter.local.toml" else ""
        say(f"        {name}, {part.size:,} bytes{secret}")
    if made.server:
        say(f"The database is not in it: it is on {made.server}. Back it up with the server's own tool:")
        say(f"  pg_dump --format=custom --file=FILE.dump '{made.server}'")
    say(f"Back:   newsletter restore {shlex.quote(str(made.path))}")


@click.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--replace", is_flag=True, help="Also over the database that is there, which is backed up first.")
@json_option
def restore(file: Path, replace: bool, as_json: bool) -> None:
    """Put a backup back, on this machine or on an empty one.

    All of FILE is checked before anything is changed. An older database is migrated; a newsletter.toml that is there
    stays. Restore what you made yourself alone: a newsletter.local.toml in it names commands that are run later.
    With --replace, who left, was suppressed or was forgotten since the backup stays so.

    What was sent after the backup is not known: whoever was still waiting then is in doubt now, and nothing is sent to
    them unless you say so with newsletter settle. Exit code 5 says that there are some.
    """
    from newsletter.app.restoring import restore as put_back

    with counting("bytes unpacked") as told:
        restored = put_back(file, Path.cwd(), told, replace=replace)
    if as_json:
        say_json(restored.values())
    else:
        _say_restored(restored)
    if restored.left and restored.left.in_doubt:
        raise click.exceptions.Exit(5)


def _say_restored(restored: "Restored") -> None:
    say(f"restored {restored.data}, as it was at {restored.manifest.made}")
    for name in restored.written:
        say(f"wrote    {restored.folder / name}")
    for name in restored.kept:
        say(f"kept     {restored.folder / name}, which was there")
    if restored.left is None:
        say("The database is not in the backup: it is on a server. If it is gone from there, too:")
        say("  pg_restore --dbname=ADDRESS FILE.dump")
        return
    _say_since(restored)
    if restored.before:
        undo = f"newsletter restore {shlex.quote(str(restored.before))} --replace"
        say(f"Undo:    {undo}" if restored.before.suffix else f"What was there could not be used: {restored.before}")


def _say_since(restored: "Restored") -> None:
    """Say what is not known, and what is carried over."""
    carried = restored.carried
    if carried:
        say(
            f"carried over: {plural(carried.unsubscribed, 'subscription')} that ended since,"
            f" {plural(carried.suppressed, 'suppression')}, {plural(carried.forgotten, 'person', 'people')} forgotten"
        )
        for issue in carried.sent:
            say(f"issue {issue} was begun after the backup: to whom it went, the restored ledger does not know")
    else:
        say(
            "Who subscribed, left, asked to be forgotten or was sent something after the backup is not in it. If people"
        )
        say("left since, say so before you send: newsletter subscribers unsubscribe ADDRESS, or forget ADDRESS")
    if restored.left:
        for issue, count in restored.left.in_doubt.items():
            say(
                f"issue {issue}: {plural(count, 'person', 'people')} may have got it after the backup, and are in doubt"
            )
            say(
                f"  newsletter settle {issue} --log FILE asks the mail server's log; newsletter settle --help says more"
            )
        for issue in restored.left.unscheduled:
            say(f"issue {issue} was to start by itself, and does not any more: newsletter send {issue} plans it anew")
        if restored.left.notices:
            mails = plural(restored.left.notices, "mail")
            say(f"{mails} about subscriptions waited then, and may have gone since: not sent; people can ask again")
    say("A copy of this newsletter on another machine must not send any more.")
