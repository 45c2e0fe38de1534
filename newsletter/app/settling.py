"""Settles deliveries in doubt by proof from the mail server's log."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from newsletter.app.log_files import log_lines
from newsletter.app.newsletter import Newsletter
from newsletter.app.receipts import keep_receipts
from newsletter.errors import InputError, SendError
from newsletter.model.address import Address
from newsletter.model.delivery import Balance, State
from newsletter.model.progress import Progress
from newsletter.model.subscriber import Subscriber
from newsletter.sender.addressing import Addressing
from newsletter.sender.edition import Edition
from newsletter.sender.postfix_log import Evidence, Trace, read_log
from newsletter.store.doubts import Doubt, doubts
from newsletter.store.ledger import LedgerStore

NOT_QUEUED = (Trace.ABSENT, Trace.BROKEN)
"""What a complete log says of a message that the server never took."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Settled:
    """Where one delivery stands after the log was read.

    :param state: accepted, queued again, or still in doubt.
    :param queue_id: Postfix's, empty if the log has none.
    :param why: what the log says.
    """

    address: str
    state: State
    queue_id: str
    why: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Settlement:
    """What a log settled, person by person.

    :param first: the time of the log's first line, if lines of it have times.
    :param last: of its last line.
    """

    issue: int
    people: tuple[Settled, ...]
    balance: Balance
    first: datetime | None
    last: datetime | None

    def addresses(self, state: State) -> tuple[str, ...]:
        """Who stands in *state* now."""
        return tuple(person.address for person in self.people if person.state is state)

    @property
    def exit_code(self) -> int:
        """5 some are still in doubt, 0 none is."""
        return 5 if self.balance[State.IN_DOUBT] else 0

    def values(self) -> dict[str, Any]:
        """What a program reads."""
        people = [
            {"address": p.address, "state": p.state.value, "queue_id": p.queue_id, "why": p.why} for p in self.people
        ]
        return {
            "issue": self.issue,
            "settled": len(self.people) - len(self.addresses(State.IN_DOUBT)),
            **{state.value: self.balance[state] for state in State},
            "log_begins": self.first.isoformat() if self.first else None,
            "log_ends": self.last.isoformat() if self.last else None,
            "deliveries": people,
        }


def settle_by_log(
    newsletter: Newsletter, number: int, logs: Sequence[str], told: Progress, *, complete: bool = False
) -> Settlement:
    """Move to accepted who is in doubt in issue *number* and whose message Postfix queued, as its *logs* say.

    :param logs: files, or "-" for the standard input.
    :param complete: the operator says that the logs have all that Postfix did from the mailing's start on; who is not
        in them is queued again.
    :raises SendError: when nobody is in doubt, or the logs do not span what they must if they are complete.
    :raises InputError: when a log cannot be read, or Postfix wrote none of them.
    """
    ledger = LedgerStore(newsletter.database)
    now = datetime.now(UTC)
    with newsletter.database.coordinator_lock():
        ledger.recover()
        doubted = _doubted(newsletter, ledger, number)
        if not doubted:
            raise SendError(f"nothing is in doubt in issue {number}", f"newsletter status {number} shows how it stands")
        wanted = {message_id: doubt.delivery.address for message_id, doubt in doubted.items()}
        evidence = read_log(log_lines(logs, told, now=now), wanted, now=now)
        if not evidence.lines:
            raise InputError("Postfix wrote no line of it", "nothing was settled", where=", ".join(logs))
        if complete:
            _require_span(evidence, [doubted[name] for name in wanted if evidence.traces[name] in NOT_QUEUED])
        people = tuple(_settled(doubt, evidence, name, complete) for name, doubt in doubted.items())
        for state in (State.ACCEPTED, State.QUEUED):
            if moved := [person.address for person in people if person.state is state]:
                ledger.settle(number, moved, state)
        keep_receipts(newsletter, ledger, number)
    return Settlement(
        issue=number, people=people, balance=ledger.balance(number), first=evidence.first, last=evidence.last
    )


def _doubted(newsletter: Newsletter, ledger: LedgerStore, number: int) -> dict[str, Doubt]:
    """Return who is in doubt by their Message-ID: the frozen bytes and the key give the same one again."""
    found: dict[str, Doubt] = {}
    mailings: dict[str, Addressing] = {}
    for doubt in doubts(newsletter.database, number):
        if "@" not in doubt.delivery.address:
            continue  # forgotten: no log can be asked for them any more
        if doubt.list not in mailings:
            template = Edition.load(ledger.frozen(number, doubt.list))
            mailings[doubt.list] = Addressing(template=template, key=ledger.key(number, doubt.list))
        delivery = doubt.delivery
        address = Address(address=delivery.address, name=delivery.name)
        message = mailings[doubt.list].message(
            Subscriber(number=delivery.subscriber, address=address, without=delivery.variant)
        )
        found[message.message_id] = doubt
    return found


def _require_span(evidence: Evidence, lost: Sequence[Doubt]) -> None:
    """Refuse to take a log for complete that begins or ends where it cannot be."""
    if not lost:
        return
    todo = "nothing was settled; give the rest of the log too, or leave out --complete"
    if evidence.first is None or evidence.last is None:
        raise SendError("the log has no times, so that nothing says whether it is complete", todo)
    started, tried = min(doubt.started for doubt in lost), max(doubt.tried for doubt in lost)
    if evidence.first > started:
        raise SendError(f"the log begins at {_said(evidence.first)}, after the mailing ({_said(started)})", todo)
    if evidence.last < tried:
        raise SendError(f"the log ends at {_said(evidence.last)}, before the last attempt ({_said(tried)})", todo)


def _said(at: datetime) -> str:
    return f"{at.astimezone():%Y-%m-%d %H:%M:%S %Z}"


def _settled(doubt: Doubt, evidence: Evidence, message_id: str, complete: bool) -> Settled:
    """Say where *doubt* stands by what the log has of it."""
    trace = evidence.traces[message_id]
    state = State.IN_DOUBT
    if trace is Trace.QUEUED:
        state = State.ACCEPTED
    elif complete and trace in NOT_QUEUED:
        state = State.QUEUED
    return Settled(
        address=doubt.delivery.address, state=state, queue_id=evidence.queue_ids.get(message_id, ""), why=trace.value
    )
