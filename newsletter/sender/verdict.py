"""Says what a server's answer, or the lack of one, means for a delivery; touches nothing."""

import re
from dataclasses import dataclass
from enum import StrEnum

from newsletter.model.delivery import State

KEPT = 500
"""Characters of a reply that go into the ledger and before a person's eyes."""


class Phase(StrEnum):
    """How far a message is; everything before ``DOT`` can be sent again without harm."""

    RSET = "RSET"
    MAIL = "MAIL"
    RCPT = "RCPT"
    DATA = "DATA"
    BODY = "body"
    DOT = "final dot"
    EMPTY = "lone dot"
    QUIT = "QUIT"


@dataclass(frozen=True, kw_only=True, slots=True)
class Reply:
    """What a server said (RFC 5321 §4.2).

    :param code: three digits; 0 if it is no SMTP reply.
    :param lines: what it said, without the code.
    """

    code: int
    lines: tuple[str, ...]

    @property
    def text(self) -> str:
        """All lines as one."""
        return " ".join(self.lines)

    def __str__(self) -> str:
        words = f"{self.code} {self.text}".rstrip() if self.code else f"no SMTP reply: {self.text}"
        return words if len(words) <= KEPT else f"{words[: KEPT - 1]}…"


@dataclass(frozen=True, kw_only=True, slots=True)
class Lost:
    """The line broke, or no answer came in time.

    :param words: why, as far as it is known.
    """

    words: str

    def __str__(self) -> str:
        return self.words


@dataclass(frozen=True, kw_only=True, slots=True)
class Verdict:
    """Where a delivery stands now.

    :param words: what goes into the ledger: the server's words, or ours if it had none.
    :param status: the code in them: "5.1.1" (RFC 3463), or "550" where there is no other.
    :param hang_up: the connection is of no use any more.
    :param our_fault: the server refuses us, not the reader; it will say so to everybody.
    :param of_the_mail: the server refuses what is in the mail, and may well say so to everybody.
    :param too_fast: it wants less mail for this domain at a time: 421 or 4.7.x, once it knows whom the mail is for.
    :param policy: it is refused for what we are, not for who the reader is: 5.7.x.
    :param not_now: it takes mail from us for nobody at the moment: 4xx to MAIL.
    """

    state: State
    words: str
    status: str = ""
    hang_up: bool = False
    our_fault: bool = False
    of_the_mail: bool = False
    too_fast: bool = False
    policy: bool = False
    not_now: bool = False

    @property
    def good(self) -> bool:
        """Whether the server took responsibility."""
        return self.state is State.ACCEPTED


# RFC 3463 §3.2: X.1.7 and X.1.8 are about the sender. "5.7.1 …: Relay access denied" (Postfix), "relay not permitted"
# (Exim), "5.7.54 …; Unable to relay" (Exchange): the server does not take our mail for anybody. With any other code,
# or in a host's name or an address, the word is about something else.
_SENDER = re.compile(r"^5\.1\.[78]\b|^(5\.7\.\d|(?!\d\.\d)).*\brelay(ing)?\b(?![.@-]\w)", re.I)
_ADDRESSES = re.compile(r"<[^>]*>|\S+@\S+")

AUTH_WANTED = frozenset({530, 534, 535, 538})
"""Replies that ask for another login (RFC 4954 §6): sent on, they would burn the whole list."""


def judge(phase: Phase, answer: Reply | Lost) -> Verdict | None:
    """Say where a delivery stands after *answer* in *phase*; None if the next phase may begin."""
    if isinstance(answer, Lost) or not 200 <= answer.code < 600:
        return _unanswered(phase, answer)
    kind = answer.code // 100
    if kind == (3 if phase is Phase.DATA else 2):
        return Verdict(state=State.ACCEPTED, words=str(answer)) if phase is Phase.DOT else None
    if kind == 4:
        return _delay(phase, answer)
    if kind == 5:
        return _refusal(phase, answer)
    return _unanswered(phase, answer)


def status_of(reply: Reply) -> str:
    """Return the enhanced code (RFC 3463 §2) of *reply*, or its three digits where it has none.

    The three digits decide whether a refusal is for good, the enhanced code of what kind it is: one of another class
    (RFC 2034 §4 forbids it) is none.
    """
    found = _ENHANCED.match(reply.lines[0]) if reply.lines else None
    return found[0] if found and found[0][0] == str(reply.code)[0] else str(reply.code)


_ENHANCED = re.compile(r"[245]\.\d{1,3}\.\d{1,3}(?=\s|$)")


def _verdict(state: State, reply: Reply, **more: bool) -> Verdict:
    return Verdict(state=state, words=str(reply), status=status_of(reply), **more)


def _delay(phase: Phase, reply: Reply) -> Verdict:
    ends = reply.code == 421  # RFC 5321 §3.8: at any time, and the server closes the line behind it
    not_now = phase is Phase.MAIL  # said before it knows whom the mail is for
    slower = not not_now and (ends or status_of(reply).startswith("4.7."))
    return _verdict(State.DEFERRED, reply, hang_up=ends, too_fast=slower, not_now=not_now)


def _refusal(phase: Phase, reply: Reply) -> Verdict:
    if phase is Phase.MAIL or (phase is Phase.RCPT and _SENDER.search(_ADDRESSES.sub("", reply.text))):
        return _verdict(State.DEFERRED, reply, our_fault=True)
    of_the_mail = phase in (Phase.DATA, Phase.DOT)
    return _verdict(State.REFUSED, reply, of_the_mail=of_the_mail, policy=status_of(reply).startswith("5.7."))


def _unanswered(phase: Phase, answer: Reply | Lost) -> Verdict:
    """Judge a lost line, or an answer that is none: after the final dot the server may have accepted the message.

    RFC 1047 names this gap as the main cause of mail that comes twice.
    """
    state = State.IN_DOUBT if phase is Phase.DOT else State.DEFERRED
    return Verdict(state=state, words=f"at {phase}: {answer}", hang_up=True)
