"""Sends an issue: rehearsed into files, to test addresses, or really, with the ledger."""

import re
import signal
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from threading import Event
from types import FrameType
from typing import Any

from newsletter.app.building import template_of
from newsletter.app.git import would_track
from newsletter.app.newsletter import Newsletter
from newsletter.app.plan import Plan, require_ready
from newsletter.app.probe import probe_one_click
from newsletter.app.receipts import keep_receipts
from newsletter.composer.issues import number_of
from newsletter.errors import SendError, ServerError, Stopped, StoreError
from newsletter.model.address import Address
from newsletter.model.delivery import Balance, Delivery, State
from newsletter.model.subscriber import Consent
from newsletter.sender.addressing import TEST_MARK, Addressing, MailTemplate, message_to_tester
from newsletter.sender.mailing import run_mailing, try_servers
from newsletter.sender.mailing import send_test as send_to_testers
from newsletter.sender.options import SmtpProfile
from newsletter.sender.outputs import open_output
from newsletter.store.ledger import LedgerStore, Mailing
from newsletter.store.lock import coordinator_lock
from newsletter.store.subscribers import SubscriberStore

TEST_LIMIT = 10
"""Addresses of a test send: more is a mailing, and belongs in the ledger."""
TROUBLED = (State.REFUSED, State.DEFERRED, State.IN_DOUBT)


@dataclass(frozen=True, kw_only=True, slots=True)
class Rehearsal:
    """Everybody's message, written instead of sent."""

    folder: Path
    files: tuple[Path, ...]
    count: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Outcome:
    """How a mailing stands.

    :param troubled: the deliveries that were refused or deferred, or are in doubt.
    :param stopped: it was interrupted, and somebody is left who may still get it.
    """

    issue: int
    balance: Balance
    troubled: tuple[Delivery, ...]
    stopped: bool = False

    @property
    def exit_code(self) -> int:
        """5 some in doubt, 3 stopped, 4 some refused or deferred, 0 done."""
        if self.balance[State.IN_DOUBT]:
            return 5
        if self.stopped:
            return 3
        return 4 if self.troubled else 0

    def values(self) -> dict[str, Any]:
        """What a program reads."""
        return {
            "issue": self.issue,
            "planned": self.balance.planned,
            **{state.value: self.balance[state] for state in State},
            "stopped": self.stopped,
            "troubled": [{"address": d.address, "state": d.state.value, "reply": d.reply} for d in self.troubled],
        }


def rehearse(newsletter: Newsletter, planned: Plan, folder: Path | None, form: str) -> Rehearsal:
    """Write the message of every recipient into *folder*: the bytes that would be sent, but for the Date.

    No record is made.

    :raises SendError: when git would track what is written: messages have addresses in them.
    """
    folder = folder or newsletter.shown / ".newsletter" / "rehearsals" / planned.issue.label
    if would_track(folder):
        what = "git would track this folder, and messages have addresses in them"
        raise SendError(what, "ignore it in .gitignore, or give another folder", where=folder)
    addressing = Addressing(
        template=template_of(newsletter, planned.issue, planned.rendered), key=newsletter.database.key
    )
    people = SubscriberStore(newsletter.database).subscriptions(list_name=planned.list, consent=Consent.CONFIRMED)
    with open_output(form, folder) as output:
        written = [output.write(addressing.message(subscription.subscriber)) for subscription in people]
    return Rehearsal(folder=folder, files=tuple(dict.fromkeys(written)), count=len(written))


def send_test(newsletter: Newsletter, planned: Plan, addresses: Sequence[str], via: str) -> tuple[Delivery, ...]:
    """Send the issue to a few addresses, outside the ledger; what becomes of each is returned."""
    settings = newsletter.settings
    testers = tuple(_tester(address) for address in addresses) or settings.test_addresses
    if not testers:
        raise SendError(
            "there is nobody to send a test to", "give addresses, or set addresses in [test] of newsletter.toml"
        )
    if len(testers) > TEST_LIMIT:
        raise SendError(f"{len(testers)} addresses are no test", f"give at most {TEST_LIMIT}, or send it to a list")
    template = template_of(newsletter, planned.issue, planned.rendered, mark=TEST_MARK)
    messages = [message_to_tester(template, tester) for tester in testers]
    return send_to_testers(messages, settings.servers(via))


def _tester(text: str) -> Address:
    from newsletter.subscribers.address import validate

    return validate(text)


def start(
    newsletter: Newsletter, planned: Plan, profile: SmtpProfile, note: Callable[[str], None] = lambda words: None
) -> int:
    """Start the mailing: freeze its bytes and its Date, queue its audience, write the receipt; return how many wait.

    With a public URL the one-click address is tried first; *note* hears what is odd there and no fault. Then the server
    is asked whether it lets us in, and a backup is made. A second start adds only those who are not
    in the ledger yet.

    :raises SendError: when a receipt names another ledger, or unsubscribing with one click does not work.
    :raises ServerError: when the server cannot be used.
    :raises StoreError: when not as many people are waiting as *planned* says.
    :raises FindingsError: when the checks found errors.
    """
    require_ready(newsletter, planned)
    if words := probe_one_click(newsletter, planned.issue.number):
        note(words)
    try_servers([profile])
    database = newsletter.database
    issue = planned.issue
    now = datetime.now(UTC).replace(microsecond=0)
    with coordinator_lock(database.folder):
        database.backup_before(f"mailing {issue.label}")
        date = now.astimezone(newsletter.settings.timezone)
        frozen = template_of(newsletter, issue, planned.rendered, date=date).dump()
        ledger = LedgerStore(database)
        queued = ledger.start(
            issue.number, planned.list, frozen=frozen, subject=issue.subject, started=now, expected=planned.waiting
        )
        keep_receipts(newsletter, ledger, issue.number)
    return queued


def mailing_number(newsletter: Newsletter, reference: str) -> int:
    """Return the number of the issue that *reference* names; its file need not be there or readable any more."""
    if re.fullmatch(r"[0-9]{1,9}", reference):
        return int(reference)
    path = Path(reference)
    return number_of(path) or newsletter.issues.read(newsletter.issues.find(reference)).number


def run(
    newsletter: Newsletter,
    number: int,
    via: str,
    told: Callable[[Balance], None],
    *,
    retry_now: bool = False,
    retry_refused: bool = False,
) -> Outcome:
    """Send what is open of issue *number*, through the profile *via*; *told* hears the balance after each message.

    The first SIGINT or SIGTERM ends it after the message that is under way; a second one at once.

    :raises Stopped: the server, the disk or an impatient person ended it; what was sent is recorded.
    """
    ledger = LedgerStore(newsletter.database)
    mailings = ledger.mailings(number)
    if not mailings:
        raise SendError(f"issue {number} was not started", f"newsletter send {number} shows what it would do")
    profile = newsletter.settings.profile(via)
    with coordinator_lock(newsletter.database.folder), _stopping() as stop:
        ledger.recover()
        if retry_refused:
            ledger.requeue_refused(number)
        keep_receipts(newsletter, ledger, number)
        try:
            for mailing in mailings:
                if not stop.is_set():
                    _send_one(newsletter, ledger, mailing, profile, told, stop, retry_now=retry_now)
        except (ServerError, StoreError) as error:
            todo = f"{error.todo}; what was sent is recorded, and newsletter resume {number} goes on"
            raise Stopped(error.what, todo, where=error.where) from error
        except KeyboardInterrupt as interrupt:
            what = "stopped at once; a message that was under way is in doubt"
            raise Stopped(what, f"newsletter resume {number} goes on") from interrupt
        finally:
            keep_receipts(newsletter, ledger, number)
    outcome = status_of(ledger, number)
    return replace(outcome, stopped=stop.is_set() and outcome.balance.open > 0)


def _send_one(
    newsletter: Newsletter,
    ledger: LedgerStore,
    mailing: Mailing,
    profile: SmtpProfile,
    told: Callable[[Balance], None],
    stop: Event,
    *,
    retry_now: bool,
) -> None:
    template = MailTemplate.load(ledger.frozen(mailing.issue, mailing.list))
    addressing = Addressing(template=template, key=newsletter.database.key)
    counts = Counter(ledger.balance(mailing.issue).counts)

    def hear(outcomes: Sequence[Delivery]) -> None:
        for outcome in outcomes:
            counts[State.QUEUED if counts[State.QUEUED] else State.DEFERRED] -= 1  # the order in which they are claimed
            counts[outcome.state] += 1
        told(Balance(counts=dict(counts)))

    with ledger.open_mailing(mailing.issue, mailing.list, retry_now=retry_now) as opened:
        run_mailing(opened, addressing.message, [profile], progress=hear, stop=stop)
    ledger.finish(mailing.issue, mailing.list)


@contextmanager
def _stopping() -> Iterator[Event]:
    """Give an event that the first SIGINT or SIGTERM sets; the second one interrupts."""
    stop = Event()

    def ask(number: int, frame: FrameType | None) -> None:
        if stop.is_set():
            raise KeyboardInterrupt
        stop.set()

    before = {number: signal.signal(number, ask) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield stop
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def status_of(ledger: LedgerStore, number: int) -> Outcome:
    """Return how the mailings of issue *number* stand."""
    troubled = tuple(ledger.deliveries(number, TROUBLED))
    return Outcome(issue=number, balance=ledger.balance(number), troubled=troubled)


def status(newsletter: Newsletter, number: int | None) -> list[Outcome]:
    """Return how one issue stands, or all that are in the ledger."""
    ledger = LedgerStore(newsletter.database)
    numbers = sorted({mailing.issue for mailing in ledger.mailings(number)})
    return [status_of(ledger, number) for number in numbers]


def settle(
    newsletter: Newsletter, number: int, addresses: Collection[str] | None, *, accepted: bool
) -> tuple[int, Balance]:
    """Move deliveries in doubt by the operator's word; return how many, and the balance.

    :raises SendError: when none is in doubt.
    """
    ledger = LedgerStore(newsletter.database)
    with coordinator_lock(newsletter.database.folder):
        ledger.recover()
        if not ledger.balance(number)[State.IN_DOUBT]:
            raise SendError(f"nothing is in doubt in issue {number}", f"newsletter status {number} shows how it stands")
        moved = ledger.settle(number, addresses, State.ACCEPTED if accepted else State.QUEUED)
    return moved, ledger.balance(number)
