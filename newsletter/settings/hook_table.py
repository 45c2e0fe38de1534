"""What newsletter.local.toml says of the programs that are told what happens."""

import re
from urllib.parse import urlsplit

from newsletter.model.hook import Event, Hook
from newsletter.model.table import Table, nearest
from newsletter.settings.local_table import read_command

SHORTEST = 16
"""Characters of a secret: what is shorter can be guessed."""


def read_hook(name: str, table: Table) -> Hook:
    """Return one hook; SettingsError when it cannot or must not be used."""
    hook = Hook(
        name=name,
        events=_events(table),
        url=table.text("url", ""),
        secret=table.text("secret", ""),
        secret_env=table.text("secret_env", ""),
        private=table.get("private", bool, False),
        command=read_command(table, "command"),
    )
    table.close()
    _judge(hook, table)
    return hook


def _events(table: Table) -> tuple[Event, ...]:
    known = [event.value for event in Event]
    names = table.texts("events") or tuple(known)
    for name in names:
        if name not in known:
            raise table.fail("events", f'there is no event "{name}"', nearest(name, known))
    return tuple(Event(name) for name in dict.fromkeys(names))


def _judge(hook: Hook, table: Table) -> None:
    if not re.fullmatch(r"[a-z0-9][a-z0-9-]{0,30}", hook.name):
        raise table.fail("url", f'"{hook.name}" is no name of a hook', "lower-case letters, digits and hyphens")
    if bool(hook.url) == bool(hook.command):
        key = "command" if hook.url else "url"
        raise table.fail(key, "a hook has a url or a command, and one of them", "take one of them")
    if not hook.url:
        return
    # The words never repeat address or secret: an address of a hook is often a secret itself.
    try:
        url = urlsplit(hook.url)
        scheme, host = url.scheme, url.hostname
    except ValueError:
        scheme, host = "", None
    if not host or scheme not in ("https", "http"):
        raise table.fail("url", "this is no address of the web", "it begins with https://")
    if scheme == "http" and not hook.private:
        todo = "write https://, or private = true for an address of your own network"
        raise table.fail("url", "addresses of readers do not go over the net unencrypted", todo)
    if bool(hook.secret) == bool(hook.secret_env):
        raise table.fail(
            "secret", "what is posted is signed: give secret or secret_env", "openssl rand -hex 32 makes one"
        )
    if hook.secret and len(hook.secret) < SHORTEST:
        raise table.fail("secret", f"it has fewer than {SHORTEST} characters", "openssl rand -hex 32 makes a good one")
