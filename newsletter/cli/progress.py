"""How far a mailing is: a bar on a terminal, a plain line now and then elsewhere."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from newsletter.model.delivery import Balance

Told = Callable[["Balance"], None]
STEPS = 10
"""Plain lines of a whole mailing, about."""


@contextmanager
def progress(*, quiet: bool) -> Iterator[Told]:
    """Give what a mailing calls with its balance after each message; it writes to standard error."""
    if quiet:
        yield lambda balance: None
    elif sys.stderr.isatty():
        with _bar() as told:
            yield told
    else:
        yield _lines()


@contextmanager
def _bar() -> Iterator[Told]:
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (
        TextColumn("sending"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
        TextColumn("{task.fields[note]}"),
    )
    with Progress(*columns, console=Console(stderr=True)) as bar:
        task = bar.add_task("sending", total=None, note="")

        def told(balance: "Balance") -> None:
            bar.update(task, total=balance.planned, completed=balance.planned - _left(balance), note=_note(balance))

        yield told


def _lines() -> Told:
    last = -1

    def told(balance: "Balance") -> None:
        nonlocal last
        done = balance.planned - _left(balance)
        step = done * STEPS // max(balance.planned, 1)
        if step != last:
            last = step
            click.echo(f"{done:,} of {balance.planned:,}{f' ({note})' if (note := _note(balance)) else ''}", err=True)

    return told


def _left(balance: "Balance") -> int:
    from newsletter.model.delivery import State

    return balance[State.QUEUED] + balance[State.SENDING]


def _note(balance: "Balance") -> str:
    from newsletter.model.delivery import State

    bad = (State.REFUSED, State.DEFERRED, State.IN_DOUBT)
    return ", ".join(f"{balance[state]} {state.value.replace('_', ' ')}" for state in bad if balance[state])
