"""A segment: a named part of a list, told by what is known of its people.

::

    Condition = Every | Either | Not                   of conditions
              | Tagged | Missing | Compared           tests of one person

:mod:`newsletter.model.segment_grammar` reads one from text. A condition is true or false of everybody: what is missing
compares as false, and ``!=`` is the contrary of ``=``, so that it holds for who has no such attribute.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Union
from zoneinfo import ZoneInfo


class Operator(StrEnum):
    """How a value is compared; ``!=`` and ``in`` are made of these."""

    EQUAL = "="
    LESS = "<"
    AT_MOST = "<="
    GREATER = ">"
    AT_LEAST = ">="
    CONTAINS = "contains"
    STARTS = "starts with"
    ENDS = "ends with"


PARTIAL = frozenset({Operator.CONTAINS, Operator.STARTS, Operator.ENDS})
"""Operators that ask for a part of a text."""


class Unit(StrEnum):
    """Units of "30 days ago"."""

    DAYS = "days"
    WEEKS = "weeks"
    MONTHS = "months"
    YEARS = "years"


@dataclass(frozen=True, kw_only=True, slots=True)
class Field:
    """Something that is known of a person.

    :param name: "language", "timezone", "name", "address", "created", "since", or the name of an attribute.
    """

    name: str
    is_attribute: bool = False

    @property
    def is_date(self) -> bool:
        """Whether it is a moment: when the person was entered, or since when their consent to the list stands."""
        return not self.is_attribute and self.name in DATES


TEXTS = ("language", "timezone", "name", "address")
DATES = ("created", "since")


@dataclass(frozen=True, kw_only=True, slots=True)
class Day:
    """A day of the newsletter's time zone: that of the calendar, or so much before today.

    :param on: None for one that is told from today.
    """

    on: date | None = None
    back: int = 0
    unit: Unit = Unit.DAYS

    def seen_from(self, today: date) -> date:
        """Return the day that is meant on *today*; a month back from 31 March ends on the last of February."""
        if self.on:
            return self.on
        try:
            if self.unit in (Unit.DAYS, Unit.WEEKS):
                return today - timedelta(days=self.back * (7 if self.unit is Unit.WEEKS else 1))
            months = today.year * 12 + today.month - 1 - self.back * (12 if self.unit is Unit.YEARS else 1)
            year, month = divmod(months, 12)
            after = date(year + (month == 11), (month + 1) % 12 + 1, 1)
            return min(date(year, month + 1, 1) + timedelta(days=today.day - 1), after - timedelta(days=1))
        except (ValueError, OverflowError):
            return date.min


@dataclass(frozen=True, kw_only=True, slots=True)
class Span:
    """A day as the database knows it: its first moment and that of the next, in UTC."""

    start: datetime
    end: datetime


Value = str | bool | Decimal | Day | Span
"""What something is compared with; dates alone are compared with a Day, which :func:`settled` makes a Span."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Every:
    """All of the parts hold."""

    parts: tuple["Condition", ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Either:
    """One of the parts holds, or several do."""

    parts: tuple["Condition", ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Not:
    """The part does not hold."""

    part: "Condition"


@dataclass(frozen=True, kw_only=True, slots=True)
class Tagged:
    """The person has this tag, written so."""

    tag: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Missing:
    """Nothing is known: an empty text, no attribute of this name, or one that is null; no tag at all for None."""

    field: Field | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Compared:
    """Something known compares so with the value; what is missing, or of another kind than the value, does not."""

    field: Field
    operator: Operator
    value: Value


Condition = Union[Every, Either, Not, Tagged, Missing, Compared]  # noqa: UP007 - the strings in it need it


@dataclass(frozen=True, kw_only=True, slots=True)
class Segment:
    """A condition with a name.

    :param where: the condition as it was written.
    """

    name: str
    where: str
    condition: Condition


@dataclass(frozen=True, kw_only=True, slots=True)
class Selection:
    """Whom of a list an issue is for.

    :param segment: its name, as the ledger keeps it; empty for the whole list.
    :param condition: that of the segment, settled; None for the whole list.
    :param excluding: lists whose confirmed people are left out.
    """

    segment: str = ""
    condition: Condition | None = None
    excluding: tuple[str, ...] = ()


EVERYBODY = Selection()
"""The whole list."""


def settled(condition: Condition, now: datetime, zone: ZoneInfo) -> Condition:
    """Return *condition* with each day as the span that it is *now*, in the time zone *zone*."""
    match condition:
        case Every(parts=parts) | Either(parts=parts):
            return replace(condition, parts=tuple(settled(part, now, zone) for part in parts))
        case Not(part=part):
            return replace(condition, part=settled(part, now, zone))
        case Compared(value=Day() as day):
            return replace(condition, value=_span(day.seen_from(now.astimezone(zone).date()), zone))
        case _:
            return condition


def _span(day: date, zone: ZoneInfo) -> Span:
    # At the calendar's ends no moment is before a year 1 or behind the year 9999 in UTC.
    first, last = date.min + timedelta(days=2), date.max - timedelta(days=2)
    start = min(max(day, first), last)
    begins, ends = (datetime.combine(one, time(), tzinfo=zone) for one in (start, start + timedelta(days=1)))
    return Span(start=begins.astimezone(UTC), end=ends.astimezone(UTC))


def tests_in(condition: Condition) -> Iterator[Condition]:
    """Yield every test of one person that *condition* is made of."""
    match condition:
        case Every(parts=parts) | Either(parts=parts):
            for part in parts:
                yield from tests_in(part)
        case Not(part=part):
            yield from tests_in(part)
        case _:
            yield condition
