"""What came back about deliveries: recorded beside their states, with what becomes of it, in one transaction."""

from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, Select, and_, func, or_, select, text, tuple_
from sqlalchemy.dialects import postgresql, sqlite

from newsletter.model.bounce import DeliveryEvent, EventKind, Past, Sent, Severity, is_dead, severity
from newsletter.model.canonical import fold_address
from newsletter.model.delivery import State
from newsletter.model.hook import Event
from newsletter.model.subscriber import Consent, Provenance, Way
from newsletter.store.consent_moves import change, move, standing_of
from newsletter.store.database import Database
from newsletter.store.hook_outbox import tell
from newsletter.store.moment import Clock, read, utc_now, written
from newsletter.store.schema import consent_log, delivery, delivery_event, mailing, subscriber, subscription

LEFT = (State.ACCEPTED.value, State.IN_DOUBT.value)
"""States of a mail that has left, or may have."""

CLOCKS = timedelta(days=1)
"""How far the clock of whoever wrote a mail may be behind ours."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Recorded:
    """What the database made of one report.

    :param known: it had been recorded before; then nothing was done now.
    :param suppressed: its address gets no more mail, from now on.
    :param unsubscribed: its reader has left the list, by now.
    """

    known: bool = False
    suppressed: bool = False
    unsubscribed: bool = False


class ReturnedStore:
    """What came back about the mailings of a database.

    :param clock: tells the time of a change.
    """

    def __init__(self, database: Database, *, clock: Clock = utc_now) -> None:
        self._database = database
        self._clock = clock
        self._shared: Connection | None = None

    @contextmanager
    def together(self) -> Iterator[None]:
        """Record all of the block in one transaction, or nothing of it: the disk is waited for once."""
        with self._database.writing() as connection:
            self._shared = connection
            try:
                yield
            finally:
                self._shared = None

    @contextmanager
    def _writing(self, *, keep: bool) -> Iterator[Connection]:
        """Give the connection that may write; without *keep* nothing of the block is kept."""
        if self._shared is not None and keep:
            yield self._shared
            return
        with self._database.writing() as connection:
            yield connection
            if not keep:
                connection.rollback()

    def to_subscriber(self, issue: int, number: int) -> Sent | None:
        """Return the mail of *issue* to the subscriber with that number."""
        return self._sent(_SENT.where(delivery.c.subscriber == number, delivery.c.issue == issue))

    def to_subscribers(self, mails: Collection[tuple[int, int]]) -> Mapping[tuple[int, int], Sent]:
        """Return the mails, each by the number of its issue and of its subscriber, as far as there are such."""
        theirs = _SENT.where(tuple_(delivery.c.issue, delivery.c.subscriber).in_(list(mails)))
        with self._database.reading() as connection:
            found = [_sent(row) for row in connection.execute(theirs).all()]
        return {(sent.issue, sent.subscriber): sent for sent in found}

    def to_address(self, issue: int, address: str) -> Sent | None:
        """Return the mail of *issue* to *address*."""
        return self._sent(_SENT.where(delivery.c.issue == issue, delivery.c.folded == fold_address(address)))

    def latest(self, address: str) -> Sent | None:
        """Return the last mail that left for *address*, of whichever issue."""
        folded = fold_address(address)
        theirs = select(subscriber.c.number).where(subscriber.c.folded == folded)
        query = _SENT.where(delivery.c.subscriber.in_(theirs), delivery.c.folded == folded)
        left = query.where(delivery.c.state.in_(LEFT)).order_by(delivery.c.number.desc()).limit(1)
        return self._sent(left)

    def _sent(self, query: Select[Any]) -> Sent | None:
        with self._database.reading() as connection:
            row = connection.execute(query).one_or_none()
        return _sent(row) if row else None

    def record(self, sent: Sent, event: DeliveryEvent, *, keep: bool = True) -> Recorded:
        """Record *event* once, whoever reads its report how often; a bounce may suppress, a complaint unsubscribes.

        :param keep: False does nothing, and says what would be done.
        """
        known = and_(delivery_event.c.delivery == sent.delivery, delivery_event.c.report == event.report)
        with self._database.reading() as connection:  # a mailbox is read again and again: nobody waits for the disk
            if connection.execute(select(_NUMBER).where(known)).first():
                return Recorded(known=True)
        with self._writing(keep=keep) as connection:
            return self._recorded(connection, sent, event)

    def _recorded(self, connection: Connection, sent: Sent, event: DeliveryEvent) -> Recorded:
        now = written(self._clock())
        if not _is_still(connection, sent):
            return Recorded(known=True)
        at = written(max(min(event.at, self._clock()), sent.started))  # it came back after it left, and before now
        if not _add(connection, sent, event, at):
            return Recorded(known=True)
        if event.kind is EventKind.COMPLAINED:
            told = Provenance(way=Way.COMPLAINT, basis=event.words or "a complaint", source=f"issue {sent.issue}")
            return Recorded(unsubscribed=self._leave(connection, sent, told, now))
        if event.kind is EventKind.DELAYED:
            return Recorded()
        suppressed = _is_dead(connection, sent, event) and _suppress(connection, sent, event, now)
        facts = {"issue": sent.issue, "list": sent.list, "status": event.status, "words": event.words}
        tell(
            connection, self._database.hooks, Event.BOUNCED, at=now, subscriber_number=sent.subscriber,
            facts={**facts, "suppressed": suppressed},
        )  # fmt: skip
        return Recorded(suppressed=suppressed)

    def unsubscribe(self, sent: Sent, *, report: str, at: datetime, basis: str, keep: bool = True) -> Recorded:
        """Take the reader off the list of a mail, because they wrote so; an old letter that is read again does nothing.

        :param report: what names their letter.
        :param at: when they wrote it; aware.
        :param keep: False does nothing, and says what would be done.
        """
        source = f"issue {sent.issue}, mail {report[:24]}"
        told = Provenance(way=Way.MAIL, basis=basis, source=source)
        with self._writing(keep=keep) as connection:
            if _is_old(connection, sent, at, source):
                return Recorded(known=True)
            left = self._leave(connection, sent, told, written(self._clock()))
        return Recorded(unsubscribed=left, known=not left)

    def _leave(self, connection: Connection, sent: Sent, told: Provenance, now: str) -> bool:
        """Move the consent to the list of *sent*; whether it had stood otherwise."""
        standing = standing_of(connection, sent.subscriber).get(sent.list)
        if standing in (None, Consent.UNSUBSCRIBED):
            return False
        leaving = change(sent.subscriber, sent.list, Consent.UNSUBSCRIBED, told, now, standing)
        move(connection, [leaving], self._database.hooks)
        return True

    def counts(self, issue: int) -> Mapping[EventKind, int]:
        """Return how many deliveries of *issue* have events of each kind."""
        query = (
            select(delivery_event.c.kind, func.count(delivery_event.c.delivery.distinct()))
            .join(delivery, delivery.c.number == delivery_event.c.delivery)
            .where(delivery.c.issue == issue)
            .group_by(delivery_event.c.kind)
        )
        with self._database.reading() as connection:
            return {EventKind(kind): count for kind, count in connection.execute(query)}

    def of_issue(self, issue: int, *, limit: int | None = None) -> tuple[tuple[str, DeliveryEvent], ...]:
        """Return who of *issue* has which event, as it came, without delays."""
        query = _EVENTS.where(delivery.c.issue == issue, delivery_event.c.kind != EventKind.DELAYED.value)
        with self._database.reading() as connection:
            rows = connection.execute(query.order_by(_NUMBER).limit(limit)).all()
        return tuple((row.address, _event(row)) for row in rows)


_NUMBER = delivery_event.c.number
_SENT = select(
    delivery.c.number.label("delivery"), delivery.c.issue, mailing.c.list, delivery.c.subscriber, delivery.c.address,
    mailing.c.started_at.label("started"),
).join(mailing, mailing.c.number == delivery.c.mailing)  # fmt: skip
_EVENTS = select(delivery.c.address, delivery.c.issue, delivery_event).join(
    delivery, delivery.c.number == delivery_event.c.delivery
)
_SUPPRESS = text(
    "INSERT INTO suppression (folded, list, kind, reason, since) VALUES (:folded, '', 'bounced', :reason, :now)"
    " ON CONFLICT (folded, list) DO NOTHING"
)


def _sent(row: Row[*tuple[Any, ...]]) -> Sent:
    return Sent(**{**row._mapping, "started": read(row.started)})


def _event(row: Row[Any]) -> DeliveryEvent:
    return DeliveryEvent(
        kind=EventKind(row.kind), at=read(row.at), status=row.status, words=row.words, report=row.report
    )


def _is_still(connection: Connection, sent: Sent) -> bool:
    """Whether the delivery is still that person's: who was forgotten since is not to be named again."""
    query = select(delivery.c.folded).where(delivery.c.number == sent.delivery)
    return connection.execute(query).scalar_one_or_none() == fold_address(sent.address)


def _add(connection: Connection, sent: Sent, event: DeliveryEvent, at: str) -> bool:
    """Add *event*; False if it is there already, by whichever process."""
    row = {
        "delivery": sent.delivery, "kind": event.kind.value, "at": at, "status": event.status, "words": event.words,
        "report": event.report,
    }  # fmt: skip
    dialect = sqlite if connection.dialect.name == "sqlite" else postgresql
    adding = dialect.insert(delivery_event).values(row).on_conflict_do_nothing()
    return connection.execute(adding.returning(_NUMBER)).first() is not None


def _suppress(connection: Connection, sent: Sent, event: DeliveryEvent, now: str) -> bool:
    """Suppress the address on all lists; whether it was not before."""
    found = severity(event.status)
    why = "" if found is Severity.NOBODY and not event.partial else "again and again: "
    reason = f"{why}{event.status} {event.words}".strip()
    row = {"folded": fold_address(sent.address), "reason": reason, "now": now}
    done = connection.execute(_SUPPRESS, row, execution_options={"preserve_rowcount": True})
    return bool(done.rowcount)


def _is_dead(connection: Connection, sent: Sent, event: DeliveryEvent) -> bool:
    """Return whether the address is to get no more, by this event and by what became of its other issues."""
    theirs = and_(
        delivery.c.subscriber == sent.subscriber, delivery.c.folded == fold_address(sent.address),
        or_(delivery.c.state.in_([*LEFT, State.REFUSED.value]), delivery.c.number == sent.delivery),
    )  # fmt: skip
    issues = connection.execute(
        select(delivery.c.number, delivery.c.state, delivery.c.status, mailing.c.started_at)
        .join(mailing, mailing.c.number == delivery.c.mailing)
        .where(theirs)
        .order_by(delivery.c.number)
    ).all()
    bounced: dict[int, list[str]] = {}
    numbers = select(delivery.c.number).where(theirs)
    events = select(delivery_event.c.delivery, delivery_event.c.status).where(
        delivery_event.c.delivery.in_(numbers), delivery_event.c.kind == EventKind.BOUNCED.value
    )
    for number, status in connection.execute(events):
        bounced.setdefault(number, []).append(status)
    history = [_past(row, bounced.get(row.number, [])) for row in issues]
    index = next(place for place, row in enumerate(issues) if row.number == sent.delivery)
    return is_dead(event.status, history, index, partial=event.partial)


def _past(row: Any, bounced: list[str]) -> Past:
    """Return what became of one issue: refused at once, sent back later, or neither."""
    codes = [row.status, *bounced] if row.state == State.REFUSED.value else bounced
    told: bool | None = False if row.state == State.ACCEPTED.value else None
    if codes:
        about_address = any(severity(code) is not Severity.MESSAGE for code in codes)
        told = True if about_address else None
    return Past(at=read(row.started_at), bounced=told)


def _is_old(connection: Connection, sent: Sent, at: datetime, source: str) -> bool:
    """Return whether a letter that says "unsubscribe" was heard before, or is older than how the consent stands now."""
    here = and_(consent_log.c.subscriber == sent.subscriber, consent_log.c.list == sent.list)
    heard = select(consent_log.c.number).where(here, consent_log.c.source == source)
    if connection.execute(heard.limit(1)).first():
        return True
    standing = select(subscription.c.since).where(
        subscription.c.subscriber == sent.subscriber, subscription.c.list == sent.list
    )
    since = connection.execute(standing).scalar_one_or_none()
    return since is not None and at + CLOCKS < read(since)
