"""Sends messages over one line, pipelined, so that what happened to each is always known (RFC 5321 §3.3, RFC 2920).

::

    offer ──► MAIL RCPT DATA ──354──► dispatch.intend … commit … go ──► body . (and the next one's MAIL RCPT DATA)
                    │                                                      │
                    └── refused ──► dispatch.judged                        └── reply to the dot ──► dispatch.judged

Everything up to the 354 can be repeated without harm; after ``go`` only the server's word tells. Without PIPELINING the
same steps wait for a reply each.
"""

from collections import deque
from collections.abc import Mapping
from typing import Final

from newsletter.errors import ServerError
from newsletter.model.delivery import State
from newsletter.model.mail import Message
from newsletter.sender.dispatch import Dispatch, Envelope
from newsletter.sender.line import Line
from newsletter.sender.options import SmtpProfile
from newsletter.sender.reply import reply_of
from newsletter.sender.transparency import stuffed, whole
from newsletter.sender.verdict import AUTH_WANTED, Lost, Phase, Reply, Verdict, judge

GOODBYE: Final = 5.0
"""Seconds that the answer to QUIT is waited for; everything that matters has been answered by then."""

_FLIGHT: Final = frozenset({Phase.MAIL, Phase.RCPT, Phase.DATA})
_OVER: Final = (0, 421)
"""Replies behind which nothing comes: none of SMTP, and that the server closes the line (RFC 5321 §3.8)."""


class Connection:
    """An open line to a server that takes our mail; it has at most two messages in hand, one out and the next offered.

    :param features: what EHLO announced: parameters by keyword in upper case.
    :ivar messages: how many were offered over it.
    :ivar served: how many of them the server accepted.
    """

    def __init__(self, line: Line, features: Mapping[str, str], profile: SmtpProfile, dispatch: Dispatch) -> None:
        self._line = line
        self._features = features
        self._profile = profile
        self._dispatch = dispatch
        self._pipelining = "PIPELINING" in features
        self._patience = _patience(profile)
        self._unsaid: deque[tuple[Phase, bytes]] = deque()
        self._said: deque[Phase] = deque()
        self._out: Envelope | None = None
        self._offered: Envelope | None = None
        self._waits = False
        self._refusal: Verdict | None = None
        self._begun = False
        self._mark = 0
        self._since = 0.0
        self._last = False
        self._halted = False
        self.messages = 0
        self.served = 0
        self.closed = False
        line.replied = self._heard
        line.broke = self._end

    @property
    def idle(self) -> bool:
        """Whether it has nothing in hand and waits for nothing."""
        return not (self._said or self._unsaid or self._waits)

    @property
    def leaving(self) -> bool:
        """Whether it takes nothing more."""
        return self._last

    def feed(self) -> None:
        """Offer the next message if nothing is in hand; part from the server when its connection is used up."""
        if self.closed or not self.idle:
            return
        if self._load():
            self._push()
        elif self._last:
            self._quit()

    def go(self) -> None:
        """Send the body of the offered message, whose intent is committed, with the next one's envelope behind it."""
        envelope = self._offered
        if envelope is None or not self._waits:
            raise AssertionError("no message waits for its body")
        message = envelope.message
        parts = message.parts if message.whole else (stuffed(message.data),)
        self._out, self._offered, self._waits, self._begun = envelope, None, False, False
        envelope.out = True
        self._mark = self._line.queued + sum(map(len, parts)) + len(b".\r\n")
        self._said.append(Phase.DOT)
        behind = self._flight() if self._pipelining and self._load() else b""
        self._line.write(*parts, b".\r\n" + behind)
        self._since = self._line.now()

    def withhold(self) -> None:
        """Do not send the body that the server waits for: after 354 there is no way back but to hang up."""
        envelope, self._offered, self._waits = self._offered, None, False
        if envelope:
            self._dispatch.withheld(self, envelope)
        self._end("")

    def retire(self) -> None:
        """Take nothing more, and part from the server once nothing is in hand."""
        self._last = True
        if self.idle:
            self._quit()

    def halt(self) -> None:
        """Take nothing more, and hang up as soon as no body is out."""
        self._halted = True
        if self._out is None:
            self._part()

    def drop(self, words: str = "") -> None:
        """Hang up at once; a message without its final dot is none (§4.1.1.4: the server must not act on it)."""
        self._end(words)

    def overdue(self, now: float) -> str:
        """Return what has taken too long at *now*, in the loop's time; empty if nothing has."""
        stalled = self._line.stalled_at
        if stalled is not None:
            return "the line broke while sending (timed out)" if now - stalled > self._profile.timeouts.write else ""
        if self._said:
            patience = self._patience[self._said[0]]
            if now > max(self._since, self._line.heard_at) + patience:
                return f"no answer within {patience:g} s"
        return ""

    def _load(self) -> bool:
        """Line up what is to be said for the next message; False if there is none for this connection."""
        if self._last or self.messages >= self._profile.messages_per_connection:
            self._last = True
            return False
        while (envelope := self._dispatch.next(self)) is not None:
            if verdict := self._unsuited(envelope.message):
                self._dispatch.judged(self, envelope, verdict)
                continue
            self._line_up(envelope)
            return True
        return False

    def _line_up(self, envelope: Envelope) -> None:
        message = envelope.message
        if not (message.whole or whole(message.data)):
            raise ValueError("a bare CR or LF in a message, or no CRLF at its end")
        self.messages += 1
        envelope.offers += 1
        self._offered = envelope
        if self._begun:
            self._unsaid.append((Phase.RSET, b"RSET\r\n"))
        self._begun = True
        size = f" SIZE={message.size}" if "SIZE" in self._features else ""
        # RFC 6531 §3.6: the header of such a message has 8-bit octets in it.
        utf8 = " BODY=8BITMIME SMTPUTF8" if message.smtputf8 else ""
        self._unsaid.append((Phase.MAIL, f"MAIL FROM:<{message.envelope_from}>{size}{utf8}\r\n".encode()))
        self._unsaid.append((Phase.RCPT, f"RCPT TO:<{message.envelope_to}>\r\n".encode()))
        self._unsaid.append((Phase.DATA, b"DATA\r\n"))

    def _flight(self) -> bytes:
        """Return all that is to be said as one flight; DATA is the last of a group (RFC 2920 §3.1)."""
        self._said.extend([phase for phase, _ in self._unsaid])
        flight = b"".join([octets for _, octets in self._unsaid])
        self._unsaid.clear()
        return flight

    def _push(self) -> None:
        """Say what may be said now: all of it, or a line at a time to a server without PIPELINING."""
        if self._pipelining:
            self._line.write(self._flight())
        else:
            phase, octets = self._unsaid.popleft()
            self._said.append(phase)
            self._line.write(octets)
        self._since = self._line.now()

    def _heard(self, code: int, raw: bytes) -> None:
        if not self._said:
            self._end(str(reply_of(code, raw)))
            return
        phase = self._said.popleft()
        if phase in _FLIGHT:
            if self._refusal or code != (354 if phase is Phase.DATA else 250):
                self._weigh(phase, reply_of(code, raw))
            elif phase is Phase.DATA:
                self._ask_to_begin()
        elif phase is Phase.DOT:
            self._conclude_out(reply_of(code, raw))
        elif phase is Phase.EMPTY:
            self._conclude_empty(reply_of(code, raw))
        elif phase is Phase.QUIT or code // 100 != 2:
            self._end("" if phase is Phase.QUIT else f"at {phase}: {reply_of(code, raw)}")
        if not (self._said or self._waits or self.closed):
            self._go_on()

    def _go_on(self) -> None:
        """All that was said is answered: say what comes next."""
        if self._unsaid:
            self._push()
        else:
            self.feed()

    def _ask_to_begin(self) -> None:
        if self._offered:
            self._waits = True
            self._dispatch.intend(self, self._offered)

    def _weigh(self, phase: Phase, reply: Reply) -> None:
        """Judge an answer to the offered message that is not the good one, or that comes behind such a one."""
        if not self._refusal:
            if reply.code in AUTH_WANTED:
                self._end(str(reply), _login_wanted(reply, self._profile.server))
                return
            verdict = judge(phase, reply)
            if verdict is None or verdict.hang_up:  # 421, or no answer to what was asked
                self._end(str(reply), verdict=verdict)
                return
            self._refusal = verdict
            self._unsaid.clear()
        if reply.code in _OVER:
            self._end(str(reply))
        elif reply.code == 354:
            # RFC 2920 §3.1: the recipient was refused and DATA was not; a lone dot ends what must be no message.
            self._said.append(Phase.EMPTY)
            self._line.write(b".\r\n")
        elif not self._said:
            self._conclude_offered()

    def _conclude_empty(self, reply: Reply) -> None:
        """The lone dot is answered: whatever the server says to it, the recipient had been refused."""
        if reply.code in _OVER:
            self._end(str(reply))
        else:
            self._conclude_offered()

    def _conclude_offered(self) -> None:
        envelope, refusal = self._offered, self._refusal
        self._offered = self._refusal = None
        if envelope and refusal:
            self._dispatch.judged(self, envelope, refusal)

    def _conclude_out(self, reply: Reply) -> None:
        envelope, verdict = self._out, judge(Phase.DOT, reply)
        self._out = None
        if envelope is None or verdict is None:
            raise AssertionError("no body was out")
        early = self._line.sent < self._mark
        if early and not 400 <= reply.code < 600:
            # The final dot has not left, and will not any more: only a refusal can be believed by then.
            verdict = lost(Phase.BODY, str(reply))
        self.served += verdict.good
        self._dispatch.judged(self, envelope, verdict)
        if early or verdict.hang_up:
            self._end(str(reply))
        elif self._halted:
            self._part()

    def _part(self) -> None:
        """Say goodbye, or hang up if something was offered: what follows a 354 would be a body."""
        if self._offered:
            self._end("")
        else:
            self.retire()

    def _end(self, words: str, fault: ServerError | None = None, verdict: Verdict | None = None) -> None:
        """Hang up, and say of everything in hand what became of it; *verdict* is that on the offered message."""
        if self.closed:
            return
        self.closed = True
        self._line.close()
        if Phase.QUIT in self._said:  # however it ends: everything has been answered
            words = ""
        phase = next((said for said in self._said if said in _FLIGHT), Phase.DATA)
        out, offered, refusal = self._out, self._offered, self._refusal
        self._out = self._offered = self._refusal = None
        if out:
            left = Phase.DOT if self._line.sent >= self._mark else Phase.BODY
            self._dispatch.judged(self, out, lost(left, words or "we hung up"))
        if offered and refusal:
            self._dispatch.judged(self, offered, refusal)
        elif offered:
            self._dispatch.returned(self, offered, verdict or (lost(phase, words) if words else None))
        self._dispatch.parted(self, words, fault)

    def _quit(self) -> None:
        if self.closed or self._said:
            return
        self._said.append(Phase.QUIT)
        self._line.write(b"QUIT\r\n")
        self._since = self._line.now()

    def _unsuited(self, message: Message) -> Verdict | None:
        """Refuse what this server cannot take, before it is asked."""
        if message.smtputf8 and "SMTPUTF8" not in self._features:  # RFC 6531 §3.5
            words = f"5.6.7 not sent: {self._profile.server} takes no address with letters beyond ASCII before the @"
            if message.envelope_to.isascii():  # it is the sender's, and so it is for everybody
                return Verdict(state=State.DEFERRED, words=words, status="5.6.7", our_fault=True)
            return Verdict(state=State.REFUSED, words=words, status="5.6.7")
        most = self._features.get("SIZE", "")
        if most and most.isdecimal() and 0 < int(most) < message.size:
            words = f"5.3.4 not sent: {message.size} bytes, and {self._profile.server} takes {most}"
            # RFC 1870 §6.1. The mail is as long for everybody, so it is not this reader who is refused.
            return Verdict(state=State.DEFERRED, words=words, status="5.3.4", our_fault=True)
        return None


def _patience(profile: SmtpProfile) -> dict[Phase, float]:
    limits = profile.timeouts
    return {
        Phase.RSET: limits.reply,
        Phase.MAIL: limits.reply,
        Phase.RCPT: limits.reply,
        Phase.DATA: limits.data,
        Phase.DOT: limits.dot,
        Phase.EMPTY: limits.dot,
        Phase.QUIT: min(limits.reply, GOODBYE),
    }


def lost(phase: Phase, words: str) -> Verdict:
    """Return what a line that is lost in *phase* means for its message."""
    verdict = judge(phase, Lost(words=words))
    if verdict is None:
        raise AssertionError("a lost line decides")
    return verdict


def _login_wanted(reply: Reply, server: str) -> ServerError:
    todo = "give the profile a username and a password that may send"
    return ServerError(f"it takes no mail from us: {reply}", todo, where=server)
