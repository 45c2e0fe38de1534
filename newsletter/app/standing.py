"""How the mailings of an issue stand: the balance, its pace, who has trouble, and the command that goes on."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from newsletter.app.selecting import read_excluding
from newsletter.model.bounce import DeliveryEvent, EventKind
from newsletter.model.delivery import Balance, Delivery, State
from newsletter.store.agenda import Agenda, Schedule
from newsletter.store.database import Database
from newsletter.store.ledger import LedgerStore, Mailing
from newsletter.store.report import Reason, Report
from newsletter.store.returned import ReturnedStore

LISTED = 20
"""Names of each state that a terminal is shown; --json has all of them."""
NAMED = (State.IN_DOUBT, State.REFUSED)
"""States whose deliveries are listed by name: a person has to decide about them."""


class Halt(StrEnum):
    """Why a run ended before everybody had had their turn."""

    INTERRUPTED = "interrupted"
    """A signal asked for it."""
    ASKED = "asked"
    """``newsletter stop`` asked for it."""
    FIRST = "first"
    """Only the first few were to get it."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Pace:
    """How fast a mailing is.

    :param handed: messages that a server has answered: accepted, refused or deferred.
    :param over: from the start of the mailing to its last outcome, pauses included.
    """

    handed: int = 0
    over: timedelta = timedelta(0)

    @property
    def per_minute(self) -> float:
        """Messages per minute over the whole mailing, pauses included; 0 while there is nothing to tell it by."""
        return self.handed * 60 / max(self.over.total_seconds(), 1) if self.handed else 0.0

    def left(self, waiting: int) -> timedelta | None:
        """Return how long *waiting* messages take at this pace; None if nobody can tell."""
        if not (waiting and self.per_minute):
            return None
        return timedelta(minutes=waiting / self.per_minute)


@dataclass(frozen=True, kw_only=True, slots=True)
class Standing:
    """How the mailings of one issue stand.

    :param reasons: why deliveries are deferred, the most frequent first.
    :param named: the first :data:`LISTED` of each state that a person has to decide about.
    :param schedules: mailings of the issue that are to start later.
    :param mailings: those that have begun; *begun* are their lists.
    :param suppressed: addresses that this issue's mailings took off all lists; *held* are those that were held back.
    :param returned: how many deliveries have come back, by what came back.
    :param came_back: the first :data:`LISTED` that bounced or complained, each with its address.
    :param halt: why the last run stopped, if it did and somebody is left.
    :param late: how many chose other sections between the schedule and the start, and could get no mail of it.
    """

    issue: int
    balance: Balance
    pace: Pace = Pace()
    reasons: tuple[Reason, ...] = ()
    named: Mapping[State, tuple[Delivery, ...]] = field(default_factory=dict)
    schedules: tuple[Schedule, ...] = ()
    mailings: tuple[Mailing, ...] = ()
    suppressed: int = 0
    held: int = 0
    returned: Mapping[EventKind, int] = field(default_factory=dict)
    came_back: tuple[tuple[str, DeliveryEvent], ...] = ()
    halt: Halt | None = None
    late: int = 0

    @property
    def begun(self) -> frozenset[str]:
        """The lists that the issue has begun to go to."""
        return frozenset(mailing.list for mailing in self.mailings)

    @property
    def exit_code(self) -> int:
        """5 some in doubt, 3 stopped, 4 some refused or deferred, 0 done."""
        if self.balance[State.IN_DOUBT]:
            return 5
        if self.halt:
            return 3
        return 4 if self.balance[State.REFUSED] or self.balance[State.DEFERRED] else 0

    @property
    def left(self) -> timedelta | None:
        """How long those who have not had their turn will take; None when nobody is left or nobody can tell."""
        return self.pace.left(self.balance[State.QUEUED] + self.balance[State.SENDING])

    @property
    def next_at(self) -> datetime | None:
        """When the first deferred delivery may be tried again."""
        return min((reason.next_at for reason in self.reasons), default=None)

    @property
    def command(self) -> str:
        """The command that goes on; empty when nobody is left to send to or to decide about."""
        if self.balance[State.QUEUED] or self.balance[State.SENDING] or self.balance[State.DEFERRED]:
            return f"newsletter resume {self.issue}"
        if self.balance[State.IN_DOUBT]:
            return f"newsletter settle {self.issue} --accepted"
        return f"newsletter resume {self.issue} --refused" if self.balance[State.REFUSED] else ""

    def values(self) -> dict[str, Any]:
        """What a program reads, but for the names."""
        left = self.left
        return {
            "issue": self.issue,
            "planned": self.balance.planned,
            **{state.value: self.balance[state] for state in State},
            "stopped": self.halt is not None,
            "halt": self.halt.value if self.halt else None,
            "per_minute": round(self.pace.per_minute, 1),
            "seconds_left": round(left.total_seconds()) if left else None,
            "deferred_for": [
                {"status": r.status, "reply": r.reply, "count": r.count, "next_at": r.next_at.isoformat()}
                for r in self.reasons
            ],
            "mailings": [{"list": m.list, **_selected(m.segment, m.excluding)} for m in self.mailings],
            "schedules": [
                {
                    "list": s.list,
                    **_selected(s.segment, s.excluding),
                    "at": s.at.isoformat(),
                    "via": s.profile,
                    "expected": s.expected,
                }
                for s in self.schedules
            ],
            "suppressed": self.suppressed,
            "suppressions_held": self.held,
            **{kind.value: self.returned.get(kind, 0) for kind in EventKind},
            "chose_too_late": self.late,
            "next": self.command or None,
        }


def _selected(segment: str, excluding: str) -> dict[str, Any]:
    return {"segment": segment or None, "excluding": read_excluding(excluding)}


def standing_of(database: Database, number: int) -> Standing:
    """Return how the mailings of issue *number* stand, without reading their deliveries one by one."""
    ledger, report, back = LedgerStore(database), Report(database), ReturnedStore(database)
    balance = ledger.balance(number)
    mailings = ledger.mailings(number)
    returned = back.counts(number)
    return Standing(
        issue=number,
        balance=balance,
        pace=_pace(report, number, balance),
        reasons=report.reasons(number) if balance[State.DEFERRED] else (),
        named={state: tuple(ledger.deliveries(number, [state], limit=LISTED)) for state in NAMED if balance[state]},
        schedules=Agenda(database).schedules(number),
        mailings=mailings,
        suppressed=sum(mailing.suppressed for mailing in mailings),
        held=sum(mailing.held for mailing in mailings),
        returned=returned,
        came_back=back.of_issue(number, limit=LISTED) if returned else (),
        halt=Halt.ASKED if balance.open and ledger.stop_asked(number) else None,
    )


def _pace(report: Report, number: int, balance: Balance) -> Pace:
    started, last = report.span(number)
    handed = sum(balance[state] for state in (State.ACCEPTED, State.REFUSED, State.DEFERRED, State.IN_DOUBT))
    return Pace(handed=handed, over=last - started) if started and last else Pace()


def everybody(database: Database, number: int) -> Iterator[dict[str, str]]:
    """Yield all whom a person has to decide about, as a program reads them."""
    for delivery in LedgerStore(database).deliveries(number, NAMED):
        yield {"address": delivery.address, "state": delivery.state.value, "reply": delivery.reply}


def all_that_came_back(database: Database, number: int) -> Iterator[dict[str, str]]:
    """Yield what came back of an issue, but for delays, as a program reads it."""
    for address, event in ReturnedStore(database).of_issue(number):
        facts = {"kind": event.kind.value, "at": event.at.isoformat(), "status": event.status, "words": event.words}
        yield {"address": address, **facts}


def standings(database: Database, number: int | None) -> list[Standing]:
    """Return how one issue stands, or all that are in the ledger or scheduled."""
    begun = {mailing.issue for mailing in LedgerStore(database).mailings(number)}
    known = begun | {schedule.issue for schedule in Agenda(database).schedules(number)}
    return [standing_of(database, issue) for issue in sorted(known)]
