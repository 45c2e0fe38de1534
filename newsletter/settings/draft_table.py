"""What newsletter.local.toml says of who may draft."""

import re
from typing import Any
from urllib.parse import urlsplit

from newsletter.composer.draft_options import DraftOptions
from newsletter.model.table import Table
from newsletter.settings.local_table import read_command

_OURS = ("model", "messages", "response_format", "stream", "tools", "tool_choice", "functions", "n")
"""What a request has from us: a draft is one answer, in a schema, by a model that can do nothing."""


def read_draft(table: Table) -> DraftOptions:
    """Return who may draft; SettingsError when it cannot or must not be used."""
    usual = DraftOptions()
    options = DraftOptions(
        command=read_command(table, "command"),
        url=table.text("url", "").rstrip("/"),
        model=table.text("model", "").strip(),
        key_env=table.text("key_env", ""),
        key_command=read_command(table, "key_command"),
        private=table.get("private", bool, False),
        parameters=_parameters(table),
        seconds=table.whole("seconds", usual.seconds, least=1, most=600),
        most_words=table.whole("most_words", usual.most_words, least=200, most=200_000),
        price_in=table.share("price_in", 0.0, most=10_000),
        price_out=table.share("price_out", 0.0, most=10_000),
        currency=table.text("currency", usual.currency),
        cap_issue=_cap(table, "cap_issue"),
        cap_month=_cap(table, "cap_month"),
        cap_tokens=table.whole("cap_tokens", usual.cap_tokens, least=0, most=1_000_000_000),
    )
    table.close()
    _judge(options, table)
    return options


def _cap(table: Table, key: str) -> float | None:
    return table.share(key, 0.0, most=1_000_000) if key in table.values else None


def _parameters(table: Table) -> dict[str, Any]:
    values: dict[str, Any] = table.get("parameters", dict, {})
    for name, value in values.items():
        if name in _OURS:
            raise table.fail("parameters", f'"{name}" is not for you to set', "take it out")
        if not isinstance(value, (str, int, float, bool)):
            raise table.fail("parameters", f'"{name}" must be text, a number, or true or false', "mend it")
    return values


def _judge(options: DraftOptions, table: Table) -> None:
    if options.url and options.command:
        raise table.fail("command", "who drafts has a url or a command, and one of them", "take one of them out")
    if not (options.url or options.command):
        if table.values:
            key = next(iter(table.values))
            raise table.fail(key, "nobody is named who drafts", "add command = [...], or url and model")
        return
    if options.model and not re.fullmatch(r"[\w./:@+-]{1,100}", options.model):
        raise table.fail("model", f'"{options.model}" is no name of a model', 'like "some-model:8b"')
    if options.key_env and options.key_command:
        raise table.fail("key_command", "there is a key_env too", "take one of them out")
    if not re.fullmatch(r"[A-Z]{3}", options.currency):
        raise table.fail("currency", f'"{options.currency}" is no currency', 'three letters, like "EUR" (ISO 4217)')
    for key, cap in (("cap_issue", options.cap_issue), ("cap_month", options.cap_month)):
        if cap is not None and not (options.price_in or options.price_out):
            raise table.fail(key, "without prices nobody can count money", "add price_in and price_out")
    if options.url:
        _judge_address(options, table)


def _judge_address(options: DraftOptions, table: Table) -> None:
    if not options.model:
        raise table.fail("url", "a url needs a model", 'add model = "NAME"')
    try:
        url = urlsplit(options.url)
        scheme, host, odd = url.scheme, url.hostname, bool(url.username or url.password or url.query or url.fragment)
    except ValueError:
        scheme, host, odd = "", None, False
    if not host or scheme not in ("http", "https") or odd:  # the words never repeat it: it may have a password in it
        raise table.fail("url", "this is no address of an API", 'write it like "https://api.example.com/v1"')
    if scheme == "http" and not options.private:
        todo = "write https://, or private = true for a server of your own network"
        raise table.fail("url", "keys do not go over the net unencrypted", todo)
