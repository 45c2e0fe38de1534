"""Fetches the password of a mail server; it stands in no file of ours, in no log and in no error."""

import os
import subprocess
from typing import Protocol

from newsletter.errors import SettingsError
from newsletter.sender.reply import legible

SECONDS = 120
"""For a password command that may ask a person for a passphrase."""


class Account(Protocol):
    """What newsletter.local.toml says of how to log in somewhere."""

    @property
    def table(self) -> str:
        """Where it says so: "smtp.main"."""

    @property
    def username(self) -> str:
        """Who we are there; empty where nobody asks."""

    @property
    def password_env(self) -> str:
        """The environment variable that holds the password."""

    @property
    def password_command(self) -> tuple[str, ...]:
        """A command that prints the password; its first line counts."""


def fetch_password(profile: Account) -> str:
    """Return the password of *profile*, empty if it has no username; SettingsError if there is none to be had."""
    if not profile.username:
        return ""
    if profile.password_env:
        password = os.environ.get(profile.password_env, "")
        if not password:
            todo = f"export {profile.password_env}=… (the password of {profile.username})"
            raise SettingsError(f"the environment has no {profile.password_env}", todo, where=_where(profile))
        return password
    return _from_command(profile)


def _from_command(profile: Account) -> str:
    try:
        done = subprocess.run(  # noqa: S603 - the editor's own command, from the file that git ignores
            profile.password_command, capture_output=True, timeout=SECONDS, check=False
        )
    except OSError as cause:
        raise _failed(profile, f"cannot be run: {cause.strerror}") from cause
    except subprocess.TimeoutExpired:
        # Not chained: the exception holds what the command had printed.
        raise _failed(profile, f"took more than {SECONDS} s") from None
    if done.returncode:
        said = legible(done.stderr.strip().rpartition(b"\n")[2])
        raise _failed(profile, f"ended with {done.returncode}{f': {said}' if said else ''}")
    # As the environment gives it (PEP 383): what is no UTF-8 goes to the server byte for byte.
    password = done.stdout.partition(b"\n")[0].removesuffix(b"\r").decode(errors="surrogateescape")
    if not password:
        raise _failed(profile, "printed nothing")
    return password


def _failed(profile: Account, what: str) -> SettingsError:
    command = profile.password_command[0] if profile.password_command else ""
    return SettingsError(f'password_command "{command}" {what}', "run it by hand to see why", where=_where(profile))


def _where(profile: Account) -> str:
    return f"[{profile.table}]"
