"""What commands print: text that cannot steer a terminal, JSON for programs, tables for people."""

import json
import sys
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, tzinfo
from pathlib import Path
from shutil import get_terminal_size
from textwrap import fill, indent
from typing import TYPE_CHECKING, Any

import click

from newsletter.model.printable import printable as printable

if TYPE_CHECKING:
    from newsletter.app import Newsletter

WORDS = 24
"""Columns of a terminal that the last column of a table has, if others can be spared for it."""


def say(text: str = "") -> None:
    """Print a line for a person."""
    click.echo(printable(text))


def say_error(text: str) -> None:
    """Print on standard error what went wrong, where a command does not end with it."""
    click.echo(f"newsletter: {printable(text)}", err=True)


def ask_again(error: str = "") -> bool:
    """Say *error*, and ask whether to mend what was just written; without a terminal nobody is there to be asked."""
    if not sys.stdin.isatty():
        return False
    if error:
        say_error(error)
    return click.confirm("Edit it again?", default=True, err=True)


def say_hanging(head: str, text: str) -> None:
    """Print *text* behind *head*; on a terminal that is too narrow, its further lines begin below its first one."""
    line = printable(head + text)
    width = get_terminal_size().columns
    if sys.stdout.isatty() and len(line) > width:
        room = " " * len(head)
        line = fill(line, width, subsequent_indent=room, break_on_hyphens=False)
    click.echo(line)


def say_json(value: Any) -> None:
    """Print *value* for a program: JSON, one value."""
    click.echo(json.dumps(value, ensure_ascii=False, indent=2, default=str))


def say_json_each(values: Iterable[Any]) -> None:
    """Print *values* for a program as :func:`say_json` prints a list of them, but never has them all in mind."""
    before = "["
    for value in values:
        click.echo(f"{before}\n{indent(json.dumps(value, ensure_ascii=False, indent=2, default=str), '  ')}", nl=False)
        before = ","
    click.echo("[]" if before == "[" else "\n]")


def here() -> "Newsletter":
    """Open the newsletter of the current folder, until the command ends."""
    from newsletter.app import open_newsletter

    newsletter = open_newsletter(Path.cwd())
    newsletter.told = _once()
    click.get_current_context().call_on_close(newsletter.close)
    return newsletter


def _once() -> Callable[[str], None]:
    """Return what says each text once, beside what the command prints."""
    said: set[str] = set()

    def tell(text: str) -> None:
        if text not in said:
            said.add(text)
            say_error(text)

    return tell


def say_table(columns: Sequence[str], rows: Iterable[Sequence[str]], *, spare: Sequence[str] = ()) -> None:
    """Print rows as a table on a terminal, elsewhere as lines of tab-separated cells without a heading.

    Where the terminal is too narrow it is the last column that is cut: the first ones are what a person types.

    :param spare: columns that are left out of a table, one after the other, until the last one has room for words.
    """
    cleaned = [[printable(cell).replace("\t", " ") for cell in row] for row in rows]
    if not sys.stdout.isatty():
        for row in cleaned:
            click.echo("\t".join(row))
        return
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    console = Console()
    columns, cleaned = _fitting(columns, cleaned, spare, console.width)
    table = Table(box=None, pad_edge=False, header_style="bold")
    for column in columns:
        table.add_column(column, no_wrap=True)
    room = max(_room(columns, cleaned, console.width), 10)
    for row in cleaned:
        last = Text(row[-1])
        last.truncate(room, overflow="ellipsis")
        table.add_row(*map(Text, row[:-1]), last)
    console.print(table)


def _room(columns: Sequence[str], rows: Sequence[Sequence[str]], width: int) -> int:
    """Return how much of *width* is left for the last column."""
    from rich.cells import cell_len

    return width - sum(2 + max(cell_len(row[number]) for row in [columns, *rows]) for number in range(len(columns) - 1))


def _fitting(
    columns: Sequence[str], rows: list[list[str]], spare: Sequence[str], width: int
) -> tuple[Sequence[str], list[list[str]]]:
    """Return a table without as many of its *spare* columns as keep the last one from having :data:`WORDS`."""
    for name in spare:
        if _room(columns, rows, width) >= WORDS:
            break
        at = list(columns).index(name)
        columns = [*columns[:at], *columns[at + 1 :]]
        rows = [[*row[:at], *row[at + 1 :]] for row in rows]
    return columns, rows


def plural(number: int, one: str, many: str = "") -> str:
    """Return "1 article" or "3 articles"."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def moment(at: datetime, timezone: tzinfo | None) -> str:
    """Return *at* as "2026-11-27 14:05" in the newsletter's time zone."""
    return f"{at.astimezone(timezone):%Y-%m-%d %H:%M}"
