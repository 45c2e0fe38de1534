"""A segment's condition as SQL for either database: values are bound, and nothing in it is ever NULL.

It is a condition on a row of ``subscriber`` joined with one of ``subscription``.
"""

from datetime import datetime
from decimal import Decimal
from typing import Any, assert_never

from sqlalchemy import (
    Column,
    ColumnElement,
    Numeric,
    Select,
    String,
    and_,
    bindparam,
    case,
    cast,
    column,
    exists,
    false,
    func,
    literal,
    not_,
    or_,
    select,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

from newsletter.model.canonical import fold_address
from newsletter.model.segment import (
    Compared,
    Condition,
    Either,
    Every,
    Field,
    Missing,
    Not,
    Operator,
    Span,
    Tagged,
)
from newsletter.store.moment import written
from newsletter.store.schema import subscriber, subscription, tag

Sql = ColumnElement[bool]

_TEXTS: dict[str, Column[str]] = {
    "language": subscriber.c.language,
    "timezone": subscriber.c.timezone,
    "name": subscriber.c.name,
    "address": subscriber.c.folded,
}
_DATES: dict[str, Column[str]] = {"created": subscriber.c.created, "since": subscription.c.since}
_NUMBERS = ("integer", "real")
"""The types of SQLite's json_each that are numbers."""
# PostgreSQL has no character 0 in a text ("8.14. JSON Types"), and one row with it ends the whole query: who has one
# in their attributes has none to compare, on both databases.
_JSON_EACH = r"""json_each(
    CASE WHEN instr(subscriber.attributes, '\u0000') > 0 THEN '{}' ELSE subscriber.attributes END)"""


def condition_sql(condition: Condition, *, sqlite: bool) -> Sql:
    """Return *condition*, settled, for SQLite or for PostgreSQL."""
    match condition:
        case Every(parts=parts):
            return and_(*(condition_sql(part, sqlite=sqlite) for part in parts))
        case Either(parts=parts):
            return or_(*(condition_sql(part, sqlite=sqlite) for part in parts))
        case Not(part=part):
            return not_(condition_sql(part, sqlite=sqlite))
        case Tagged(tag=name):
            return _tags(tag.c.tag == name).exists()
        case Missing(field=field):
            return _missing(field, sqlite) if field else not_(_tags().exists())
        case Compared() as compared:
            if not compared.field.is_attribute:
                return _known(compared, sqlite)
            return _attribute_in_sqlite(compared) if sqlite else _attribute_in_postgresql(compared)
    assert_never(condition)


def _tags(*conditions: Sql) -> Select[tuple[str]]:
    own = select(tag.c.tag).where(tag.c.subscriber == subscriber.c.number, *conditions)
    return own.correlate(subscriber)


def _missing(field: Field, sqlite: bool) -> Sql:
    if not field.is_attribute:
        return false() if field.is_date else _TEXTS[field.name] == ""
    if sqlite:
        return ~_each(field, column("type") != "null")
    value = _jsonb(field)
    return case((func.jsonb_typeof(value) != "null", False), else_=True)


def _known(compared: Compared, sqlite: bool) -> Sql:
    """Compare what every person has: a text, perhaps empty, or a date."""
    if isinstance(compared.value, Span):
        return _dated(_DATES[compared.field.name], compared.operator, compared.value)
    known: ColumnElement[str] = _TEXTS[compared.field.name]
    value = str(compared.value)
    if compared.field.name == "address":
        value = fold_address(value) if "@" in value else value.casefold()
    if compared.field.name == "language":
        known, value = func.lower(_bytewise(known, sqlite)), _ascii_lower(value)
        if compared.operator is Operator.EQUAL and value:  # RFC 4647 §3.3.1: "de" means "de-AT" too
            return or_(known == value, _texts(known, Operator.STARTS, f"{value}-", sqlite))
    return _texts(known, compared.operator, value, sqlite)


def _dated(known: Column[str], operator: Operator, day: Span) -> Sql:
    start, end = _time(day.start), _time(day.end)
    match operator:
        case Operator.LESS:
            return known < start
        case Operator.AT_MOST:
            return known < end
        case Operator.GREATER:
            return known >= end
        case Operator.AT_LEAST:
            return known >= start
        case _:
            return and_(known >= start, known < end)


def _time(moment: datetime) -> str:
    return written(moment)


def _texts(known: ColumnElement[str], operator: Operator, value: str, sqlite: bool) -> Sql:
    """Compare texts character by character, as Python does: no collation, no case, no pattern."""
    match operator:
        case Operator.CONTAINS:
            return (func.instr(known, value) if sqlite else func.strpos(known, value)) > 0
        case Operator.STARTS:
            return func.substr(known, 1, len(value)) == value
        case Operator.ENDS:
            return (func.substr(known, -len(value)) if sqlite else func.right(known, len(value))) == value
        case _:
            return _ordered(_bytewise(known, sqlite), operator, literal(value))


def _ordered(known: ColumnElement[Any], operator: Operator, value: ColumnElement[Any]) -> Sql:
    match operator:
        case Operator.LESS:
            return known < value
        case Operator.AT_MOST:
            return known <= value
        case Operator.GREATER:
            return known > value
        case Operator.AT_LEAST:
            return known >= value
        case _:
            return known == value


def _bytewise(known: ColumnElement[str], sqlite: bool) -> ColumnElement[str]:
    # The order of UTF-8 is that of the characters. With "C", lower() knows ASCII alone, as SQLite's does.
    return known if sqlite else known.collate("C")


def _ascii_lower(value: str) -> str:
    return "".join(letter.lower() if letter.isascii() else letter for letter in value)


def _each(field: Field, *conditions: Sql) -> Sql:
    """Return whether a person has an attribute for which *conditions* hold; SQLite."""
    # By its key, not by a path: no escape in a path stands for every name that a key may be.
    named = text("key = :attribute").bindparams(bindparam("attribute", field.name, unique=True))
    return exists(select(literal(1)).select_from(text(_JSON_EACH)).where(named, *conditions).correlate(subscriber))


def _attribute_in_sqlite(compared: Compared) -> Sql:
    kind: ColumnElement[str] = column("type")
    value: ColumnElement[Any] = column("value")
    if isinstance(compared.value, bool):
        return _each(compared.field, kind == ("true" if compared.value else "false"))
    if isinstance(compared.value, Decimal):
        number = int(compared.value) if compared.value == compared.value.to_integral_value() else float(compared.value)
        return _each(compared.field, kind.in_(_NUMBERS), _ordered(value, compared.operator, literal(number)))
    return _each(compared.field, kind == "text", _texts(value, compared.operator, str(compared.value), True))


def _jsonb(field: Field) -> ColumnElement[Any]:
    nul = func.strpos(subscriber.c.attributes, r"\u0000") > 0
    return cast(case((nul, "{}"), else_=subscriber.c.attributes), JSONB)[field.name]


def _attribute_in_postgresql(compared: Compared) -> Sql:
    value = _jsonb(compared.field)
    kind, plain = func.jsonb_typeof(value), value.op("#>>")(text("'{}'"))
    if isinstance(compared.value, bool):
        held, wanted = "boolean", cast(plain, String) == ("true" if compared.value else "false")
    elif isinstance(compared.value, Decimal):
        # CASE keeps the cast away from what is no number (PostgreSQL, "Conditional Expressions").
        number = cast(plain, Numeric)
        held, wanted = "number", _ordered(number, compared.operator, cast(literal(str(compared.value)), Numeric))
    else:
        held, wanted = "string", _texts(cast(plain, String), compared.operator, str(compared.value), False)
    return case((kind == held, wanted), else_=False)
