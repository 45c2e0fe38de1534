import threading
from datetime import UTC, datetime, timedelta

import pytest

from newsletter.model.address import Address
from newsletter.model.hook import Event
from newsletter.model.notice import NoticeKind
from newsletter.model.subscriber import Consent, Provenance, Way
from newsletter.model.suppression import Kind
from newsletter.store.database import create
from newsletter.store.forgetting import forget
from newsletter.store.notices import NoticeStore
from newsletter.store.preferences import AddressChange, PreferenceStore, Wishes
from newsletter.store.schema import hook_outbox
from newsletter.store.signups import SignupStore
from newsletter.store.subscribers import SubscriberStore
from newsletter.store.suppression_list import SuppressionList

ADA = Address(address="Ada@example.com", name="Ada")
PAGE = Provenance(
    way=Way.PAGE, basis="subscribed on the page", source="/subscribe", wording="I want it", ip="192.0.2.1"
)
YES = Provenance(way=Way.PAGE, basis="confirmed by mail", source="/confirm")
DOUBLE, SINGLE = {"weekly": True}, {"jobs": False}


class Clock:
    def __init__(self):
        self.now = datetime(2026, 11, 27, 10, tzinfo=UTC)

    def __call__(self):
        return self.now

    def later(self, **time):
        self.now += timedelta(**time)


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def database(tmp_path, url):
    with create(tmp_path / "data", url) as database:
        yield database


@pytest.fixture
def signups(database, clock):
    return SignupStore(database, clock=clock)


@pytest.fixture
def people(database, clock):
    return SubscriberStore(database, clock=clock)


@pytest.fixture
def choices(database, clock):
    return PreferenceStore(database, clock=clock)


def standing(people, address=ADA.address):
    return {one.list: one.consent for one in people.subscriptions(address=address)}


def test_who_asks_is_pending_until_their_mailbox_says_yes(signups, people, database, clock):
    asked = signups.ask(ADA, DOUBLE, PAGE, language="de")
    assert (asked.waiting, asked.confirmed) == (("weekly",), ())
    assert standing(people) == {"weekly": Consent.PENDING}
    assert people.find(ADA.address).address.name == ""
    (notice,) = NoticeStore(database, clock=clock).lease(10)
    assert (notice.number, notice.kind, notice.address) == (asked.notice, NoticeKind.CONFIRM, ADA.address)
    clock.later(days=6, hours=23)
    done = signups.confirm(asked.notice, YES)
    assert (done.lists, done.new, done.blocked) == (("weekly",), ("weekly",), ())
    assert standing(people) == {"weekly": Consent.CONFIRMED}
    person = people.find(ADA.address)
    assert (person.address.name, person.language) == ("Ada", "de")
    first, second = people.consent_log(ADA.address)
    assert (first.consent, first.wording, first.ip, first.source) == ("pending", "I want it", "192.0.2.1", "/subscribe")
    assert (second.consent, second.wording, second.ip, second.way) == ("confirmed", "I want it", "", "page")
    assert signups.confirm(asked.notice, YES).new == ()
    assert len(people.consent_log(ADA.address)) == 2


def test_a_confirmation_holds_for_seven_days(signups, people, clock):
    asked = signups.ask(ADA, DOUBLE, PAGE)
    clock.later(days=7)
    assert signups.confirm(asked.notice, YES) is None
    assert standing(people) == {"weekly": Consent.PENDING}
    assert signups.confirm(asked.notice + 1, YES) is None


def test_a_list_with_single_opt_in_takes_a_word_that_nobody_contradicted(signups, people, choices, database):
    asked = signups.ask(ADA, SINGLE, PAGE)
    assert (asked.waiting, asked.confirmed) == ((), ("jobs",))
    assert people.find(ADA.address).address.name == "Ada"
    people.unsubscribe(ADA.address, basis="link")
    again = signups.ask(Address(address="ADA@example.com", name="Mallory"), SINGLE, PAGE)
    assert (again.waiting, again.confirmed) == (("jobs",), ())
    assert standing(people) == {"jobs": Consent.UNSUBSCRIBED}
    assert signups.confirm(again.notice, YES).new == ("jobs",)
    assert people.find(ADA.address).address.name == "Ada"


def test_who_left_one_list_is_on_another_by_the_word_of_their_mailbox_alone(signups, people):
    people.add(ADA, "weekly", consent=Consent.CONFIRMED, basis="asked")
    people.unsubscribe(ADA.address, basis="left all")
    asked = signups.ask(ADA, SINGLE, PAGE)
    assert (asked.confirmed, standing(people)["jobs"]) == ((), Consent.PENDING)
    assert signups.confirm(asked.notice, YES).new == ("jobs",)


def test_there_is_one_mail_an_hour_and_it_asks_for_all_that_was_asked(signups, clock, database, people):
    first = signups.ask(ADA, DOUBLE, PAGE)
    clock.later(minutes=59)
    assert signups.ask(ADA, {"extra": True}, PAGE).notice is None
    assert signups.confirm(first.notice, YES).lists == ("extra", "weekly")
    assert signups.ask(ADA, DOUBLE, PAGE).notice is not None  # "known": another kind
    assert signups.ask(ADA, DOUBLE, PAGE).notice is None
    clock.later(hours=1)
    assert signups.ask(ADA, DOUBLE, PAGE).notice is not None
    assert {notice.kind for notice in NoticeStore(database, clock=clock).lease(10)} == {"confirm", "known"}


def test_fifty_who_ask_for_one_address_at_once_are_one_subscriber_and_one_mail(signups, database, people):
    failed = []

    def ask():
        try:
            signups.ask(ADA, DOUBLE, PAGE)
        except Exception as error:
            failed.append(error)

    threads = [threading.Thread(target=ask) for _ in range(50)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failed == []
    assert len(list(people.subscriptions())) == len(people.consent_log(ADA.address)) == 1
    assert NoticeStore(database).waiting() == 1


def test_who_was_forgotten_or_suppressed_comes_back_by_their_own_word_alone(signups, people, database):
    people.add(ADA, "jobs", consent=Consent.CONFIRMED, basis="asked")
    forget(database, ADA.address)
    asked = signups.ask(ADA, SINGLE, PAGE)
    assert asked.waiting == ("jobs",)
    lists = SuppressionList(database)
    lists.add(ADA.address, reason="550 no such user", kind=Kind.BOUNCED)
    lists.add(ADA.address, "jobs", reason="asked by phone")
    done = signups.confirm(asked.notice, YES)
    assert (done.new, done.blocked) == (("jobs",), ("jobs",))
    assert [one.kind for one in lists.all(address=ADA.address)] == [Kind.EDITOR]
    assert people.import_all([ADA], "weekly", consent=Consent.PENDING, basis="").kept_out == ()


def test_the_hooks_hear_of_what_a_reader_says(signups, database):
    database.hooks = {Event.SUBSCRIBED: ("crm",), Event.CONFIRMED: ("crm",)}
    asked = signups.ask(ADA, DOUBLE, PAGE)
    signups.confirm(asked.notice, YES)
    with database.reading() as connection:
        assert connection.execute(hook_outbox.select()).all()[-1].event == "confirmed"


def test_a_notice_is_leased_once_counted_and_given_up_with_its_link(signups, database, clock):
    signups.ask(ADA, DOUBLE, PAGE)
    store = NoticeStore(database, clock=clock)
    (notice,) = store.lease(10)
    assert (notice.attempts, store.lease(10)) == (1, ())
    clock.later(minutes=16)
    assert [one.attempts for one in store.lease(10)] == [2]
    store.failed(notice.number, "451 later", clock.now + timedelta(minutes=3))
    assert store.lease(10) == ()
    assert store.next_due() == clock.now + timedelta(minutes=3)
    clock.later(minutes=3)
    store.lease(10)
    store.sent(notice.number, "250 taken")
    assert (store.next_due(), store.waiting(), store.find(notice.number).sent_at) == (None, 0, clock.now)
    clock.later(hours=2)
    again = signups.ask(ADA, DOUBLE, PAGE).notice
    clock.later(days=8)
    assert store.lease(10) == ()
    assert (store.waiting(), store.find(again).sent_at) == (0, None)


def test_readers_choose_lists_sections_pauses_and_their_names(people, choices, clock):
    people.add(ADA, "weekly", consent=Consent.CONFIRMED, basis="asked")
    people.add(ADA, "inside", consent=Consent.CONFIRMED, basis="asked")
    number = people.find(ADA.address).number
    until = clock.now + timedelta(weeks=2)
    wishes = Wishes(
        lists=["jobs"], offered=["weekly", "jobs"], without=["Search", "Data"], paused_until=until, name="Countess",
        language="de", timezone="Europe/London",
    )  # fmt: skip
    assert choices.change(number, wishes, PAGE) == ()
    now = choices.of(number)
    assert now.lists == {"weekly": Consent.UNSUBSCRIBED, "jobs": Consent.CONFIRMED, "inside": Consent.CONFIRMED}
    assert (now.without, now.paused_until) == (("Data", "Search"), until)
    assert (now.person.address.name, now.person.language, now.person.timezone) == ("Countess", "de", "Europe/London")
    choices.change(number, Wishes(without=[], paused_until=clock.now), PAGE)
    now = choices.of(number)
    assert (now.without, now.paused_until, now.person.address.name) == ((), None, "Countess")


def test_another_address_is_asked_first_and_the_old_one_stays_until_it_says_yes(people, choices, clock, database):
    people.add(ADA, "weekly", consent=Consent.CONFIRMED, basis="asked")
    number = people.find(ADA.address).number
    asked = choices.ask_address(number, Address(address="countess@example.org"))
    assert people.find(ADA.address).number == number
    assert choices.confirm_address(asked) is AddressChange.DONE
    assert choices.confirm_address(asked) is AddressChange.DONE
    assert (people.find(ADA.address), people.find("countess@example.org").number) == (None, number)
    clock.later(hours=2)
    taken = choices.ask_address(number, Address(address="new@example.org"))
    people.add(Address(address="new@example.org"), "weekly", consent=Consent.CONFIRMED, basis="asked")
    assert choices.confirm_address(taken) is AddressChange.TAKEN
    assert choices.ask_address(number, Address(address="NEW@example.org")) is None
    clock.later(hours=2)
    late = choices.ask_address(number, Address(address="third@example.org"))
    forget(database, "countess@example.org")
    assert choices.confirm_address(late) is AddressChange.OVER
    assert choices.of(number) is None


def test_an_address_that_mail_came_back_from_gets_mail_once_its_owner_moved_there(people, choices, database):
    people.add(ADA, "weekly", consent=Consent.CONFIRMED, basis="asked")
    number = people.find(ADA.address).number
    refused = SuppressionList(database)
    refused.add("new@example.org", reason="5.1.1", kind=Kind.BOUNCED)
    refused.add("new@example.org", "jobs", reason="said so")
    choices.confirm_address(choices.ask_address(number, Address(address="new@example.org")))
    assert [(one.list, one.kind) for one in refused.all()] == [("jobs", Kind.EDITOR)]


def test_no_page_writes_to_an_address_that_an_editor_keeps_all_mail_from(signups, people, choices, database):
    people.add(ADA, "weekly", consent=Consent.CONFIRMED, basis="asked")
    people.add(Address(address="bob@example.com"), "weekly", consent=Consent.CONFIRMED, basis="asked")
    number = people.find("bob@example.com").number
    SuppressionList(database).add(ADA.address, reason="asked by phone")
    assert signups.ask(ADA, {"weekly": True, "jobs": False}, PAGE).notice is None
    assert choices.post_link(ADA.address) is None
    forget(database, ADA.address)
    assert signups.ask(ADA, DOUBLE, PAGE).notice is None
    forget(database, ADA.address)
    assert choices.ask_address(number, ADA) is None
    assert NoticeStore(database).waiting() == 0
    assert choices.post_link("bob@example.com")


def test_who_leaves_by_the_link_of_a_mail_leaves_that_list(people):
    for name in ("weekly", "jobs"):
        people.add(ADA, name, consent=Consent.CONFIRMED, basis="asked")
    number = people.find(ADA.address).number
    link = Provenance(way=Way.LINK, basis="the unsubscribe link", source="issue 1")
    assert people.leave(number, "weekly", link)
    assert standing(people) == {"weekly": Consent.UNSUBSCRIBED, "jobs": Consent.CONFIRMED}
    assert people.leave(number, None, link)
    assert set(standing(people).values()) == {Consent.UNSUBSCRIBED}
    assert not people.leave(number + 1, None, link)
