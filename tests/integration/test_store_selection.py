"""Whom a mailing is for: a segment, without other lists, and nobody whose choice of sections has no variant."""

from datetime import UTC
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import insert, select, update
from store_press import NOON, Press

from newsletter.errors import StoreError
from newsletter.model.segment import Selection, settled
from newsletter.model.segment_grammar import read_condition
from newsletter.model.variant import Variants, written_without
from newsletter.store.report import Report
from newsletter.store.schema import subscriber, subscription, tag

ADA, BOB, CY = "ada@example.com", "bob@example.com", "cy@example.com"
JOBS, ADS = written_without(["Jobs"]), written_without(["Ads"])
BOTH = written_without(["Jobs", "Ads"])


@pytest.fixture
def press(tmp_path, url):
    press = Press(tmp_path / "data", url)
    press.confirm(ADA, BOB, CY)
    yield press
    press.database.close()


def number_of(address):
    return select(subscriber.c.number).where(subscriber.c.folded == address).scalar_subquery()


def tell(press, table, address, **values):
    with press.database.writing() as connection:
        if table is tag:
            number = connection.execute(select(number_of(address))).scalar_one()
            connection.execute(insert(tag).values(subscriber=number, **values))
        else:
            mine = table.c.subscriber if table is subscription else table.c.number
            connection.execute(update(table).where(mine == number_of(address)).values(**values))


def segment(text, name="some", excluding=()):
    condition = settled(read_condition(text), NOON, ZoneInfo("UTC")) if text else None
    return Selection(segment=name if text else "", condition=condition, excluding=tuple(excluding))


def start(press, selection, **more):
    return press.ledger.start(
        42, "weekly", frozen=b"bytes", subject="S", started=NOON.astimezone(UTC), selection=selection, **more
    )


def who(press):
    return {delivery.address: delivery.variant for delivery in press.ledger.deliveries(42)}


def test_a_segment_gets_it_and_a_second_one_adds_only_who_is_not_in_it_yet(press):
    for address in (ADA, BOB):
        tell(press, tag, address, tag="vip")
    tell(press, subscriber, CY, language="de-AT")
    tell(press, subscriber, BOB, language="de")
    vips, germans = segment('"vip" in tags', "vips"), segment('language = "de"', "germans")
    assert press.ledger.waiting(42, "weekly", selection=germans) == 2
    assert start(press, vips, expected=2) == 2
    assert press.ledger.waiting(42, "weekly", selection=germans) == 1
    assert start(press, germans, expected=1) == 1
    assert set(who(press)) == {ADA, BOB, CY}
    (mailing,) = press.ledger.mailings(42)
    assert (mailing.segment, mailing.excluding) == ("vips, germans", "")
    assert start(press, segment("")) == 0
    assert press.ledger.mailings(42)[0].segment == "vips, germans"  # nobody came by it


def test_the_people_of_an_excluded_list_are_left_out_while_they_are_confirmed_there(press):
    press.confirm(ADA, BOB, list_name="daily")
    press.leave(BOB, "daily")
    without = segment("", excluding=["daily", "monthly"])
    assert start(press, without) == 2
    assert set(who(press)) == {BOB, CY}
    assert press.ledger.mailings(42)[0].excluding == '["daily", "monthly"]'
    assert start(press, segment("", excluding=["monthly"])) == 1
    assert press.ledger.mailings(42)[0].excluding == '["monthly"]'


def test_the_usual_size_is_that_of_the_same_part_of_the_list(press):
    tell(press, tag, ADA, tag="vip")
    vips = segment('"vip" in tags', "vips")
    start(press, vips)
    report = Report(press.database)
    assert report.last_size("weekly", other_than=43, selection=vips) == 1
    assert report.last_size("weekly", other_than=43) is None
    assert report.last_size("weekly", other_than=43, selection=segment("", excluding=["daily"])) is None


def test_each_delivery_keeps_the_choice_that_was_made_at_the_start(press):
    tell(press, subscription, ADA, without=JOBS)
    variants = Variants(optional=frozenset({"Jobs"}), compiled=frozenset({"", JOBS}))
    assert press.ledger.wanted(42, "weekly") == {"": 2, JOBS: 1}
    assert start(press, segment(""), variants=variants, expected=3) == 3
    tell(press, subscription, ADA, without="")
    tell(press, subscription, BOB, without=JOBS)
    assert who(press) == {ADA: JOBS, BOB: "", CY: ""}
    with press.ledger.open_mailing(42, "weekly") as run:
        assert {one.address: one.variant for one in run.claim(10)} == who(press)


def test_a_choice_made_since_the_plan_keeps_a_mailing_from_beginning(press):
    tell(press, subscription, ADA, without=JOBS)
    variants = Variants(optional=frozenset({"Jobs", "Ads"}), compiled=frozenset({"", ADS}))
    with pytest.raises(StoreError, match=r"1 person has chosen since .* newsletter send 42 shows the new plan"):
        start(press, segment(""), variants=variants, expected=3)
    assert press.ledger.mailings(42) == ()
    assert start(press, segment(""), variants=variants, strict=False) == 2
    assert set(who(press)) == {BOB, CY}


def test_who_wants_none_of_the_sections_gets_nothing_and_who_came_late_only_what_was_frozen(press):
    tell(press, subscription, ADA, without=BOTH)
    optional = frozenset({"Jobs", "Ads"})
    variants = Variants(optional=optional, always=False, compiled=frozenset({""}))
    assert press.ledger.waiting(42, "weekly", variants=variants) == 2
    assert start(press, segment(""), variants=variants, expected=2) == 2
    assert set(who(press)) == {BOB, CY}
    press.confirm("dee@example.com", "eve@example.com")
    tell(press, subscription, "dee@example.com", without=ADS)
    assert start(press, segment(""), variants=variants, expected=1) == 1
    assert set(who(press)) == {BOB, CY, "eve@example.com"}
