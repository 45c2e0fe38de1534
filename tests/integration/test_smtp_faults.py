"""A server that misbehaves in each phase, and what then stands in the ledger."""

import pytest
from paper_ledger import PaperLedger
from scripted_server import CLOSE, GOOD, RESET, SILENCE, Fault, carried, mail, profile, says, serving

from newsletter.errors import ServerError, StoreError
from newsletter.model.delivery import Committed, State
from newsletter.sender.mailing import run_mailing
from newsletter.sender.opening import ServerUnavailable
from newsletter.sender.options import Timeouts

QUEUED = "250 2.0.0 queued as 4711"
ACCEPTED, DEFERRED, REFUSED, IN_DOUBT = State.ACCEPTED, State.DEFERRED, State.REFUSED, State.IN_DOUBT
LONG = 24 * 1024 * 1024
"""More octets than the buffers of both ends hold, so that the writer feels it when nobody reads."""


# What the server does in a phase, how that delivery stands then, words that tell why, whether the connection lasts.
FAULTS = [
    ("MAIL", says("451 4.3.0 try later"), DEFERRED, "451 4.3.0 try later", True),
    ("MAIL", says("550 5.7.1 not you"), DEFERRED, "550 5.7.1 not you", True),
    ("MAIL", says("552 5.3.4 too big"), DEFERRED, "552 5.3.4 too big", True),
    ("RCPT", says("450 4.2.0 greylisted"), DEFERRED, "450 4.2.0 greylisted", True),
    ("RCPT", says("452 4.2.2 over quota"), DEFERRED, "452 4.2.2 over quota", True),
    ("RCPT", says("550 5.1.1 no such mailbox"), REFUSED, "550 5.1.1 no such mailbox", True),
    ("RCPT", says("550-5.1.1 no such\n550 5.1.1 mailbox"), REFUSED, "550 5.1.1 no such 5.1.1 mailbox", True),
    ("RCPT", says("553"), REFUSED, "553", True),
    ("RCPT", says("554 5.7.1 <ada@example.com>: Relay access denied"), DEFERRED, "Relay access denied", True),
    ("RCPT", says("550 5.1.1 <ada@relay.example.com>: unknown"), REFUSED, "unknown", True),
    ("DATA", says("451 4.3.2 not now"), DEFERRED, "451 4.3.2 not now", True),
    ("DATA", says("554 5.5.1 no valid recipients"), REFUSED, "554 5.5.1 no valid recipients", True),
    ("DATA", says("250 2.0.0 fine?"), ACCEPTED, QUEUED, False),
    ("dot", says("451 4.7.0 busy"), DEFERRED, "451 4.7.0 busy", True),
    ("dot", says("552 5.2.2 mailbox full"), REFUSED, "552 5.2.2 mailbox full", True),
    ("dot", says("554 5.7.1 looks like spam"), REFUSED, "554 5.7.1 looks like spam", True),
    ("dot", says("250-2.0.0 queued\n250 as 4711"), ACCEPTED, "250 2.0.0 queued as 4711", True),
    ("dot", says("250"), ACCEPTED, "250", True),
    ("dot", says("354 go on?"), IN_DOUBT, "at final dot: 354 go on?", False),
    # 421 at any time: the server is about to close, and did not take it.
    *[(phase, says("421 4.3.2 shutting down", "close"), ACCEPTED, QUEUED, False) for phase in ("MAIL", "RCPT", "DATA")],
    ("dot", says("421 4.3.2 shutting down", "close"), DEFERRED, "421 4.3.2 shutting down", False),
    # The line breaks: before the body nothing has happened, and the message is offered again on another line.
    *[(phase, fault, ACCEPTED, QUEUED, False) for phase in ("MAIL", "RCPT", "DATA") for fault in (CLOSE, RESET)],
    ("dot", CLOSE, IN_DOUBT, "at final dot: ", False),
    ("dot", RESET, IN_DOUBT, "at final dot: ", False),
    ("dot", Fault(says=b"250 2.0.0 que", then="close"), IN_DOUBT, "within a reply", False),
    ("dot", Fault(says=b"2", then="close"), IN_DOUBT, "within a reply", False),
    # No SMTP at all.
    *[(phase, Fault(says=garbage), IN_DOUBT if phase == "dot" else ACCEPTED, words if phase == "dot" else QUEUED, False)
      for phase in ("MAIL", "RCPT", "DATA", "dot")
      for garbage, words in (
          (b"\r\n", "at final dot: no SMTP reply"),
          (b"HTTP/1.1 400 Bad Request\r\n", "no SMTP reply: HTTP/1.1 400 Bad Request"),
          (b"\x00\x1b[2J\xff\r\n", "no SMTP reply: [2J"),
          (b"150 wait\r\n", "no SMTP reply: 150 wait"),
          (b"2500 fine\r\n", "no SMTP reply: 2500 fine"),
          (b"250-one thing\r\n550 another\r\n", "no SMTP reply: 250-one thing 550 another"),
          (b"250 " + b"x" * 200_000 + b"\r\n", "no SMTP reply: 250 xxx"),
          (b"250-x\r\n" * 20_000, "no SMTP reply: 250-x"),
      )],
]  # fmt: skip


@pytest.mark.parametrize("pipelining", [False, True])
@pytest.mark.parametrize("phase, fault, state, words, lasts", FAULTS)
def test_a_fault_in_a_phase_decides_about_one_delivery_and_the_next_one_goes(
    phase, fault, state, words, lasts, pipelining
):
    with serving({phase: [fault]}, pipelining=pipelining) as server:
        first, second = carried(profile(server), mail("ada@example.com"), mail("bob@example.com"))
    assert (first.state, second.state) == (state, ACCEPTED)
    assert words in first.reply
    assert len(first.reply) <= 520
    assert first.reply.isprintable()
    assert server.connections == (1 if lasts else 2)
    assert server.messages[-1] == mail("bob@example.com").data


@pytest.mark.parametrize("pipelining", [False, True])
@pytest.mark.parametrize("phase", ["MAIL", "RCPT", "DATA"])
@pytest.mark.parametrize("fault", [CLOSE, RESET, Fault(says=b"what?\r\n"), Fault(says=b"25", then="close")])
def test_a_message_that_meets_a_broken_line_twice_is_deferred(phase, fault, pipelining):
    """It may be what breaks the line; the others wait for nothing."""
    with serving({phase: [None, fault, fault]}, pipelining=pipelining) as server:
        outcomes = carried(profile(server), mail("ada@example.com"), mail("bob@example.com"), mail("cyd@example.com"))
    assert [outcome.state for outcome in outcomes] == [ACCEPTED, DEFERRED, ACCEPTED]
    assert outcomes[1].reply.startswith("at ")
    assert server.connections == 3


def test_a_body_that_the_server_did_not_wait_for_is_not_sent():
    with serving({"DATA": [says("451 4.3.2 not now")]}) as server:
        ledger = PaperLedger.to("ada@example.com")
        carried(profile(server), mail(), ledger=ledger)
    assert ledger.moves == [("record", "ada")]
    assert server.messages == []


@pytest.mark.parametrize("fault", [CLOSE, RESET])
def test_a_line_lost_before_the_final_dot_is_deferred(fault):
    with serving({"body": [fault]}) as server:
        long = mail(body=b"A long line of a long mail.\r\n" * (LONG // 29))
        first, second = carried(profile(server), long, mail("bob@example.com"))
    assert first.state is DEFERRED
    assert first.reply.startswith("at body: the ")
    assert second.state is ACCEPTED
    assert server.messages == [mail("bob@example.com").data]


@pytest.mark.parametrize("fault", [CLOSE, RESET])
def test_a_line_lost_after_the_final_dot_is_in_doubt(fault):
    with serving({"dot": [fault]}) as server:
        (verdict,) = carried(profile(server), mail())
    assert verdict.state is IN_DOUBT
    assert server.messages == [mail().data]


@pytest.mark.parametrize(
    "phase, limit, state",
    [("MAIL", "reply", ACCEPTED), ("RCPT", "reply", ACCEPTED), ("DATA", "data", ACCEPTED), ("dot", "dot", IN_DOUBT)],
)
def test_a_server_that_falls_silent_is_waited_for_as_long_as_its_phase_allows(phase, limit, state):
    limits = {"connect": 20, "reply": 20, "data": 20, "write": 20, "dot": 20, limit: 0.75}
    with serving({phase: [SILENCE]}) as server:
        settings = profile(server, timeouts=Timeouts(**limits))
        first, second = carried(settings, mail("ada@example.com"), mail("bob@example.com"))
    assert first.state is state
    assert first.reply.endswith("no answer within 0.75 s" if phase == "dot" else QUEUED)
    assert server.connections == 2
    assert second.state is ACCEPTED


def test_a_server_that_stops_reading_within_the_body_is_deferred():
    with serving({"body": [SILENCE]}) as server:
        long = mail(body=b"A long line of a long mail.\r\n" * (LONG // 29))
        settings = profile(server, timeouts=Timeouts(write=0.75))
        (verdict,) = carried(settings, long)
    assert verdict.state is DEFERRED
    assert verdict.reply == "at body: the line broke while sending (timed out)"


def test_a_reply_that_trickles_in_is_not_waited_for_without_end():
    """Each line comes in time; it is the whole reply that must."""
    trickle = Fault(says=b"250-wait\r\n" * 3, then="silence")
    with serving({"RCPT": [trickle]}) as server:
        settings = profile(server, timeouts=Timeouts(reply=0.75))
        (verdict,) = carried(settings, mail())
    assert verdict.state is ACCEPTED
    assert server.connections == 2


def test_a_reply_may_come_in_pieces_and_end_with_a_bare_lf():
    with serving({"MAIL": [Fault(says=b"250-fi\n250 ne\n")]}) as server:
        (verdict,) = carried(profile(server), mail())
    assert verdict.state is ACCEPTED


def test_a_reply_of_many_lines_within_reason_is_read_whole():
    reply = b"".join(b"550-5.1.1 line %d\r\n" % number for number in range(200)) + b"550 5.1.1 end\r\n"
    with serving({"RCPT": [Fault(says=reply)]}) as server:
        first, second = carried(profile(server), mail(), mail())
    assert first.state is REFUSED
    assert first.reply.startswith("550 5.1.1 line 0 5.1.1 line 1 ")
    assert len(first.reply) == 500
    assert second.state is ACCEPTED


def test_after_a_refused_recipient_the_server_is_told_to_forget_the_sender():
    with serving({"RCPT": [says("550 5.1.1 no such mailbox")]}) as server:
        carried(profile(server), mail("ada@example.com"), mail("bob@example.com"))
    assert server.commands == ["EHLO", "MAIL", "RCPT", "RSET", "MAIL", "RCPT", "DATA", "QUIT"]
    assert server.heard[0][-3:-1] == ["RCPT TO:<bob@example.com>", "DATA"]


@pytest.mark.parametrize("phase", ["MAIL", "RCPT", "DATA"])
@pytest.mark.parametrize("end", [says("421 4.7.0 enough for one connection", "close"), CLOSE])
def test_a_server_that_ends_a_connection_between_messages_costs_nobody_their_mail(phase, end):
    with serving({phase: [None, end]}) as server:
        verdicts = carried(profile(server), mail("ada@example.com"), mail("bob@example.com"), mail("cyd@example.com"))
    assert [verdict.state for verdict in verdicts] == [ACCEPTED] * 3
    assert server.connections == 2
    assert len(server.messages) == 3


def test_a_server_that_ends_the_connection_at_rset_costs_nobody_their_mail():
    with serving({"RCPT": [says("550 5.1.1 no such mailbox")], "RSET": [CLOSE]}) as server:
        verdicts = carried(profile(server), mail("ada@example.com"), mail("bob@example.com"))
    assert [verdict.state for verdict in verdicts] == [REFUSED, ACCEPTED]


def test_what_may_have_been_read_is_never_sent_again():
    with serving({"dot": [None, CLOSE]}) as server:
        verdicts = carried(profile(server), mail("ada@example.com"), mail("bob@example.com"))
    assert [verdict.state for verdict in verdicts] == [ACCEPTED, IN_DOUBT]
    assert len(server.messages) == 2


@pytest.mark.parametrize("phase", ["MAIL", "RCPT", "DATA"])
@pytest.mark.parametrize("reply", ["530 5.7.0 Authentication required", "535 5.7.8 bad credentials"])
def test_a_server_that_wants_a_login_ends_it_before_a_whole_list_is_burnt(phase, reply):
    with serving({phase: [says(reply)]}) as server:
        with pytest.raises(ServerError, match=reply) as caught:
            carried(profile(server), mail())
        assert not isinstance(caught.value, ServerUnavailable)
        assert caught.value.where == f"127.0.0.1:{server.port}"
    assert server.messages == []


def test_a_silent_quit_or_a_closed_one_is_nobody_s_trouble():
    for fault in (SILENCE, CLOSE, says("500 what?")):
        with serving({"QUIT": [fault]}) as server:
            (verdict,) = carried(profile(server, timeouts=Timeouts(reply=0.75)), mail())
        assert verdict.state is ACCEPTED


def test_a_server_that_comes_back_is_found_again():
    """The connection breaks, the greeting fails once, and the message goes on the third connection."""
    script = {"greeting": [None, says("421 4.3.2 restarting", "close")], "MAIL": [None, CLOSE]}
    with serving(script) as server:
        outcomes = carried(profile(server), mail("ada@example.com"), mail("bob@example.com"))
    assert [outcome.state for outcome in outcomes] == [ACCEPTED, ACCEPTED]
    assert server.connections == 3


def test_a_server_that_does_not_come_back_is_said_when_the_pauses_are_over():
    busy = says("421 4.3.2 restarting", "close")
    ledger = PaperLedger.of("ada", "bob")
    with serving({"greeting": [None, busy, busy, busy], "MAIL": [CLOSE]}) as server:
        with pytest.raises(ServerUnavailable, match="restarting"):
            run_mailing(ledger, lambda reader: mail(reader.address.address), [profile(server)], pauses=(0.0,))
        assert server.connections == 3
    assert ledger.states == ["queued", "queued"], "nobody's attempt is counted"


def test_nobody_waits_for_a_lost_server_once_all_is_to_end():
    busy = says("421 4.3.2 restarting", "close")
    ledger = PaperLedger.of("ada", "bob")
    with serving({"greeting": [None, *[busy] * 9], "MAIL": [CLOSE]}) as server:

        class SetWhenTurnedAway:
            def is_set(self) -> bool:
                return server.connections > 1

        balance = run_mailing(
            ledger, lambda reader: mail(reader.address.address), [profile(server)],
            stop=SetWhenTurnedAway(), pauses=(3600.0,),
        )  # fmt: skip
    assert str(balance) == "2 planned = 2 queued"


@pytest.mark.parametrize("pipelining", [False, True])
def test_a_message_that_may_not_go_after_all_is_no_message_for_the_server(pipelining):
    ledger = PaperLedger.of("ada", "bob", forbidden=frozenset({"ada@example.com"}))
    with serving(pipelining=pipelining) as server:
        first, second = carried(profile(server), mail("ada@example.com"), mail("bob@example.com"), ledger=ledger)
    assert (first.state, second.state) == (State.EXCLUDED, ACCEPTED)
    assert server.connections == 2
    assert server.messages == [mail("bob@example.com").data]


@pytest.mark.parametrize("interruption", [KeyboardInterrupt, StoreError("the disk is full")])
@pytest.mark.parametrize("pipelining", [False, True])
def test_a_ledger_that_cannot_commit_the_intent_keeps_the_body_back(interruption, pipelining):
    class Full(PaperLedger):
        def commit(self, outcomes, intents) -> Committed:
            if intents:
                raise interruption
            return super().commit(outcomes, intents)

    ledger = Full.of("ada")
    with serving(pipelining=pipelining) as server:
        with pytest.raises(type(interruption) if isinstance(interruption, Exception) else interruption):
            carried(profile(server), mail(), ledger=ledger)
        assert server.messages == []
    assert ledger.states == ["queued"]


def test_a_mail_that_is_longer_than_the_server_takes_is_not_offered():
    with serving({"EHLO": [says("250-scripted.example\n250 SIZE 100")]}) as server:
        long, short = carried(profile(server), mail(body=b"x" * 100 + b"\r\n"), mail(body=b"\r\n"))
    assert (long.state, long.status) == (DEFERRED, "5.3.4")
    assert long.reply.startswith("5.3.4 not sent: ")
    assert short.state is ACCEPTED
    assert server.commands.count("MAIL") == 1


def test_the_size_is_told_to_a_server_that_wants_to_know():
    with serving() as server:
        carried(profile(server), mail())
    assert f"MAIL FROM:<editor@example.org> SIZE={len(mail().data)}" in server.heard[0]
    with serving({"EHLO": [says("250 scripted.example")]}) as server:
        carried(profile(server), mail())
    assert "MAIL FROM:<editor@example.org>" in server.heard[0]


def test_an_address_beyond_ascii_goes_only_to_a_server_that_takes_it():
    jorg = mail("jörg@example.org", smtputf8=True)
    with serving() as server:
        first, second = carried(profile(server), jorg, mail())
    assert (first.state, second.state) == (REFUSED, ACCEPTED)
    assert first.reply.startswith("5.6.7 not sent")
    with serving({"EHLO": [says("250-scripted.example\n250-8BITMIME\n250 SMTPUTF8")]}) as server:
        (verdict,) = carried(profile(server), jorg)
    assert verdict.state is ACCEPTED
    assert server.heard[0][1:3] == [
        "MAIL FROM:<editor@example.org> BODY=8BITMIME SMTPUTF8", "RCPT TO:<jörg@example.org>"
    ]  # fmt: skip


def test_lines_that_begin_with_a_dot_arrive_as_they_are():
    body = b".\r\n..\r\n.hidden\r\nnot. hidden\r\n"
    with serving() as server:
        (verdict,) = carried(profile(server), mail(body=body))
    assert verdict.state is ACCEPTED
    assert server.messages[0].endswith(b"\r\n\r\n..\r\n...\r\n..hidden\r\nnot. hidden\r\n")


@pytest.mark.parametrize(
    "body", [b"a\nb\r\n", b"a\rb\r\n", b"no end", b"a\n.\r\nMAIL FROM:<x@y.example>\r\n", b"\r\r\n"]
)
def test_a_line_that_does_not_end_with_crlf_is_never_on_the_wire(body):
    with serving() as server, pytest.raises(ValueError, match="bare CR or LF"):
        carried(profile(server), mail(body=body))
    assert "MAIL" not in server.commands


def test_a_recipient_refused_whose_data_is_taken_all_the_same_gets_a_lone_dot():
    """RFC 2920 §3.1: in a pipelined flight the server may have said 354 before it is known that nobody is left."""
    script = {"RCPT": [says("550 5.1.1 no such mailbox")], "dot": [says("554 5.5.1 no valid recipients")]}
    with serving(script, pipelining=True) as server:
        first, second = carried(profile(server), mail("ada@example.com"), mail("bob@example.com"))
    assert (first.state, first.status, second.state) == (REFUSED, "5.1.1", ACCEPTED)
    assert server.messages == [b"", mail("bob@example.com").data]
    assert server.connections == 1


def test_a_hundred_messages_use_up_a_connection():
    with serving() as server:
        verdicts = carried(profile(server), *[mail()] * 201)
    assert {verdict.state for verdict in verdicts} == {ACCEPTED}
    assert [commands.count("DATA") for commands in server.heard] == [100, 100, 1]
    assert all(commands[-1] == "QUIT" for commands in server.heard)


def test_the_scripted_server_itself_is_a_good_one():
    with serving() as server:
        (outcome,) = carried(profile(server), mail())
    assert (outcome.state, outcome.reply) == (ACCEPTED, GOOD["dot"].decode().strip())
