"""Operate: what is done by itself."""

import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from newsletter.cli.mailing import via_option
from newsletter.cli.output import here, say_error
from newsletter.cli.standing import say_standing
from newsletter.errors import NewsletterError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from threading import Event

    from newsletter.app import Newsletter
    from newsletter.app.working import Done, Worker

GRAVE = (5, 3, 2, 4)
"""Exit codes, the gravest first, for several issues at once."""


@click.command()
@click.option("--once", is_flag=True, help="Do what is due now, and leave: for cron.")
@via_option
def work(once: bool, via: str) -> None:
    """Do what is due by itself: mailings, deferred mail, hooks, notices.

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
            from newsletter.app.hooks import Courier

            Courier(newsletter, stop).turn()
            _send_notices(newsletter, via, set())
            codes = {_told(newsletter, done) for done in worker.turn(newsletter)}
            raise click.exceptions.Exit(0 if stop.is_set() else next((code for code in GRAVE if code in codes), 0))
        click.echo("waiting for what is due; Ctrl-C ends it", err=True)
        newsletter.close()
        with _courier(via, stop):
            stay(worker, stop)


@contextmanager
def _courier(via: str, stop: "Event") -> "Iterator[None]":
    """Tell hooks and readers meanwhile, in a thread of its own: a mailing may take hours."""
    from threading import Thread

    courier = Thread(target=_tell, args=[via, stop], daemon=True)
    courier.start()
    try:
        yield
    finally:
        stop.set()
        courier.join()


def _tell(via: str, stop: "Event") -> None:
    """Tell hooks and readers until told to stop; the configuration is read anew now and then."""
    from newsletter.app import open_newsletter
    from newsletter.app.hooks import LOOK, Courier
    from newsletter.app.working import STEP

    said: set[str] = set()
    while not stop.is_set():
        newsletter = None
        try:
            newsletter = open_newsletter(Path.cwd())
            courier = Courier(newsletter, stop)
            until = time.monotonic() + STEP.total_seconds()
            while not stop.is_set() and time.monotonic() < until:
                courier.turn()
                _send_notices(newsletter, via, said)
                stop.wait(LOOK)
        except NewsletterError as error:
            if _is_new(error, said):
                _complain(error)
            stop.wait(STEP.total_seconds())
        finally:
            if newsletter:
                newsletter.close()


def _send_notices(newsletter: "Newsletter", via: str, said: set[str]) -> None:
    """Send what readers asked for on the pages; a server that cannot be used is told once, and tried again."""
    from newsletter.app.notices import NoticePost

    if not newsletter.settings.sender.public_url:
        return
    try:
        NoticePost(newsletter, via).send_due()
    except NewsletterError as error:
        if _is_new(error, said):
            _complain(error)


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
    say_error(str(error))
