"""A whole mailing over a real line: what the ledger is told, when, and what ends a run early."""

import threading
from collections.abc import Sequence
from dataclasses import replace

import pytest
from paper_ledger import PaperLedger
from scripted_server import CLOSE, RESET, ScriptedServer, mail, profile, says, serving

from newsletter.errors import SendError, ServerError
from newsletter.model.delivery import Balance, Committed, Delivery, State
from newsletter.model.mail import Message
from newsletter.model.subscriber import Subscriber
from newsletter.sender.mailing import run_mailing
from newsletter.sender.trial import send_test

NAMES = ("ada", "bob", "cyd")


def addressed(subscriber: Subscriber) -> Message:
    return mail(subscriber.address.address)


def run(ledger: PaperLedger, server: ScriptedServer, **changes: object) -> Balance:
    return run_mailing(ledger, addressed, [profile(server)], **{"pauses": (), **changes})


def test_one_of_three_is_refused_and_the_others_get_theirs():
    ledger = PaperLedger.of(*NAMES)
    with serving({"RCPT": [None, says("550 5.1.1 no such mailbox")]}) as server:
        balance = run(ledger, server)
    assert str(balance) == "3 planned = 2 accepted + 1 refused"
    assert ledger.states == ["accepted", "refused", "accepted"]
    assert ledger.deliveries[2].reply == "550 5.1.1 no such mailbox"
    assert server.messages == [mail("ada@example.com").data, mail("cyd@example.com").data]
    assert server.connections == 1


def test_the_intent_is_committed_after_354_and_before_a_byte_of_the_body():
    """And the outcome before the next message is offered."""
    seen = []

    class Watching(PaperLedger):
        def commit(self, outcomes: Sequence[Delivery], intents: Sequence[Delivery]) -> Committed:
            if intents:
                seen.append((server.commands[-1], len(server.messages), server.commands.count("MAIL")))
            return super().commit(outcomes, intents)

    ledger = Watching.of("ada", "bob")
    with serving() as server:
        run(ledger, server)
    assert seen == [("DATA", 0, 1), ("DATA", 1, 2)]
    assert ledger.moves == [("begin", "ada"), ("record", "ada"), ("begin", "bob"), ("record", "bob")]


def test_who_unsubscribed_a_moment_ago_is_excluded_and_the_next_one_gets_theirs():
    ledger = PaperLedger.of(*NAMES, forbidden=frozenset({"ada@example.com"}))
    told = []
    with serving() as server:
        balance = run(ledger, server, progress=told.extend)
    assert str(balance) == "3 planned = 2 accepted + 1 excluded"
    assert [delivery.state.value for delivery in told] == ["excluded", "accepted", "accepted"]
    assert mail("ada@example.com").data not in server.messages


def test_a_mail_that_cannot_be_addressed_is_refused_and_hurts_no_other():
    def message_for(subscriber: Subscriber) -> Message:
        if subscriber.number == 1:
            raise SendError("a line break or control character in To", "write it in one line")
        return addressed(subscriber)

    ledger = PaperLedger.of(*NAMES)
    with serving() as server:
        balance = run_mailing(ledger, message_for, [profile(server)])
    assert str(balance) == "3 planned = 2 accepted + 1 refused"
    assert ledger.deliveries[1].reply.startswith("not sent: a line break")


def test_a_line_lost_after_the_final_dot_is_in_doubt_and_the_run_goes_on():
    ledger = PaperLedger.of(*NAMES)
    with serving({"dot": [None, RESET]}) as server:
        balance = run(ledger, server)
    assert str(balance) == "3 planned = 2 accepted + 1 in doubt"
    assert ledger.states == ["accepted", "in_doubt", "accepted"]


def test_a_server_that_refuses_the_sender_is_asked_three_times_and_not_a_hundred():
    ledger = PaperLedger.of(*(f"reader{number}" for number in range(100)))
    with serving({"MAIL": [None, *[says("550 5.7.1 not you")] * 99]}) as server:
        with pytest.raises(ServerError, match=r"refuses our mail, whoever it is for: 550 5\.7\.1 not you") as caught:
            run(ledger, server)
        assert caught.value.where == profile(server).server
    assert ledger.balance().counts == {State.ACCEPTED: 1, State.DEFERRED: 3, State.QUEUED: 96}


def test_a_mail_too_big_for_the_server_ends_the_run_and_refuses_nobody():
    ledger = PaperLedger.of(*(f"reader{number}" for number in range(10)))
    with (
        serving({"EHLO": [says("250-scripted.example\n250 SIZE 10")]}) as server,
        pytest.raises(ServerError, match=r"5\.3\.4 not sent: \d+ bytes"),
    ):
        run(ledger, server)
    assert ledger.balance().counts == {State.DEFERRED: 3, State.QUEUED: 7}


def test_a_server_that_refuses_the_mail_itself_is_not_given_it_a_hundred_times():
    ledger = PaperLedger.of(*(f"reader@example{number}.com" for number in range(100)))
    spam = [None, *[says("554 5.7.1 rejected as spam")] * 99]
    with (
        serving({"dot": spam}) as server,
        pytest.raises(ServerError, match=r"refused 10 mails in a row: 554 5\.7\.1 rejected as spam"),
    ):
        run(ledger, server)
    assert ledger.balance().counts == {State.ACCEPTED: 1, State.REFUSED: 10, State.QUEUED: 89}


def test_a_domain_that_refuses_five_by_policy_is_left_alone_and_the_others_get_theirs():
    readers = [f"reader{number}@{'strict' if number % 2 else 'kind'}.example.com" for number in range(40)]
    ledger = PaperLedger.of(*readers)
    with serving({"RCPT": [None, says("550 5.7.1 we do not know you")] * 5}) as server:
        run(ledger, server)
    assert ledger.balance().counts == {State.ACCEPTED: 20, State.REFUSED: 5, State.DEFERRED: 15}
    put_off = [each for each in ledger.deliveries.values() if each.state is State.DEFERRED]
    assert {each.address.partition("@")[2] for each in put_off} == {"strict.example.com"}
    assert all("refuses us by policy" in each.reply and each.attempts == 0 for each in put_off)


def test_a_sender_whom_the_server_cannot_write_refuses_nobody():
    ledger = PaperLedger.of(*(f"reader{number}" for number in range(10)))
    with serving() as server, pytest.raises(ServerError, match=r"5\.6\.7 not sent"):
        run_mailing(
            ledger,
            lambda subscriber: replace(mail(subscriber.address.address), envelope_from="é@example.com", smtputf8=True),
            [profile(server)],
        )
    assert ledger.balance().counts == {State.DEFERRED: 3, State.QUEUED: 7}


def test_refusals_of_readers_never_end_a_run_however_many():
    ledger = PaperLedger.of(*(f"reader{number}" for number in range(10)))
    with serving({"RCPT": [says("550 5.1.1 no such mailbox")] * 10}) as server:
        assert str(run(ledger, server)) == "10 planned = 10 refused"


def test_a_server_that_hangs_up_on_everybody_ends_the_run_and_defers_the_one_it_saw_twice():
    ledger = PaperLedger.of(*(f"reader{number}" for number in range(10)))
    with (
        serving({"MAIL": [CLOSE] * 10}) as server,
        pytest.raises(ServerError, match="the line broke: the server closed"),
    ):
        run(ledger, server)
    assert ledger.balance().counts == {State.DEFERRED: 1, State.QUEUED: 9}
    assert server.connections == 2


def test_a_server_that_takes_one_message_a_connection_takes_them_all():
    ledger = PaperLedger.of(*(f"reader{number}" for number in range(10)))
    enough = says("421 4.7.0 enough for one connection", "close")
    with serving({"MAIL": [None, *[enough, None] * 9]}) as server:
        assert str(run(ledger, server)) == "10 planned = 10 accepted"
    assert server.connections == 10


def test_a_server_that_wants_a_login_ends_the_run_at_once_and_refuses_nobody():
    ledger = PaperLedger.of(*NAMES)
    with (
        serving({"RCPT": [says("530 5.7.0 Authentication required")]}) as server,
        pytest.raises(ServerError, match=r"530 5\.7\.0"),
    ):
        run(ledger, server)
    assert ledger.states == ["queued"] * 3


def test_a_server_that_does_not_come_back_leaves_the_rest_queued():
    ledger = PaperLedger.of(*NAMES)
    gone = says("421 4.3.2 shutting down", "close")
    with (
        serving({"greeting": [None, gone, gone], "dot": [None, CLOSE]}) as server,
        pytest.raises(ServerError, match="shutting down"),
    ):
        run(ledger, server)
    assert ledger.states == ["accepted", "in_doubt", "queued"]


def test_a_stop_lets_the_message_that_is_on_its_way_arrive_and_begins_no_other():
    stop = threading.Event()

    class Stopping(PaperLedger):
        def commit(self, outcomes: Sequence[Delivery], intents: Sequence[Delivery]) -> Committed:
            stop.set()
            return super().commit(outcomes, intents)

    ledger = Stopping.of(*NAMES)
    with serving() as server:
        balance = run(ledger, server, stop=stop)
    assert str(balance) == "3 planned = 2 queued + 1 accepted"
    assert server.commands[-1] == "QUIT"


def test_a_stop_while_the_server_is_away_is_no_error():
    ledger = PaperLedger.of(*NAMES)
    gone = says("421 4.3.2 shutting down", "close")
    with serving({"greeting": [None, gone], "MAIL": [CLOSE]}) as server:

        class SetWhenTheServerTurnsUsAway:
            def is_set(self) -> bool:
                return server.connections > 1

        balance = run(ledger, server, stop=SetWhenTheServerTurnsUsAway(), pauses=(3600.0,))
    assert str(balance) == "3 planned = 3 queued"


def test_a_mailing_with_nobody_left_does_not_bother_the_server():
    ledger = PaperLedger.of()
    with serving() as server:
        assert str(run(ledger, server)) == "0 planned = 0"
    assert server.connections == 0


def test_more_than_one_claim_is_sent_to_the_end():
    ledger = PaperLedger.of(*(f"reader{number}" for number in range(250)))
    with serving() as server:
        assert str(run(ledger, server)) == "250 planned = 250 accepted"
    assert [commands.count("DATA") for commands in server.heard] == [100, 100, 50]


def test_a_test_send_tells_what_became_of_each():
    with serving({"RCPT": [None, says("550 5.1.1 no such mailbox")]}) as server:
        outcomes = send_test([mail("ada@example.com"), mail("bob@example.com")], [profile(server)])
    assert [(outcome.address, outcome.state.value) for outcome in outcomes] == [
        ("ada@example.com", "accepted"),
        ("bob@example.com", "refused"),
    ]
    assert outcomes[1].reply == "550 5.1.1 no such mailbox"
