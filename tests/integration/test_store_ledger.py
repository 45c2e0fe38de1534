import hashlib
from dataclasses import replace
from datetime import timedelta

import pytest
from store_press import NOON, PEOPLE, Press, begin, record

from newsletter.errors import StoreError
from newsletter.model.address import Address
from newsletter.model.delivery import Delivery, State
from newsletter.model.subscriber import Consent
from newsletter.sender.ledger import Ledger
from newsletter.store.mailing import COMES_FROM, LEASE
from newsletter.store.retry import ATTEMPTS

QUEUED, SENDING, ACCEPTED, DEFERRED, REFUSED, EXCLUDED, IN_DOUBT = State


@pytest.fixture
def press(tmp_path, url):
    made = Press(tmp_path / "data", url)
    made.confirm(*PEOPLE)
    yield made
    made.close()


def test_a_mailing_ledger_is_what_the_sender_asks_for(press):
    press.start()
    ledger: Ledger = press.open()
    assert ledger.balance().planned == 3


def test_a_start_freezes_the_confirmed_of_its_list_and_the_bytes(press):
    press.confirm("other@example.com", list_name="daily")
    press.subscribers.add(Address(address="p@example.com"), "weekly", consent=Consent.PENDING, basis="")
    press.leave("c@example.com")
    assert press.start() == 2
    assert press.addresses() == ["ada@example.com", "Bob@example.com"]
    assert press.ledger.frozen(42, "weekly") == b"the bytes"
    (mailing,) = press.ledger.mailings(42)
    assert (mailing.issue, mailing.list, mailing.subject) == (42, "weekly", "Moka")
    assert mailing.content_sha256 == hashlib.sha256(b"the bytes").hexdigest()
    assert (mailing.started_at, mailing.finished_at) == (NOON, None)


def test_a_second_start_adds_only_who_is_not_in_it_yet_and_keeps_the_frozen_bytes(press):
    press.start()
    press.confirm("late@example.com")
    assert press.ledger.waiting(42, "weekly") == 1
    assert press.start(frozen=b"other bytes") == 1
    assert press.start() == press.ledger.waiting(42, "weekly") == 0
    assert press.addresses() == [*PEOPLE, "late@example.com"]
    assert press.ledger.frozen(42, "weekly") == b"the bytes"
    assert len(press.ledger.mailings()) == 1


def test_a_second_list_is_a_second_mailing_without_those_who_have_it(press):
    press.start()
    press.confirm("ADA@example.com", "daily@example.com", list_name="daily")
    assert press.start(list_name="daily", frozen=b"for daily") == 1
    assert [mailing.list for mailing in press.ledger.mailings(42)] == ["weekly", "daily"]
    assert press.ledger.frozen(42, "daily") == b"for daily"
    assert press.ledger.balance(42).planned == 4
    assert [each.address for each in press.open(list_name="daily").claim(10)] == ["daily@example.com"]


def test_another_issue_goes_to_everybody_again(press):
    press.start()
    assert press.start(issue=43) == 3


def test_what_was_not_started_cannot_be_opened(press):
    press.start()
    for ask in (press.ledger.frozen, press.ledger.open_mailing, press.ledger.finish):
        with pytest.raises(StoreError, match="issue 42 was not sent to the list daily; newsletter send 42"):
            ask(42, "daily")


def test_a_delivery_goes_from_queued_over_sending_to_accepted(press):
    press.start()
    ledger = press.open()
    first, *_ = ledger.claim(10)
    assert first == Delivery(number=1, subscriber=1, address="ada@example.com", name="", state=QUEUED)
    assert begin(ledger, first)
    assert press.counts() == {QUEUED: 2, SENDING: 1}
    record(ledger, replace(first, state=ACCEPTED, reply="250 2.0.0 queued as 4F2"))
    assert press.counts() == {QUEUED: 2, ACCEPTED: 1}
    (accepted,) = press.ledger.deliveries(42, [ACCEPTED])
    assert accepted.reply == "250 2.0.0 queued as 4F2"


def test_nobody_is_claimed_twice_by_one_run_nor_by_two(press):
    press.start()
    one, two = press.open(), press.open()
    assert [each.address for each in one.claim(2)] == PEOPLE[:2]
    assert [each.address for each in two.claim(2)] == PEOPLE[2:]
    assert list(one.claim(2)) == list(two.claim(2)) == []


def test_a_lease_that_was_given_back_or_has_run_out_is_for_the_next_run(press):
    press.start()
    one, two = press.open(), press.open()
    (mine,) = one.claim(1)
    one.release()
    assert two.claim(1) == [mine]
    press.now += LEASE
    three = press.open()
    assert three.claim(1) == [mine]
    assert not begin(two, mine)
    assert not begin(one, mine)
    assert begin(three, mine)
    assert not begin(three, mine)


def test_an_own_lease_that_ran_out_is_not_claimed_again_by_the_same_run(press):
    press.start()
    ledger = press.open()
    ledger.claim(3)
    press.now += LEASE * 2
    assert list(ledger.claim(3)) == []


def test_who_left_before_the_claim_is_excluded_and_not_in_it(press):
    press.start()
    press.leave("ada@example.com")
    press.leave("bob@example.com")
    assert [each.address for each in press.open().claim(1)] == ["c@example.com"]
    assert press.counts() == {EXCLUDED: 2, QUEUED: 1}


def test_who_left_between_claim_and_begin_is_excluded_and_gets_nothing(press):
    press.start()
    ledger = press.open()
    ada, bob, _ = ledger.claim(3)
    press.leave("ADA@example.com")
    press.confirm(*PEOPLE, list_name="daily")
    assert not begin(ledger, ada)
    assert begin(ledger, bob)
    assert press.addresses(EXCLUDED) == ["ada@example.com"]
    assert not begin(ledger, ada)


def test_who_comes_back_after_being_excluded_stays_so_in_this_issue(press):
    press.start()
    press.leave("ada@example.com")
    press.open().claim(3)
    press.confirm("ada@example.com")
    assert press.start() == 0
    assert press.addresses(EXCLUDED) == ["ada@example.com"]


def test_a_server_that_refuses_before_354_refuses_what_was_never_begun(press):
    press.start()
    ledger = press.open()
    ada, bob, _ = ledger.claim(3)
    record(ledger, replace(ada, state=REFUSED, reply="550 5.1.1 no such user"))
    record(ledger, replace(bob, state=DEFERRED, reply="450 4.2.0 greylisted"))
    assert press.counts() == {REFUSED: 1, DEFERRED: 1, QUEUED: 1}


@pytest.mark.parametrize("state", [QUEUED, SENDING, EXCLUDED])
def test_the_sender_may_record_only_outcomes(press, state):
    press.start()
    ledger = press.open()
    (ada,) = ledger.claim(1)
    with pytest.raises(ValueError, match="is no outcome"):
        record(ledger, replace(ada, state=state))


@pytest.mark.parametrize("state", [ACCEPTED, IN_DOUBT])
def test_nothing_is_accepted_or_in_doubt_that_was_not_begun(press, state):
    press.start()
    ledger = press.open()
    (ada,) = ledger.claim(1)
    with pytest.raises(StoreError, match="it is queued"):
        record(ledger, replace(ada, state=state))
    assert press.counts() == {QUEUED: 3}


@pytest.mark.parametrize("before", list(COMES_FROM))
@pytest.mark.parametrize("after", list(COMES_FROM))
def test_an_outcome_is_recorded_once(press, before, after):
    press.start()
    ledger = press.open()
    (ada,) = ledger.claim(1)
    begin(ledger, ada)
    record(ledger, replace(ada, state=before))
    with pytest.raises(StoreError, match="another process took it over"):
        record(ledger, replace(ada, state=after))
    assert press.counts() == {QUEUED: 2, before: 1}


def test_what_another_run_is_sending_cannot_be_recorded(press):
    press.start()
    ledger, other = press.open(), press.open()
    (ada,) = ledger.claim(1)
    begin(ledger, ada)
    with pytest.raises(StoreError, match=r"ada@example\.com cannot be noted as accepted in issue 42"):
        record(other, replace(ada, state=ACCEPTED))
    other.release()
    record(ledger, replace(ada, state=ACCEPTED))


def defer(press, **options):
    ledger = press.open(**options)
    claimed = ledger.claim(1)
    for each in claimed:
        begin(ledger, each)
        record(ledger, replace(each, state=DEFERRED, reply="450 later"))
    return [each.address for each in claimed]


def test_a_deferred_one_is_due_after_5_15_and_45_minutes(press):
    press.leave("bob@example.com")
    press.leave("c@example.com")
    press.start()
    for minutes in (0, 5, 15, 45):
        if minutes:
            press.now += timedelta(minutes=minutes, seconds=-1)
            assert defer(press) == []
            press.now += timedelta(seconds=1)
        assert defer(press) == ["ada@example.com"]


def test_a_run_does_not_have_again_what_it_deferred_itself(press):
    press.start()
    ledger = press.open()
    (ada,) = ledger.claim(1)
    record(ledger, replace(ada, state=DEFERRED))
    press.now += timedelta(hours=5)
    assert [each.address for each in ledger.claim(10)] == PEOPLE[1:]
    assert list(ledger.claim(10)) == []
    assert [each.address for each in press.open().claim(10)] == PEOPLE[:1]


def test_a_run_has_what_an_earlier_one_deferred_once_it_is_due(press):
    press.start()
    defer(press)
    press.now += timedelta(seconds=1)
    ledger = press.open()
    assert [each.address for each in ledger.claim(10)] == PEOPLE[1:]
    press.now += timedelta(minutes=5)
    assert [each.address for each in ledger.claim(10)] == PEOPLE[:1]


def test_a_claim_has_the_queued_first_and_is_filled_up_with_those_that_are_due(press):
    press.start()
    defer(press)
    defer(press)
    press.now += timedelta(hours=1)
    ledger = press.open()
    assert [each.address for each in ledger.claim(2)] == ["c@example.com", "ada@example.com"]
    assert [each.address for each in ledger.claim(2)] == ["Bob@example.com"]


def test_a_claim_that_finds_only_people_who_left_goes_on_to_those_that_are_due(press):
    press.start()
    defer(press)
    press.leave("bob@example.com")
    press.leave("c@example.com")
    assert [each.address for each in press.open(retry_now=True).claim(1)] == ["ada@example.com"]
    assert press.addresses(EXCLUDED) == PEOPLE[1:]


def test_deferred_ones_are_due_at_once_when_asked_for(press):
    press.start()
    assert defer(press) == ["ada@example.com"]
    assert press.open().claim(1)[0].address == "Bob@example.com"
    assert press.open(retry_now=True).claim(10)[-1].address == "ada@example.com"


def test_when_the_attempts_are_used_up_it_is_refused_with_the_server_s_words(press):
    press.leave("bob@example.com")
    press.leave("c@example.com")
    press.start()
    for _ in range(ATTEMPTS):
        assert defer(press, retry_now=True) == ["ada@example.com"]
    assert defer(press, retry_now=True) == []
    (refused,) = press.ledger.deliveries(42, [REFUSED])
    assert refused.reply == f"450 later (given up: {ATTEMPTS} attempts)"


def test_who_left_while_deferred_is_excluded(press):
    press.start()
    defer(press)
    press.leave("ada@example.com")
    press.open(retry_now=True).claim(10)
    assert press.addresses(EXCLUDED) == ["ada@example.com"]


def test_recovering_puts_in_doubt_what_was_being_sent_and_frees_what_was_leased(press):
    press.start()
    ledger = press.open()
    ada, _, c = ledger.claim(3)
    begin(ledger, ada)
    record(ledger, replace(c, state=REFUSED))
    assert press.ledger.recover() == 1
    assert press.counts() == {IN_DOUBT: 1, QUEUED: 1, REFUSED: 1}
    assert press.ledger.recover() == 0
    assert [each.address for each in press.open().claim(10)] == ["Bob@example.com"]


def in_doubt(press, count):
    ledger = press.open()
    for each in ledger.claim(count):
        begin(ledger, each)
    press.ledger.recover()


def test_what_is_in_doubt_is_never_sent_again_unasked(press):
    press.start()
    in_doubt(press, 3)
    assert press.start() == 0
    assert list(press.open(retry_now=True).claim(10)) == []
    assert press.ledger.finish(42, "weekly")


def test_the_operator_settles_by_name_or_all_at_once(press):
    press.start()
    in_doubt(press, 3)
    assert press.ledger.settle(42, ["ADA@example.com", "ada@example.com"], ACCEPTED) == 1
    assert press.addresses(ACCEPTED) == ["ada@example.com"]
    assert press.ledger.settle(42, None, QUEUED) == 2
    assert [each.address for each in press.open().claim(10)] == PEOPLE[1:]
    assert press.ledger.settle(42, None, QUEUED) == 0


def test_settling_somebody_who_is_not_in_doubt_settles_nobody(press):
    press.start()
    in_doubt(press, 2)
    with pytest.raises(StoreError, match=r"c@example\.com is not in doubt in issue 42; nothing was moved"):
        press.ledger.settle(42, ["ada@example.com", "c@example.com"], ACCEPTED)
    assert press.counts() == {IN_DOUBT: 2, QUEUED: 1}


def test_nothing_in_doubt_is_settled_as_anything_else(press):
    with pytest.raises(ValueError, match="nothing in doubt becomes refused"):
        press.ledger.settle(42, None, REFUSED)


def test_the_refused_are_queued_again_only_when_asked(press):
    press.start()
    ledger = press.open()
    for each in ledger.claim(3):
        record(ledger, replace(each, state=REFUSED))
    assert list(press.open(retry_now=True).claim(10)) == []
    assert press.ledger.requeue_refused(42, ["bob@example.com"]) == 1
    assert [each.address for each in press.open().claim(10)] == ["Bob@example.com"]


def test_a_mailing_has_ended_when_nobody_is_left_and_goes_on_when_somebody_comes(press):
    press.start()
    ledger = press.open()
    for each in ledger.claim(10):
        assert not press.ledger.finish(42, "weekly")
        begin(ledger, each)
        record(ledger, replace(each, state=ACCEPTED))
    assert press.ledger.finish(42, "weekly")
    press.now += timedelta(hours=1)
    assert press.ledger.finish(42, "weekly")
    assert press.ledger.mailings(42)[0].finished_at == NOON
    press.confirm("late@example.com")
    press.start()
    assert press.ledger.mailings(42)[0].finished_at is None
