"""The outbox of the hooks from its other end: what is due is leased, delivered, and gone; or tried again, or given up.

::

    due ──claimed (a lease)──► delivered: the row is gone
     ▲            └──failed──► due later, or given up: it stays, and has no next time
     └── the lease ran out: whoever had it died
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, delete, func, or_, select, update

from newsletter.store.database import Database
from newsletter.store.moment import Clock, read, utc_now, written
from newsletter.store.schema import hook_outbox

LEASE = timedelta(minutes=3)
"""Longer than any attempt takes."""


@dataclass(frozen=True, kw_only=True, slots=True)
class HookEvent:
    """Something that a hook is to be told.

    :param body: a JSON object.
    :param attempts: how often it was tried, this time included.
    """

    number: int
    hook: str
    event: str
    body: str
    created: datetime
    attempts: int


@dataclass(frozen=True, kw_only=True, slots=True)
class HookStanding:
    """How the events of one hook stand.

    :param failing: of those waiting, how many were tried in vain.
    :param given_up: how many are not tried any more.
    :param words: why the last of them failed.
    """

    hook: str
    waiting: int
    failing: int
    given_up: int
    words: str


class HookQueue:
    """What the hooks are still to be told.

    :param clock: tells the time of a claim.
    """

    def __init__(self, database: Database, *, clock: Clock = utc_now) -> None:
        self._database = database
        self._clock = clock

    def claim(self, hook: str) -> HookEvent | None:
        """Take the event of *hook* that is due first, so that nobody else delivers it; None when none is."""
        now = self._clock()
        own = and_(hook_outbox.c.hook == hook, _is_free(written(now)))
        oldest = select(hook_outbox).where(own).order_by(hook_outbox.c.next_at, hook_outbox.c.number).limit(1)
        with self._database.reading() as connection:  # nobody waits for a writer while nothing is due
            if connection.execute(oldest).first() is None:
                return None
        with self._database.writing() as connection:
            row = connection.execute(oldest).one_or_none()
            if row is None:  # somebody was faster
                return None
            leased = {"lease_until": written(now + LEASE), "attempts": row.attempts + 1}
            connection.execute(update(hook_outbox).where(hook_outbox.c.number == row.number).values(leased))
        return HookEvent(
            number=row.number, hook=row.hook, event=row.event, body=row.body, created=read(row.created),
            attempts=row.attempts + 1,
        )  # fmt: skip

    def delivered(self, event: HookEvent) -> None:
        """Take *event* out: it was told. If its lease ran out meanwhile, it may have been told twice."""
        with self._database.writing() as connection:
            connection.execute(delete(hook_outbox).where(hook_outbox.c.number == event.number))

    def failed(self, event: HookEvent, words: str, next_at: datetime | None) -> None:
        """Note why *event* could not be told, and when it is tried again; None gives it up."""
        values = {"words": words, "lease_until": None, "next_at": written(next_at) if next_at else None}
        ours = and_(hook_outbox.c.number == event.number, hook_outbox.c.attempts == event.attempts)
        with self._database.writing() as connection:
            connection.execute(update(hook_outbox).where(ours).values(values))

    def next_due(self, hooks: Collection[str]) -> datetime | None:
        """Return when something is due for one of *hooks*, which may be past; None when nothing waits."""
        leased = func.coalesce(hook_outbox.c.lease_until, "")
        later = func.max if self._database.is_sqlite else func.greatest  # of two values in one row
        at: ColumnElement[str] = later(hook_outbox.c.next_at, leased)
        waiting = and_(hook_outbox.c.hook.in_(hooks), hook_outbox.c.next_at.is_not(None))
        with self._database.reading() as connection:
            found = connection.execute(select(at.label("at")).where(waiting).order_by("at").limit(1)).scalar()
        return read(found) if found else None

    def standings(self) -> tuple[HookStanding, ...]:
        """Return how each hook stands that something waits for, or was told in vain."""
        waits = hook_outbox.c.next_at.is_not(None)
        counts = select(
            hook_outbox.c.hook,
            func.count().filter(waits).label("waiting"),
            func.count().filter(and_(waits, hook_outbox.c.words != "")).label("failing"),
            func.count().filter(~waits).label("given_up"),
            func.max(hook_outbox.c.number).filter(hook_outbox.c.words != "").label("last"),
        ).group_by(hook_outbox.c.hook)
        with self._database.reading() as connection:
            rows = connection.execute(counts.order_by(hook_outbox.c.hook)).all()
            last = select(hook_outbox.c.number, hook_outbox.c.words).where(
                hook_outbox.c.number.in_([row.last for row in rows if row.last])
            )
            words = {number: said for number, said in connection.execute(last)}  # noqa: C416 - a row is no pair to mypy
        return tuple(
            HookStanding(
                hook=row.hook, waiting=row.waiting, failing=row.failing, given_up=row.given_up,
                words=words.get(row.last, ""),
            )
            for row in rows
        )  # fmt: skip

    def retry(self, hook: str) -> int:
        """Have everything of *hook* that failed tried again now, as if it were new; return how much that is."""
        now = written(self._clock())
        values = {"next_at": now, "created": now, "attempts": 0, "words": "", "lease_until": None}
        those = and_(hook_outbox.c.hook == hook, hook_outbox.c.words != "")
        with self._database.writing() as connection:
            return connection.execute(update(hook_outbox).where(those).values(values)).rowcount

    def drop(self, hook: str) -> int:
        """Forget everything that *hook* was still to be told; return how much that was."""
        with self._database.writing() as connection:
            return connection.execute(delete(hook_outbox).where(hook_outbox.c.hook == hook)).rowcount


def _is_free(now: str) -> ColumnElement[bool]:
    free = or_(hook_outbox.c.lease_until.is_(None), hook_outbox.c.lease_until <= now)
    return and_(hook_outbox.c.next_at <= now, free)
