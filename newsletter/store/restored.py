"""What a restored database does not know: what happened between its backup and now.

Whoever was still to be sent something may have been sent it since, and nobody here can tell; so they are in doubt, and
that is never sent again unasked. What the database that gives way knows of a "no" is carried over.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import delete, func, insert, select, update

from newsletter.model.delivery import State
from newsletter.model.subscriber import Consent, Provenance, Way
from newsletter.store.consent_moves import change, move
from newsletter.store.database import Database
from newsletter.store.forgetting import forget, forget_known, forgotten_hashes
from newsletter.store.moment import Clock, utc_now, written
from newsletter.store.schema import delivery, mailing, notice, schedule, subscriber, subscription, suppression

OPEN = tuple(state.value for state in (State.QUEUED, State.SENDING, State.DEFERRED))


@dataclass(frozen=True, kw_only=True, slots=True)
class LeftOpen:
    """What a person must see to after a restore.

    :param in_doubt: how many deliveries of which issue may have been sent since the backup.
    :param unscheduled: issues that were to start by themselves, and do not any more.
    :param notices: mails about subscriptions that waited then, may have gone since, and are not sent any more.
    """

    in_doubt: Mapping[int, int]
    unscheduled: tuple[int, ...]
    notices: int


@dataclass(frozen=True, kw_only=True, slots=True)
class CarriedOver:
    """What the database that gave way knew, and the restored one would not have.

    :param unsubscribed: subscriptions that ended since.
    :param suppressed: addresses that were suppressed since.
    :param forgotten: people who asked to be forgotten since.
    :param sent: issues that were begun since: the restored ledger does not know who got them.
    """

    unsubscribed: int
    suppressed: int
    forgotten: int
    sent: tuple[int, ...]


def leave_to_a_person(database: Database, made: str, *, clock: Clock = utc_now) -> LeftOpen:
    """Put in doubt whoever was still to be sent something, and take off what was to be sent by itself.

    :param made: when the backup was made; it stands with those in doubt.
    """
    with database.writing() as connection:
        waiting = select(mailing.c.issue, func.count()).join(delivery, delivery.c.mailing == mailing.c.number)
        waiting = waiting.where(delivery.c.state.in_(OPEN)).group_by(mailing.c.issue).order_by(mailing.c.issue)
        in_doubt = {row[0]: row[1] for row in connection.execute(waiting)}
        unknown = f"restored from the backup of {made}: whether it was sent after that is not known"
        values = {"state": State.IN_DOUBT.value, "next_at": None, "claimed_by": None, "lease_until": None}
        of_any = delivery.c.mailing.in_(select(mailing.c.number))  # lets the index find the states
        open_ones = update(delivery).where(of_any, delivery.c.state.in_(OPEN))
        connection.execute(open_ones.values(**values, reply=unknown, status="", updated=written(clock())))
        planned = select(schedule.c.issue).distinct().order_by(schedule.c.issue)
        unscheduled = tuple(connection.execute(planned).scalars())
        connection.execute(delete(schedule))
        unsent = update(notice).where(notice.c.next_at.is_not(None)).values(next_at=None)
        notices = connection.execute(unsent).rowcount
    return LeftOpen(in_doubt=in_doubt, unscheduled=unscheduled, notices=notices)


def carry_over(old: Database, restored: Database, *, clock: Clock = utc_now) -> CarriedOver:
    """Enter into *restored* each "no" that *old* knows: who left, is suppressed, or asked to be forgotten.

    They may be two databases of one newsletter, begun anew before the backup was found; then addresses alone count.
    """
    return CarriedOver(
        unsubscribed=_unsubscribe(old, restored, written(clock())),
        suppressed=_suppress(old, restored),
        forgotten=_forget(old, restored, clock),
        sent=tuple(sorted(_issues(old) - _issues(restored))),
    )


def _issues(database: Database) -> set[int]:
    with database.reading() as connection:
        return set(connection.execute(select(mailing.c.issue)).scalars())


def _unsubscribe(old: Database, restored: Database, at: str) -> int:
    standing = (
        select(
            subscriber.c.number, subscriber.c.created, subscriber.c.folded, subscription.c.list, subscription.c.consent
        )
        .join(subscription, subscription.c.subscriber == subscriber.c.number)
        .where(subscriber.c.forgotten_at.is_(None))
    )
    with old.reading() as connection:
        left = [row for row in connection.execute(standing) if row.consent == Consent.UNSUBSCRIBED]
    # By their number, too: who has another address since is the same person under the old one.
    gone: set[tuple[str | int, ...]] = {(row.folded, row.list) for row in left}
    if old.id == restored.id:
        gone |= {(row.number, row.created, row.list) for row in left}
    word = Provenance(way=Way.EDITOR, basis="had left before the backup was restored", source="restored backup")
    with restored.writing() as connection:
        changes = [
            change(row.number, row.list, Consent.UNSUBSCRIBED, word, at, Consent(row.consent))
            for row in connection.execute(standing)
            if row.consent != Consent.UNSUBSCRIBED
            and not gone.isdisjoint([(row.folded, row.list), (row.number, row.created, row.list)])
        ]
        move(connection, changes, restored.hooks)
    return len(changes)


def _forget(old: Database, restored: Database, clock: Clock) -> int:
    if old.id == restored.id:
        moved = _forget_moved(old, restored, clock)
        return moved + forget_known(restored, forgotten_hashes(old) - forgotten_hashes(restored), clock=clock)
    return forget_known(restored, forgotten_hashes(old), by=old.oldest_key, clock=clock)


def _forget_moved(old: Database, restored: Database, clock: Clock) -> int:
    """Forget who was forgotten under another address than the restored one; return how many.

    A number is never used again, but after a restore it may be; then it was entered at another time.
    """
    who = select(subscriber.c.number, subscriber.c.created, subscriber.c.folded, subscriber.c.address)
    here = subscriber.c.forgotten_at.is_(None)
    with old.reading() as connection:
        gone = {(row.number, row.created) for row in connection.execute(who.where(~here))}
        known = set(connection.execute(select(subscriber.c.folded).where(here)).scalars()) if gone else set()
    if not gone:
        return 0
    with restored.reading() as connection:
        those = [
            row.address for row in connection.execute(who.where(here))
            if (row.number, row.created) in gone and row.folded not in known
        ]  # fmt: skip
    for address in those:
        forget(restored, address, source="restored backup", clock=clock)
    return len(those)


def _suppress(old: Database, restored: Database) -> int:
    with old.reading() as connection:
        known = {(row.folded, row.list): dict(row._mapping) for row in connection.execute(select(suppression))}
    with restored.writing() as connection:
        there = {(row.folded, row.list) for row in connection.execute(select(suppression))}
        # Whose address is a hash was forgotten, and another database's key makes other ones.
        same = old.id == restored.id
        rows = [row for key, row in sorted(known.items()) if key not in there and (same or "@" in row["folded"])]
        if rows:
            connection.execute(insert(suppression), rows)
    return len(rows)
