"""Operate: other programs that are told what happens."""

import click

from newsletter.cli.options import json_option
from newsletter.cli.output import here, plural, say, say_json


@click.group()
def hooks() -> None:
    """Look after the programs that are told what happens.

    They stand in newsletter.local.toml as [hooks.NAME]. newsletter serve and newsletter work tell them that somebody
    subscribed, confirmed or unsubscribed, that a mailing has ended, that a mail bounced.
    """


@hooks.command("list")
@json_option
def list_hooks(as_json: bool) -> None:
    """List the hooks, and what they are still to be told."""
    from dataclasses import asdict

    from newsletter.store.hook_queue import HookQueue, HookStanding

    newsletter = here()
    found = {standing.hook: standing for standing in HookQueue(newsletter.database).standings()}
    names = dict.fromkeys([*newsletter.settings.hooks, *found])
    none = HookStanding(hook="", waiting=0, failing=0, given_up=0, words="")
    rows = [
        {**asdict(found.get(name, none)), "hook": name, "known": name in newsletter.settings.hooks} for name in names
    ]
    if as_json:
        say_json(rows)
        return
    for row in rows:
        counts = f"{row['waiting']} waiting, {row['failing']} of them failed, {row['given_up']} given up"
        last = f"; last failure: {row['words']}" if row["words"] else ""
        missing = "" if row["known"] else "; newsletter.local.toml does not name it"
        say(f"{row['hook']}: {counts}{last}{missing}")
    if not rows:
        say("no hooks; add [hooks.NAME] to newsletter.local.toml")


@hooks.command()
@click.argument("name")
def test(name: str) -> None:
    """Tell a hook that this is a test."""
    from newsletter.app.hooks import try_hook

    try_hook(here(), name)
    say(f"{name} was told, and took it")


@hooks.command()
@click.argument("name")
def retry(name: str) -> None:
    """Have what a hook could not be told tried again, what was given up too."""
    from newsletter.app.hooks import hook_named
    from newsletter.store.hook_queue import HookQueue

    newsletter = here()
    count = HookQueue(newsletter.database).retry(hook_named(newsletter, name).name)
    say(f"{plural(count, 'event')} for {name} will be tried again by newsletter serve or newsletter work")


@hooks.command()
@click.argument("name")
def drop(name: str) -> None:
    """Forget what a hook was still to be told."""
    from newsletter.store.hook_queue import HookQueue

    count = HookQueue(here().database).drop(name)
    say(f"{plural(count, 'event')} for {name} forgotten")
