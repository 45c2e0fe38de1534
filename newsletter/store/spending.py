"""What asking models has cost, and whether one more call may be made: counted before it is, at the most it can cost."""

import secrets
from dataclasses import dataclass

from sqlalchemy import Connection, delete, func, insert, select, update

from newsletter.store.database import Database
from newsletter.store.moment import Clock, utc_now, written
from newsletter.store.schema import model_call

MILLION = 1_000_000


@dataclass(frozen=True, kw_only=True, slots=True)
class Call:
    """One call of a model, at the most that it can take.

    :param cost: in *currency*.
    """

    issue: int
    model: str
    tokens: int
    cost: float = 0.0
    currency: str = "USD"


@dataclass(frozen=True, kw_only=True, slots=True)
class Caps:
    """The most that may be taken; None is no cap.

    :param issue: money for one issue, in the currency of the call. *month* is that of a month in UTC.
    :param tokens: for one issue.
    """

    issue: float | None = None
    month: float | None = None
    tokens: int | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Spent:
    """What was taken so far, calls that are under way at the most they can take."""

    issue: float
    month: float
    tokens: int


class CapReached(Exception):
    """A call would go over a cap.

    :param cap: which one: "cap_issue", "cap_month" or "cap_tokens".
    """

    def __init__(self, cap: str, spent: Spent) -> None:
        self.cap = cap
        self.spent = spent
        super().__init__(cap)


class Spending:
    """The calls, in the database that all who work on a newsletter share."""

    def __init__(self, database: Database, *, clock: Clock = utc_now) -> None:
        self._database = database
        self._clock = clock

    def begin(self, call: Call, caps: Caps) -> str:
        """Note that *call* is made, and return what it is known by.

        :raises CapReached: it is not to be made.
        """
        id, now = secrets.token_hex(16), written(self._clock())
        with self._database.writing() as connection:  # one at a time, so that two of them cannot share what is left
            spent = self._spent(connection, call.issue, call.currency)
            for cap, taken, more, most in (
                ("cap_tokens", spent.tokens, call.tokens, caps.tokens),
                ("cap_issue", spent.issue, call.cost, caps.issue),
                ("cap_month", spent.month, call.cost, caps.month),
            ):
                if most is not None and taken + more > most:
                    raise CapReached(cap, spent)
            row = {"issue": call.issue, "model": call.model, "tokens": call.tokens, "currency": call.currency}
            connection.execute(insert(model_call).values(id=id, at=now, cost=_millionths(call.cost), **row))
        return id

    def settle(self, id: str, *, tokens: int, cost: float) -> None:
        """Note what the call *id* took in truth."""
        values = {"tokens": tokens, "cost": _millionths(cost), "settled_at": written(self._clock())}
        with self._database.writing() as connection:
            connection.execute(update(model_call).where(model_call.c.id == id).values(values))

    def withdraw(self, id: str) -> None:
        """Forget the call *id*: it was refused, and cost nothing."""
        with self._database.writing() as connection:
            connection.execute(delete(model_call).where(model_call.c.id == id))

    def spent(self, issue: int, currency: str) -> Spent:
        """Return what was taken for *issue*, and in this month."""
        with self._database.reading() as connection:
            return self._spent(connection, issue, currency)

    def _spent(self, connection: Connection, issue: int, currency: str) -> Spent:
        cost, tokens = (func.coalesce(func.sum(column), 0) for column in (model_call.c.cost, model_call.c.tokens))
        of_issue, in_currency = model_call.c.issue == issue, model_call.c.currency == currency
        month = model_call.c.at >= written(self._clock())[:8]  # "2026-11-": texts in the order of their times
        return Spent(
            issue=int(connection.execute(select(cost).where(of_issue, in_currency)).scalar_one()) / MILLION,
            month=int(connection.execute(select(cost).where(month, in_currency)).scalar_one()) / MILLION,
            tokens=int(connection.execute(select(tokens).where(of_issue)).scalar_one()),
        )


def _millionths(cost: float) -> int:
    return -int(-cost * MILLION // 1)  # upwards: many small calls add up
