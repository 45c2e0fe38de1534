"""Whole files of people, read and entered: never a traceback, twice is once, and no means no."""

from itertools import count

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.strategies import DrawFn

from newsletter.errors import InputError, StoreError
from newsletter.model.address import Address
from newsletter.model.canonical import fold_address
from newsletter.model.subscriber import Consent
from newsletter.store.consent import Outcome
from newsletter.store.database import create
from newsletter.store.subscribers import SubscriberStore
from newsletter.subscribers.exporting import csv_lines
from newsletter.subscribers.importing import ImportRow, open_import

PENDING, CONFIRMED, UNSUBSCRIBED = Consent
lists = (f"list-{number}" for number in count())


@pytest.fixture(scope="module", params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def store(request, tmp_path_factory):
    url = "" if request.param == "sqlite" else request.getfixturevalue("postgresql").fresh()
    with create(tmp_path_factory.mktemp("imports") / "data", url) as database:
        yield SubscriberStore(database)


@st.composite
def files(draw: DrawFn) -> bytes:
    """A file of people: mostly sound rows, some broken in any way, in some encoding."""
    address = st.sampled_from(["ada@example.com", "Ada@EXAMPLE.com", "bob@example.com", "c@bücher.example", "no", ""])
    cell = address | st.text("aé\"',;\t\r\n\0\u2028=", max_size=6)
    rows = draw(st.lists(st.tuples(cell, cell).map(",".join) | cell, max_size=8))
    header = draw(st.sampled_from(["email,name", "email", "name,email", "Name;E-Mail", "sep=,\nemail,name", ""]))
    end = draw(st.sampled_from(["\n", "\r\n"]))
    return end.join([header, *rows]).encode(
        draw(st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "cp1252"])), "replace"
    )


def people_of(data):
    try:
        return [row.person for row in open_import(data, "people.csv").rows() if isinstance(row, ImportRow)]
    except InputError as error:
        said = str(error)
    assert said.startswith("people.csv")
    assert "\n" not in said
    return []


def everything(store, list_name):
    people = list(store.subscriptions(list_name=list_name))
    logs = [store.consent_log(each.subscriber.address.address) for each in people]
    return people, logs


any_order = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@any_order
@given(data=files() | st.binary(max_size=200), consent=st.sampled_from([PENDING, CONFIRMED]))
def test_a_file_that_is_imported_twice_changes_nothing_the_second_time(store, data, consent):
    list_name = next(lists)
    people = people_of(data)
    first = store.import_all(people, list_name, consent=consent, basis="form")
    different = {fold_address(person.address) for person in people}
    assert first[Outcome.NEW] == len(different) == store.counts(list_name)[consent]
    stood = everything(store, list_name)
    second = store.import_all(people_of(data), list_name, consent=consent, basis="another form")
    assert {outcome for outcome in Outcome if second[outcome]} <= {Outcome.UNCHANGED}
    assert everything(store, list_name) == stood


@any_order
@given(data=files(), consent=st.sampled_from([PENDING, CONFIRMED]), gone=st.sets(st.integers(0, 3)))
def test_no_file_brings_back_who_unsubscribed_nor_lowers_who_is_confirmed(store, data, consent, gone):
    list_name = next(lists)
    people = people_of(data)
    store.import_all(people, list_name, consent=CONFIRMED, basis="form")
    different = {fold_address(person.address) for person in people}
    left = {fold_address(people[number].address) for number in gone if number < len(people)}
    for address in left:
        store.unsubscribe(address.swapcase(), list_name, basis="link")
    result = store.import_all(people_of(data), list_name, consent=consent, basis="an old file")
    assert set(map(fold_address, result.kept_out)) == left
    counts = store.counts(list_name)
    assert counts == {PENDING: 0, CONFIRMED: len(different) - len(left), UNSUBSCRIBED: len(left)}


@any_order
@given(data=files(), gone=st.sets(st.integers(0, 3)))
def test_an_export_that_is_imported_brings_everybody_but_those_who_left(store, data, gone):
    list_name, copy = next(lists), next(lists)
    people = people_of(data)
    store.import_all(people, list_name, consent=CONFIRMED, basis="form")
    left = {fold_address(people[number].address) for number in gone if number < len(people)}
    for address in left:
        store.unsubscribe(address, list_name, basis="link")
    exported = "".join(csv_lines(store.subscriptions(list_name=list_name))).encode()
    rows = [row for row in open_import(exported, "people.csv").rows() if isinstance(row, ImportRow)]
    assert {fold_address(row.person.address) for row in rows if row.verdict.consent is UNSUBSCRIBED} == left
    staying = [row.person for row in rows if row.verdict.consent is CONFIRMED]
    store.import_all(staying, copy, consent=PENDING, basis="")
    assert [each.subscriber for each in store.subscriptions(list_name=copy)] == [
        each.subscriber for each in store.subscriptions(list_name=list_name, consent=CONFIRMED)
    ]


def test_one_domain_in_its_two_forms_is_one_person(store):
    list_name = next(lists)
    people = [Address(address="zoe@bücher.example"), Address(address="Zoe@xn--bcher-kva.EXAMPLE")]
    result = store.import_all(people, list_name, consent=PENDING, basis="")
    assert (result[Outcome.NEW], result[Outcome.UNCHANGED]) == (1, 1)
    assert store.find("ZOE@BÜCHER.example") == store.find("zoe@xn--bcher-kva.example")


@pytest.mark.parametrize(
    "ask",
    [
        lambda store: store.find("ada\udcff@example.com"),
        lambda store: store.unsubscribe("ada\udcff@example.com", basis="link"),
        lambda store: store.consent_log("ada\udcff@example.com"),
        lambda store: list(store.subscriptions(list_name="week\udcff")),
        lambda store: store.add(Address(address="a@b.de"), "weekly", consent=CONFIRMED, basis="a form\udcff"),
    ],
)
def test_bytes_of_a_command_line_that_are_no_text_are_an_error_in_one_line(store, ask):
    with pytest.raises(StoreError, match=r"\\udcff.* has bytes in it that are no text; type it in UTF-8"):
        ask(store)
    assert store.find("a@b.de") is None
