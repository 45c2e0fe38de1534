import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from newsletter.errors import StoreError, SubscriberError
from newsletter.model.address import Address
from newsletter.model.canonical import fold_address
from newsletter.model.delivery import State
from newsletter.model.hook import NO_HOOKS
from newsletter.model.subscriber import Consent, Provenance, Way
from newsletter.store.consent import Outcome
from newsletter.store.consent_moves import change, move
from newsletter.store.database import create
from newsletter.store.ledger import LedgerStore
from newsletter.store.subscribers import BATCH, SubscriberStore

PENDING, CONFIRMED, UNSUBSCRIBED = Consent
NOON = datetime(2026, 11, 27, 12, tzinfo=UTC)
ADA, BOB = Address(address="Ada@example.com", name="Ada"), Address(address="bob@example.com", name="Bob")


@pytest.fixture
def database(tmp_path, url):
    with create(tmp_path / "data", url) as made:
        yield made


@pytest.fixture
def store(database):
    return SubscriberStore(database, clock=lambda: NOON)


def standing(store, address="ada@example.com"):
    return {each.list: each.consent for each in store.subscriptions(address=address)}


def test_who_is_added_can_be_found_in_any_case(store):
    assert store.add(ADA, "weekly", consent=CONFIRMED, basis="paper form") is Outcome.NEW
    assert store.find("ADA@EXAMPLE.COM").address == ADA
    assert store.find("eve@example.com") is None
    (subscription,) = store.subscriptions()
    assert subscription.subscriber == store.find("ada@example.com")
    assert (subscription.list, subscription.consent, subscription.basis) == ("weekly", CONFIRMED, "paper form")
    assert subscription.since == "2026-11-27T12:00:00Z"


def test_one_person_in_two_cases_is_one_subscriber(store):
    store.add(ADA, "weekly", consent=CONFIRMED, basis="form")
    assert store.add(Address(address="ADA@example.com"), "weekly", consent=PENDING, basis="") is Outcome.UNCHANGED
    store.add(Address(address="ada@EXAMPLE.com"), "daily", consent=PENDING, basis="")
    assert standing(store) == {"weekly": CONFIRMED, "daily": PENDING}
    assert store.find("ada@example.com").address.address == "Ada@example.com"


def test_nobody_who_unsubscribed_comes_back_by_an_import_or_as_pending(store):
    store.add(ADA, "weekly", consent=CONFIRMED, basis="form")
    assert store.unsubscribe("ADA@example.com", basis="link") == ("weekly",)
    for consent in (PENDING, CONFIRMED):
        result = store.import_all([ADA, BOB], "weekly", consent=consent, basis="file")
        assert result.kept_out == ("Ada@example.com",)
    with pytest.raises(SubscriberError, match=r"Ada@example\.com unsubscribed from weekly"):
        store.add(ADA, "weekly", consent=PENDING, basis="typed")
    assert standing(store) == {"weekly": UNSUBSCRIBED}
    assert store.add(ADA, "weekly", consent=CONFIRMED, basis="asked by mail") is Outcome.CHANGED
    assert standing(store) == {"weekly": CONFIRMED}


def test_a_consent_that_stands_elsewhere_than_it_was_judged_is_not_moved(store, database):
    store.add(ADA, "weekly", consent=CONFIRMED, basis="form")
    stale = change(1, "weekly", UNSUBSCRIBED, Provenance(way=Way.LINK, basis="link"), "2026-11-27T12:00:00Z", PENDING)
    with pytest.raises(StoreError, match="a consent changed while it was being changed"), database.writing() as writer:
        move(writer, [stale], NO_HOOKS)
    assert standing(store) == {"weekly": CONFIRMED}
    assert len(store.consent_log("ada@example.com")) == 1


def test_the_confirmed_are_never_lowered_to_pending(store):
    store.add(ADA, "weekly", consent=CONFIRMED, basis="form")
    assert store.add(ADA, "weekly", consent=PENDING, basis="typed") is Outcome.UNCHANGED
    assert store.import_all([ADA], "weekly", consent=PENDING, basis="file")[Outcome.UNCHANGED] == 1
    (subscription,) = store.subscriptions()
    assert (subscription.consent, subscription.basis) == (CONFIRMED, "form")


def test_each_change_of_consent_is_logged_and_what_changes_nothing_is_not(store):
    store.add(ADA, "weekly", consent=PENDING, basis="page")
    store.add(ADA, "weekly", consent=PENDING, basis="page again")
    store.add(ADA, "weekly", consent=CONFIRMED, basis="link in the mail")
    store.unsubscribe("ada@example.com", "weekly", basis="one click")
    store.unsubscribe("ada@example.com", basis="one click again")
    log = store.consent_log("ADA@example.com")
    assert [(entry.consent, entry.basis) for entry in log] == [
        (PENDING, "page"),
        (CONFIRMED, "link in the mail"),
        (UNSUBSCRIBED, "one click"),
    ]
    assert {(entry.list, entry.at) for entry in log} == {("weekly", "2026-11-27T12:00:00Z")}


def test_nobody_is_confirmed_without_a_basis(store):
    for enter in (store.add, lambda person, *facts, **named: store.import_all([person], *facts, **named)):
        with pytest.raises(SubscriberError, match="needs a basis"):
            enter(ADA, "weekly", consent=CONFIRMED, basis=" ")
    assert store.find("ada@example.com") is None


def test_an_import_counts_what_became_of_each_row(store):
    store.add(ADA, "weekly", consent=PENDING, basis="")
    store.add(BOB, "weekly", consent=CONFIRMED, basis="form")
    people = [ADA, BOB, Address(address="c@example.com"), Address(address="C@example.com")]
    result = store.import_all(people, "weekly", consent=CONFIRMED, basis="fair")
    assert (result[Outcome.CHANGED], result[Outcome.UNCHANGED], result[Outcome.NEW]) == (1, 2, 1)
    assert store.counts("weekly") == {PENDING: 0, CONFIRMED: 3, UNSUBSCRIBED: 0}
    assert store.counts("daily") == {PENDING: 0, CONFIRMED: 0, UNSUBSCRIBED: 0}
    assert store.lists() == ("weekly",)


def test_an_import_goes_in_whole_or_not_at_all(store):
    def people():
        for number in range(BATCH + 1):
            yield Address(address=f"{number}@example.com")
        raise RuntimeError

    with pytest.raises(RuntimeError):
        store.import_all(people(), "weekly", consent=PENDING, basis="file")
    assert list(store.subscriptions()) == []
    assert store.find("0@example.com") is None


def test_an_address_twice_in_two_batches_is_one_subscriber(store):
    people = [Address(address=f"{number}@example.com") for number in range(BATCH)]
    result = store.import_all([*people, Address(address="0@EXAMPLE.com")], "weekly", consent=PENDING, basis="")
    assert (result[Outcome.NEW], result[Outcome.UNCHANGED]) == (BATCH, 1)


def test_an_import_names_only_who_had_no_name_and_a_hand_may_rename(store):
    store.add(Address(address="ada@example.com"), "weekly", consent=PENDING, basis="")
    store.import_all([ADA], "weekly", consent=PENDING, basis="")
    store.import_all([Address(address="ada@example.com", name="A. L.")], "weekly", consent=PENDING, basis="")
    assert store.find("ada@example.com").address.name == "Ada"
    store.add(Address(address="ada@example.com", name="Lady Ada"), "weekly", consent=PENDING, basis="")
    store.add(Address(address="ada@example.com"), "daily", consent=PENDING, basis="")
    assert store.find("ada@example.com").address.name == "Lady Ada"


def test_a_name_or_basis_that_looks_like_sql_is_only_text(store):
    evil = "'); DROP TABLE subscriber; -- :name"
    store.add(Address(address="ada@example.com", name=evil), evil, consent=CONFIRMED, basis=evil)
    (subscription,) = store.subscriptions(list_name=evil)
    assert (subscription.subscriber.address.name, subscription.basis) == (evil, evil)


def test_unsubscribing_leaves_one_list_or_all(store):
    for name in ("daily", "weekly", "yearly"):
        store.add(ADA, name, consent=CONFIRMED, basis="form")
    assert store.unsubscribe("ada@example.com", "weekly", basis="link") == ("weekly",)
    assert store.unsubscribe("ada@example.com", basis="link") == ("daily", "yearly")
    assert store.unsubscribe("ada@example.com", basis="link") == ()


def test_unsubscribing_somebody_or_from_something_unknown_says_so(store):
    store.add(ADA, "weekly", consent=PENDING, basis="")
    with pytest.raises(SubscriberError, match=r"eve@example\.com is not known here"):
        store.unsubscribe("eve@example.com", basis="link")
    with pytest.raises(SubscriberError, match="not on the list daily; lists of theirs: weekly"):
        store.unsubscribe("ada@example.com", "daily", basis="link")
    with pytest.raises(SubscriberError, match=r"eve@example\.com is not known here"):
        store.consent_log("eve@example.com")


def test_subscriptions_are_filtered_and_read_lazily_as_they_were(store):
    people = [Address(address=f"{number}@example.com") for number in range(3 * BATCH)]
    store.import_all(people, "weekly", consent=PENDING, basis="")
    store.import_all(people[:2], "daily", consent=CONFIRMED, basis="file")
    assert [each.subscriber.number for each in store.subscriptions(list_name="daily", consent=CONFIRMED)] == [1, 2]
    reading = store.subscriptions(consent=PENDING)
    next(reading)
    store.unsubscribe(people[-1].address, basis="while another reads")
    assert sum(1 for _ in reading) == 3 * BATCH - 1
    assert sum(1 for _ in store.subscriptions(consent=PENDING)) == 3 * BATCH - 1


addresses = st.sampled_from(
    ["ada@example.com", "ADA@example.com", "Bob@example.com", "bob@EXAMPLE.com", "c@example.com"]
)
lists = st.sampled_from(["weekly", "daily"])


class AnyOrder(RuleBasedStateMachine):
    """Adds, imports, confirms, unsubscribes and starts in any order, beside the simplest model of who said yes."""

    def __init__(self, url):
        super().__init__()
        self.scratch = tempfile.TemporaryDirectory()
        self.database = create(Path(self.scratch.name) / "data", url)
        self.now = NOON
        self.store = SubscriberStore(self.database, clock=lambda: self.now)
        self.ledger = LedgerStore(self.database, clock=lambda: self.now)
        self.said = {}
        self.issue = 0

    def teardown(self):
        self.database.close()
        self.scratch.cleanup()

    def tick(self):
        self.now += timedelta(seconds=1)

    @rule(address=addresses, list_name=lists, consent=st.sampled_from(Consent))
    def add(self, address, list_name, consent):
        self.tick()
        key = fold_address(address), list_name
        if self.said.get(key) is UNSUBSCRIBED and consent is PENDING:
            with pytest.raises(SubscriberError):
                self.store.add(Address(address=address), list_name, consent=consent, basis="by hand")
            return
        self.store.add(Address(address=address), list_name, consent=consent, basis="by hand")
        if not (self.said.get(key) is CONFIRMED and consent is PENDING):
            self.said[key] = consent

    @rule(people=st.lists(addresses), list_name=lists, consent=st.sampled_from(Consent))
    def import_all(self, people, list_name, consent):
        self.tick()
        self.store.import_all(map(_person, people), list_name, consent=consent, basis="file")
        for address in people:
            key = fold_address(address), list_name
            if self.said.get(key) in (None, PENDING) or consent is UNSUBSCRIBED:
                self.said[key] = consent

    @rule(address=addresses, list_name=st.none() | lists)
    def unsubscribe(self, address, list_name):
        self.tick()
        known = [key for key in self.said if key[0] == fold_address(address) and list_name in (None, key[1])]
        if not known and (list_name or self.store.find(address) is None):
            with pytest.raises(SubscriberError):
                self.store.unsubscribe(address, list_name, basis="link")
        else:
            self.store.unsubscribe(address, list_name, basis="link")
        self.said |= dict.fromkeys(known, UNSUBSCRIBED)

    @rule(list_name=lists)
    def start(self, list_name):
        self.issue += 1
        self.ledger.start(self.issue, list_name, frozen=b"", subject="", started=self.now)
        audience = {each.address.lower() for each in self.ledger.deliveries(self.issue)}
        assert audience == {
            who for (who, which), consent in self.said.items() if (which, consent) == (list_name, CONFIRMED)
        }

    @rule(list_name=lists)
    def claim(self, list_name):
        if any(mailing.list == list_name for mailing in self.ledger.mailings(self.issue)):
            with self.ledger.open_mailing(self.issue, list_name) as mailing:
                claimed = mailing.claim(10)
                assert all(self.said[fold_address(each.address), list_name] is CONFIRMED for each in claimed)
            assert self.ledger.balance(self.issue)[State.SENDING] == 0

    @invariant()
    def everybody_stands_where_they_said(self):
        standing = {
            (fold_address(each.subscriber.address.address), each.list): each for each in self.store.subscriptions()
        }
        assert {key: each.consent for key, each in standing.items()} == self.said
        logged = {}
        for address in {who for who, _ in standing}:
            for entry in self.store.consent_log(address):
                before = logged.get((address, entry.list))
                assert before is None or (before.consent is not entry.consent and before.at < entry.at)
                logged[address, entry.list] = entry
        assert {key: (each.consent, each.basis, each.at) for key, each in logged.items()} == {
            key: (each.consent, each.basis, each.since) for key, each in standing.items()
        }
        assert sum(self.store.counts().values()) == len(standing)


def _person(address):
    return Address(address=address)


def test_whatever_the_order_everybody_stands_where_they_said(new_url, examples):
    steps = settings(
        max_examples=examples, stateful_step_count=25, deadline=None, suppress_health_check=[HealthCheck.too_slow]
    )
    run_state_machine_as_test(lambda: AnyOrder(new_url()), settings=steps)


def test_people_are_found_by_a_part_of_their_name_or_address(store):
    for address, name in (
        ("ada@Example.com", "Ada Lovelace"),
        ("bob@example.org", "Bob 100%"),
        ("c_d@example.org", ""),
    ):
        store.add(Address(address=address, name=name), "weekly", consent=Consent.CONFIRMED, basis="they said so")

    def found(words: str) -> list[str]:
        return [one.subscriber.address.address for one in store.subscriptions(containing=words)]

    assert found("LOVE") == ["ada@Example.com"]
    assert found("example.COM") == ["ada@Example.com"]
    assert found("example") == ["ada@Example.com", "bob@example.org", "c_d@example.org"]
    assert found("0%") == ["bob@example.org"], "a % is no wildcard"
    assert found("c_d") == ["c_d@example.org"]
    assert found("a_a") == [], "a _ is none either"
