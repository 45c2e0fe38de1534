"""The table of states: each move that it allows works, and each other one touches nothing and is an error."""

from dataclasses import replace

import pytest
from store_press import MOVES, Press, begin, record

from newsletter.errors import StoreError
from newsletter.model.delivery import Delivery, State
from newsletter.store.mailing import COMES_FROM
from newsletter.store.retry import ATTEMPTS

QUEUED, SENDING, ACCEPTED, DEFERRED, REFUSED, EXCLUDED, IN_DOUBT = State
ADA = "ada@example.com"


class Row:
    """Ada's delivery, brought to a state by the moves that lead there, and the run that had it."""

    def __init__(self, press: Press, state: State) -> None:
        self.press = press
        self.run = press.open()
        (self.delivery,) = self.run.claim(1)
        if state in (SENDING, ACCEPTED, IN_DOUBT):
            assert begin(self.run, self.delivery)
        if state is EXCLUDED:
            press.leave(ADA)
            assert not begin(self.run, self.delivery)
            press.confirm(ADA)
        if state in (ACCEPTED, REFUSED, IN_DOUBT, DEFERRED):
            record(self.run, replace(self.delivery, state=state, reply="its words"))
        if state is DEFERRED:
            self.run = press.open(retry_now=True)
            deferred = replace(self.delivery, state=DEFERRED, reply="its words", attempts=1)
            (self.delivery,) = self.run.claim(1)
            assert self.delivery == deferred
        assert self.state is state

    @property
    def state(self) -> State:
        (delivery,) = self.press.ledger.deliveries(42)
        return delivery.state

    def stands(self):
        """All of the row but its lease, which is no state."""
        with self.press.database.reading() as connection:
            return connection.exec_driver_sql("SELECT state, attempts, next_at, reply, updated FROM delivery").one()

    def record(self, state):
        record(self.run, replace(self.delivery, state=state, reply="new words"))
        return True

    def leave_before_begin(self):
        self.press.leave(ADA)
        return begin(self.run, self.delivery)

    def leave_before_the_claim(self):
        self.press.leave(ADA)
        self.run.release()
        return self.press.open().claim(1)

    def settle(self, to):
        return self.press.ledger.settle(42, [ADA], to)


ACTIONS = {
    "begin": (SENDING, {QUEUED, DEFERRED}, lambda row: begin(row.run, row.delivery)),
    "record accepted": (ACCEPTED, {SENDING}, lambda row: row.record(ACCEPTED)),
    "record deferred": (DEFERRED, {QUEUED, SENDING, DEFERRED}, lambda row: row.record(DEFERRED)),
    "record refused": (REFUSED, {QUEUED, SENDING, DEFERRED}, lambda row: row.record(REFUSED)),
    "record in doubt": (IN_DOUBT, {SENDING}, lambda row: row.record(IN_DOUBT)),
    "recover": (IN_DOUBT, {SENDING}, lambda row: row.press.ledger.recover()),
    "leave before begin": (EXCLUDED, {QUEUED, DEFERRED}, Row.leave_before_begin),
    "leave before the claim": (EXCLUDED, {QUEUED, DEFERRED}, Row.leave_before_the_claim),
    "settle as accepted": (ACCEPTED, {IN_DOUBT}, lambda row: row.settle(ACCEPTED)),
    "settle as queued": (QUEUED, {IN_DOUBT}, lambda row: row.settle(QUEUED)),
    "queue the refused": (QUEUED, {REFUSED}, lambda row: row.press.ledger.requeue_refused(42, [ADA])),
}
"""Where each action leads to, and from which states."""


@pytest.fixture
def press(tmp_path, url):
    made = Press(tmp_path / "data", url)
    made.confirm(ADA)
    made.start()
    yield made
    made.close()


def test_the_actions_make_the_moves_of_the_table_and_no_others():
    made = {(before, to) for to, froms, _ in ACTIONS.values() for before in froms}
    assert made == {(before, to) for before, tos in MOVES.items() for to in tos} | {(DEFERRED, DEFERRED)}
    assert {(before, to) for to, froms in COMES_FROM.items() for before in froms} <= made


@pytest.mark.parametrize("action", ACTIONS)
@pytest.mark.parametrize("before", State)
def test_a_move_of_the_table_works_and_any_other_touches_nothing_and_is_an_error(press, before, action):
    to, froms, act = ACTIONS[action]
    row = Row(press, before)
    stood = row.stands()
    press.now = press.now.replace(minute=10)
    if before in froms:
        assert bool(act(row)) == (to is not EXCLUDED)
        assert row.state is to
        assert row.stands() != stood
    else:
        assert not refused(act, row)
        assert row.stands() == stood
    assert press.ledger.balance(42).planned == 1


def refused(act, *given):
    """What *act* answers; nothing, if it is an error in one line."""
    try:
        return act(*given)
    except StoreError as error:
        said = str(error)
    assert "\n" not in said
    return None


def test_a_run_gives_back_its_own_leases_and_keeps_what_it_is_sending(press):
    press.confirm("bob@example.com", "c@example.com")
    press.start()
    one, other = press.open(), press.open()
    ada, _ = one.claim(2)
    other.claim(1)
    assert begin(one, ada)
    one.release()
    assert [each.address for each in press.open().claim(3)] == ["bob@example.com"]
    record(one, replace(ada, state=ACCEPTED))


def test_an_attempt_that_ended_before_354_counts_as_one(press):
    for _ in range(ATTEMPTS):
        run = press.open(retry_now=True)
        (ada,) = run.claim(1)
        record(run, replace(ada, state=DEFERRED, reply="450 later"))
    assert press.addresses(REFUSED) == [ADA]


def test_who_is_queued_again_has_all_attempts_again_and_reopens_the_mailing(press):
    test_an_attempt_that_ended_before_354_counts_as_one(press)
    assert press.ledger.finish(42, "weekly")
    assert press.ledger.requeue_refused(42) == 1
    assert press.ledger.mailings(42)[0].finished_at is None
    run = press.open()
    (ada,) = run.claim(1)
    record(run, replace(ada, state=DEFERRED))
    assert press.addresses(DEFERRED) == [ADA]


def test_the_word_about_one_issue_moves_nobody_in_another(press):
    press.start(issue=43)
    for issue in (42, 43):
        run = press.open(issue)
        begin(run, run.claim(1)[0])
    press.ledger.recover()
    assert press.ledger.settle(42, None, QUEUED) == 1
    assert press.counts(43) == {IN_DOUBT: 1}


def test_who_is_due_at_once_in_one_mailing_is_not_in_another(press):
    press.start(issue=43)
    for issue in (42, 43):
        run = press.open(issue)
        record(run, replace(run.claim(1)[0], state=DEFERRED))
    press.open(43, retry_now=True)
    assert not press.open(42).claim(1)
    assert press.open(43).claim(1)


def test_whoever_changed_their_address_gets_no_second_one_nor_does_who_has_it_now(press):
    with press.database.writing() as connection:
        connection.exec_driver_sql("UPDATE subscriber SET address = 'new@example.com', folded = 'new@example.com'")
    press.confirm(ADA)
    assert press.ledger.waiting(42, "weekly") == press.start() == 0
    assert press.addresses() == [ADA]


@pytest.mark.parametrize("before", [QUEUED, DEFERRED])
def test_consent_is_asked_again_in_the_move_to_sending(press, before):
    row = Row(press, before)
    press.leave(ADA)
    press.confirm(ADA, list_name="daily")
    assert not begin(row.run, row.delivery)
    assert row.state is EXCLUDED


def test_who_left_and_came_back_between_claim_and_begin_gets_it(press):
    row = Row(press, QUEUED)
    press.leave(ADA)
    press.confirm(ADA)
    assert begin(row.run, row.delivery)


@pytest.mark.parametrize("act", [lambda run, each: begin(run, each), lambda run, each: record(run, each)])
def test_a_delivery_that_is_not_in_the_mailing_is_never_moved(press, act):
    row = Row(press, QUEUED)
    stranger = Delivery(subscriber=99, address="eve@example.com", name="", state=REFUSED)
    assert not refused(act, row.run, stranger)
    assert press.addresses() == [ADA]
    assert row.state is QUEUED


def test_a_run_of_one_list_cannot_move_what_another_list_brought_in(press):
    press.confirm("d@example.com", list_name="daily")
    press.start(list_name="daily")
    (theirs,) = press.open(list_name="daily").claim(1)
    mine = press.open()
    assert not begin(mine, theirs)
    with pytest.raises(StoreError, match="another process took it over"):
        record(mine, replace(theirs, state=REFUSED))
    assert press.counts() == {QUEUED: 2}
