"""People whom a file brings, entered in groups: each group is looked up, judged and written by a few statements.

All of a file goes in, or nothing of it. Who unsubscribed or asked to be forgotten stays so, whatever the file says;
what is known of somebody already is kept, and only what was not known is added.
"""

import json
from array import array
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

from sqlalchemy import Connection, Row, bindparam, select, update

from newsletter.model.canonical import fold_address
from newsletter.model.incoming import Arrival, ForgottenTrace, Incoming, IncomingConsent
from newsletter.model.subscriber import Consent, Provenance, Way
from newsletter.model.suppression import Suppression
from newsletter.store.bulk import Bulk
from newsletter.store.consent import ImportResult, Outcome, judge
from newsletter.store.consent_moves import Change, bring, change, move
from newsletter.store.database import Database
from newsletter.store.forgetting import erasure_hash, forgotten_among
from newsletter.store.moment import Clock, utc_now, written
from newsletter.store.schema import forgotten, subscriber, subscription, suppression, tag

GROUP = 500
"""People that are looked up and written at once."""
SHOWN = 1000
"""Addresses of those who were kept out that a report names; a file may have a million."""
CACHE = 40_000
"""Kilobytes of an index that SQLite may keep at hand: addresses come in no order."""

Repeated = Callable[[Incoming, int], None]
"""Is told of somebody whose address stands in a line above, too."""
Who = dict[str, Any]
"""What is known of a person: ``number``, ``name``, ``language``, ``timezone``, ``attributes``."""
PERSON = ("number", "folded", "name", "language", "timezone", "attributes")
ENTERED = ("address", "folded", "name", "created", "language", "timezone", "attributes")


def enter_arrivals(
    database: Database,
    arrivals: Iterable[Arrival],
    *,
    clock: Clock = utc_now,
    dry_run: bool = False,
    repeated: Repeated = lambda person, above: None,
) -> ImportResult:
    """Enter whatever a file brings, in one transaction; *arrivals* may be lazy.

    :param dry_run: find out what would become of it, and change nothing.
    :param repeated: is told of the rows that are passed over, since one above has the same address.
    """
    work = _Arrivals(database, written(clock()), repeated)
    waiting = iter(arrivals)
    try:
        with database.writing() as connection, _cache(connection, CACHE):
            while group := list(islice(waiting, GROUP)):
                work.enter(connection, group)
            work.enter_forgotten(connection)
            if dry_run:
                raise _Undone
    except _Undone:
        pass
    return work.result()


class _Undone(Exception):
    """Everything was only tried."""


class _cache:  # noqa: N801 - it reads as a verb where it is used
    """Give SQLite more memory for a while."""

    def __init__(self, connection: Connection, kilobytes: int) -> None:
        self._connection, self._kilobytes = connection, kilobytes
        self._before = 0

    def __enter__(self) -> None:
        if self._connection.dialect.name == "sqlite":
            self._before = self._connection.exec_driver_sql("PRAGMA cache_size").scalar_one()
            self._connection.exec_driver_sql(f"PRAGMA cache_size = -{self._kilobytes}")

    def __exit__(self, *_error: object) -> None:
        if self._before:
            self._connection.exec_driver_sql(f"PRAGMA cache_size = {self._before}")


class _Lines:
    """Where each person of a list stood first in the file: four bytes for each number of a subscriber."""

    def __init__(self) -> None:
        self._lines: dict[str, array[int]] = {}

    def first(self, list_name: str, number: int, line: int) -> int:
        """Return the line above that has the person, 0 if there is none: then this is the first."""
        lines = self._lines.setdefault(list_name, array("I"))
        if number >= len(lines):
            lines.frombytes(bytes(4 * (number + 65_536 - len(lines))))
        if not lines[number]:
            lines[number] = line
            return 0
        return lines[number]


@dataclass(kw_only=True)
class _Group:
    """What is to be written of one group of people."""

    begun: list[tuple[Any, ...]] = field(default_factory=list)
    logged: list[tuple[Any, ...]] = field(default_factory=list)
    moved: list[Change] = field(default_factory=list)
    tags: list[tuple[int, str]] = field(default_factory=list)
    suppressions: list[Suppression] = field(default_factory=list)
    told: dict[int, Who] = field(default_factory=dict)


class _Arrivals:
    """One file coming in, group by group."""

    def __init__(self, database: Database, at: str, repeated: Repeated) -> None:
        self._database = database
        self._at = at
        self._key = database.oldest_key
        self._repeated = repeated
        self._lines = _Lines()
        self._traces: dict[str, str] = {}
        self._counts = dict.fromkeys(Outcome, 0)
        self._entered = dict.fromkeys(Consent, 0)
        self._kept_out: list[str] = []
        self._repetitions = self._suppressed = self._forgotten = 0

    def result(self) -> ImportResult:
        """Return what became of everybody so far."""
        return ImportResult(
            counts=self._counts,
            kept_out=tuple(self._kept_out),
            entered=self._entered,
            repeated=self._repetitions,
            suppressed=self._suppressed,
            forgotten=self._forgotten,
        )

    def enter(self, connection: Connection, arrivals: Sequence[Arrival]) -> None:
        """Enter a group."""
        bulk = Bulk(connection)
        group = _Group()
        self._traces |= {one.hash: one.at for one in arrivals if isinstance(one, ForgottenTrace)}
        group.suppressions.extend(one for one in arrivals if isinstance(one, Suppression))
        people = [(fold_address(one.address.address), one) for one in arrivals if isinstance(one, Incoming)]
        people = self._without_forgotten(connection, people)
        known = self._known(bulk, people)
        standing = self._standing(bulk, known)
        for folded, person in people:
            self._judge(person, known[folded], standing, group)
        self._write(connection, bulk, group)

    def enter_forgotten(self, connection: Connection) -> None:
        """Take note of who asked elsewhere to be forgotten, but of nobody who stands here."""
        if not self._traces:
            return
        query = select(subscriber.c.folded).where(subscriber.c.forgotten_at.is_(None))
        for row in connection.execute(query, execution_options={"yield_per": GROUP}):
            self._traces.pop(erasure_hash(self._key, row.folded), None)
        rows = [(trace, at, 1) for trace, at in self._traces.items()]
        self._forgotten = Bulk(connection).insert(forgotten, ("hash", "at", "wiped"), rows, skip_known=True)

    def _without_forgotten(
        self, connection: Connection, people: list[tuple[str, Incoming]]
    ) -> list[tuple[str, Incoming]]:
        gone = forgotten_among(connection, self._key, [folded for folded, _ in people])
        if self._traces:
            gone |= {folded for folded, _ in people if erasure_hash(self._key, folded) in self._traces}
        for folded, person in people:
            if folded in gone:
                self._keep_out(person)
        return [(folded, person) for folded, person in people if folded not in gone] if gone else people

    def _keep_out(self, person: Incoming) -> None:
        self._counts[Outcome.KEPT_OUT] += 1
        if len(self._kept_out) < SHOWN:
            self._kept_out.append(person.address.address)

    def _known(self, bulk: Bulk, people: Sequence[tuple[str, Incoming]]) -> dict[str, Who]:
        """Return everybody by their folded address; who was not known is from now on."""
        wanted = dict(reversed(people))  # of two with one address, the first
        known = {
            row.folded: dict(zip(PERSON, row, strict=True))
            for row in bulk.select(subscriber, PERSON, "folded", list(wanted))
        }
        new = {folded: wanted[folded] for folded, _ in people if folded not in known}
        if new:
            bulk.insert(subscriber, ENTERED, [self._row(folded, person) for folded, person in new.items()])
            rows = bulk.select(subscriber, PERSON, "folded", list(new))
            known |= {row.folded: dict(zip(PERSON, row, strict=True), new=True) for row in rows}
        return known

    def _row(self, folded: str, person: Incoming) -> tuple[str, ...]:
        address = person.address
        return (
            address.address, folded, address.name, person.created or self._at, person.language, person.timezone,
            person.attributes,
        )  # fmt: skip

    def _standing(self, bulk: Bulk, known: dict[str, Who]) -> dict[tuple[int, str], Consent]:
        numbers = [who["number"] for who in known.values() if "new" not in who]
        rows: Sequence[Row[Any]] = bulk.select(subscription, ("subscriber", "list", "consent"), "subscriber", numbers)
        return {(row.subscriber, row.list): Consent(row.consent) for row in rows}

    def _judge(self, person: Incoming, who: Who, standing: dict[tuple[int, str], Consent], group: _Group) -> None:
        number = who["number"]
        passed_over, begun = 0, len(group.begun)
        for wanted in person.consents:
            above = self._lines.first(wanted.list, number, person.line) if person.line else 0
            # Of two rows the first counts; but a no counts wherever it stands.
            if above and wanted.consent is not Consent.UNSUBSCRIBED:
                passed_over += 1
                self._repetitions += 1
                self._repeated(person, above)
                continue
            self._move(person, wanted, number, standing, group)
        if person.log:
            new = {row[1] for row in group.begun[begun:]}
            group.logged.extend(
                (number, one.list, one.consent.value, one.basis, one.at, one.way, one.source, one.wording, one.ip)
                for one in person.log
                if one.list in new
            )
        if passed_over < len(person.consents) or not person.consents:
            self._add_particulars(person, who, group)
            group.suppressions.extend(person.suppressions)

    def _move(
        self,
        person: Incoming,
        wanted: IncomingConsent,
        number: int,
        standing: dict[tuple[int, str], Consent],
        group: _Group,
    ) -> None:
        stood = standing.get((number, wanted.list))
        outcome = judge(stood, wanted.consent, Way.IMPORT)
        if outcome is Outcome.KEPT_OUT:
            self._keep_out(person)
            return
        self._counts[outcome] += 1
        if outcome is Outcome.UNCHANGED:
            return
        self._entered[wanted.consent] += 1
        standing[number, wanted.list] = wanted.consent
        at = wanted.at or self._at
        if stood is not None:
            told = Provenance(way=Way.IMPORT, basis=wanted.basis, source=person.source)
            group.moved.append(change(number, wanted.list, wanted.consent, told, at, stood))
            return
        consent = wanted.consent.value
        group.begun.append((number, wanted.list, consent, wanted.basis, at, wanted.without, wanted.paused_until))
        if all(one.list != wanted.list for one in person.log):
            way = Way.IMPORT.value
            group.logged.append((number, wanted.list, consent, wanted.basis, at, way, person.source, "", ""))

    def _add_particulars(self, person: Incoming, who: Who, group: _Group) -> None:
        """Add what was not known of somebody; what was is kept."""
        number = who["number"]
        group.tags.extend((number, one) for one in person.tags)
        found = {"name": person.address.name, "language": person.language, "timezone": person.timezone}
        more = {name: value for name, value in found.items() if value and not who[name]}
        if person.attributes not in ("{}", who["attributes"]):
            merged = json.loads(person.attributes) | json.loads(who["attributes"])
            text = json.dumps(merged, ensure_ascii=False, sort_keys=True)
            if text != who["attributes"]:
                more["attributes"] = text
        if more:
            who.update(more)
            group.told[number] = who

    def _write(self, connection: Connection, bulk: Bulk, group: _Group) -> None:
        bring(bulk, group.begun, group.logged)
        move(connection, group.moved, self._database.hooks)
        bulk.insert(tag, ("subscriber", "tag"), group.tags, skip_known=True)
        rows = [
            (one.address, one.list, one.kind.value, one.reason, one.since or self._at) for one in group.suppressions
        ]
        names = ("folded", "list", "kind", "reason", "since")
        self._suppressed += bulk.insert(suppression, names, rows, skip_known=True)
        if group.told:
            values = [{"of": number, **{name: who[name] for name in _TOLD}} for number, who in group.told.items()]
            connection.execute(_TELL, values)


_TOLD = ("name", "language", "timezone", "attributes")
_TELL = update(subscriber).where(subscriber.c.number == bindparam("of"))
