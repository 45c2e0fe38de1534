import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.errors import SubscriberError
from newsletter.model.address import Address
from newsletter.model.subscriber import Consent, Subscriber, Subscription
from newsletter.subscribers.address import valid_name
from newsletter.subscribers.exporting import csv_lines, without_guard
from newsletter.subscribers.importing import open_import


def subscription(address="ada@example.com", name="Ada", basis="paper form"):
    person = Subscriber(number=1, address=Address(address=address, name=name))
    return Subscription(
        subscriber=person, list="weekly", consent=Consent.CONFIRMED, basis=basis, since="2026-11-27T10:00:00Z"
    )


@pytest.mark.parametrize("formula", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1"])
def test_no_cell_of_the_csv_is_a_formula(formula):
    lines = "".join(csv_lines([subscription(name=formula, basis=formula)]))
    _, row = csv.reader(io.StringIO(lines, newline=""))
    assert row[1] == row[4] == f"'{formula}"
    assert without_guard(row[1]) == formula


def test_the_csv_names_its_columns_and_ends_lines_as_rfc_4180_has_it():
    assert list(csv_lines([subscription()])) == [
        "address,name,list,consent,basis,since\r\n",
        "ada@example.com,Ada,weekly,confirmed,paper form,2026-11-27T10:00:00Z\r\n",
    ]


def is_name(text):
    try:
        return valid_name(text)
    except SubscriberError:
        return None


locals_ = st.text("ada+-='", min_size=1, max_size=6)
names = st.one_of(st.text(max_size=20), st.text("'=+-@\"; ,|aé", max_size=8)).map(lambda text: is_name(text.strip(" ")))


@given(locals_, names.filter(lambda name: name is not None))
def test_what_is_exported_as_csv_is_imported_again_as_it_was(local, name):
    person = Address(address=f"{local}@example.com", name=name)
    text = "".join(csv_lines([subscription(address=person.address, name=person.name)]))
    (row,) = open_import(text.encode(), "export.csv").rows()
    assert row.person == person


@given(st.text(st.sampled_from("'=+-@\t\ra")) | st.text())
def test_a_guard_is_taken_off_exactly(cell):
    value = subscription(name=cell)
    _, row = csv.reader(io.StringIO("".join(csv_lines([value])), newline=""))
    assert without_guard(row[1]) == cell
    assert not row[1].startswith(("=", "+", "-", "@", "\t", "\r"))
