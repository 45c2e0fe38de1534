"""One of several processes that send the same mailing: a program for tests.

Its words are FOLDER URL PORT. It says "claimed" when its first deliveries are claimed, waits for a line, and sends; it
says "sent" when the first outcomes are recorded, stands still until there is another line, and says "ended" at the end.
"""

import functools
import sys
from collections.abc import Sequence
from pathlib import Path

from newsletter.model.delivery import Delivery
from newsletter.model.mail import Message
from newsletter.model.subscriber import Subscriber
from newsletter.sender.mailing import run_mailing
from newsletter.sender.options import SmtpProfile
from newsletter.store.database import open_database
from newsletter.store.ledger import LedgerStore
from newsletter.store.mailing import MailingLedger


class Modest:
    """A ledger that claims few at a time, so that there is something left for others."""

    def __init__(self, ledger: MailingLedger) -> None:
        self._ledger = ledger

    def claim(self, limit: int) -> Sequence[Delivery]:
        return self._ledger.claim(min(limit, 20))

    def __getattr__(self, name: str) -> object:
        return getattr(self._ledger, name)


@functools.cache
def say_and_wait(word: str) -> None:
    """Say *word* and wait for a line, the first time; the whole program stands still meanwhile."""
    print(word, flush=True)
    sys.stdin.readline()


def addressed(subscriber: Subscriber) -> Message:
    say_and_wait("claimed")
    to = subscriber.address.address
    data = f"From: editor@example.org\r\nTo: {to}\r\nSubject: News\r\n\r\nHello.\r\n".encode()
    return Message(message_id=f"<{to}>", envelope_from="editor@example.org", envelope_to=to, parts=(data,))


def main(folder: str, url: str, port: str) -> None:
    profile = SmtpProfile(name="test", host="127.0.0.1", port=int(port), security="none", connections=3)
    with open_database(Path(folder), url) as database, LedgerStore(database).open_mailing(42, "weekly") as ledger:
        run_mailing(Modest(ledger), addressed, [profile], progress=lambda outcomes: say_and_wait("sent"))
    print("ended", flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
