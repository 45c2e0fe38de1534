"""What newsletter.toml says of the mailing lists."""

import re
from collections.abc import Mapping
from pathlib import Path

from newsletter.model.address import Address
from newsletter.model.mailing_list import MailingList
from newsletter.model.table import Table, nearest
from newsletter.rendering.themes import builtin_templates, theme_names


def read_address(table: Table, key: str, text: str) -> Address:
    """Return the mailbox that *key* of *table* has."""
    try:
        return Address.parse(text)
    except ValueError as cause:
        raise table.fail(key, str(cause), "mend it") from cause


def named(author: Address, name: str) -> Address:
    """Return *author* with *name*, unless it has one of its own."""
    return author if author.name else Address(address=author.address, name=name)


def read_reply_to(table: Table) -> Address | None:
    """Return where answers go; None where nothing is said of it."""
    text = table.text("reply_to", "")
    return read_address(table, "reply_to", text) if text else None


def read_lists(table: Table, folder: Path) -> Mapping[str, MailingList]:
    """Return the lists of the newsletter in *folder* by name, in the order of the file."""
    name, known = table.text("name"), table.table("lists")
    lists = {}
    for key, values in known.tables():
        if not re.fullmatch(r"[a-z0-9][a-z0-9-]{0,30}", key):
            raise known.fail(key, f'"{key}" is no name of a list', "lower-case letters, digits and hyphens")
        lists[key] = _list(key, values, name, folder)
        values.close()
    return lists


def _list(key: str, values: Table, name: str, folder: Path) -> MailingList:
    author = values.text("from", "")
    return MailingList(
        name=key,
        title=values.text("title", key),
        description=values.text("description", ""),
        double_opt_in=values.choice("opt_in", ("double", "single"), "double") == "double",
        public=values.get("public", bool, True),
        sender=named(read_address(values, "from", author), name) if author else None,
        reply_to=read_reply_to(values),
        theme=_theme(values, folder),
        footer=values.text("footer", ""),
    )


def _theme(values: Table, folder: Path) -> str:
    if not (theme := values.text("theme", "")):
        return ""
    known = theme_names((folder / "templates", builtin_templates()))
    if theme not in known:
        raise values.fail("theme", f'there is no theme "{theme}"', nearest(theme, known))
    return theme
