"""What newsletter.local.toml says of this machine: mail servers, the database, the commands that may be run."""

import os
import re
import shlex
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from newsletter.errors import SettingsError
from newsletter.model.table import Table
from newsletter.returning.options import AUTH as IMAP_AUTH
from newsletter.returning.options import SECURITY as IMAP_SECURITY
from newsletter.returning.options import ImapProfile, judge_imap
from newsletter.returning.sns import is_topic
from newsletter.returning.webhook import PROVIDERS, Webhook
from newsletter.sender.options import AUTH, LIMITS, SECURITY, SmtpProfile, judge_profile

_POSTGRESQL = re.compile(r"postgres(ql)?://\S+$")
_LIKE_THAT = "write it like postgresql://user@host/name"


def database_of_environment() -> str:
    """Return the address of a PostgreSQL that NEWSLETTER_DATABASE gives; empty when it gives none.

    :raises SettingsError: when that is none.
    """
    url = os.environ.get("NEWSLETTER_DATABASE", "")
    if url and not _POSTGRESQL.match(url):
        raise SettingsError("this is no address of a PostgreSQL", _LIKE_THAT, where="NEWSLETTER_DATABASE")
    return url


def read_database(table: Table) -> str:
    """Return the address of the PostgreSQL that has readers and ledger; empty for a file of this machine."""
    url = table.text("url", "")
    if url and not _POSTGRESQL.match(url):  # the words never repeat it: it may have a password in it
        raise table.fail("url", "this is no address of a PostgreSQL", _LIKE_THAT)
    table.close()
    return database_of_environment() or url


def read_via(local: Table, profiles: Mapping[str, SmtpProfile]) -> str:
    """Return the names of the profiles that are used unasked: one in quotes, or a list of them."""
    if isinstance(local.values.get("via"), list):
        return ", ".join(local.texts("via"))
    return local.text("via", next(iter(profiles)) if len(profiles) == 1 else "")


def _limits(table: Table) -> dict[str, Any]:
    """Return how much a server may be given at a time: what the file says, and no more than that."""
    limits: dict[str, Any] = {key: table.get(key, int) for key in LIMITS if key in table.values}
    if "warm_up" in table.values:
        days = table.get("warm_up", list)
        if not all(type(most) is int for most in days):
            raise table.fail("warm_up", "it is no list of numbers", "write it like warm_up = [50, 100, 200]")
        limits["warm_up"] = tuple(days)
    return limits


def read_profile(name: str, table: Table, folder: Path) -> SmtpProfile:
    """Return one mail server of newsletter.local.toml."""
    security = table.choice("security", SECURITY, "starttls")
    ca_file = table.text("ca_file", "")
    profile = SmtpProfile(
        name=name,
        host=table.text("host"),
        port=table.get("port", int, {"starttls": 587, "tls": 465, "none": 25}[security]),
        security=security,
        username=table.text("username", ""),
        auth=table.choice("auth", ("", *AUTH), ""),
        password_env=table.text("password_env", ""),
        password_command=read_command(table, "password_command"),
        ca_file=str(folder / Path(ca_file).expanduser()) if ca_file else "",
        **_limits(table),
    )
    table.close()
    judge_profile(profile, table.where, table.lines())
    return profile


def read_imap(name: str, table: Table, folder: Path) -> ImapProfile:
    """Return one mailbox of newsletter.local.toml."""
    security = table.choice("security", IMAP_SECURITY, "tls")
    ca_file = table.text("ca_file", "")
    profile = ImapProfile(
        name=name,
        host=table.text("host"),
        port=table.get("port", int, 993 if security == "tls" else 143),
        security=security,
        username=table.text("username"),
        auth=table.choice("auth", ("", *IMAP_AUTH), ""),
        password_env=table.text("password_env", ""),
        password_command=read_command(table, "password_command"),
        ca_file=str(folder / Path(ca_file).expanduser()) if ca_file else "",
        mailbox=table.text("mailbox", "INBOX"),
    )
    table.close()
    judge_imap(profile, table.where, table.lines())
    return profile


def read_webhook(name: str, table: Table) -> Webhook:
    """Return one mail provider of newsletter.local.toml that may post what came back."""
    if not re.fullmatch(r"[a-z0-9][a-z0-9-]{0,30}", name):
        raise table.fail("provider", f'"{name}" is no name of a webhook', "lower-case letters, digits and hyphens")
    provider = table.choice("provider", PROVIDERS, name if name in PROVIDERS else None)
    webhook = Webhook(
        name=name,
        provider=provider,
        secret="" if provider == "ses" else _secret(table),
        username=table.text("username", "") if provider == "postmark" else "",
        topic=table.text("topic") if provider == "ses" else "",
        confirm=table.get("confirm", bool, False) if provider == "ses" else False,
    )
    table.close()
    if webhook.topic and not is_topic(webhook.topic):
        raise table.fail(
            "topic", f'"{webhook.topic}" is no ARN of a topic', "like arn:aws:sns:eu-west-1:123456789012:x"
        )
    return webhook


def _secret(table: Table) -> str:
    secret = table.text("secret")
    if len(secret) < 16:
        raise table.fail("secret", "the secret is too short", "16 characters or more, that nobody can guess")
    return secret


def read_editor(table: Table) -> tuple[str, ...]:
    """Return the command that opens a file in the editor; empty when none is named."""
    command = read_command(table, "editor")
    table.close()
    if command and not any("{file}" in word for word in command):
        raise table.fail("editor", "it does not say which file", 'write it like ["code", "--goto", "{file}:{line}"]')
    return command


def read_command(table: Table, key: str) -> tuple[str, ...]:
    """Return a command's words: given as a list, or in one line as a shell would split it."""
    if isinstance(table.values.get(key), list):
        return table.texts(key)
    try:
        return tuple(shlex.split(table.text(key, "")))
    except ValueError as cause:
        raise table.fail(key, f"the command cannot be split into words: {cause}", "write it as a list") from cause
