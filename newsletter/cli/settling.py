"""Send: settling who is in doubt by proof from the mail server's log."""

import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

import click

from newsletter.cli.output import here, plural, say, say_json

if TYPE_CHECKING:
    from newsletter.app.settling import Settlement

log_option = click.option(
    "--log",
    "logs",
    metavar="FILE",
    multiple=True,
    type=click.Path(exists=True, dir_okay=False, allow_dash=True),
    help="Postfix's log: a file, or - for a pipe from journalctl; several are put in order.",
)
complete_option = click.option(
    "--complete",
    is_flag=True,
    help="The log has all from the mailing's start until after its end, and mailq shows nothing of it.",
)


def settle_by_log(issue: str, logs: Sequence[str], *, complete: bool, as_json: bool) -> None:
    """Settle what *logs* prove, say it person by person, and leave with the exit code that tells it."""
    from newsletter.app.sending import mailing_number
    from newsletter.app.settling import settle_by_log as settle

    newsletter = here()
    with _reading(quiet=as_json) as told:
        settlement = settle(newsletter, mailing_number(newsletter, issue), logs, told, complete=complete)
    if as_json:
        say_json(settlement.values())
    else:
        _say_settlement(settlement)
    if settlement.exit_code:
        raise click.exceptions.Exit(settlement.exit_code)


def _say_settlement(settlement: "Settlement") -> None:
    from newsletter.model.delivery import State

    if settlement.first and settlement.last:
        say(f"the log begins {settlement.first:%Y-%m-%d %H:%M:%S %z} and ends {settlement.last:%Y-%m-%d %H:%M:%S %z}")
    for person in settlement.people:
        what = "queued again" if person.state is State.QUEUED else person.state.value.replace("_", " ")
        under = f" ({person.queue_id})" if person.queue_id else ""
        say(f"  {what:<12}  {person.address}  {person.why}{under}")
    queued, left = settlement.addresses(State.QUEUED), settlement.addresses(State.IN_DOUBT)
    moved = len(settlement.people) - len(left)
    say(f"{plural(moved, 'delivery', 'deliveries')} settled; issue {settlement.issue}: {settlement.balance}")
    if left:
        say("that a log does not have something proves nothing, unless you know that it is --complete")
        say(f"by your own word: newsletter settle {settlement.issue} --accepted ADDRESS, or --resend ADDRESS")
    if queued:
        say(f"Next: newsletter resume {settlement.issue}")


@contextmanager
def _reading(*, quiet: bool) -> "Iterator[Callable[[int, int], None]]":
    """Give what hears how much of a log has been read: a bar on a terminal, nothing elsewhere."""
    if quiet or not sys.stderr.isatty():
        yield lambda done, total: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn("reading the log"), BarColumn(), DownloadColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("reading", total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total or None)
