"""What stands around the moves of a mailing: schedules, workers, reasons, pace, traffic, suppressions, stopping."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import func, insert, select
from store_press import ACCEPTED, DEFERRED, EXCLUDED, NOON, PEOPLE, QUEUED, REFUSED, Press, begin, record

from newsletter.model.delivery import Spent
from newsletter.sender.ledger import Traffic
from newsletter.store.agenda import Agenda, Schedule, Worker
from newsletter.store.report import Reason, Report
from newsletter.store.schema import suppression, traffic
from newsletter.store.suppression import LEAST, believable
from newsletter.store.traffic import KEPT, TrafficStore

MINUTE = timedelta(minutes=1)


@pytest.fixture
def press(tmp_path, url):
    made = Press(tmp_path / "data", url)
    made.confirm(*PEOPLE)
    yield made
    made.close()


def test_the_ledger_s_own_connection_waits_for_the_disk_at_each_commit(press):
    press.start()
    assert press.open().synchronous == ("on" if press.url else 2)


def test_stopping_from_elsewhere_is_told_by_the_next_commit_until_it_is_cleared(press):
    press.start()
    run = press.open()
    ada, bob, c = run.claim(3)
    assert not run.commit([], [ada]).stop
    press.ledger.ask_stop(42)
    assert press.ledger.stop_asked(42)
    assert run.commit([replace(ada, state=ACCEPTED)], [bob]).stop
    assert press.open().commit([], []).stop, "whoever opens it later is told, too"
    press.ledger.clear_stop(42)
    assert not run.commit([], [c]).stop
    assert not press.ledger.stop_asked(42)


def test_what_is_put_off_for_no_fault_of_its_own_is_no_attempt(press):
    press.start()
    run = press.open()
    ada, bob, c = run.claim(3)
    begin(run, bob)
    run.postpone([ada, bob], NOON + MINUTE, "its servers are left alone")
    assert press.counts() == {DEFERRED: 1, "sending": 1, QUEUED: 1}
    press.now += MINUTE
    run.release()
    (again, _) = sorted(press.open().claim(3), key=lambda each: each.number)
    assert (again.address, again.attempts, again.reply) == (ada.address, 0, "its servers are left alone")
    assert c.attempts == 0


def test_the_suppressed_are_none_of_the_audience_and_excluded_at_the_last_moment(press):
    press.start()
    run = press.open()
    ada, *_ = run.claim(1)
    with press.database.writing() as connection:
        for folded in ("ada@example.com", "bob@example.com", "late@example.com"):
            connection.execute(insert(suppression).values(folded=folded, reason="gone", since="2026-11-27T12:00:00Z"))
    press.confirm("LATE@example.com")
    assert press.ledger.waiting(42, "weekly") == press.start() == 0
    assert not begin(run, ada)
    assert [each.address for each in run.claim(3)] == ["c@example.com"]
    assert press.addresses(EXCLUDED) == PEOPLE[:2]


def refuse(press, run, status, count):
    for each in run.claim(count):
        record(run, replace(each, state=REFUSED, reply=f"550 {status} no", status=status))


@pytest.mark.parametrize("status, suppressed", [
    ("5.1.1", 1), ("5.1.3", 1), ("5.1.6", 1), ("5.1.10", 1), ("5.1.2", 0), ("5.1.8", 0), ("5.7.1", 0), ("550", 0),
])  # fmt: skip
def test_a_mailing_that_has_ended_suppresses_addresses_where_nobody_is(press, status, suppressed):
    press.start()
    run = press.open()
    refuse(press, run, status, 1)
    assert not press.ledger.finish(42, "weekly")
    assert press.ledger.waiting(43, "weekly") == 3, "not before its end"
    for each in run.claim(2):
        begin(run, each)
        record(run, replace(each, state=ACCEPTED))
    assert press.ledger.finish(42, "weekly")
    (mailing,) = press.ledger.mailings(42)
    assert (mailing.suppressed, mailing.held) == (suppressed, 0)
    assert press.ledger.waiting(43, "weekly") == 3 - suppressed
    press.ledger.requeue_refused(42)
    assert press.ledger.waiting(43, "weekly") == 3, "whoever is tried once more is not suppressed"


def test_whoever_is_suppressed_for_another_reason_stays_so_when_the_refused_are_tried_once_more(press):
    press.start()
    run = press.open()
    refuse(press, run, "5.1.1", 3)
    with press.database.writing() as connection:
        connection.execute(insert(suppression).values(folded="ada@example.com", reason="a complaint", since=""))
    assert press.ledger.finish(42, "weekly")
    assert press.ledger.waiting(43, "weekly") == 0
    assert press.ledger.requeue_refused(42) == 3
    assert [each.address for each in press.open().claim(3)] == PEOPLE[1:]
    assert press.addresses(EXCLUDED) == PEOPLE[:1]


def test_when_too_many_do_not_exist_the_server_is_not_believed(press):
    press.confirm(*(f"p{number}@example.com" for number in range(LEAST)))
    press.start()
    run = press.open()
    refuse(press, run, "5.1.1", LEAST)
    for each in run.claim(10):
        record(run, replace(each, state=REFUSED, reply="550 5.7.1 spam", status="5.7.1"))
    assert press.ledger.finish(42, "weekly")
    (mailing,) = press.ledger.mailings(42)
    assert (mailing.suppressed, mailing.held) == (0, LEAST)
    assert press.ledger.waiting(43, "weekly") == LEAST + 3


@pytest.mark.parametrize("hits, planned, is_so", [(19, 20, True), (20, 399, False), (20, 400, True), (51, 1000, False)])
def test_twenty_that_are_more_than_five_percent_are_not_believed(hits, planned, is_so):
    assert believable(hits, planned) is is_so


def test_a_correction_goes_only_to_those_who_got_the_issue_and_are_still_there(press):
    press.start()
    run = press.open()
    for each in run.claim(2):
        begin(run, each)
        record(run, replace(each, state=ACCEPTED))
    press.leave("bob@example.com")
    press.confirm("late@example.com")
    correction = {"frozen": b"sorry", "subject": "Sorry", "started": press.now, "only_accepted_in": 42}
    assert press.ledger.waiting(43, "weekly", only_accepted_in=42) == 1
    assert press.ledger.start(43, "weekly", **correction) == 1
    assert press.addresses(issue=43) == ["ada@example.com"]


def a_schedule(**changes) -> Schedule:
    values = {"issue": 42, "list": "weekly", "at": NOON, "profile": "", "subject": "Moka", "frozen": b"\0bytes",
              "issue_sha256": "12ab", "correction_of": 0, "expected": 3, "asked_at": NOON}  # fmt: skip
    return Schedule(**{**values, **changes})


def test_schedules_are_kept_as_they_were_made_the_next_one_first(press):
    agenda = Agenda(press.database)
    later = a_schedule(issue=41, at=NOON + timedelta(hours=2))
    for made in (later, a_schedule(profile="old"), a_schedule(), a_schedule(list="daily", at=NOON + MINUTE)):
        agenda.schedule(made)
    assert agenda.schedules() == (a_schedule(), a_schedule(list="daily", at=NOON + MINUTE), later)
    assert agenda.schedules(41) == (later,)
    assert agenda.unschedule(42, "daily") == 1
    assert agenda.unschedule(42) == 1
    assert agenda.unschedule(42) == 0
    assert agenda.schedules() == (later,)


def test_a_worker_is_known_by_its_last_visit(press):
    agenda = Agenda(press.database, clock=lambda: press.now)
    agenda.worker_seen("ams")
    press.now += MINUTE
    agenda.worker_seen("ber")
    press.now += MINUTE
    agenda.worker_seen("ams")
    ams, ber = Worker(host="ams", seen_at=NOON + 2 * MINUTE), Worker(host="ber", seen_at=NOON + MINUTE)
    assert agenda.workers() == (ams, ber)


def test_deferred_ones_are_retried_unasked_only_when_everybody_has_had_a_turn_and_nobody_stopped_it(press):
    agenda = Agenda(press.database)
    press.start()
    run = press.open()
    first, *others = run.claim(3)
    record(run, replace(first, state=DEFERRED, reply="450 later"))
    due = NOON + 5 * MINUTE
    assert agenda.next_retry() is None, "some are queued: it was a canary"
    for each in others:
        begin(run, each)
        record(run, replace(each, state=ACCEPTED))
    assert agenda.next_retry() == due
    assert agenda.retriable(due - MINUTE) == []
    assert agenda.retriable(due) == [42]
    press.ledger.ask_stop(42)
    assert agenda.retriable(due) == []


def test_reasons_are_counted_the_most_frequent_first(press):
    press.start()
    run = press.open()
    for each, (status, words) in zip(run.claim(3), [("4.2.0", "450 greylisted"), ("4.7.1", "451 slow"), ("4.2.0", "450 z")], strict=True):  # fmt: skip  # noqa: E501
        record(run, replace(each, state=DEFERRED, reply=words, status=status))
        press.now += MINUTE
    assert Report(press.database).reasons(42) == (
        Reason(status="4.2.0", reply="450 greylisted", count=2, next_at=NOON + 5 * MINUTE),
        Reason(status="4.7.1", reply="451 slow", count=1, next_at=NOON + 6 * MINUTE),
    )
    assert Report(press.database).reasons(43) == ()


def test_a_mailing_spans_from_its_start_to_its_last_commit(press):
    report = Report(press.database)
    assert report.span(42) == (None, None)
    press.start()
    assert report.span(42) == (NOON, None)
    run = press.open()
    (ada,) = run.claim(1)
    press.now += 2 * MINUTE
    begin(run, ada)
    press.now += MINUTE
    record(run, replace(ada, state=ACCEPTED))
    assert report.span(42) == (NOON, NOON + 3 * MINUTE)


def test_the_last_size_of_a_list_is_that_of_its_newest_other_mailing(press):
    report = Report(press.database)
    assert report.last_size("weekly", other_than=42) is None
    press.start(41)
    press.confirm("d@example.com")
    press.start(42)
    assert report.last_size("weekly", other_than=42) == 3
    assert report.last_size("weekly", other_than=43) == 4
    assert report.last_size("daily", other_than=43) is None


def test_traffic_is_counted_by_the_minute_and_forgotten_after_eight_days_but_for_its_first(press):
    store: Traffic = TrafficStore(press.database)
    assert store.first_day("ses") is None
    store.spend("ses", NOON, 3)
    store.spend("ses", NOON, 4)
    store.spend("ses", NOON + MINUTE, 1)
    store.spend("other", NOON, 9)
    first, second = Spent(minute=NOON, messages=7), Spent(minute=NOON + MINUTE, messages=1)
    assert store.spent("ses", NOON - MINUTE) == [first, second]
    assert store.spent("ses", NOON) == [Spent(minute=NOON + MINUTE, messages=1)]
    later = NOON + KEPT + 2 * MINUTE
    store.spend("ses", later, 1)
    assert store.first_day("ses") == NOON
    assert [each.minute for each in store.spent("ses", NOON - MINUTE)] == [NOON, later]
    with press.database.reading() as connection:
        assert connection.execute(select(func.count()).select_from(traffic)).scalar() == 3
