"""The ledger of one mailing, as the sender uses it: claim, begin, record. Only guarded SQL moves a row.

::

    queued ──┐                   ┌──► accepted
             ├──► sending ───────┼──► deferred, refused
    deferred ┘       │           └──► in_doubt
        │            └ begin: consent is asked in the statement that moves the row
        ├──► excluded           no confirmed subscription at the claim or at begin
        └──► deferred, refused  the server said so before 354
"""

import secrets
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from sqlalchemy import Connection, Row, bindparam, text

from newsletter.errors import StoreError
from newsletter.model.delivery import Balance, Delivery, State
from newsletter.store.database import Database
from newsletter.store.moment import Clock, written
from newsletter.store.retry import Jitter, after_attempt

# ruff: noqa: S608 - the statements are put together from the constants of this file, and from nothing else

LEASE = timedelta(minutes=30)
"""Longer than any message takes (ten minutes at the final dot, RFC 5321 §4.5.3.2.6) with its turn in the line."""

LARGEST_CLAIM = 1000
"""Rows of one claim: SQLite takes a bounded number of parameters (https://www.sqlite.org/limits.html, §9)."""

COMES_FROM: Mapping[State, frozenset[State]] = {
    State.ACCEPTED: frozenset({State.SENDING}),
    State.IN_DOUBT: frozenset({State.SENDING}),
    State.DEFERRED: frozenset({State.SENDING, State.QUEUED, State.DEFERRED}),
    State.REFUSED: frozenset({State.SENDING, State.QUEUED, State.DEFERRED}),
}
"""The outcomes that a sender may record, and where a delivery must stand for each."""

_CONSENTED = """EXISTS (
    SELECT 1 FROM subscription
    WHERE subscription.subscriber = delivery.subscriber
    AND subscription.list = :list AND subscription.consent = 'confirmed'
)"""
_FREE = "(claimed_by IS NULL OR (claimed_by <> :run AND lease_until <= :now))"
_QUEUED = text(
    f"""SELECT number FROM delivery WHERE mailing = :mailing AND state = 'queued' AND next_at IS NULL AND {_FREE}
    ORDER BY number LIMIT :limit"""
)
# What this run deferred itself was updated after its opening, or in the same second but with a time yet to come.
_DUE = text(
    f"""SELECT number FROM delivery WHERE mailing = :mailing AND state = 'deferred' AND next_at <= :now
    AND (updated < :opened OR next_at <= :opened) AND {_FREE}
    ORDER BY next_at, number LIMIT :limit"""
)
_LEASE = text(
    f"""UPDATE delivery SET claimed_by = :run, lease_until = :until
    WHERE number IN :numbers AND state IN ('queued', 'deferred') AND {_CONSENTED}
    RETURNING number, subscriber, address, name, state, attempts, reply, status"""
).bindparams(bindparam("numbers", expanding=True))
_EXCLUDE = text(
    f"""UPDATE delivery SET state = 'excluded', next_at = NULL, claimed_by = NULL, lease_until = NULL, updated = :now
    WHERE number IN :numbers AND state IN ('queued', 'deferred') AND NOT {_CONSENTED}"""
).bindparams(bindparam("numbers", expanding=True))
_BEGIN = text(
    f"""UPDATE delivery SET state = 'sending', attempts = attempts + 1, next_at = NULL, updated = :now
    WHERE issue = :issue AND subscriber = :subscriber AND mailing = :mailing AND claimed_by = :run
    AND state IN ('queued', 'deferred') AND {_CONSENTED}"""
)
_OURS = text(
    """SELECT number, state, attempts FROM delivery
    WHERE issue = :issue AND subscriber = :subscriber AND mailing = :mailing AND claimed_by = :run"""
)
_RECORD = text(
    """UPDATE delivery SET state = :state, attempts = :attempts, next_at = :next_at, reply = :reply,
    claimed_by = NULL, lease_until = NULL, updated = :now
    WHERE number = :number AND state = :standing AND claimed_by = :run"""
)
_RELEASE = text(
    """UPDATE delivery SET claimed_by = NULL, lease_until = NULL
    WHERE mailing = :mailing AND state IN ('queued', 'deferred') AND claimed_by = :run"""
)
_BALANCE = text(
    """SELECT state, count(*) AS total FROM delivery
    WHERE mailing IN (SELECT number FROM mailing WHERE issue = :issue) GROUP BY state"""
)


class MailingLedger:
    """One run of the sender over one mailing; made by :meth:`newsletter.store.ledger.LedgerStore.open_mailing`."""

    def __init__(
        self, database: Database, *, number: int, issue: int, list_name: str, clock: Clock, jitter: Jitter
    ) -> None:
        self._database = database
        self._clock = clock
        self._jitter = jitter
        self._issue = issue
        self._facts = {"mailing": number, "issue": issue, "list": list_name, "run": secrets.token_hex(8)}
        self._opened = written(clock())

    def claim(self, limit: int) -> Sequence[Delivery]:
        """Take a lease on up to *limit* deliveries that are queued, or deferred and due; none left: an empty sequence.

        The queued come first. A run has each delivery once: what it deferred itself, or was given and did not send,
        waits for the next run. Whoever has no confirmed subscription any more moves to excluded.
        """
        now = self._clock()
        facts = self._facts | {"now": written(now), "until": written(now + LEASE), "opened": self._opened}
        facts |= {"limit": min(limit, LARGEST_CLAIM)}
        with self._database.writing() as connection:
            while numbers := _waiting(connection, facts):
                leased = connection.execute(_LEASE, facts | {"numbers": numbers}).all()
                if len(leased) < len(numbers):
                    connection.execute(_EXCLUDE, facts | {"numbers": numbers})
                if leased:
                    by_number = {row.number: row for row in leased}  # RETURNING has no order
                    return [delivery_of(by_number[number]) for number in numbers if number in by_number]
        return []

    def begin(self, delivery: Delivery) -> bool:
        """Commit that *delivery* is being sent, if it still may: leased by this run, and consented to right now."""
        facts = self._facts | {"subscriber": delivery.subscriber, "now": written(self._clock())}
        with self._database.writing() as connection:
            if connection.execute(_BEGIN, facts).rowcount:
                return True
            if row := connection.execute(_OURS, facts).one_or_none():
                connection.execute(_EXCLUDE, facts | {"numbers": [row.number]})
        return False

    def record(self, delivery: Delivery) -> None:
        """Commit what became of *delivery*: accepted, deferred, refused or in doubt.

        A deferred one gets its next time here; when its attempts are used up, it is refused.

        :raises StoreError: when this run is not sending it, so that nothing has moved.
        """
        if delivery.state not in COMES_FROM:
            raise ValueError(f"{delivery.state} is no outcome")
        now = self._clock()
        facts = self._facts | {"subscriber": delivery.subscriber, "now": written(now)}
        with self._database.writing() as connection:
            row = connection.execute(_OURS, facts).one_or_none()
            if row is None or State(row.state) not in COMES_FROM[delivery.state]:
                raise self._not_ours(delivery, row)
            # Refused before 354, it was never begun, but it was an attempt.
            attempts = row.attempts + (0 if row.state == State.SENDING.value else 1)
            outcome, next_at = after_attempt(delivery, attempts, now, self._jitter)
            facts |= {"number": row.number, "standing": row.state, "attempts": attempts}
            facts |= {"state": outcome.state.value, "reply": outcome.reply}
            facts |= {"next_at": written(next_at) if next_at else None}
            if not connection.execute(_RECORD, facts).rowcount:
                raise self._not_ours(delivery, row)

    def release(self) -> None:
        """Give back the leases of this run; what it is sending stays so."""
        with self._database.writing() as connection:
            connection.execute(_RELEASE, self._facts)

    def balance(self) -> Balance:
        """Return how many deliveries of the issue stand where, over all its mailings."""
        with self._database.reading() as connection:
            return balance_of(connection, self._issue)

    def _not_ours(self, delivery: Delivery, row: Row[Any] | None) -> StoreError:
        stands = f"it is {row.state}" if row else "another process took it over"
        what = f"{delivery.address} cannot be noted as {delivery.state.value} in issue {self._issue}: {stands}"
        return StoreError(what, "is another sender at work on this database?")


def _waiting(connection: Connection, facts: Mapping[str, Any]) -> Sequence[int]:
    queued = connection.execute(_QUEUED, facts).scalars().all()
    room = facts["limit"] - len(queued)
    return [*queued, *connection.execute(_DUE, {**facts, "limit": room}).scalars()] if room else queued


def balance_of(connection: Connection, issue: int) -> Balance:
    """Count the deliveries of *issue* by state."""
    rows = connection.execute(_BALANCE, {"issue": issue})
    return Balance(counts={State(row.state): row.total for row in rows})


def delivery_of(row: Row[Any]) -> Delivery:
    """Return the value of a row of the ledger."""
    return Delivery(
        number=row.number,
        subscriber=row.subscriber,
        address=row.address,
        name=row.name,
        state=State(row.state),
        attempts=row.attempts,
        reply=row.reply,
        status=row.status,
    )
