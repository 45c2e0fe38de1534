"""Takes mail that came back: reads it, proves it, records it, and says what became of it."""

from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from newsletter.model.bounce import DeliveryEvent, EventKind
from newsletter.returning.proving import Proof, Proved, prove
from newsletter.returning.reading import read_returned
from newsletter.returning.report import Kind, Report, Returned
from newsletter.store.database import Database
from newsletter.store.moment import Clock, utc_now
from newsletter.store.returned import Recorded, ReturnedStore

_EVENTS = {Kind.BOUNCE: EventKind.BOUNCED, Kind.DELAY: EventKind.DELAYED, Kind.COMPLAINT: EventKind.COMPLAINED}


class Outcome(StrEnum):
    """What became of one report."""

    SUPPRESSED = "suppressed"
    """Its address gets no more mail from any list."""
    UNSUBSCRIBED = "unsubscribed"
    """Its reader has left the list of that mailing."""
    NOTED = "noted"
    """It stands beside its delivery, and nothing follows from it yet."""
    KNOWN = "known"
    """It was recorded before, or asks for what is so already."""
    UNPROVEN = "unproven"
    """Nothing proves that it is about our mail, so nothing was done."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Taken:
    """One report, and what became of it.

    :param address: whom it is about: as the ledger has it if it is proved, else as it says itself.
    :param issue: 0 if it is not proved.
    """

    kind: Kind
    outcome: Outcome
    address: str
    issue: int = 0
    list: str = ""
    status: str = ""
    words: str = ""
    proof: Proof | None = None

    def values(self) -> dict[str, Any]:
        """What a program reads."""
        return {
            "kind": self.kind.value, "outcome": self.outcome.value, "address": self.address,
            "issue": self.issue or None, "list": self.list or None, "status": self.status or None,
            "words": self.words, "proof": self.proof.value if self.proof else None,
        }  # fmt: skip


@dataclass(frozen=True, kw_only=True, slots=True)
class TakenMail:
    """A mail that came back, and what became of the reports in it.

    :param reports: none in a mail that was left alone.
    """

    kind: Kind
    reports: tuple[Taken, ...] = ()

    @property
    def done(self) -> bool:
        """Whether nobody needs it any more: all that it reports is recorded, or it reports that all is well."""
        recorded = bool(self.reports) and all(one.outcome is not Outcome.UNPROVEN for one in self.reports)
        return recorded or self.kind is Kind.DELIVERED


@dataclass(frozen=True, kw_only=True)
class Summary:
    """What a mailbox was, in numbers."""

    mails: Counter[Kind] = field(default_factory=Counter)
    outcomes: Counter[Outcome] = field(default_factory=Counter)

    def add(self, taken: TakenMail) -> None:
        """Count one mail."""
        self.mails[taken.kind] += 1
        self.outcomes.update(one.outcome for one in taken.reports)

    @property
    def read(self) -> int:
        """How many mails there were."""
        return self.mails.total()

    def values(self) -> dict[str, Any]:
        """What a program reads."""
        return {
            "read": self.read,
            "kinds": {kind.value: self.mails[kind] for kind in Kind if self.mails[kind]},
            "outcomes": {outcome.value: self.outcomes[outcome] for outcome in Outcome if self.outcomes[outcome]},
        }


class Taking:
    """Takes mail that came back to one newsletter.

    :param unproven: what proves nothing is believed, where its address was really sent to.
    :param keep: False does nothing and says what would be done, each report as if it were alone.
    :param clock: tells the time of a change.
    """

    def __init__(
        self, database: Database, *, unproven: bool = False, keep: bool = True, clock: Clock = utc_now
    ) -> None:
        self._store = ReturnedStore(database, clock=clock)
        self._clock = clock
        self._database = database
        self._unproven = unproven
        self._keep = keep

    def together(self) -> AbstractContextManager[None]:
        """Record all that is taken in the block at once; what fails in it takes back all of it."""
        return self._store.together() if self._keep else nullcontext()

    def mail(self, data: bytes, *, came_to: Iterable[str] = ()) -> TakenMail:
        """Take one mail, whatever it is.

        :param came_to: the envelope's recipients, where they are known.
        :raises StoreError: when the database fails; then take it again.
        """
        return self.returned(read_returned(data, came_to=came_to))

    def returned(self, returned: Returned) -> TakenMail:
        """Take what was read already."""
        return TakenMail(kind=returned.kind, reports=tuple(self._reports(returned)))

    def _reports(self, returned: Returned) -> Iterator[Taken]:
        for report in returned.reports:
            proved = prove(report, self._store, self._database.keys, unproven=self._unproven)
            yield self._taken(report, proved) if proved else _taken(report, Outcome.UNPROVEN)

    def _taken(self, report: Report, proved: Proved) -> Taken:
        at = report.at or self._clock()
        if report.kind is Kind.UNSUBSCRIBE:
            recorded = self._store.unsubscribe(
                proved.sent, report=report.id, at=at, basis=report.words, keep=self._keep
            )
        else:
            event = DeliveryEvent(
                kind=_EVENTS[report.kind], at=at, status=report.status, words=report.words, report=report.id,
                partial=report.partial,
            )  # fmt: skip
            recorded = self._store.record(proved.sent, event, keep=self._keep)
        return _taken(report, _outcome(recorded), proved)


def _outcome(recorded: Recorded) -> Outcome:
    if recorded.known:
        return Outcome.KNOWN
    if recorded.suppressed:
        return Outcome.SUPPRESSED
    return Outcome.UNSUBSCRIBED if recorded.unsubscribed else Outcome.NOTED


def _taken(report: Report, outcome: Outcome, proved: Proved | None = None) -> Taken:
    return Taken(
        kind=report.kind,
        outcome=outcome,
        address=proved.sent.address if proved else report.address,
        issue=proved.sent.issue if proved else 0,
        list=proved.sent.list if proved else "",
        status=report.status,
        words=report.words,
        proof=proved.proof if proved else None,
    )
