"""Whatever people, editors, files, servers and mailings do, in whatever order: nobody gets mail who did not say yes."""

import tempfile
from collections import Counter
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import insert, select, update
from store_press import ACCEPTED, REFUSED, Press, begin, record

from newsletter.errors import SubscriberError
from newsletter.model.address import Address
from newsletter.model.canonical import fold_address
from newsletter.model.delivery import State
from newsletter.model.subscriber import Consent, Provenance, Way
from newsletter.model.suppression import Kind
from newsletter.store import schema
from newsletter.store.consent import Outcome
from newsletter.store.forgetting import forget
from newsletter.store.mentions import still_named
from newsletter.store.moment import written
from newsletter.store.rotation import rotate_key
from newsletter.store.signups import SignupStore
from newsletter.store.suppression_list import EVERYWHERE, SuppressionList, enter

PENDING, CONFIRMED, UNSUBSCRIBED = Consent
WORD = Provenance(way=Way.PAGE, basis="confirmed from the mailbox", source="subscribe page", ip="192.0.2.77")
LISTS = ("weekly", "daily")

addresses = st.sampled_from(["Ada@example.com", "ada@EXAMPLE.com", "bob@example.com", "zoë@exämple.com"])
lists = st.sampled_from(LISTS)
places = st.sampled_from([EVERYWHERE, *LISTS])


class AnyPeople(RuleBasedStateMachine):
    """The database beside the simplest model of who may get mail.

    :ivar said: where each consent stands, by folded address and list.
    :ivar kept_from: the kind of each suppression, by folded address and list.
    :ivar forgotten: who asked to be, and did not come back.
    :ivar notices: whom each confirmation was sent to, about which lists, when.
    """

    def __init__(self, url):
        super().__init__()
        self.scratch = tempfile.TemporaryDirectory()
        self.press = Press(Path(self.scratch.name) / "data", url)
        self.signups = SignupStore(self.press.database, clock=lambda: self.press.now)
        self.suppressions = SuppressionList(self.press.database, clock=lambda: self.press.now)
        self.said, self.kept_from, self.paused, self.forgotten = {}, {}, {}, set()
        self.notices = {}
        self.issue, self.planned = 0, {}
        self.runs, self.had, self.taken = {}, [], []

    def teardown(self):
        self.press.close()
        self.scratch.cleanup()

    def may(self, folded, list_name):
        return (
            self.said.get((folded, list_name)) is CONFIRMED
            and not {(folded, list_name), (folded, EVERYWHERE)} & self.kept_from.keys()
            and self.paused.get((folded, list_name), self.press.now) <= self.press.now
        )

    @initialize(sent=st.booleans())
    def an_issue_was_sent(self, sent):
        """Begin half of the histories with a mail that left: else few would ever have one that comes back."""
        if not sent:
            return
        self.an_editor_adds(address="Ada@example.com", list_name="weekly", consent=CONFIRMED)
        self.an_issue_starts(list_name="weekly")
        _, run = self.runs[self.issue]
        (each,) = run.claim(1)
        assert begin(run, each)
        record(run, each.now(ACCEPTED, "250 2.1.5 Ada@example.com taken", ""))
        self.taken.append(each.number)

    @rule(address=addresses, list_name=lists, consent=st.sampled_from([PENDING, CONFIRMED]))
    def an_editor_adds(self, address, list_name, consent):
        folded = fold_address(address)
        back = folded in self.forgotten or self.said.get((folded, list_name)) is UNSUBSCRIBED
        if back and consent is PENDING:
            with pytest.raises(SubscriberError, match="and stays so"):
                self.press.subscribers.add(Address(address=address), list_name, consent=consent, basis="typed")
            return
        self.press.subscribers.add(Address(address=address), list_name, consent=consent, basis="form")
        self.came(folded)
        if self.said.get((folded, list_name)) is not CONFIRMED:
            self.said[folded, list_name] = consent

    @rule(address=addresses, wanted=st.dictionaries(lists, st.booleans(), min_size=1))
    def somebody_asks_on_a_page(self, address, wanted):
        """Ask for lists, some of which must be confirmed from the mailbox: anybody can type anybody's address."""
        folded = fold_address(address)
        asked = self.signups.ask(Address(address=address), wanted, WORD)
        left = any(key[0] == folded and consent is UNSUBSCRIBED for key, consent in self.said.items())
        doubted = left or folded in self.forgotten or any(key[0] == folded for key in self.kept_from)
        silenced = self.kept_from.get((folded, EVERYWHERE)) is Kind.EDITOR
        assert not (silenced and asked.notice)
        for name, double in wanted.items():
            standing = self.said.get((folded, name))
            at_once = not double and not doubted and standing in (None, PENDING)
            assert (name in asked.confirmed) is at_once
            if at_once or standing is None:
                self.said[folded, name] = CONFIRMED if at_once else PENDING
        if asked.notice and asked.waiting:
            self.notices[asked.notice] = (folded, set(asked.waiting), self.press.now)
        elif asked.waiting and not silenced:
            posted = [one for one in self.notices.values() if one[0] == folded and one[2] == self.press.now]
            # Of who was forgotten only the hash is known to be silenced.
            assert posted or folded in self.forgotten
            for _, lists, _ in posted:
                lists.update(asked.waiting)

    @precondition(lambda self: self.notices)
    @rule(data=st.data())
    def a_reader_confirms_from_their_mailbox(self, data):
        number = data.draw(st.sampled_from(sorted(self.notices)))
        folded, lists, at = self.notices[number]
        confirmed = self.signups.confirm(number, WORD)
        if self.press.now - at >= timedelta(days=7):
            assert confirmed is None
            return
        assert set(confirmed.lists) == lists
        self.came(folded)
        for name in lists:
            self.said[folded, name] = CONFIRMED
            for key in ((folded, name), (folded, EVERYWHERE)):
                if self.kept_from.get(key) is not Kind.EDITOR:
                    self.kept_from.pop(key, None)
        for name in lists:
            blocked = bool({(folded, name), (folded, EVERYWHERE)} & self.kept_from.keys())
            assert (name in confirmed.blocked) is blocked

    def came(self, folded):
        """Take note that somebody is here, with what an editor had suppressed of them before they were forgotten."""
        if folded in self.forgotten:
            self.forgotten.remove(folded)
            stands = self.suppressions.all(address=folded)
            self.kept_from |= {(folded, one.list): one.kind for one in stands}

    @rule(people=st.lists(addresses, max_size=4), list_name=lists, consent=st.sampled_from(Consent))
    def a_file_is_imported(self, people, list_name, consent):
        everybody = [Address(address=address) for address in people]
        result = self.press.subscribers.import_all(everybody, list_name, consent=consent, basis="file")
        for folded in {fold_address(address) for address in people}:
            standing = self.said.get((folded, list_name))
            if folded in self.forgotten:
                assert folded in map(fold_address, result.kept_out)
            elif standing in (None, PENDING) or consent is UNSUBSCRIBED:
                self.said[folded, list_name] = consent
        assert sum(result[outcome] for outcome in Outcome) == len(people)

    @rule(address=addresses, list_name=st.none() | lists)
    def a_reader_leaves(self, address, list_name):
        folded = fold_address(address)
        known = [key for key in self.said if key[0] == folded and list_name in (None, key[1])]
        if not known:
            with pytest.raises(SubscriberError):
                self.press.subscribers.unsubscribe(address, list_name, basis="one click", way=Way.LINK)
            return
        self.press.subscribers.unsubscribe(address, list_name, basis="one click", way=Way.LINK)
        self.said |= dict.fromkeys(known, UNSUBSCRIBED)

    @rule(address=addresses, list_name=lists, weeks=st.integers(1, 3))
    def a_reader_pauses(self, address, list_name, weeks):
        until = self.press.now + timedelta(weeks=weeks)
        with self.press.database.writing() as connection:
            whose = select(schema.subscriber.c.number).where(schema.subscriber.c.folded == fold_address(address))
            on_it = schema.subscription.c.list == list_name
            theirs = update(schema.subscription).where(on_it, schema.subscription.c.subscriber.in_(whose))
            connection.execute(theirs.values(paused_until=written(until)))
        if (fold_address(address), list_name) in self.said:
            self.paused[fold_address(address), list_name] = until

    @rule(weeks=st.integers(1, 2))
    def time_passes(self, weeks):
        self.press.now += timedelta(weeks=weeks)

    @rule(address=addresses, place=places)
    def an_editor_suppresses(self, address, place):
        self.suppressions.add(address, place, reason="asked by phone")
        if fold_address(address) not in self.forgotten:  # else it sleeps under their hash until they come back
            self.kept_from[fold_address(address), place] = Kind.EDITOR

    @rule(address=addresses, place=st.none() | places)
    def an_editor_lifts(self, address, place):
        lifted = {(one.address, one.list) for one in self.suppressions.lift(address, place) if "@" in one.address}
        theirs = {key for key in self.kept_from if key[0] == fold_address(address) and place in (None, key[1])}
        assert lifted == theirs
        for key in theirs:
            del self.kept_from[key]

    @rule(address=addresses)
    def a_reader_asks_to_be_forgotten(self, address):
        folded = fold_address(address)
        mine = [key for key in self.said if key[0] == folded]
        theirs = [key for key in self.kept_from if key[0] == folded]
        if not mine and not theirs:
            return
        gone = forget(self.press.database, address, clock=lambda: self.press.now)
        assert set(gone.left) == {name for _, name in mine if self.said[folded, name] is not UNSUBSCRIBED}
        for key in mine:
            del self.said[key]
            self.paused.pop(key, None)
        for key in theirs:
            del self.kept_from[key]
        self.forgotten.add(folded)
        for number, (of, _, _) in list(self.notices.items()):
            if of == folded:
                assert self.signups.confirm(number, WORD) is None
                del self.notices[number]
        assert still_named(self.press.database, [*gone.addresses, folded]) == {}

    @rule()
    def the_key_is_rotated(self):
        if len(self.press.database.keys) < 3:
            rotate_key(self.press.database)

    @rule(list_name=lists)
    def an_issue_starts(self, list_name):
        self.issue += 1
        who = {folded for folded, name in self.said if name == list_name and self.may(folded, list_name)}
        assert self.press.ledger.waiting(self.issue, list_name) == len(who)
        self.planned[self.issue] = self.press.start(self.issue, list_name)
        assert {fold_address(each.address) for each in self.press.ledger.deliveries(self.issue)} == who
        self.runs[self.issue] = (list_name, self.press.open(self.issue, list_name))

    @precondition(lambda self: self.runs)
    @rule(data=st.data(), limit=st.integers(1, 3))
    def a_run_claims(self, data, limit):
        issue = data.draw(st.sampled_from(sorted(self.runs)))
        list_name, run = self.runs[issue]
        for each in run.claim(limit):
            assert self.may(fold_address(each.address), list_name)
            self.had.append((issue, each))

    @precondition(lambda self: self.had)
    @rule(data=st.data(), fate=st.sampled_from([ACCEPTED, REFUSED]))
    def a_message_goes(self, data, fate):
        issue, each = self.had.pop(data.draw(st.integers(0, len(self.had) - 1)))
        list_name, run = self.runs[issue]
        folded = fold_address(each.address)
        may = self.may(folded, list_name) and not self.came_back_as_another(each)
        assert begin(run, each) is may
        if may:
            words = f"550 5.1.1 <{each.address}> unknown" if fate is REFUSED else f"250 2.1.5 {each.address} taken"
            record(run, each.now(fate, words, "5.1.1" if fate is REFUSED else ""))
            if fate is ACCEPTED:
                self.taken.append(each.number)

    def came_back_as_another(self, each):
        """Whether the delivery is of somebody who was forgotten since: who has the address now is a new subscriber."""
        with self.press.database.reading() as connection:
            of = select(schema.subscriber.c.forgotten_at).where(schema.subscriber.c.number == each.subscriber)
            return connection.execute(of).scalar_one() is not None

    @precondition(lambda self: self.taken)
    @rule(data=st.data(), kind=st.sampled_from([Kind.BOUNCED, Kind.COMPLAINED]))
    def mail_comes_back(self, data, kind):
        number = data.draw(st.sampled_from(self.taken))
        with self.press.database.reading() as connection:
            whose = select(schema.delivery.c.folded).where(schema.delivery.c.number == number)
            folded = connection.execute(whose).scalar_one()
        with self.press.database.writing() as connection:
            facts = {"at": written(self.press.now), "status": "5.1.1", "words": "", "report": str(self.press.now)}
            there = select(schema.delivery_event.c.number).where(
                schema.delivery_event.c.delivery == number, schema.delivery_event.c.report == facts["report"]
            )
            if not connection.execute(there).first():
                connection.execute(insert(schema.delivery_event), [{"delivery": number, "kind": kind.value, **facts}])
            if "@" in folded:
                enter(connection, folded, kind=kind, reason="5.1.1", at=written(self.press.now))
                self.kept_from.setdefault((folded, EVERYWHERE), kind)

    @rule(data=st.data())
    def an_issue_ends(self, data):
        if self.runs:
            issue = data.draw(st.sampled_from(sorted(self.runs)))
            list_name, _ = self.runs[issue]
            if self.press.ledger.finish(issue, list_name):
                for one in self.suppressions.all():
                    if "@" in one.address:
                        self.kept_from.setdefault((one.address, one.list), one.kind)

    @invariant()
    def everybody_stands_where_they_said(self):
        standing = {(fold_address(one.subscriber.address.address), one.list): one
                    for one in self.press.subscribers.subscriptions()}  # fmt: skip
        assert {key: one.consent for key, one in standing.items()} == self.said
        with self.press.database.reading() as connection:
            log = connection.execute(select(schema.consent_log).order_by(schema.consent_log.c.number)).all()
        last = {(row.subscriber, row.list): (row.consent, row.basis, row.at) for row in log}
        assert {
            (one.subscriber.number, one.list): (one.consent, one.basis, one.since) for one in standing.values()
        }.items() <= last.items()

    @invariant()
    def suppressions_are_those_that_were_entered(self):
        found = {(one.address, one.list): one.kind for one in self.suppressions.all() if "@" in one.address}
        assert found == self.kept_from

    @invariant()
    def all_balances_and_nobody_is_there_twice(self):
        if self.issue:
            balance = self.press.ledger.balance(self.issue)
            assert balance.planned == sum(balance[state] for state in State)
        with self.press.database.reading() as connection:
            folded = connection.execute(select(schema.subscriber.c.folded)).scalars().all()
            rows = connection.execute(select(schema.delivery.c.issue, schema.delivery.c.folded)).all()
        assert len(folded) == len(set(folded))
        assert len(rows) == len(set(rows))
        assert Counter(issue for issue, _ in rows) == Counter(self.planned)
        assert sum("@" in one for one in folded) == len({who for who, _ in self.said})

    @rule()
    def nobody_who_was_forgotten_is_named_anywhere(self):
        if gone := self.forgotten - {who for who, _ in self.said}:  # the others were typed into a page again
            assert still_named(self.press.database, sorted(gone)) == {}


def test_whatever_happens_nobody_gets_mail_who_did_not_say_yes(new_url, examples):
    steps = settings(
        max_examples=examples * 3 // 5, stateful_step_count=30, deadline=None,
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
    )  # fmt: skip
    run_state_machine_as_test(lambda: AnyPeople(new_url()), settings=steps)
