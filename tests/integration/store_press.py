"""A database with readers for the tests of the store."""

from datetime import UTC, datetime

from newsletter.model.address import Address
from newsletter.model.delivery import Delivery, State
from newsletter.model.subscriber import Consent
from newsletter.store.database import create
from newsletter.store.ledger import LedgerStore
from newsletter.store.mailing import MailingLedger
from newsletter.store.subscribers import SubscriberStore

NOON = datetime(2026, 11, 27, 12, tzinfo=UTC)
PEOPLE = ["ada@example.com", "Bob@example.com", "c@example.com"]
QUEUED, SENDING, ACCEPTED, DEFERRED, REFUSED, EXCLUDED, IN_DOUBT = State

MOVES = {
    QUEUED: {SENDING, EXCLUDED, DEFERRED, REFUSED},  # the last two: the server said so before its 354
    SENDING: {ACCEPTED, DEFERRED, REFUSED, IN_DOUBT},
    ACCEPTED: set(),
    DEFERRED: {SENDING, REFUSED, EXCLUDED},
    REFUSED: {QUEUED},
    EXCLUDED: set(),
    IN_DOUBT: {ACCEPTED, QUEUED},
}
"""Where a delivery may move to from each state."""


def begin(run: MailingLedger, *intents: Delivery) -> bool:
    """Commit that *intents* are being sent; whether all of them may."""
    return not run.commit([], intents).forbidden


def record(run: MailingLedger, *outcomes: Delivery) -> None:
    """Commit what became of *outcomes*."""
    run.commit(outcomes, [])


class Press:
    """A database with readers, its two stores, and a clock that is moved by hand.

    :param url: of the server that has the database; empty for a file.
    """

    def __init__(self, folder, url=""):
        self.now = NOON
        self.url = url
        self.database = create(folder, url)
        self.runs = []
        self.subscribers = SubscriberStore(self.database, clock=lambda: self.now)
        self.ledger = LedgerStore(self.database, clock=lambda: self.now, jitter=lambda: 1.0)

    def confirm(self, *addresses, list_name="weekly"):
        for address in addresses:
            self.subscribers.add(Address(address=address), list_name, consent=Consent.CONFIRMED, basis="form")

    def leave(self, address, list_name=None):
        self.subscribers.unsubscribe(address, list_name, basis="link")

    def start(self, issue=42, list_name="weekly", frozen=b"the bytes"):
        return self.ledger.start(issue, list_name, frozen=frozen, subject="Moka", started=self.now)

    def open(self, issue=42, list_name="weekly", **options) -> MailingLedger:
        self.runs.append(self.ledger.open_mailing(issue, list_name, **options))
        return self.runs[-1]

    def die(self):
        """Let go of the runs without a word, as the system does when their process dies."""
        while self.runs:
            self.runs.pop()._moves.close()

    def close(self):
        self.die()
        self.database.close()

    def addresses(self, *states, issue=42):
        return [each.address for each in self.ledger.deliveries(issue, states or tuple(State))]

    def counts(self, issue=42):
        return {state: count for state, count in self.ledger.balance(issue).counts.items() if count}
