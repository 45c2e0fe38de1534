"""Whole groups in one commit: the outcomes of one turn and the intents of the next, some of them wrong."""

from datetime import timedelta

import pytest
from sqlalchemy import insert
from store_press import ACCEPTED, DEFERRED, EXCLUDED, IN_DOUBT, NOON, QUEUED, REFUSED, SENDING, Press

from newsletter.errors import StoreError
from newsletter.store.mailing import LEASE
from newsletter.store.schema import delivery, suppression

GROUP = [f"p{number:02}@example.com" for number in range(32)]


@pytest.fixture
def press(tmp_path, url):
    made = Press(tmp_path / "data", url)
    made.confirm(*GROUP)
    made.start()
    yield made
    made.close()


def test_the_outcomes_of_one_group_are_committed_with_the_intents_of_the_next(press):
    run = press.open()
    claimed = run.claim(32)
    assert not run.commit([], claimed[:16]).forbidden
    assert press.counts() == {SENDING: 16, QUEUED: 16}
    outcomes = [each.now(ACCEPTED, f"250 ok {each.number}") for each in claimed[:16]]
    assert not run.commit(outcomes, claimed[16:]).forbidden
    assert press.counts() == {ACCEPTED: 16, SENDING: 16}
    assert {each.reply for each in press.ledger.deliveries(42, [ACCEPTED])} == {each.reply for each in outcomes}


def test_each_outcome_of_a_group_is_kept_with_its_words_its_code_and_its_attempts(press):
    run = press.open()
    accepted, doubtful, deferred, refused, early, late = group = run.claim(6)
    run.commit([], group[:4])
    run.commit(
        [
            refused.now(REFUSED, "550 5.7.1 spam", "5.7.1"),
            accepted.now(ACCEPTED, "250 2.0.0 queued"),
            early.now(DEFERRED, "450 4.2.0 greylisted", "4.2.0"),
            doubtful.now(IN_DOUBT, "the line broke after the final dot"),
            deferred.now(DEFERRED, "451 4.3.0 later", "4.3.0"),
            late.now(REFUSED, "550 5.1.1 nobody", "5.1.1"),
        ],
        [],
    )
    with press.database.reading() as connection:
        rows = connection.execute(delivery.select().order_by(delivery.c.number).limit(6)).all()
    soon = "2026-11-27T12:05:00Z"
    assert [(row.state, row.reply, row.status, row.attempts, row.next_at, row.claimed_by) for row in rows] == [
        ("accepted", "250 2.0.0 queued", "", 1, None, None),
        ("in_doubt", "the line broke after the final dot", "", 1, None, None),
        ("deferred", "451 4.3.0 later", "4.3.0", 1, soon, None),
        ("refused", "550 5.7.1 spam", "5.7.1", 1, None, None),
        ("deferred", "450 4.2.0 greylisted", "4.2.0", 1, soon, None),
        ("refused", "550 5.1.1 nobody", "5.1.1", 1, None, None),
    ]


@pytest.mark.parametrize("wrong", [ACCEPTED, IN_DOUBT])
def test_of_a_group_with_an_outcome_that_may_not_move_the_others_are_recorded_and_no_intent_is(press, wrong):
    run = press.open()
    begun, deferred, never_begun, next_one = run.claim(4)
    run.commit([], [begun, deferred])
    outcomes = [never_begun.now(wrong), begun.now(ACCEPTED, "250 ok"), deferred.now(DEFERRED, "450 later")]
    with pytest.raises(StoreError, match=rf"{never_begun.address} cannot be noted as {wrong.value} .* it is queued"):
        run.commit(outcomes, [next_one])
    assert press.addresses(ACCEPTED) == [begun.address]
    assert press.addresses(DEFERRED) == [deferred.address]
    assert press.counts() == {ACCEPTED: 1, DEFERRED: 1, QUEUED: 30}


def test_what_is_no_outcome_at_all_leaves_the_whole_group_as_it_was(press):
    run = press.open()
    begun, other = run.claim(2)
    run.commit([], [begun])
    with pytest.raises(ValueError, match="is no outcome"):
        run.commit([begun.now(ACCEPTED, "250 ok"), other.now(QUEUED)], [other])
    assert press.counts() == {SENDING: 1, QUEUED: 31}


def test_of_a_group_of_intents_only_those_are_forbidden_who_may_not_get_it(press):
    run = press.open()
    left, suppressed, taken, *others = claimed = run.claim(16)
    press.leave(left.address)
    with press.database.writing() as connection:
        connection.execute(insert(suppression).values(folded=suppressed.address, reason="gone", since=""))
    press.now = NOON + LEASE
    other_run = press.open()
    with press.database.writing() as connection:  # the other run had time for one of them alone
        lease = {"claimed_by": other_run._facts["run"], "lease_until": "2026-11-27T13:00:00Z"}
        connection.execute(delivery.update().where(delivery.c.number == taken.number).values(lease))
    committed = run.commit([], claimed)
    assert committed.forbidden == {left.number, suppressed.number, taken.number}
    assert press.addresses(EXCLUDED) == [left.address, suppressed.address]
    assert press.addresses(SENDING) == [each.address for each in others]
    assert not other_run.commit([], [taken]).forbidden, "it is the other run's, and stood as it was"


def test_a_group_that_is_put_off_is_due_together_and_only_what_was_claimed_moves(press):
    run, other_run = press.open(), press.open()
    group, theirs = run.claim(16), other_run.claim(1)
    until = NOON + timedelta(minutes=10)
    run.postpone([*group, *theirs], until, "450 4.7.1 this domain is left alone")
    assert press.counts() == {DEFERRED: 16, QUEUED: 16}
    press.now = until - timedelta(seconds=1)
    assert {each.state for each in press.open().claim(32)} == {QUEUED}
    press.now = until
    assert [(each.address, each.attempts) for each in press.open().claim(32)] == [(each.address, 0) for each in group]
