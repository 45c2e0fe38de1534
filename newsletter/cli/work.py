"""Operate: what is done by itself."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from newsletter.cli.mailing import via_option
from newsletter.cli.output import here, printable
from newsletter.cli.standing import say_standing
from newsletter.errors import NewsletterError

if TYPE_CHECKING:
    from threading import Event

    from newsletter.app import Newsletter
    from newsletter.app.working import Done, Worker

GRAVE = (5, 3, 2, 4)
"""Exit codes, the gravest first, for several issues at once."""


@click.command()
@click.option("--once", is_flag=True, help="Do what is due now, and leave: for cron.")
@via_option
def work(once: bool, via: str) -> None:
    """Do what is due by itself: schedules, and deferred deliveries.

    It runs until SIGTERM or Ctrl-C and then leaves with 0; with --once it leaves when nothing is due. Two of them hurt
    nobody: one works, the other waits.

    A schedule that was missed by more than an hour is not followed any more, nor one whose audience has grown or shrunk
    by more than 20 %: newsletter send says yes to it anew. What somebody stopped, or what was only the first few, waits
    for newsletter resume.

    Exit codes with --once: 2 a schedule was refused, 3 stopped, 4 some refused or deferred, 5 some in doubt.
    """
    from newsletter.app.stopping import stopping
    from newsletter.app.working import Worker

    newsletter = here()
    with stopping() as stop:
        worker = Worker(via, stop)
        if once:
            codes = {_told(newsletter, done) for done in worker.turn(newsletter)}
            raise click.exceptions.Exit(0 if stop.is_set() else next((code for code in GRAVE if code in codes), 0))
        click.echo("waiting for what is due; Ctrl-C ends it", err=True)
        newsletter.close()
        stay(worker, stop)


def stay(worker: "Worker", stop: "Event") -> None:
    """Work until told to stop; the configuration is read anew each time."""
    from newsletter.app import open_newsletter
    from newsletter.app.working import STEP

    said: set[str] = set()
    while not stop.is_set():
        pause = STEP.total_seconds()
        newsletter = None
        try:
            newsletter = open_newsletter(Path.cwd())
            for done in worker.turn(newsletter):
                if not done.refused or _is_new(done.refused, said):
                    _told(newsletter, done)
            pause = worker.pause(newsletter)
        except NewsletterError as error:  # the next turn may find it mended
            if _is_new(error, said):
                _complain(error)
        finally:
            if newsletter:
                newsletter.close()
        stop.wait(pause)


def _is_new(error: NewsletterError, said: set[str]) -> bool:
    """Whether *error* has not been *said* yet: it comes again and again until a person acts."""
    new = str(error) not in said
    said.add(str(error))
    return new


def _told(newsletter: "Newsletter", done: "Done") -> int:
    if done.refused:
        _complain(done.refused)
    elif done.standing:
        say_standing(done.standing, newsletter.settings.timezone)
    return done.exit_code


def _complain(error: NewsletterError) -> None:
    click.echo(f"newsletter: {printable(str(error))}", err=True)
