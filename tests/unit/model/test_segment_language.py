from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.model.segment import Compared, Day, Either, Every, Field, Not, Operator, Tagged, Unit, settled
from newsletter.model.segment_grammar import DEEPEST, LONGEST, MOST_TESTS, read_condition
from newsletter.model.segment_tokens import SegmentFault

A, B, C = Tagged(tag="a"), Tagged(tag="b"), Tagged(tag="c")
BERLIN = ZoneInfo("Europe/Berlin")


def span(day, now=datetime(2026, 3, 31, 23, 30, tzinfo=UTC), zone=BERLIN):
    """Return the span of *day*, seen on 1 April in Berlin."""
    compared = Compared(field=Field(name="since"), operator=Operator.LESS, value=day)
    value = settled(Not(part=Every(parts=(compared,))), now, zone).part.parts[0].value
    return value.start.isoformat(), value.end.isoformat()


@pytest.mark.parametrize("text, condition", [
    ('"a" in tags or "b" in tags and "c" in tags', Either(parts=(A, Every(parts=(B, C))))),
    ('("a" in tags or "b" in tags) and not "c" in tags', Every(parts=(Either(parts=(A, B)), Not(part=C)))),
    ("NOT tags contains 'a'", Not(part=A)),
    ('"a" in tags\n\tand "b" in tags', Every(parts=(A, B))),
])  # fmt: skip
def test_and_binds_closer_than_or_and_not_closer_than_both(text, condition):
    assert read_condition(text) == condition


def test_a_contrary_holds_for_who_has_none():
    (equal,) = read_condition('attributes.plan in ("pro")').parts
    assert equal == Compared(field=Field(name="plan", is_attribute=True), operator=Operator.EQUAL, value="pro")
    assert read_condition('attributes.plan != "pro"') == Not(part=equal)


def test_an_attribute_may_be_called_anything():
    for name in ("and", "Today", "language", "Größe", "in-app"):
        assert read_condition(f"attributes.{name} is missing").field == Field(name=name, is_attribute=True)
    assert read_condition(r'attributes."A \"b\" \\" = ' + "'it\\'s'").value == "it's"


@pytest.mark.parametrize("text, offset, what, todo", [
    ("", 0, "expected a text in quotes", ""),
    ('langage = "de"', 0, 'nothing here is called "langage"', 'did you mean "language"?'),
    ('plan = "pro"', 0, 'nothing here is called "plan"', "attributes.NAME"),
    ('language == "de"', 10, "expected a value; here stands =", ""),
    ('language startswith "d"', 9, "here stands startswith", 'did you mean "starts"?'),
    ('language < "de"', 9, '"language" has no order', ""),
    ("language = 3", 11, '"language" is a text', "quotes"),
    ('since > "2026-01-01"', 8, '"since" is a date', "30 days ago"),
    ("attributes.joined > 2026-01-01", 20, '"joined" is no date', ""),
    ("created > 2026-02-30", 10, "there is no day 2026-02-30", ""),
    ("since < 2.5 weeks ago", 8, "2.5 is no number of weeks", ""),
    ("since < 3 days", 14, 'expected "ago"; it ends here', ""),
    ("attributes.a < true", 13, "true and false have no order", ""),
    ("attributes.a = 1234567890123456", 15, "at most 15 digits", ""),
    ("attributes.a contains 3", 22, "asks for a text", ""),
    ('attributes.a contains ""', 22, "asks for a text", ""),
    ("attributes = 3", 11, 'expected "."', "attributes.plan"),
    ("attributes.a = 3kg", 15, "this is no number", ""),
    ('tags = "vip"', 5, "several tags", '"vip" in tags'),
    ('"vip" in tag', 9, 'expected "tags"', ""),
    ('"vip', 0, "this text has no end", ""),
    ('"a\\nb" in tags', 2, "\\n means nothing", ""),
    ('"a\0" in tags', 0, "the number 0", ""),
    ('("a" in tags', 12, 'expected ")"; it ends here', ""),
    ('"a" in tags)', 11, 'expected "and", "or" or the end', ""),
    ('"a" in tags; drop table', 11, '";" means nothing here', ""),
    ('language in ("de" "en")', 18, 'expected ")"', "commas"),
    ('name is "Ada"', 8, 'expected "missing"', "compare with ="),
])  # fmt: skip
def test_a_fault_names_its_place_and_what_would_do(text, offset, what, todo):
    with pytest.raises(SegmentFault) as caught:
        read_condition(text)
    fault = caught.value
    assert (fault.offset, what in fault.what, todo in fault.todo) == (offset, True, True), (fault.what, fault.todo)


def test_a_condition_is_bounded():
    deep = "not " * DEEPEST
    read_condition(deep + '"a" in tags')
    with pytest.raises(SegmentFault, match="deep"):
        read_condition(f'{deep}not "a" in tags')
    with pytest.raises(SegmentFault, match="at most 2,000 characters"):
        read_condition('"a" in tags'.ljust(LONGEST + 1))
    with pytest.raises(SegmentFault, match=f"at most {MOST_TESTS} tests"):
        read_condition(" or ".join(['""in tags'] * (MOST_TESTS + 1)))


WORDS = (
    *"()=,.<\"'\\é",
    *[
        "and",
        "or",
        "not",
        "in",
        "tags",
        "is",
        "missing",
        "attributes",
        "x",
        "since",
        "language",
        "3",
        "days",
        "ago",
        "2026-01-01",
        "'a'",
        "contains",
        "starts",
        "with",
    ],
)


@given(st.lists(st.sampled_from(WORDS)))
def test_whatever_is_written_is_a_condition_or_a_fault_within_it(words):
    text = " ".join(words)
    try:
        read_condition(text)
    except SegmentFault as fault:
        offset = fault.offset
    else:
        offset = 0
    assert 0 <= offset <= len(text)


def test_a_day_is_that_of_the_newsletters_time_zone():
    assert span(Day(on=date(2026, 3, 29))) == ("2026-03-28T23:00:00+00:00", "2026-03-29T22:00:00+00:00")  # 23 hours
    assert span(Day()) == ("2026-03-31T22:00:00+00:00", "2026-04-01T22:00:00+00:00")
    assert span(Day(), zone=UTC)[0] == "2026-03-31T00:00:00+00:00"


@pytest.mark.parametrize("back, unit, day", [
    (1, Unit.DAYS, "2024-03-30"), (2, Unit.WEEKS, "2024-03-17"), (1, Unit.MONTHS, "2024-02-29"),
    (13, Unit.MONTHS, "2023-02-28"), (1, Unit.YEARS, "2023-03-31"), (15, Unit.MONTHS, "2022-12-31"),
    (99999, Unit.YEARS, "0001-01-01"), (99999, Unit.DAYS, "1750-06-17"),
])  # fmt: skip
def test_a_month_back_ends_on_a_day_that_there_is(back, unit, day):
    assert Day(back=back, unit=unit).seen_from(date(2024, 3, 31)).isoformat() == day


def test_the_calendars_ends_are_days_too():
    for day in (date.min, date.max):
        assert span(Day(on=day), zone=ZoneInfo("Pacific/Kiritimati"))
