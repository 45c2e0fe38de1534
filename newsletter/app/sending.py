"""Sends what was started: runs the mailings of an issue, and goes on with them; settles what is in doubt."""

import re
from asyncio import CancelledError
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from threading import Event

from newsletter.app.newsletter import Newsletter
from newsletter.app.plan import require_here, require_lasting
from newsletter.app.receipts import keep_receipts
from newsletter.app.signing import signer_of
from newsletter.app.standing import Halt, Standing, standing_of
from newsletter.app.stopping import stopping
from newsletter.app.web_versions import restore_web_version
from newsletter.composer.issues import number_of
from newsletter.errors import LimitReached, SendError, ServerError, Stopped, StoreError
from newsletter.model.delivery import Balance, Delivery, State
from newsletter.sender.addressing import Addressing
from newsletter.sender.edition import Edition
from newsletter.sender.mailing import run_mailing
from newsletter.sender.options import SmtpProfile
from newsletter.store.agenda import Agenda, Schedule
from newsletter.store.ledger import LedgerStore, Mailing
from newsletter.store.traffic import TrafficStore

Told = Callable[[Balance], None]


@dataclass(frozen=True, kw_only=True, slots=True)
class Retries:
    """Whom a run tries beside the queued and the deferred whose time has come.

    :param now: all deferred, whatever time they were given.
    :param refused: the refused once more.
    """

    now: bool = False
    refused: bool = False


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
    told: Told,
    *,
    retries: Retries = Retries(),
    first: int | None = None,
) -> Standing:
    """Send what is open of issue *number*, by a person's word; *told* hears the balance after each message.

    The first SIGINT or SIGTERM ends it after what is under way; a second one at once. What was stopped, or was a
    canary, waits for a person's word again: no worker goes on with it.

    :param via: the names of the SMTP profiles; empty for the default.
    :param first: send no more than that many; None for all.
    :raises Stopped: the server, the disk or an impatient person ended it; what was sent is recorded.
    """
    require_lasting(newsletter, number)
    ledger = LedgerStore(newsletter.database)
    mailings = ledger.mailings(number)
    if not mailings:
        require_here(newsletter, number)
        raise SendError(f"issue {number} was not started", f"newsletter send {number} shows what it would do")
    with newsletter.database.coordinator_lock(), stopping() as stop:
        ledger.clear_stop(number)
        for mailing in mailings:
            Agenda(newsletter.database).unschedule(number, mailing.list)
        try:
            standing = send_open(newsletter, number, via, told, stop, retries=retries, first=first)
        except Stopped:
            if stop.is_set():
                ledger.ask_stop(number)
            raise
        if standing.halt:
            ledger.ask_stop(number)
    return standing


def send_open(
    newsletter: Newsletter,
    number: int,
    via: str,
    told: Told,
    stop: Event,
    *,
    retries: Retries = Retries(),
    first: int | None = None,
) -> Standing:
    """Send what is open of issue *number* under the coordinator's lock, until *stop* is set or somebody asks for it.

    :raises Stopped: as :func:`run`.
    """
    ledger = LedgerStore(newsletter.database)
    profiles = newsletter.settings.servers(via)
    ledger.recover()
    if retries.refused:
        ledger.requeue_refused(number)
    restore_web_version(newsletter, ledger, number)
    keep_receipts(newsletter, ledger, number)
    heard = 0

    def goes_on(until: datetime) -> str:
        by_hand = f"newsletter resume {number} goes on then"
        if first is not None:
            return by_hand
        for mailing in ledger.mailings(number):
            _go_on_later(newsletter, mailing, via, until)
        return f"newsletter work goes on by itself then; without a worker, {by_hand}"

    try:
        with _told_why(number, goes_on):
            for mailing in ledger.mailings(number):
                if stop.is_set() or ledger.stop_asked(number) or (first is not None and heard >= first):
                    break
                left = None if first is None else first - heard
                heard += _send_one(newsletter, ledger, mailing, profiles, told, stop, retry_now=retries.now, first=left)
    finally:
        keep_receipts(newsletter, ledger, number)
    standing = standing_of(newsletter.database, number)
    asked = ledger.stop_asked(number)
    return replace(standing, halt=_halt(standing.balance, interrupted=stop.is_set(), asked=asked, first=first))


def _halt(balance: Balance, *, interrupted: bool, asked: bool, first: int | None) -> Halt | None:
    """Say what kept the run from its end; None if nobody is left, or only the deferred, who have a time."""
    if balance.open and asked:
        return Halt.ASKED
    if balance.open and interrupted:
        return Halt.INTERRUPTED
    return Halt.FIRST if first is not None and balance[State.QUEUED] else None


@contextmanager
def _told_why(number: int, goes_on: Callable[[datetime], str]) -> Iterator[None]:
    try:
        yield
    except LimitReached as error:
        raise Stopped(error.what, goes_on(error.until), where=error.where) from error
    except (ServerError, StoreError) as error:
        todo = f"{error.todo}; what was sent is recorded, and newsletter resume {number} goes on"
        raise Stopped(error.what, todo, where=error.where) from error
    except (KeyboardInterrupt, CancelledError) as interrupt:
        what = "stopped at once; a message that was under way is in doubt"
        raise Stopped(what, f"newsletter resume {number} goes on") from interrupt


def _go_on_later(newsletter: Newsletter, mailing: Mailing, via: str, until: datetime) -> None:
    """Have a worker go on at *until* with a mailing that has begun: of its schedule only the time counts any more."""
    later = Schedule(
        issue=mailing.issue,
        list=mailing.list,
        at=until,
        profile=via,
        subject=mailing.subject,
        frozen=b"",
        issue_sha256="",
        correction_of=0,
        expected=LedgerStore(newsletter.database).balance(mailing.issue, mailing.list).open,
        asked_at=datetime.now(UTC),
        segment=mailing.segment,
        excluding=mailing.excluding,
    )
    if later.expected:
        Agenda(newsletter.database).schedule(later)


def _send_one(
    newsletter: Newsletter,
    ledger: LedgerStore,
    mailing: Mailing,
    profiles: Sequence[SmtpProfile],
    told: Told,
    stop: Event,
    *,
    retry_now: bool,
    first: int | None,
) -> int:
    """Send what is open of one mailing; return how many had their turn."""
    template = Edition.load(ledger.frozen(mailing.issue, mailing.list))
    addressing = Addressing(template=template, key=ledger.key(mailing.issue, mailing.list))
    counts = Counter(ledger.balance(mailing.issue).counts)
    heard = 0

    def hear(outcomes: Sequence[Delivery]) -> None:
        nonlocal heard
        heard += len(outcomes)
        for outcome in outcomes:
            counts[State.QUEUED if counts[State.QUEUED] else State.DEFERRED] -= 1  # the order in which they are claimed
            counts[outcome.state] += 1
        told(Balance(counts=dict(counts)))

    with ledger.open_mailing(mailing.issue, mailing.list, retry_now=retry_now) as opened:
        run_mailing(
            opened,
            addressing.message,
            profiles,
            traffic=TrafficStore(newsletter.database),
            signer=signer_of(newsletter, mailing.list),
            progress=hear,
            stop=stop,
            first=first,
        )
    ledger.finish(mailing.issue, mailing.list)
    return heard


def settle(
    newsletter: Newsletter, number: int, addresses: Collection[str] | None, *, accepted: bool
) -> tuple[int, Balance]:
    """Move deliveries in doubt by the operator's word; return how many, and the balance.

    :raises SendError: when none is in doubt.
    """
    ledger = LedgerStore(newsletter.database)
    with newsletter.database.coordinator_lock():
        ledger.recover()
        if not ledger.balance(number)[State.IN_DOUBT]:
            raise SendError(f"nothing is in doubt in issue {number}", f"newsletter status {number} shows how it stands")
        moved = ledger.settle(number, addresses, State.ACCEPTED if accepted else State.QUEUED)
    return moved, ledger.balance(number)
