"""Does the store's work in processes that die by SIGKILL at a chosen point: a program for tests.

A line of standard input is ``JOB FOLDER URL LOG POINT``, by tabs. For each, a fork does the job on the database of
FOLDER, or at URL, and kills itself at its POINT-th point: before a commit, after it, and wherever the job says; at 0 it
lives. The answer is one line: "killed", or "ended", or the error.
"""

import os
import signal
import sys
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import Engine, event

from newsletter.errors import NewsletterError
from newsletter.model.address import Address
from newsletter.model.delivery import Delivery, State
from newsletter.model.subscriber import Consent
from newsletter.store.database import Database, create, open_database
from newsletter.store.ledger import LedgerStore
from newsletter.store.subscribers import BATCH, SubscriberStore

Point = Callable[[], None]


@dataclass(frozen=True)
class Place:
    """Where a job is done; *log* is the server's own list of whom it got."""

    folder: Path
    url: str
    log: Path

    def open(self) -> Database:
        return open_database(self.folder, self.url)


def points(dies_at: int) -> Point:
    """Return what is called at each point, and kills this process at one of them."""
    passed = 0

    def point() -> None:
        nonlocal passed
        passed += 1
        if passed == dies_at:
            os.kill(os.getpid(), signal.SIGKILL)

    return point


def make(place: Place, point: Point) -> None:
    """Make the database."""
    create(place.folder, place.url).close()


def enter(place: Place, point: Point) -> None:
    """Import people in two batches."""
    with place.open() as database:
        people = [Address(address=f"{number}@example.com") for number in range(BATCH + 1)]
        SubscriberStore(database).import_all(people, "weekly", consent=Consent.CONFIRMED, basis="form")


def send(place: Place, point: Point) -> None:
    """Start the mailing, or go on with it, as the only coordinator."""
    with place.open() as database, database.coordinator_lock():
        deliver_all(LedgerStore(database), place.log, point)


def send_unlocked(place: Place, point: Point) -> None:
    """Claim and send beside others, which the lock would forbid: the guarded statements alone keep them apart."""
    with place.open() as database:
        deliver_run(LedgerStore(database), place.log, point)


def die_sending(place: Place, point: Point) -> None:
    """Claim three, begin the first, and die."""
    with place.open() as database, database.coordinator_lock():
        run = LedgerStore(database).open_mailing(42, "weekly")
        first, _, _ = run.claim(3)
        run.commit([], [first])
        os.kill(os.getpid(), signal.SIGKILL)


def deliver_all(ledger: LedgerStore, log: Path, point: Point) -> None:
    ledger.start(42, "weekly", frozen=b"bytes", subject="Moka", started=datetime.now(UTC))
    ledger.recover()
    deliver_run(ledger, log, point)
    ledger.finish(42, "weekly")


def deliver_run(ledger: LedgerStore, log: Path, point: Point) -> None:
    """Send in groups of two: the outcomes of one group are committed with the intents of the next one."""
    with ledger.open_mailing(42, "weekly") as run:
        outcomes: list[Delivery] = []
        while claimed := run.claim(2):
            point()
            forbidden = run.commit(outcomes, claimed).forbidden
            sent = [delivery for delivery in claimed if delivery.number not in forbidden]
            for delivery in sent:
                point()
                with log.open("a") as file:
                    file.write(f"{delivery.address}\n")
            point()
            outcomes = [delivery.now(State.ACCEPTED, "250 ok") for delivery in sent]
        run.commit(outcomes, [])
        point()


JOBS = {job.__name__: job for job in (make, enter, send, send_unlocked, die_sending)}


def do(job: str, place: Place, dies_at: int) -> None:
    """Do the job in this process."""
    point = points(dies_at)
    event.listen(Engine, "commit", lambda connection: point())
    JOBS[job](place, point)


def main() -> None:
    """Fork for each line."""
    for line in sys.stdin:
        job, folder, url, log, dies_at = line.rstrip("\n").split("\t")
        if child := os.fork():
            _, status = os.waitpid(child, 0)
            if os.WIFSIGNALED(status):
                print("killed" if os.WTERMSIG(status) == signal.SIGKILL else status, flush=True)
            continue
        try:
            do(job, Place(Path(folder), url, Path(log)), int(dies_at))
            print("ended", flush=True)
        except NewsletterError as error:
            print(error, flush=True)
        os._exit(0)


if __name__ == "__main__":
    main()
