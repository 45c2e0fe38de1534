"""Everybody moves from one newsletter to another: nothing is lost, and nobody comes back."""

import json
import secrets
from contextlib import ExitStack
from unicodedata import normalize

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import update
from store_press import Press

from newsletter.errors import InputError
from newsletter.model.address import Address
from newsletter.model.incoming import Incoming, IncomingConsent
from newsletter.model.subscriber import Consent
from newsletter.model.suppression import Kind
from newsletter.store import schema
from newsletter.store.arrivals import enter_arrivals
from newsletter.store.consent import Outcome
from newsletter.store.everything import everything
from newsletter.store.forgetting import forget
from newsletter.store.people import change_particulars, particulars_of
from newsletter.store.suppression_list import SuppressionList
from newsletter.subscribers.importing import RejectedRow
from newsletter.subscribers.lossless import is_lossless, json_lines, read_lossless

PENDING, CONFIRMED, UNSUBSCRIBED = Consent
odd = st.text(st.characters(blacklist_categories=["Cc", "Cs", "Zl", "Zp"]), max_size=8).map(str.strip)
values = st.recursive(st.none() | st.booleans() | st.integers(-9, 9) | odd, lambda inner: st.lists(inner, max_size=2))


@pytest.fixture
def houses(new_url, tmp_path):
    """An old newsletter and a new, empty one."""
    with ExitStack() as stack:
        made = [Press(tmp_path / name, new_url()) for name in ("old", "new")]
        for press in made:
            stack.callback(press.close)
        yield made


def exported(press, list_name=None):
    return "".join(json_lines(everything(press.database, list_name)))


def moved(text, press, **options):
    lines = text.splitlines(keepends=True)
    assert is_lossless(lines[0])
    arrivals = list(read_lossless(lines, "people.jsonl"))
    assert not [one for one in arrivals if isinstance(one, RejectedRow)]
    return enter_arrivals(press.database, arrivals, clock=lambda: press.now, **options)


def people(press):
    """Give a newsletter all that can be known of people."""
    press.confirm("Ada@example.com", "zoë@bücher.example", "mal@example.com", "gone@example.com")
    press.subscribers.add(Address(address="pat@example.com"), "daily", consent=PENDING, basis="page")
    press.confirm("ada@example.com", list_name="daily")
    press.leave("zoë@bücher.example")
    details = {"name": "=Ada \u202e Ω", "language": "pt-BR", "timezone": "Europe/Berlin"}
    change_particulars(
        press.database, "ada@example.com", {**details, "attributes": '{"a": [1, null, "ü"], "plan": "free"}'},
        tags=["VIP", "vip", "a,b"],
    )  # fmt: skip
    suppressions = SuppressionList(press.database)
    suppressions.add("mal@example.com", reason="called it spam", kind=Kind.COMPLAINED)
    suppressions.add("nobody@example.com", "daily", reason="by phone")
    with press.database.writing() as connection:
        of = schema.subscription.update().where(
            schema.subscription.c.subscriber == 1, schema.subscription.c.list == "daily"
        )
        connection.execute(of.values(without='["Jobs","Ümlaut"]', paused_until="2027-01-01T00:00:00Z"))
    forget(press.database, "gone@example.com")


def test_an_export_that_is_imported_into_an_empty_newsletter_gives_the_same_rows(houses):
    old, new = houses
    people(old)
    text = exported(old)
    result = moved(text, new)
    assert exported(new) == text
    assert (result[Outcome.NEW], result.suppressed, result.forgotten) == (5, 2, 1)
    assert new.subscribers.consent_log("zoë@bücher.example") == old.subscribers.consent_log("zoë@bücher.example")
    again = moved(text, new)
    assert {outcome for outcome in Outcome if again[outcome]} <= {Outcome.UNCHANGED}
    assert exported(new) == text


def test_an_export_of_one_list_has_what_concerns_it(houses):
    people(houses[0])
    lines = [json.loads(line) for line in exported(houses[0], "daily").splitlines()]
    assert [line["address"] for line in lines if "address" in line] == ["Ada@example.com", "pat@example.com"]
    assert {one["list"] for line in lines for key in ("consents", "log") for one in line.get(key, ())} == {"daily"}


def test_a_dry_run_says_the_same_and_changes_nothing(houses):
    old, new = houses
    people(old)
    new.confirm("eve@example.com")
    before = exported(new)
    tried = moved(exported(old), new, dry_run=True)
    assert exported(new) == before
    assert moved(exported(old), new) == tried


def test_who_left_or_was_forgotten_here_does_not_come_back_with_a_move(houses):
    old, new = houses
    people(old)
    text = exported(old)
    new.confirm("ada@example.com", "pat@example.com")
    new.leave("ada@example.com")
    forget(new.database, "pat@example.com")
    result = moved(text, new)
    assert set(result.kept_out) == {"Ada@example.com", "pat@example.com"}
    standing = {one.list: one.consent for one in new.subscribers.subscriptions(address="ada@example.com")}
    assert standing == {"weekly": UNSUBSCRIBED, "daily": CONFIRMED}
    assert new.subscribers.find("pat@example.com") is None


def test_who_asked_elsewhere_to_be_forgotten_is_kept_out_and_nobody_who_stands_here_is_lost(houses):
    old, new = houses
    key = old.database.folder / "secret.key"
    (new.database.folder / "secret.key").write_bytes(key.read_bytes())
    fingerprint = old.database.key
    with old.database.reading() as connection:
        same = connection.execute(schema.meta.select()).one().key_fingerprint
    with new.database.writing() as connection:
        connection.execute(update(schema.meta).values(key_fingerprint=same))
    new.database.reload_keys()
    assert new.database.key == fingerprint
    old.confirm("gone@example.com", "back@example.com")
    for address in ("gone@example.com", "back@example.com"):
        forget(old.database, address)
    new.confirm("back@example.com")
    assert moved(exported(old), new).forgotten == 1
    everyone = [Address(address=address) for address in ("gone@example.com", "back@example.com")]
    result = new.subscribers.import_all(everyone, "weekly", consent=PENDING, basis="")
    assert result.kept_out == ("gone@example.com",)


def test_what_is_known_of_somebody_is_kept_and_only_what_is_not_is_added(houses):
    press = houses[1]
    press.confirm("ada@example.com")
    change_particulars(press.database, "ada@example.com", {"language": "de", "attributes": '{"plan": "paid"}'})
    told = Incoming(
        address=Address(address="ADA@example.com", name="Ada"), language="en", timezone="Europe/Berlin",
        attributes='{"city": "Köln", "plan": "free"}', tags=("new",),
        consents=(IncomingConsent(list="weekly", consent=PENDING),),
    )  # fmt: skip
    enter_arrivals(press.database, [told])
    now = particulars_of(press.database, "ada@example.com")
    assert (now.name, now.language, now.timezone, now.tags) == ("Ada", "de", "Europe/Berlin", ("new",))
    assert json.loads(now.attributes) == {"city": "Köln", "plan": "paid"}


def test_of_two_rows_the_first_counts_and_a_no_counts_wherever_it_stands(houses):
    press = houses[1]

    def row(line, address, consent):
        consents = (IncomingConsent(list="weekly", consent=consent, basis="form"),)
        return Incoming(address=Address(address=address), line=line, source=f"r.csv:{line}", consents=consents)

    rows = [row(2, "a@example.com", PENDING), row(3, "b@example.com", CONFIRMED)]
    rows += [row(line, f"{line}@example.com", PENDING) for line in range(4, 600)]
    rows += [row(600, "A@example.com", CONFIRMED), row(601, "B@example.com", UNSUBSCRIBED)]
    repeated = []
    result = enter_arrivals(press.database, rows, repeated=lambda person, above: repeated.append((person.line, above)))
    assert (repeated, result.repeated) == ([(600, 2)], 1)
    standing = {one.subscriber.address.address: one.consent for one in press.subscribers.subscriptions()}
    assert (standing["a@example.com"], standing["b@example.com"]) == (PENDING, UNSUBSCRIBED)
    assert [(one.consent, one.source, one.way) for one in press.subscribers.consent_log("b@example.com")] == [
        (CONFIRMED, "r.csv:3", "import"), (UNSUBSCRIBED, "r.csv:601", "import"),
    ]  # fmt: skip


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_odd_names_tags_and_attributes_survive_a_move(houses, data):
    old, new = houses
    address = f"r{secrets.token_hex(6)}@example.com"
    old.confirm(address)
    attributes = data.draw(st.dictionaries(odd.filter(bool), values, max_size=3))
    tags = data.draw(st.sets(odd.filter(bool), max_size=3))
    text = json.dumps(attributes, ensure_ascii=False, sort_keys=True)
    name = normalize("NFC", data.draw(odd))
    change_particulars(
        old.database, address, {"name": name, "attributes": text}, tags={normalize("NFC", one) for one in tags}
    )
    moved(exported(old), new)
    assert particulars_of(new.database, address) == particulars_of(old.database, address)


@pytest.mark.parametrize(
    "line",
    [
        "{}",
        "[]",
        "1",
        "{",
        '{"address": 1}',
        '{"forgotten": "x", "at": "2026-01-01T00:00:00Z"}',
        '{"suppressed": null}',
    ],
)
def test_a_broken_line_of_an_export_is_rejected_with_its_number(line):
    lines = ['{"newsletter": "people", "version": 1}\n', f"{line}\n"]
    (rejected,) = read_lossless(lines, "people.jsonl")
    assert isinstance(rejected, RejectedRow)
    assert rejected.line == 2


def test_an_export_of_a_later_version_is_refused():
    with pytest.raises(InputError, match=r"people\.jsonl: a later version wrote this file; update newsletter"):
        list(read_lossless(['{"newsletter": "people", "version": 2}\n'], "people.jsonl"))
