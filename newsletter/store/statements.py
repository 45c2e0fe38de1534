"""The guarded statements that move the deliveries of one run, in the words of either database.

One statement moves a whole group: a third less time than a call for each row, and the driver is called past SQLAlchemy,
which takes longer than the database does.
"""

import re
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, fields
from typing import Any, Protocol

# ruff: noqa: S608 - the statements are put together from the constants of this file, and from nothing else

Facts = Mapping[str, Any]
Outcome = tuple[int, str, str, str, int, str | None]
"""Number, state, reply, status, attempts, and the next time of one delivery."""

# A value, and no EXISTS: PostgreSQL would make a join of that, and without statistics begin it at the whole list.
_CONSENTED = """coalesce((
    SELECT CASE WHEN paused_until > :now THEN 'paused' ELSE consent END FROM subscription
    WHERE subscription.subscriber = delivery.subscriber AND subscription.list = :list
), '') = 'confirmed'
AND (
    SELECT min(suppression.folded) FROM suppression
    WHERE suppression.folded = delivery.folded AND suppression.list IN ('', :list)
) IS NULL"""
# Who was forgotten while their message was on its way has no @ any more, and a server's words may have their address.
_REPLY = "CASE WHEN replace(folded, '@', '') = folded THEN '' ELSE it.reply END"
_FREE = "(claimed_by IS NULL OR (claimed_by <> :run AND lease_until <= :now))"


@dataclass(frozen=True, kw_only=True, slots=True)
class Words:
    """Where the two databases say one thing differently.

    :param these: the condition that a delivery is one of the group in ``:numbers``.
    :param accepted: the table ``it`` of a group that was accepted.
    :param outcomes: the table ``it`` of a group of other outcomes.
    :param unlocked: after a query: only rows that no other run is moving, and keep them so.
    """

    these: str
    accepted: str
    outcomes: str
    unlocked: str = ""


SQLITE = Words(
    these="number IN (SELECT value FROM json_each(:numbers))",
    accepted="(SELECT CAST(key AS INTEGER) AS number, value AS reply FROM json_each(:accepted)) AS it",
    outcomes="""(SELECT json_extract(value, '$[0]') AS number, json_extract(value, '$[1]') AS state,
        json_extract(value, '$[2]') AS reply, json_extract(value, '$[3]') AS status,
        json_extract(value, '$[4]') AS attempts, json_extract(value, '$[5]') AS next_at
        FROM json_each(:outcomes)) AS it""",
)
POSTGRESQL = Words(
    these="number = ANY(CAST(:numbers AS bigint[]))",
    accepted="unnest(CAST(:of AS bigint[]), CAST(:replies AS text[])) AS it (number, reply)",
    outcomes="""unnest(CAST(:of AS bigint[]), CAST(:states AS text[]), CAST(:replies AS text[]),
        CAST(:statuses AS text[]), CAST(:attempts AS integer[]), CAST(:times AS text[]))
        AS it (number, state, reply, status, attempts, next_at)""",
    unlocked="FOR UPDATE SKIP LOCKED",
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Statements:
    """What one run says to its database; ``:name`` stands for a fact."""

    queued: str
    due: str
    lease: str
    exclude: str
    begin: str
    ours: str
    standing: str
    accept: str
    record: str
    postpone: str
    stop: str
    active: str
    release: str

    def in_style_of_psycopg(self) -> "Statements":
        """Return them with ``%(name)s`` for a fact."""
        texts = {field.name: getattr(self, field.name) for field in fields(self)}
        return Statements(**{name: re.sub(r":(\w+)", r"%(\1)s", text) for name, text in texts.items()})


def statements(words: Words) -> Statements:
    """Return the statements in *words*."""
    return Statements(
        queued=f"""SELECT number FROM delivery
            WHERE mailing = :mailing AND state = 'queued' AND next_at IS NULL AND {_FREE}
            ORDER BY number LIMIT :limit {words.unlocked}""",
        # What this run deferred itself was updated after its opening, or in the same second with a time yet to come.
        due=f"""SELECT number FROM delivery WHERE mailing = :mailing AND state = 'deferred' AND next_at <= :now
            AND (updated < :opened OR next_at <= :opened) AND {_FREE}
            ORDER BY next_at, number LIMIT :limit {words.unlocked}""",
        lease=f"""UPDATE delivery SET claimed_by = :run, lease_until = :until
            WHERE {words.these} AND state IN ('queued', 'deferred') AND {_CONSENTED}
            RETURNING number, subscriber, address, name, state, attempts, reply, status, variant""",
        exclude=f"""UPDATE delivery
            SET state = 'excluded', next_at = NULL, claimed_by = NULL, lease_until = NULL, updated = :now
            WHERE {words.these} AND state IN ('queued', 'deferred') AND NOT ({_CONSENTED})""",
        begin=f"""UPDATE delivery SET state = 'sending', attempts = attempts + 1, next_at = NULL, updated = :now
            WHERE {words.these} AND +mailing = :mailing AND claimed_by = :run
            AND state IN ('queued', 'deferred') AND {_CONSENTED}
            RETURNING number""",
        ours=f"SELECT number FROM delivery WHERE {words.these} AND +mailing = :mailing AND claimed_by = :run",
        standing="SELECT state, claimed_by = :run FROM delivery WHERE number = :number",
        # By far the most outcomes: the attempt was counted at the intent, and only the server's words are to be kept.
        accept=f"""UPDATE delivery SET state = 'accepted', reply = {_REPLY}, status = '', next_at = NULL,
            claimed_by = NULL, lease_until = NULL, updated = :now
            FROM {words.accepted}
            WHERE delivery.number = it.number AND +mailing = :mailing AND claimed_by = :run
            AND delivery.state = 'sending'
            RETURNING delivery.number""",
        record=f"""UPDATE delivery SET state = it.state, reply = {_REPLY}, status = it.status, attempts = it.attempts,
            next_at = it.next_at, claimed_by = NULL, lease_until = NULL, updated = :now
            FROM {words.outcomes}
            WHERE delivery.number = it.number AND +mailing = :mailing AND claimed_by = :run
            AND (delivery.state = 'sending'
                OR (delivery.state IN ('queued', 'deferred') AND it.state IN ('deferred', 'refused')))
            RETURNING delivery.number""",
        postpone=f"""UPDATE delivery SET state = 'deferred', next_at = :until, reply = :words, status = '',
            claimed_by = NULL, lease_until = NULL, updated = :now
            WHERE {words.these} AND +mailing = :mailing AND claimed_by = :run AND state IN ('queued', 'deferred')""",
        stop="SELECT stop_asked_at IS NOT NULL FROM progress WHERE mailing = :mailing",
        active="UPDATE progress SET active_at = :now WHERE mailing = :mailing",
        release="""UPDATE delivery SET claimed_by = NULL, lease_until = NULL
            WHERE mailing = :mailing AND state IN ('queued', 'deferred') AND claimed_by = :run""",
    )


class Moves(Protocol):
    """A connection of its own to the database, kept for a run, and what is said on it."""

    say: Statements

    @property
    def synchronous(self) -> int | str:
        """How much the disk is waited for at a commit: 2 is FULL for SQLite; "on" is that for PostgreSQL."""

    def transaction(self) -> AbstractContextManager[None]:
        """All of the block is committed and on the disk at its end, or nothing.

        :raises StoreError: when the database fails.
        """

    def run(self, statement: str, facts: Facts) -> Sequence[tuple[Any, ...]]:
        """Run one statement; return its rows."""

    def group(self, numbers: Sequence[int]) -> Facts:
        """Return the fact ``numbers``."""

    def accepted(self, replies: Mapping[int, str]) -> Facts:
        """Return the facts of a group that was accepted: the server's words by number."""

    def outcomes(self, outcomes: Sequence[Outcome]) -> Facts:
        """Return the facts of a group of other outcomes."""

    def close(self) -> None:
        """Let go of the connection."""
