"""A mail server on this machine that keeps the rules of RFC 5321, but where a test told it not to."""

import socket
import ssl
import struct
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

from paper_ledger import PaperLedger

from newsletter.model.delivery import Delivery
from newsletter.model.mail import Message
from newsletter.sender.mailing import run_mailing
from newsletter.sender.options import SmtpProfile, Timeouts

GOOD: Mapping[str, bytes] = {
    "greeting": b"220 scripted.example ESMTP\r\n",
    "EHLO": b"250-scripted.example\r\n250-SIZE 99000000\r\n250-8BITMIME\r\n250 AUTH PLAIN LOGIN\r\n",
    "STARTTLS": b"220 2.0.0 go on\r\n",
    "AUTH": b"235 2.7.0 welcome\r\n",
    "RSET": b"250 2.0.0 forgotten\r\n",
    "MAIL": b"250 2.1.0 fine\r\n",
    "RCPT": b"250 2.1.5 fine\r\n",
    "DATA": b"354 go on\r\n",
    "dot": b"250 2.0.0 queued as 4711\r\n",
    "QUIT": b"221 2.0.0 bye\r\n",
}
GROUPED = ("RSET", "MAIL", "RCPT")
"""Commands that need not be the last of a group (RFC 2920 §3.1)."""
PATIENT = Timeouts(connect=20, reply=20, data=20, write=20, dot=20)
"""Long enough for a busy machine: no test waits for one of these."""


class _Gone(Exception):
    """The connection is over."""


@dataclass(frozen=True)
class Fault:
    """What the server does in place of its good answer.

    :param says: octets that go out first.
    :param then: "go on", "close", "reset" (TCP RST), or "silence": it reads and says nothing more.
    """

    says: bytes = b""
    then: str = "go on"


CLOSE, RESET, SILENCE = Fault(then="close"), Fault(then="reset"), Fault(then="silence")


def says(text: str, then: str = "go on") -> Fault:
    """Answer with the line or lines *text*."""
    return Fault(says=text.replace("\n", "\r\n").encode() + b"\r\n", then=then)


@dataclass
class ScriptedServer:
    """The server, and what it heard.

    :param script: by phase, what to do the first time, the second time…; None or nothing left is the good answer. The
        phases are those of :data:`GOOD`, "body": what happens after 354, before a line of the body is read, and
        "within": when its first line has been.
    :param tls: a context for STARTTLS; it is announced while the line is in the clear.
    :param implicit: with *tls*: TLS from the first byte.
    :param meddle: is asked before the script, with the phase and the recipient so far; it may take its time.
    :param pipelining: announced (RFC 2920).
    :param early: commands that came before the one ahead of them was answered, although nobody said that they may.
    :param heard: every command, by connection.
    :param messages: the bodies that got their final dot, as they came over the wire, the dot left out.
    :param ended: set when the test is over, so that a silent server ends too.
    """

    script: dict[str, list[Fault | None]] = field(default_factory=dict)
    tls: ssl.SSLContext | None = None
    implicit: bool = False
    meddle: Callable[[str, str], Fault | None] = lambda phase, recipient: None
    pipelining: bool = False
    early: list[str] = field(default_factory=list)
    port: int = 0
    heard: list[list[str]] = field(default_factory=list)
    messages: list[bytes] = field(default_factory=list)
    ended: threading.Event = field(default_factory=threading.Event)

    @property
    def connections(self) -> int:
        return len(self.heard)

    @property
    def commands(self) -> list[str]:
        """All commands of all connections, by their first word."""
        return [command.split(" ")[0].upper() for commands in self.heard for command in commands]

    def answer(self, phase: str, recipient: str = "") -> Fault:
        """Return what comes now in *phase*."""
        if fault := self.meddle(phase, recipient):
            return fault
        planned = self.script.get(phase, [])
        return (planned.pop(0) if planned else None) or Fault(says=GOOD.get(phase, b""))


class _Talk:
    """One connection."""

    def __init__(self, server: ScriptedServer, sock: socket.socket) -> None:
        self._server = server
        self._sock = sock
        self._unread = b""
        self._secure = False
        self._pipelining = False
        self._recipient = ""
        self._commands: list[str] = []
        server.heard.append(self._commands)

    def run(self) -> None:
        try:
            if self._server.tls and self._server.implicit:
                self._wrap(self._server.tls)
            self._do("greeting")
            while True:
                self._one(self._line().decode(errors="replace").removesuffix("\r\n"))
        except (_Gone, OSError):  # the other side left, as some tests want it to
            pass
        finally:
            self._sock.close()

    def _one(self, command: str) -> None:
        self._commands.append(command)
        verb = command.split(" ")[0].upper()
        if self._unread and verb in GOOD and not (self._pipelining and verb in GROUPED):
            self._server.early.append(self._unread.decode(errors="replace"))
        if verb == "EHLO":
            self._ehlo()
        elif verb == "DATA":
            if self._do("DATA").says.startswith(b"354"):
                self._do("body")
                self._body()
        else:
            if verb == "RCPT":
                self._recipient = command[command.index("<") + 1 : -1]
            said = self._do(verb).says
            while verb == "AUTH" and said.startswith(b"334"):
                self._commands.append(self._line().decode(errors="replace").removesuffix("\r\n"))
                said = self._do(verb).says
            if verb == "STARTTLS" and said.startswith(b"220") and self._server.tls:
                self._wrap(self._server.tls)
            if verb == "QUIT":
                raise _Gone

    def _ehlo(self) -> None:
        answer = self._server.answer("EHLO")
        if answer.says == GOOD["EHLO"] and self._server.pipelining:
            answer = Fault(says=answer.says.replace(b"250-SIZE", b"250-PIPELINING\r\n250-SIZE"))
            self._pipelining = True
        if b"250-SIZE" in answer.says and self._server.tls and not self._secure:
            answer = Fault(says=answer.says.replace(b"250-SIZE", b"250-STARTTLS\r\n250-SIZE"))
        self._act(answer)

    def _body(self) -> None:
        lines = []
        while (line := self._line()) != b".\r\n":
            if not lines:
                self._do("within")
            lines.append(line)
        self._server.messages.append(b"".join(lines))
        self._do("dot")

    def _do(self, phase: str) -> Fault:
        answer = self._server.answer(phase, self._recipient)
        self._act(answer)
        return answer

    def _act(self, answer: Fault) -> None:
        if answer.says:
            self._sock.sendall(answer.says)
        if answer.then == "reset":  # RFC 9293: with no time to linger the system sends RST in place of FIN
            self._sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        if answer.then == "silence":
            self._server.ended.wait()
        if answer.then != "go on":
            raise _Gone

    def _line(self) -> bytes:
        while b"\n" not in self._unread:
            octets = self._sock.recv(65536)
            if not octets:
                raise _Gone
            self._unread += octets
        line, end, self._unread = self._unread.partition(b"\n")
        return line + end

    def _wrap(self, context: ssl.SSLContext) -> None:
        self._sock = context.wrap_socket(self._sock, server_side=True)
        self._secure = True

    def hang_up(self) -> None:
        """End it from outside, so that a thread that still reads comes back."""
        with suppress(OSError):
            self._sock.shutdown(socket.SHUT_RDWR)


@contextmanager
def serving(
    script: Mapping[str, list[Fault | None]] | None = None,
    *,
    tls: ssl.SSLContext | None = None,
    implicit: bool = False,
    pipelining: bool = False,
    meddle: Callable[[str, str], Fault | None] = lambda phase, recipient: None,
) -> Iterator[ScriptedServer]:
    """Run a server with *script* on a free port of 127.0.0.1."""
    planned = {phase: list(faults) for phase, faults in (script or {}).items()}
    server = ScriptedServer(script=planned, tls=tls, implicit=implicit, pipelining=pipelining, meddle=meddle)
    talks: list[_Talk] = []
    threads: list[threading.Thread] = []
    listener = socket.create_server(("127.0.0.1", 0))
    server.port = listener.getsockname()[1]

    def accept() -> None:
        while True:
            sock = listener.accept()[0]
            if server.ended.is_set():
                sock.close()
                return
            # Else each answer to a flight of commands waits 40 ms for the acknowledgement of the one before.
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            talks.append(_Talk(server, sock))
            threads.append(threading.Thread(target=talks[-1].run))
            threads[-1].start()

    acceptor = threading.Thread(target=accept)
    acceptor.start()
    try:
        yield server
    finally:
        server.ended.set()
        # Closing a listener wakes nobody on macOS; one more connection does everywhere.
        socket.create_connection(("127.0.0.1", server.port)).close()
        acceptor.join()
        listener.close()
        for talk in talks:
            talk.hang_up()
        for thread in threads:
            thread.join()
    assert server.early == [], "pipelined, although it was not announced"


def profile(server: ScriptedServer, **changes: object) -> SmtpProfile:
    """Return a profile for *server*: one connection, in the clear, unless told otherwise."""
    values: dict[str, object] = {"name": "test", "host": "127.0.0.1", "port": server.port, "security": "none"}
    return SmtpProfile(**{**values, "timeouts": PATIENT, "connections": 1, **changes})


def mail(to: str = "ada@example.com", body: bytes = b"Hello.\r\n", **changes: object) -> Message:
    """Return a small mail to *to*."""
    data = b"From: editor@example.org\r\nTo: %b\r\nSubject: News\r\n\r\n%b" % (to.encode(), body)
    values: dict[str, object] = {"message_id": f"<{to}>", "envelope_from": "editor@example.org", "envelope_to": to}
    return Message(**{**values, "parts": (data,), **changes})


def carried(settings: SmtpProfile, *messages: Message, ledger: PaperLedger | None = None) -> list[Delivery]:
    """Return what became of each of *messages*, sent in one run."""
    ledger = ledger or PaperLedger.to(*(message.envelope_to for message in messages))
    run_mailing(ledger, lambda subscriber: messages[subscriber.number - 1], [settings], pauses=())
    return list(ledger.deliveries.values())
