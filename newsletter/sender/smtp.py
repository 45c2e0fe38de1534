"""Sends messages over one line, phase by phase, so that what happened is always known (RFC 5321 §3.3).

``offer`` is MAIL, RCPT, DATA and can be repeated without harm; between the server's 354 and ``deliver`` the ledger
commits the intent; ``deliver`` is the body with the final dot, after which only the server's word tells.
"""

import re
from collections.abc import Mapping

from newsletter.errors import ServerError
from newsletter.model.delivery import State
from newsletter.model.mail import Message
from newsletter.sender.line import Line, LineLost
from newsletter.sender.options import Timeouts
from newsletter.sender.verdict import AUTH_WANTED, Lost, Phase, Reply, Verdict, judge


class Connection:
    """An open line to a server that takes our mail.

    :param features: what EHLO announced: parameters by keyword in upper case.
    :param server: its name in messages.
    """

    def __init__(self, line: Line, features: Mapping[str, str], *, server: str, timeouts: Timeouts) -> None:
        self._line = line
        self._features = features
        self._server = server
        self._timeouts = timeouts
        self._begun = False
        self.messages = 0

    @property
    def open(self) -> bool:
        """Whether it can take another message, as far as we know."""
        return self._line.open

    def offer(self, message: Message) -> Verdict | None:
        """Say whom *message* is from and to; None when the server waits for it (354).

        :raises ServerError: the server wants another login before it takes anything.
        :raises ValueError: a line of the message ends otherwise than with CRLF, or its last one does not end.
        """
        if not whole(message.data):
            raise ValueError("a bare CR or LF in a message, or no CRLF at its end")
        self.messages += 1
        if verdict := self._unsuited(message):
            return verdict
        if self._begun and (verdict := self._step(Phase.MAIL, "RSET")):
            return verdict
        self._begun = True
        return (
            self._step(Phase.MAIL, f"MAIL FROM:<{message.envelope_from}>{self._parameters(message)}")
            or self._step(Phase.RCPT, f"RCPT TO:<{message.envelope_to}>")
            or self._step(Phase.DATA, "DATA", self._timeouts.data)
        )

    def deliver(self, message: Message) -> Verdict:
        """Send the body of an offered *message*; the verdict is the last word on it."""
        self._begun = False
        try:
            self._line.write(stuffed(message.data) + b".\r\n")
        except LineLost as lost:
            return self._judged(Phase.BODY, Lost(words=str(lost)))
        try:
            return self._judged(Phase.DOT, self._line.hear(self._timeouts.dot))
        except LineLost as lost:
            return self._judged(Phase.DOT, Lost(words=str(lost)))

    def drop(self) -> None:
        """Hang up at once; a message without its final dot is none (§4.1.1.4: the server must not act on it)."""
        self._line.close()

    def quit(self) -> None:
        """Part from the server."""
        try:
            if self._line.open:
                self._line.ask("QUIT", min(self._timeouts.reply, 5))
        except LineLost:
            pass  # everything that mattered has been answered
        finally:
            self._line.close()

    def _unsuited(self, message: Message) -> Verdict | None:
        """Refuse what this server cannot take, before it is asked."""
        if message.smtputf8 and "SMTPUTF8" not in self._features:  # RFC 6531 §3.5
            words = f"5.6.7 not sent: {self._server} takes no address with letters beyond ASCII before the @"
            if message.envelope_to.isascii():  # it is the sender's, and so it is for everybody
                return Verdict(state=State.DEFERRED, words=words, our_fault=True)
            return Verdict(state=State.REFUSED, words=words)
        most = self._features.get("SIZE", "")
        if most.isdecimal() and 0 < int(most) < len(message.data):
            words = f"5.3.4 not sent: {len(message.data)} bytes, and {self._server} takes {most}"
            # RFC 1870 §6.1. The mail is as long for everybody, so it is not this reader who is refused.
            return Verdict(state=State.DEFERRED, words=words, our_fault=True)
        return None

    def _parameters(self, message: Message) -> str:
        size = f" SIZE={len(message.data)}" if "SIZE" in self._features else ""
        # RFC 6531 §3.6: the header of such a message has 8-bit octets in it.
        return size + (" BODY=8BITMIME SMTPUTF8" if message.smtputf8 else "")

    def _step(self, phase: Phase, command: str, patience: float | None = None) -> Verdict | None:
        try:
            reply = self._line.ask(command, patience)
        except LineLost as lost:
            return self._judged(phase, Lost(words=str(lost)))
        if reply.code in AUTH_WANTED:
            self.quit()
            raise _login_wanted(reply, self._server)
        verdict = judge(phase, reply)
        if verdict and verdict.hang_up:
            self._line.close()
        return verdict

    def _judged(self, phase: Phase, answer: Reply | Lost) -> Verdict:
        verdict = judge(phase, answer)
        if verdict is None:
            raise AssertionError(f"{phase} is no last phase")
        if verdict.hang_up:
            self._line.close()
        return verdict


def whole(data: bytes) -> bool:
    """Return whether each line of *data* ends with CRLF, and no CR or LF stands alone.

    Servers differ on a bare LF, and what follows it may count as another message (SMTP smuggling, CVE-2023-51764).
    """
    ends = data.count(b"\r\n")
    return data.endswith(b"\r\n") and data.count(b"\r") == ends == data.count(b"\n")


def stuffed(data: bytes) -> bytes:
    """Return *data* with a dot more on each line that begins with one (§4.5.2); what segments.py wrote has none."""
    if data.startswith(b".") or b"\n." in data:
        return re.sub(rb"(?m)^\.", b"..", data)
    return data


def _login_wanted(reply: Reply, server: str) -> ServerError:
    todo = "give the profile a username and a password that may send"
    return ServerError(f"it takes no mail from us: {reply}", todo, where=server)
