"""Forgets a person: what names them goes from every table, and the rows stay, so that all counts hold.

::

    consent ──► unsubscribed, logged, told to the hooks
    address, folded ──► a keyed hash        name, language, attributes, tags, preferences ──► nothing
    a server's words ──► their code         an editor's words, source, IP address ──► nothing

The hash keeps the person out of imports; nobody without the key can make it from an address.
"""

import hmac
import json
import re
from collections.abc import Collection
from dataclasses import dataclass, field

from sqlalchemy import (
    ColumnElement,
    Connection,
    Table,
    and_,
    bindparam,
    delete,
    insert,
    literal,
    or_,
    select,
    update,
)

from newsletter.errors import SubscriberError
from newsletter.model.canonical import fold_address
from newsletter.model.hook import Hooks
from newsletter.model.subscriber import Consent, Provenance, Way
from newsletter.store.consent_moves import change, move, standing_of
from newsletter.store.database import Database
from newsletter.store.moment import Clock, utc_now, written
from newsletter.store.schema import (
    consent_log,
    delivery,
    delivery_event,
    forgotten,
    hook_outbox,
    mailing,
    notice,
    subscriber,
    subscription,
    suppression,
    tag,
)

PURPOSE = b"newsletter forgotten 1\0"
_CODE = re.compile(r"(?:[245]\d\d(?:[ -][245]\.\d{1,3}\.\d{1,3})?|[245]\.\d{1,3}\.\d{1,3})(?![\d.])")
_TOLD = ("event", "at", "list", "consent", "way", "issue", "status")
"""What a message to a hook keeps: nothing of it says who."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Forgotten:
    """What was forgotten.

    :param left: the lists that the person was on until now.
    :param deliveries: how many rows of the ledger name nobody any more.
    :param untold: messages to hooks about them that had not gone out, and name nobody any more.
    :param addresses: all that the person had, as they were written; for a last look whether one still stands somewhere.
    """

    left: tuple[str, ...]
    deliveries: int
    untold: int
    addresses: tuple[str, ...] = field(repr=False)


def erasure_hash(key: bytes, folded: str) -> str:
    """Return what is left of the folded address: HMAC-SHA256 in hex.

    :param key: the oldest one, which no rotation changes.
    """
    return hmac.digest(key, PURPOSE + folded.encode(), "sha256").hex()


def forgotten_among(connection: Connection, key: bytes, folded: Collection[str]) -> set[str]:
    """Return those of the addresses *folded* who asked to be forgotten: no import brings them back."""
    if connection.execute(select(forgotten.c.hash).limit(1)).first() is None:
        return set()
    hashes = {erasure_hash(key, one): one for one in folded}
    query = select(forgotten.c.hash).where(forgotten.c.hash.in_(hashes))
    return {hashes[one] for one in connection.execute(query).scalars()}


def readmit(connection: Connection, key: bytes, folded: str) -> bool:
    """Let the address *folded* back, by its owner's own word; say whether they had asked to be forgotten.

    What an editor had suppressed of it is suppressed again.
    """
    trace = erasure_hash(key, folded)
    connection.execute(update(suppression).where(suppression.c.folded == trace).values(folded=folded))
    return bool(connection.execute(delete(forgotten).where(forgotten.c.hash == trace)).rowcount)


def went_to(folded: Collection[str]) -> ColumnElement[bool]:
    """Return the condition that a delivery went to one of the addresses *folded*."""
    # Issue by issue, as the only index with addresses is: without it the whole ledger is read while nobody may write.
    return and_(delivery.c.issue.in_(select(mailing.c.issue)), delivery.c.folded.in_(folded))


def forget(
    database: Database, address: str, *, way: Way = Way.EDITOR, source: str = "", clock: Clock = utc_now
) -> Forgotten:
    """Forget the person with *address*, or who once had it; they are taken off all lists first.

    It holds at once, also in a mailing under way. What rows have left behind in the file's free space goes with
    :func:`newsletter.store.wiping.wipe_forgotten`.

    :param way: how they asked for it; *source* says where.
    :raises SubscriberError: when nothing is kept of the address.
    """
    with database.writing() as connection:
        forgetting = _Forgetting(connection, database.oldest_key, written(clock()), fold_address(address))
        provenance = Provenance(way=way, basis="asked to be forgotten", source=source)
        return forgetting.run(provenance, database.hooks, address)


def forget_known(
    database: Database, hashes: Collection[str], *, by: bytes | None = None, clock: Clock = utc_now
) -> int:
    """Forget again whoever is among *hashes* and stands here all the same, as after a restore; return how many.

    :param by: the key of the hashes, if they are another database's; those of nobody here are no use then.
    """
    key = by or database.oldest_key
    with database.reading() as connection:
        query = select(subscriber.c.address, subscriber.c.folded).where(subscriber.c.forgotten_at.is_(None))
        known = [row.address for row in connection.execute(query) if erasure_hash(key, row.folded) in hashes]
    for address in known:
        forget(database, address, source="restored backup", clock=clock)
    if by:
        return len(known)
    with database.writing() as connection:
        there = set(connection.execute(select(forgotten.c.hash)).scalars())
        if missing := sorted(set(hashes) - there):
            rows = [{"hash": one, "at": written(clock()), "wiped": 1} for one in missing]
            connection.execute(insert(forgotten), rows)
    return len(known)


def forgotten_hashes(database: Database) -> frozenset[str]:
    """Return what is known of those who asked to be forgotten."""
    with database.reading() as connection:
        return frozenset(connection.execute(select(forgotten.c.hash)).scalars())


class _Forgetting:
    """One person going, in one transaction."""

    def __init__(self, connection: Connection, key: bytes, at: str, folded: str) -> None:
        self._connection = connection
        self._key = key
        self._at = at
        self._numbers = self._whose(folded)
        self._addresses = self._theirs(folded)

    def _whose(self, folded: str) -> list[int]:
        """Return who has the address, or, if nobody does, who had it when a mailing went there."""
        query = select(subscriber.c.number).where(subscriber.c.folded == folded)
        had = select(delivery.c.subscriber).where(went_to([folded])).distinct()
        for each in (query, had):  # no notice: somebody may have typed another one's address for their own new one
            if numbers := list(self._connection.execute(each).scalars()):
                return numbers
        return []

    def _theirs(self, folded: str) -> dict[str, str]:
        """Return all addresses of theirs that mail went to, as they were written, by their folded form."""
        people = select(subscriber.c.folded, subscriber.c.address).where(subscriber.c.number.in_(self._numbers))
        mailed = select(delivery.c.folded, delivery.c.address).where(delivery.c.subscriber.in_(self._numbers))
        found = {folded: folded}
        for query in (mailed, people):
            found |= {row.folded: row.address for row in self._connection.execute(query) if "@" in row.folded}
        others = select(subscriber.c.folded).where(
            subscriber.c.folded.in_(found), subscriber.c.number.not_in(self._numbers)
        )  # an address that passed on is the other one's now, and so are its suppressions and its mail
        for passed_on in self._connection.execute(others).scalars():
            del found[passed_on]
        return found

    def run(self, provenance: Provenance, hooks: Hooks, address: str) -> Forgotten:
        """Do all of it."""
        if not self._numbers and not any(self._stands_in(table) for table in (suppression, notice)):
            raise SubscriberError(f"nothing is kept of {address}", "newsletter subscribers list shows who is known")
        left = self._leave(provenance, hooks)
        self._person()
        self._consents()
        self._suppressions()
        deliveries = self._deliveries()
        self._notices()
        untold = self._hooks()
        self._remember()
        return Forgotten(left=left, deliveries=deliveries, untold=untold, addresses=tuple(self._addresses.values()))

    def _stands_in(self, table: Table) -> bool:
        query = select(table.c.folded).where(table.c.folded.in_(self._addresses)).limit(1)
        return self._connection.execute(query).first() is not None

    def _hash(self, folded: str) -> str:
        return erasure_hash(self._key, folded)

    def _leave(self, provenance: Provenance, hooks: Hooks) -> tuple[str, ...]:
        """Take them off every list, as they would themselves: it is logged, and told."""
        gone = Consent.UNSUBSCRIBED
        changes = [
            change(number, name, gone, provenance, self._at, consent)
            for number in self._numbers
            for name, consent in sorted(standing_of(self._connection, number).items())
            if consent is not gone
        ]
        move(self._connection, changes, hooks)
        return tuple(one["list"] for one in changes)

    def _person(self) -> None:
        query = select(subscriber.c.number, subscriber.c.folded).where(subscriber.c.number.in_(self._numbers))
        for number, folded in self._connection.execute(query).all():
            # With the number: who comes back and is forgotten again has the same hash.
            trace = f"{self._hash(folded)}.{number}"
            values = {"address": trace, "folded": trace, "name": "", "language": "", "timezone": "", "attributes": "{}"}
            one = update(subscriber).where(subscriber.c.number == number)
            self._connection.execute(one.values(**values, forgotten_at=self._at))
        self._connection.execute(delete(tag).where(tag.c.subscriber.in_(self._numbers)))

    def _consents(self) -> None:
        """Keep how each consent came to stand, without what an editor wrote about it and where it came from."""
        nothing = {"basis": "", "source": "", "ip": ""}
        log = update(consent_log).where(consent_log.c.subscriber.in_(self._numbers))
        self._connection.execute(log.values(nothing))
        preferences = update(subscription).where(subscription.c.subscriber.in_(self._numbers))
        self._connection.execute(preferences.values(basis="", without="", paused_until=None))

    def _suppressions(self) -> None:
        query = select(suppression).where(suppression.c.folded.in_(self._addresses))
        for row in self._connection.execute(query).all():
            trace = self._hash(row.folded)
            same_list = suppression.c.list == row.list
            self._connection.execute(delete(suppression).where(suppression.c.folded == trace, same_list))
            one = update(suppression).where(suppression.c.folded == row.folded, same_list)
            self._connection.execute(one.values(folded=trace, reason=code_of(row.reason)))

    def _deliveries(self) -> int:
        theirs = or_(delivery.c.subscriber.in_(self._numbers), went_to(self._addresses))
        query = select(delivery.c.number, delivery.c.folded, delivery.c.reply, delivery.c.subscriber)
        rows = self._connection.execute(query.where(theirs, delivery.c.folded.contains("@"))).all()
        words = update(delivery_event).where(delivery_event.c.delivery.in_([row.number for row in rows]))
        self._connection.execute(words.values(words=""))
        one = update(delivery).where(delivery.c.number == bindparam("of"))
        one = one.values(
            address=bindparam("trace"), folded=bindparam("trace"), name=literal(""), reply=bindparam("code")
        )
        if rows:
            traces = [
                {"of": row.number, "trace": f"{self._hash(row.folded)}.{row.subscriber}", "code": code_of(row.reply)}
                for row in rows
            ]
            self._connection.execute(one, traces)
        return len(rows)

    def _notices(self) -> None:
        """Leave nothing of mail to them; what waits is not sent: there is no address any more."""
        theirs = or_(notice.c.subscriber.in_(self._numbers), notice.c.folded.in_(self._addresses))
        for number, folded in self._connection.execute(select(notice.c.number, notice.c.folded).where(theirs)).all():
            trace = self._hash(folded) if "@" in folded else folded
            one = update(notice).where(notice.c.number == number)
            values = {"address": trace, "folded": trace, "facts": "{}", "reply": ""}
            self._connection.execute(one.values(**values, next_at=None))

    def _hooks(self) -> int:
        rows = self._connection.execute(
            select(hook_outbox.c.number, hook_outbox.c.body).where(hook_outbox.c.subscriber.in_(self._numbers))
        ).all()
        for number, body in rows:
            told = {name: value for name, value in json.loads(body).items() if name in _TOLD}
            nameless = json.dumps({**told, "address": "", "name": "", "forgotten": True}, sort_keys=True)
            one = update(hook_outbox).where(hook_outbox.c.number == number)
            self._connection.execute(one.values(body=nameless, words=""))
        return len(rows)

    def _remember(self) -> None:
        """Note the hashes, so that no import brings them back."""
        for folded in self._addresses:
            trace = self._hash(folded)
            self._connection.execute(delete(forgotten).where(forgotten.c.hash == trace))
            self._connection.execute(insert(forgotten).values(hash=trace, at=self._at))


def code_of(words: str) -> str:
    """Return the code that the words of a server begin with, "550 5.1.1"; the rest may name whom they are about."""
    found = _CODE.match(words)
    return found[0] if found else ""
