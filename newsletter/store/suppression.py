"""Addresses where nobody is: learnt from a mailing when it has ended, unless too many at once are said not to exist."""

from sqlalchemy import Connection, text, update

from newsletter.model.bounce import NOBODY
from newsletter.store.schema import progress

SHARE = 0.05
LEAST = 20
"""A mailing in which more than the share, and at least so many, do not exist has met a server that is wrong."""

# ruff: noqa: S608 - put together from constants alone
_THOSE = f"mailing = :mailing AND state = 'refused' AND status IN ({', '.join(map(repr, NOBODY))})"
_COUNT = text(f"SELECT (SELECT count(*) FROM delivery WHERE mailing = :mailing), count(*) FROM delivery WHERE {_THOSE}")
_SUPPRESS = text(
    f"""INSERT INTO suppression (folded, list, kind, reason, since)
    SELECT folded, '', 'refused', reply, :now FROM delivery WHERE {_THOSE} AND replace(folded, '@', '') <> folded
    ON CONFLICT (folded, list) DO NOTHING"""
)

_PARDON = text(
    """DELETE FROM suppression WHERE kind = 'refused' AND EXISTS (
        SELECT 1 FROM delivery WHERE delivery.issue = :issue AND delivery.state = 'refused'
        AND delivery.folded = suppression.folded AND delivery.reply = suppression.reason
    )"""
)


def believable(hits: int, planned: int) -> bool:
    """Whether *hits* of the *planned* recipients of a mailing may really be nobody's addresses."""
    return hits < LEAST or hits <= SHARE * planned


def suppress(connection: Connection, mailing: int, now: str) -> None:
    """Suppress the addresses of a mailing that has ended where nobody is, or note that they are too many."""
    planned, hits = connection.execute(_COUNT, {"mailing": mailing}).one()
    applied = hits if believable(hits, planned) else 0
    if applied:
        connection.execute(_SUPPRESS, {"mailing": mailing, "now": now})
    counts = {"suppressed": applied, "held": hits - applied}
    connection.execute(update(progress).where(progress.c.mailing == mailing).values(counts))


def pardon(connection: Connection, issue: int) -> None:
    """Take back the suppressions that the refusals of *issue* brought about: somebody wants them tried once more."""
    connection.execute(_PARDON, {"issue": issue})
