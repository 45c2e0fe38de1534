import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.model.delivery import State
from newsletter.sender.verdict import AUTH_WANTED, Lost, Phase, Reply, judge

BEFORE_THE_DOT = (Phase.MAIL, Phase.RCPT, Phase.DATA, Phase.BODY)


def reply(words: str) -> Reply:
    code, _, text = words.partition(" ")
    return Reply(code=int(code), lines=(text,))


@pytest.mark.parametrize("phase", [Phase.MAIL, Phase.RCPT, Phase.DATA])
def test_a_good_answer_lets_the_next_phase_begin(phase):
    assert judge(phase, reply("354 go on" if phase is Phase.DATA else "250 fine")) is None


@pytest.mark.parametrize("words", ["250 2.0.0 queued as 4711", "251 will forward", "200 fine"])
def test_after_the_final_dot_any_yes_is_a_yes_and_its_words_are_kept(words):
    verdict = judge(Phase.DOT, reply(words))
    assert (verdict.state, verdict.words, verdict.hang_up) == (State.ACCEPTED, words, False)


@given(st.sampled_from(Phase), st.integers(-1, 1000), st.text(max_size=80))
def test_nothing_before_the_dot_is_accepted_or_in_doubt_and_nothing_after_it_goes_again_unless_the_server_said_no(
    phase, code, text
):
    verdict = judge(phase, Reply(code=code, lines=(text,)))
    if phase is not Phase.DOT:
        assert verdict is None or verdict.state in (State.DEFERRED, State.REFUSED)
    elif 200 <= code < 300:
        assert verdict.state is State.ACCEPTED
    elif 400 <= code < 600:
        assert verdict.state in (State.DEFERRED, State.REFUSED)
    else:
        assert verdict.state is State.IN_DOUBT


@given(st.sampled_from(Phase), st.integers(400, 499))
def test_a_4xx_is_for_later_whatever_the_phase(phase, code):
    verdict = judge(phase, Reply(code=code, lines=("later",)))
    assert (verdict.state, verdict.hang_up, verdict.our_fault) == (State.DEFERRED, code == 421, False)


@pytest.mark.parametrize("phase", Phase)
def test_a_lost_line_is_harmless_before_the_final_dot_and_in_doubt_after_it(phase):
    verdict = judge(phase, Lost(words="the server closed the line"))
    assert verdict.state is (State.IN_DOUBT if phase is Phase.DOT else State.DEFERRED)
    assert verdict.hang_up
    assert verdict.words == f"at {phase}: the server closed the line"


@pytest.mark.parametrize(
    "words",
    [
        "550 5.1.7 bad sender address",
        "553 5.1.8 sender domain does not exist",
        "554 5.7.1 <ada@example.com>: Relay access denied",
        "550 relay not permitted",
        "550 5.7.54 SMTP; Unable to relay recipient in non-accepted domain",
        "550 5.7.1 Relaying denied. Proper authentication required.",
        "550 5.7.1 Unable to relay for ada@example.com",
    ],
)
def test_a_server_that_refuses_us_at_rcpt_does_not_refuse_the_reader(words):
    verdict = judge(Phase.RCPT, reply(words))
    assert (verdict.state, verdict.our_fault) == (State.DEFERRED, True)


@pytest.mark.parametrize(
    "words",
    [
        "550 5.1.1 no such mailbox",
        "550 5.1.1 <ada@relay.example.com>: Recipient address rejected",
        "550 5.1.1 <relay@example.com>: Recipient address rejected",
        "550 No such user relay@example.com",
        "550 relay.example.com has no such user",
        "550 host mx-relay-1.example.com said: no such user",
        "550 5.2.1 relay mailbox disabled",
        "553 5.1.10 null MX",
        "550",
    ],
)
def test_a_server_that_refuses_a_reader_is_believed_whatever_their_address_looks_like(words):
    verdict = judge(Phase.RCPT, reply(words))
    assert (verdict.state, verdict.our_fault) == (State.REFUSED, False)


@pytest.mark.parametrize("code", [500, 550, 552, 554])
def test_a_refusal_at_mail_is_about_us(code):
    verdict = judge(Phase.MAIL, Reply(code=code, lines=("no",)))
    assert (verdict.state, verdict.our_fault) == (State.DEFERRED, True)


def test_long_words_are_cut_and_say_so():
    words = str(Reply(code=550, lines=("x" * 1000,)))
    assert len(words) == 500
    assert words.endswith("x…")


def test_what_asks_for_a_login_is_known():
    assert {530, 535} <= AUTH_WANTED
