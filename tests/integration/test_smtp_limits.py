"""Several servers and their limits: shares, stand-ins, hours and days used up, and never too much for one domain."""

import threading
from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest
from paper_ledger import PaperLedger
from paper_traffic import PaperTraffic
from scripted_server import CLOSE, mail, profile, says, serving

from newsletter.errors import LimitReached, ServerError, StoreError
from newsletter.model.delivery import Committed, Spent, State
from newsletter.model.subscriber import Subscriber
from newsletter.sender.mailing import run_mailing

GONE = says("421 4.3.2 shutting down", "close")


def readers(count: int) -> PaperLedger:
    return PaperLedger.of(*(f"reader{number}@domain{number % 7}.example.com" for number in range(count)))


def addressed(subscriber: Subscriber):
    return mail(subscriber.address.address)


def once_each(*servers) -> Counter[bytes]:
    return Counter(message.split(b"\r\n")[1] for server in servers for message in server.messages)


def test_twenty_connections_at_once_reach_everybody_once():
    ledger = readers(400)
    with serving(pipelining=True) as server:
        # On a busy machine a few of them do most of the work; none has done its share and makes room for another.
        shared = profile(server, connections=20, messages_per_connection=400)
        balance = run_mailing(ledger, addressed, [shared])
    assert balance.counts == {State.ACCEPTED: 400}
    assert set(once_each(server).values()) == {1}
    assert len(once_each(server)) == 400
    assert 2 <= server.connections <= 21
    assert ledger.commits < 800, "outcomes and intents share commits"


def test_servers_share_a_mailing_by_their_weights():
    ledger = readers(300)
    # No message is taken before both have been offered one: who comes late has missed its share, and that stays so.
    offered = threading.Event(), threading.Event()

    def waits(own, other):
        def meddle(phase, recipient):
            if phase == "MAIL":
                own.set()
                other.wait(30)

        return meddle

    with serving(meddle=waits(*offered)) as light, serving(meddle=waits(*offered[::-1])) as heavy:
        shares = [
            profile(light, name="light", connections=2, weight=1),
            profile(heavy, name="heavy", connections=2, weight=2),
        ]
        assert run_mailing(ledger, addressed, shares).counts == {State.ACCEPTED: 300}
        assert set(once_each(light, heavy).values()) == {1}
        assert 80 <= len(light.messages) <= 120


def test_a_server_that_dies_leaves_its_share_to_the_other():
    ledger = readers(60)
    with serving({"MAIL": [None] * 5 + [CLOSE] * 50, "greeting": [None] + [GONE] * 50}) as dying, serving() as well:
        both = [profile(dying, name="dying"), profile(well, name="well")]
        assert run_mailing(ledger, addressed, both, pauses=()).counts == {State.ACCEPTED: 60}
        assert len(dying.messages) == 5
        assert set(once_each(dying, well).values()) == {1}


def test_a_stand_in_gets_nothing_while_the_others_are_well_and_all_when_they_are_not():
    with serving() as main, serving() as backup:
        both = [profile(main, name="main"), profile(backup, name="backup", weight=0)]
        assert run_mailing(readers(30), addressed, both).counts == {State.ACCEPTED: 30}
        assert (len(main.messages), len(backup.messages)) == (30, 0)
    with serving({"greeting": [GONE] * 9}) as main, serving() as backup:
        both = [profile(main, name="main"), profile(backup, name="backup", weight=0)]
        assert run_mailing(readers(30), addressed, both, pauses=()).counts == {State.ACCEPTED: 30}
        assert (len(main.messages), len(backup.messages)) == (0, 30)


@pytest.mark.parametrize("limit", ["per_hour", "per_day"])
def test_a_limit_that_is_used_up_ends_the_run_and_the_rest_waits(limit):
    ledger, notes = readers(20), PaperTraffic()
    with serving() as server:
        with pytest.raises(LimitReached) as caught:
            run_mailing(ledger, addressed, [profile(server, **{limit: 8})], traffic=notes)
        assert len(server.messages) == 8
        assert caught.value.until > datetime.now(UTC) + timedelta(minutes=58)
    assert ledger.balance().counts == {State.ACCEPTED: 8, State.QUEUED: 12}
    assert sum(note.messages for note in notes.notes) == 8


def test_what_an_earlier_run_was_given_counts():
    ledger = readers(20)
    now = datetime.now(UTC).replace(second=0, microsecond=0)
    with serving() as server, pytest.raises(LimitReached):
        run_mailing(
            ledger, addressed, [profile(server, per_hour=8)],
            traffic=PaperTraffic(Spent(minute=now - timedelta(minutes=9), messages=5)),
        )  # fmt: skip
    assert ledger.balance().counts == {State.ACCEPTED: 3, State.QUEUED: 17}


def test_a_limit_that_is_just_enough_ends_nothing():
    with serving() as server:
        balance = run_mailing(readers(8), addressed, [profile(server, per_hour=8)], traffic=PaperTraffic())
    assert balance.counts == {State.ACCEPTED: 8}


def test_a_canary_takes_no_more_than_it_may():
    ledger = readers(50)
    with serving() as server:
        balance = run_mailing(ledger, addressed, [profile(server, connections=5)], first=7)
        assert len(server.messages) == 7
    assert balance.counts == {State.ACCEPTED: 7, State.QUEUED: 43}


def test_a_stop_from_elsewhere_ends_the_run_within_a_message_a_connection():
    class Stopping(PaperLedger):
        def commit(self, outcomes, intents) -> Committed:
            said = super().commit(outcomes, intents)
            return Committed(forbidden=said.forbidden, stop=self.commits >= 3)

    ledger = Stopping.of(*(f"reader{number}" for number in range(100)))
    with serving(pipelining=True) as server:
        run_mailing(ledger, addressed, [profile(server, connections=4)])
        assert len(server.messages) == ledger.balance()[State.ACCEPTED] <= 12
    assert ledger.balance()[State.QUEUED] == 100 - len(server.messages)


def test_a_disk_that_is_full_in_the_middle_sends_no_body_and_forgets_no_outcome():
    class Filling(PaperLedger):
        full = False

        def commit(self, outcomes, intents) -> Committed:
            if intents and self.balance()[State.ACCEPTED] >= 5:
                Filling.full = True
                raise StoreError("the disk is full", "make room")
            return super().commit(outcomes, intents)

    ledger = Filling.of(*(f"reader{number}" for number in range(40)))
    with serving(pipelining=True) as server:
        with pytest.raises(StoreError, match="the disk is full"):
            run_mailing(ledger, addressed, [profile(server, connections=4)])
        assert len(server.messages) == ledger.balance()[State.ACCEPTED]
    assert set(ledger.balance().counts) == {State.ACCEPTED, State.QUEUED}


def test_a_server_that_puts_everybody_off_is_not_asked_a_hundred_times():
    ledger = readers(100)
    with (
        serving({"MAIL": [says("451 4.3.0 not today")] * 100}) as server,
        pytest.raises(ServerError, match="put off 20"),
    ):
        run_mailing(ledger, addressed, [profile(server)])
    assert ledger.balance().counts == {State.DEFERRED: 20, State.QUEUED: 80}


def test_what_nobody_expected_while_a_message_is_made_ends_the_run_with_it():
    def faulty(subscriber: Subscriber):
        return mail(subscriber.address.address) if subscriber.number < 5 else 1 / 0

    ledger = readers(10)
    with serving() as server, pytest.raises(ZeroDivisionError):
        run_mailing(ledger, faulty, [profile(server)])
    assert ledger.balance().counts == {State.ACCEPTED: len(server.messages), State.QUEUED: 10 - len(server.messages)}
