"""Moves in any order, right and wrong ones, over two lists and several runs."""

import tempfile
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from store_press import MOVES, PEOPLE, Press, begin, record

from newsletter.errors import StoreError
from newsletter.model.canonical import fold_address
from newsletter.model.delivery import State
from newsletter.model.subscriber import Consent
from newsletter.store.mailing import COMES_FROM

QUEUED, SENDING, ACCEPTED, DEFERRED, REFUSED, EXCLUDED, IN_DOUBT = State

addresses = st.sampled_from(["ada@example.com", "ADA@example.com", "d@example.com", "D@EXAMPLE.com", "e@example.com"])
lists = st.sampled_from(["weekly", "daily"])


class AnyMoves(RuleBasedStateMachine):
    """The ledger always balances, nobody is in it twice, and nobody who was accepted is begun again."""

    def __init__(self, url):
        super().__init__()
        self.scratch = tempfile.TemporaryDirectory()
        self.press = Press(Path(self.scratch.name) / "data", url)
        self.press.confirm(*PEOPLE)
        self.planned = self.press.start()
        self.runs = {"weekly": self.press.open()}
        self.had = []
        self.accepted = set()
        self.before = self.states()

    def teardown(self):
        self.press.close()
        self.scratch.cleanup()

    def states(self):
        return {each.address: each.state for each in self.press.ledger.deliveries(42)}

    @rule(address=addresses, list_name=lists)
    def confirm_and_start(self, address, list_name):
        self.press.confirm(address, list_name=list_name)
        waiting = self.press.ledger.waiting(42, list_name)
        queued = self.press.start(list_name=list_name)
        assert queued == waiting <= len(PEOPLE)
        self.planned += queued
        if list_name not in self.runs:
            self.runs[list_name] = self.press.open(list_name=list_name)

    @rule(address=addresses)
    def leave(self, address):
        if self.press.subscribers.find(address):
            self.press.leave(address)

    @rule(list_name=lists, limit=st.integers(1, 4))
    def claim(self, list_name, limit):
        if list_name in self.runs:
            claimed = self.runs[list_name].claim(limit)
            assert len(claimed) <= limit
            self.had += [(list_name, each) for each in claimed]

    @precondition(lambda self: self.had)
    @rule(data=st.data())
    def begin(self, data):
        list_name, each = data.draw(st.sampled_from(self.had))
        if begin(self.runs[list_name], each):
            assert each.address not in self.accepted
            (subscription,) = self.press.subscribers.subscriptions(address=each.address, list_name=list_name)
            assert subscription.consent is Consent.CONFIRMED

    @precondition(lambda self: self.had)
    @rule(data=st.data(), state=st.sampled_from(list(COMES_FROM)))
    def record(self, data, state):
        list_name, each = data.draw(st.sampled_from(self.had))
        before = self.states()
        try:
            record(self.runs[list_name], replace(each, state=state))
        except StoreError:
            assert self.states() == before
        else:
            assert before[each.address] in COMES_FROM[state]
            if state is ACCEPTED:
                self.accepted.add(each.address)

    @rule(hours=st.integers(0, 5), retry_now=st.booleans())
    def die_and_resume(self, hours, retry_now):
        self.press.now += timedelta(hours=hours)
        sending = self.press.ledger.balance(42)[SENDING]
        self.press.die()
        assert self.press.ledger.recover() == sending
        self.runs = {name: self.press.open(list_name=name, retry_now=retry_now) for name in self.runs}

    @rule(list_name=lists)
    def release(self, list_name):
        if list_name in self.runs:
            self.runs[list_name].release()

    @rule(to=st.sampled_from([ACCEPTED, QUEUED]))
    def settle(self, to):
        doubtful = self.press.addresses(IN_DOUBT)
        assert self.press.ledger.settle(42, doubtful, to) == len(doubtful)
        if to is ACCEPTED:
            self.accepted |= set(doubtful)

    @rule()
    def requeue_refused(self):
        self.press.ledger.requeue_refused(42)

    @rule(list_name=lists)
    def finish(self, list_name):
        if list_name in self.runs:
            ended = self.press.ledger.finish(42, list_name)
            (mailing,) = [each for each in self.press.ledger.mailings(42) if each.list == list_name]
            assert ended == (mailing.finished_at is not None)

    @invariant()
    def it_balances(self):
        balance = self.press.ledger.balance(42)
        assert balance.planned == sum(balance[state] for state in State) == self.planned
        everybody = self.press.addresses()
        assert len(everybody) == len(set(map(fold_address, everybody))) == self.planned
        assert set(self.press.addresses(ACCEPTED)) == self.accepted

    @invariant()
    def each_has_moved_as_the_table_allows(self):
        now = self.states()
        assert self.before.keys() <= now.keys()
        for address, state in now.items():
            before = self.before.get(address, QUEUED)
            assert state is before or state in MOVES[before]
        self.before = now


def test_whatever_the_moves_the_ledger_balances(new_url, examples):
    steps = settings(
        max_examples=examples, stateful_step_count=40, deadline=None, suppress_health_check=[HealthCheck.too_slow]
    )
    run_state_machine_as_test(lambda: AnyMoves(new_url()), settings=steps)
