"""A segment in SQL says the same of everybody as plain Python does, on both databases."""

import json
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, insert, select

from newsletter.model import segment as words
from newsletter.model.canonical import fold_address
from newsletter.model.segment import Compared, Day, Either, Every, Field, Missing, Not, Operator, Tagged, settled
from newsletter.model.segment_grammar import read_condition
from newsletter.store.database import create
from newsletter.store.moment import written
from newsletter.store.schema import subscriber, subscription, tag
from newsletter.store.segment_sql import condition_sql

NOON = datetime(2026, 11, 27, 12, tzinfo=UTC)
ZONE = ZoneInfo("Europe/Berlin")
ODD = ["", "de", "de-AT", "DE", "den", "Ada", "ada", "%", "_", "a%b", "'", '"', "\\", "x'; --", "é", "É", "ß", "日本",
       "😀", "null", "true", "1", "a b", "ａ"]  # fmt: skip
NAMES = ["plan", "a.b", 'q"uote', "$", "it's", "ключ", "", "😀", "[0]", "\\"]

letters = st.characters(exclude_categories=["Cs"], exclude_characters="\0")
texts = st.sampled_from(ODD) | st.text(letters, max_size=4)
numbers = st.sampled_from([0, 1, -1, 2.5, 0.1, 18, 10**14, -0.0]) | st.floats(-1e6, 1e6).map(lambda x: round(x, 3))
moments = st.sampled_from([NOON, NOON - timedelta(days=30), datetime(2026, 11, 26, 23, tzinfo=UTC),
                           datetime(2026, 11, 26, 22, 59, 59, tzinfo=UTC)])  # fmt: skip
people = st.fixed_dictionaries({
    "language": st.sampled_from(["", "de", "de-AT", "DE-at", "den", "en"]) | texts,
    "timezone": texts,
    "name": texts,
    "address": texts.map(lambda text: f"{text}@example.com"),
    "tags": st.sets(texts, max_size=3),
    "attributes": st.dictionaries(
        st.sampled_from(NAMES), texts | numbers | st.booleans() | st.none() | st.just(["a"]) | st.just({"a": 1}),
        max_size=4,
    ),
    "created": moments,
    "since": moments,
})  # fmt: skip

attributes = st.sampled_from(NAMES).map(lambda name: Field(name=name, is_attribute=True))
plain = st.sampled_from(words.TEXTS).map(lambda name: Field(name=name))
dates = st.sampled_from(words.DATES).map(lambda name: Field(name=name))
parts = texts.filter(bool)
decimals = numbers.map(lambda number: Decimal(str(number)))
ordered = st.sampled_from([op for op in Operator if op not in words.PARTIAL])
partial = st.sampled_from(sorted(words.PARTIAL))
days = st.builds(Day, on=st.dates(date(2026, 11, 25), date(2026, 11, 29))) | st.builds(Day, back=st.integers(0, 40))


def compared(fields, operators, values):
    return st.builds(Compared, field=fields, operator=operators, value=values)


tests = (
    st.builds(Tagged, tag=texts)
    | st.builds(Missing, field=plain | attributes | dates | st.none())
    | compared(plain, st.just(Operator.EQUAL), texts)
    | compared(plain | attributes, partial, parts)
    | compared(attributes, ordered, texts | decimals)
    | compared(attributes, st.just(Operator.EQUAL), st.booleans())
    | compared(dates, ordered, days)
)
conditions = st.recursive(
    tests,
    lambda inner: (
        st.builds(Not, part=inner)
        | st.builds(Every, parts=st.lists(inner, min_size=1, max_size=3).map(tuple))
        | st.builds(Either, parts=st.lists(inner, min_size=1, max_size=3).map(tuple))
    ),
    max_leaves=6,
)


def holds(condition, person):
    """Say the same as the SQL, without any."""
    match condition:
        case Every(parts=parts):
            return all(holds(part, person) for part in parts)
        case Either(parts=parts):
            return any(holds(part, person) for part in parts)
        case Not(part=part):
            return not holds(part, person)
        case Tagged(tag=name):
            return name in person["tags"]
        case Missing(field=None):
            return not person["tags"]
        case Missing(field=field):
            known = person["attributes"].get(field.name) if field.is_attribute else person[field.name]
            return known is None or (known == "" and not field.is_attribute)
    return compares(condition.field, condition.operator, condition.value, person)


def compares(field, operator, value, person):
    known = person["attributes"].get(field.name) if field.is_attribute else person[field.name]
    if field.is_date:
        # Whole days compare: before the day, in it, or after it.
        known, value = (known >= value.start) + (known >= value.end), 1
    elif field.is_attribute:
        kinds = {str: str, bool: bool, Decimal: (int, float)}[type(value)]
        if not isinstance(known, kinds) or (isinstance(known, bool) and not isinstance(value, bool)):
            return False
        known = Decimal(str(known)) if isinstance(value, Decimal) else known
    elif field.name == "address":
        known, value = fold_address(known), fold_address(value) if "@" in value else value.casefold()
    elif field.name == "language":
        known, value = (re_lower(text) for text in (known, value))
        if operator is Operator.EQUAL and value:
            return known == value or known.startswith(f"{value}-")
    match operator:
        case Operator.CONTAINS:
            return value in known
        case Operator.STARTS:
            return known.startswith(value)
        case Operator.ENDS:
            return known.endswith(value)
        case Operator.LESS:
            return known < value
        case Operator.AT_MOST:
            return known <= value
        case Operator.GREATER:
            return known > value
        case Operator.AT_LEAST:
            return known >= value
    return known == value


def re_lower(text):
    return text.encode().lower().decode()  # bytes know the letters of ASCII alone


def fill(database, persons):
    with database.writing() as connection:
        for table in (tag, subscription, subscriber):
            connection.execute(delete(table))
        for number, person in enumerate(persons, 1):
            row = {name: person[name] for name in ("language", "timezone", "name", "address")}
            facts = {"folded": fold_address(person["address"]), "created": written(person["created"])}
            kept = json.dumps(person["attributes"], sort_keys=True, ensure_ascii=number % 2 == 0)
            connection.execute(insert(subscriber).values(number=number, attributes=kept, **row, **facts))
            since = written(person["since"])
            there = {"subscriber": number, "list": "weekly", "consent": "pending", "basis": "", "since": since}
            connection.execute(insert(subscription).values(there))
            if person["tags"]:
                connection.execute(insert(tag), [{"subscriber": number, "tag": name} for name in person["tags"]])


def found(database, condition):
    sql = condition_sql(settled(condition, NOON, ZONE), sqlite=database.is_sqlite)
    joined = select(subscriber.c.number).join(subscription, subscription.c.subscriber == subscriber.c.number)
    with database.reading() as connection:
        return set(connection.execute(joined.where(sql)).scalars())


def test_sql_and_python_agree_on_everybody(tmp_path, url):
    @settings(max_examples=60 if url else 200, suppress_health_check=list(HealthCheck))
    @given(
        st.lists(people, min_size=1, max_size=6, unique_by=lambda person: fold_address(person["address"])),
        st.lists(conditions, min_size=1, max_size=8),
    )
    def agree(persons, asked):
        fill(database, persons)
        for condition in asked:
            plainly = settled(condition, NOON, ZONE)
            meant = {number for number, person in enumerate(persons, 1) if holds(plainly, person)}
            assert found(database, condition) == meant, condition

    with create(tmp_path / "data", url) as database:
        agree()


def test_an_attribute_that_a_database_cannot_read_hurts_nobody_else(tmp_path, url):
    odd = PERSON | {"address": "odd@example.com", "attributes": {"plan": "a\0b", "age": 36}}
    with create(tmp_path / "data", url) as database:
        fill(database, [odd, PERSON])
        assert found(database, read_condition("attributes.age = 36")) == {2}
        assert found(database, read_condition("attributes.age is missing")) == {1}


PERSON = {"language": "de-AT", "timezone": "Europe/Vienna", "name": "Ada", "address": "Ada@Example.com",
          "tags": {"vip"},
          "attributes": {"plan": "pro", "age": 36, "beta": True, "gone": None}, "created": NOON - timedelta(days=40),
          "since": NOON - timedelta(days=10)}  # fmt: skip


@pytest.mark.parametrize("text, there", [
    ('language = "de" and "vip" in tags', True),
    ('language in ("en", "fr") or not name starts with "A"', False),
    ('address ends with "@example.com" and timezone contains "Vien"', True),
    ('attributes.plan != "free" and attributes.none != "free"', True),
    ("attributes.age >= 36 and attributes.age < 36.5 and attributes.beta = true", True),
    ("attributes.plan = 1 or attributes.age = '36' or attributes.beta = 'true'", False),
    ("attributes.gone is missing and attributes.none is missing and attributes.age is not missing", True),
    ("created <= 40 days ago and not created < 40 days ago and since > 2 weeks ago", True),
    ("since = 2026-11-17 and since < today", True),
])  # fmt: skip
def test_what_is_written_is_what_is_found(tmp_path, url, text, there):
    with create(tmp_path / "data", url) as database:
        fill(database, [PERSON])
        assert bool(found(database, read_condition(text))) is there
