"""How far a mailing is: a bar on a terminal, a plain line now and then elsewhere."""

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import timedelta
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from newsletter.model.delivery import Balance

Told = Callable[["Balance"], None]
STEPS = 10
"""Plain lines of a whole mailing, about."""
OFTEN = 0.1
"""Seconds between two looks of the bar: nobody sees more, and a fast mailing tells of thousands of turns a second."""


@contextmanager
def progress(*, quiet: bool) -> Iterator[Told]:
    """Give what a mailing calls with its balance after each turn; it writes to standard error."""
    if quiet:
        yield lambda balance: None
    elif sys.stderr.isatty():
        with _bar() as told:
            yield told
    else:
        yield _lines()


@contextmanager
def counting(what: str) -> Iterator[Callable[[int, int], None]]:
    """Give what is called with how many are done, and of how many: a bar on a terminal, a line at the end elsewhere."""
    if not sys.stderr.isatty():
        yield lambda done, total: click.echo(f"{what}: {done} of {total}", err=True) if done == total else None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

    with Progress(TextColumn(what), BarColumn(), MofNCompleteColumn(), console=Console(stderr=True)) as bar:
        task = bar.add_task(what, total=None, visible=False)  # until there is something to be done
        yield lambda done, total: bar.update(task, completed=done, total=total, visible=True)


@contextmanager
def counting_if_long(what: str) -> Iterator[Callable[[int, int], None]]:
    """Give what :func:`counting` gives; nothing is shown unless it is called."""
    with ExitStack() as stack:
        told: list[Callable[[int, int], None]] = []

        def tell(done: int, total: int) -> None:
            if not told:
                told.append(stack.enter_context(counting(what)))
            told[0](done, total)

        yield tell


class Pace:
    """How fast this run is, pauses included, and how long it will take.

    :param clock: seconds that only go forward.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._began = clock()
        self._first: int | None = None

    def words(self, done: int, left: int) -> str:
        """Return "1,200 a minute, 3 min left" when *done* have had their turn; empty while nobody can tell."""
        from newsletter.cli.standing import duration

        if self._first is None:
            self._first = done - 1  # the first outcome is heard when it is there
        minutes = max(self._clock() - self._began, 0.001) / 60
        rate = (done - self._first) / minutes
        if rate <= 0:
            return ""
        rest = f", {duration(timedelta(minutes=left / rate))} left" if left else ""
        return f"{rate:,.0f} a minute{rest}"


@contextmanager
def _bar() -> Iterator[Told]:
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

    columns = (
        TextColumn("sending"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[pace]}"),
        TextColumn("{task.fields[note]}"),
    )
    pace, shown_at, last = Pace(), 0.0, None
    with Progress(*columns, console=Console(stderr=True)) as bar:
        task = bar.add_task("sending", total=None, pace="", note="")

        def show(balance: "Balance") -> None:
            left = _left(balance)
            done = balance.planned - left
            bar.update(task, total=balance.planned, completed=done, pace=pace.words(done, left), note=_note(balance))

        def told(balance: "Balance") -> None:
            nonlocal shown_at, last
            last = balance
            if (now := time.monotonic()) - shown_at >= OFTEN:
                shown_at = now
                show(balance)

        try:
            yield told
        finally:
            if last:
                show(last)


def _lines() -> Told:
    last = -1
    pace = Pace()

    def told(balance: "Balance") -> None:
        nonlocal last
        left = _left(balance)
        done = balance.planned - left
        step = done * STEPS // max(balance.planned, 1)
        if step != last:
            last = step
            words = (pace.words(done, left), _note(balance))
            click.echo(f"{done:,} of {balance.planned:,}, {', '.join(filter(None, words))}", err=True)

    return told


def _left(balance: "Balance") -> int:
    from newsletter.model.delivery import State

    return balance[State.QUEUED] + balance[State.SENDING]


def _note(balance: "Balance") -> str:
    from newsletter.model.delivery import State

    bad = (State.REFUSED, State.DEFERRED, State.IN_DOUBT)
    return ", ".join(f"{balance[state]} {state.value.replace('_', ' ')}" for state in bad if balance[state])
