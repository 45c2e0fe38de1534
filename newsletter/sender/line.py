"""The line to a mail server: octets out, replies in, and a word when it breaks.

A socket of our own on the loop's reader and writer rather than a transport: a transport that breaks has dropped its
buffer before it says so, and whether the final dot had left this machine decides between deferred and in doubt.
"""

import asyncio
import os
import re
import socket
import ssl
from collections import deque
from collections.abc import Callable, Sequence
from functools import cache
from typing import Final

from newsletter.sender.options import Timeouts
from newsletter.sender.reply import reply_of
from newsletter.sender.verdict import Reply

LONGEST_REPLY: Final = 64 * 1024
"""Octets of all lines of a reply; RFC 5321 §4.5.3.1.5 allows 512 for one of them."""

RECORD: Final = 16 * 1024
"""Octets that go to TLS at a time, the most that one of its records holds (RFC 8446 §5.1). OpenSSL says that it took
something when all of it has left, or that it took nothing, although records of it may have: of one it is the truth."""

MOST_PIECES: Final = 500
"""Of one sendmsg(2); systems take 1,024 (IOV_MAX)."""

# A line without its end is none: the rest of what begins with "250" would be read as the answer to the next command.
_REPLY_LINE = re.compile(rb"[2-5]\d\d(?:[ -][^\n]*)?\r?")
_CODES: Final = {b"%d " % code: code for code in range(200, 600)}
_NOT_NOW = (BlockingIOError, InterruptedError, ssl.SSLWantReadError, ssl.SSLWantWriteError)


class LineLost(Exception):
    """The line broke, or no answer came in time; judged by verdict.py, and never shown as an error."""


class Line:
    """One connection.

    :param sock: connected and not blocking; the line owns it.
    :ivar replied: is called with the code and the raw text of each reply, the code 0 if it is none of SMTP; while it
        is None, replies wait for :meth:`hear`.
    :ivar heard_at: when a reply came in last, in the loop's time; one that trickles in has not come yet.
    :ivar broke: is called once, with the reason, when the line breaks by itself.
    :ivar queued: octets written so far.
    :ivar sent: octets of them that the system has taken.
    """

    def __init__(self, sock: socket.socket, timeouts: Timeouts) -> None:
        self._sock: socket.socket | None = sock
        self._loop = asyncio.get_running_loop()
        self._timeouts = timeouts
        self._secure = False
        self._unread = b""
        self._reply: list[bytes] = []  # the lines of one that has not ended
        self._reply_size = 0
        self._outgoing = bytearray()
        self._record = 0  # octets of the one that TLS has begun and must be given again as it was
        self._waiting: deque[Reply] = deque()
        self._hearing: asyncio.Future[None] | None = None
        self._lost = ""
        self.replied: Callable[[int, bytes], None] | None = None
        self.broke: Callable[[str], None] | None = None
        self.queued = 0
        self.sent = 0
        self.heard_at = 0.0
        self._progress_at = 0.0
        self._loop.add_reader(sock, self._readable)

    @classmethod
    async def connect(cls, host: str, port: int, timeouts: Timeouts) -> "Line":
        """Return a line to *host*, at the first of its addresses that answers in time; OSError if none does."""
        loop = asyncio.get_running_loop()
        failure: OSError = OSError(f"no address of {host}")
        async with asyncio.timeout(timeouts.connect):
            found = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        for family, kind, protocol, _name, address in found:
            sock = socket.socket(family, kind, protocol)
            try:
                sock.setblocking(False)
                sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                async with asyncio.timeout(timeouts.connect):  # each its own: IPv6 may be dead where IPv4 is not
                    await loop.sock_connect(sock, address)
            except OSError as cause:
                failure = cause
                sock.close()
            except BaseException:
                sock.close()
                raise
            else:
                return cls(sock, timeouts)
        raise failure

    @property
    def open(self) -> bool:
        """Whether it can still be spoken over, as far as we know."""
        return self._sock is not None and not self._lost

    def now(self) -> float:
        """Return the loop's time, in seconds."""
        return self._loop.time()

    async def secure(self, context: ssl.SSLContext, host: str) -> None:
        """Go on in TLS with a server that proves to be *host*; ssl.SSLError or OSError if it does not."""
        sock = self._connected()
        self._loop.remove_reader(sock)
        if self._unread or self._reply or self._waiting:  # said in the clear, perhaps between (CVE-2011-0411)
            self.close()
            raise LineLost("the server spoke on after its answer to STARTTLS")
        self._sock = None
        try:
            sock.getpeername()  # wrap_socket leaves its own open where the other side is gone already (Python 3.11)
            wrapped = context.wrap_socket(sock, server_hostname=host, do_handshake_on_connect=False)
        except BaseException:
            sock.close()
            self.close()
            raise
        self._sock = wrapped
        self._secure = True
        try:
            async with asyncio.timeout(self._timeouts.reply):
                await self._shake_hands(wrapped)
        except BaseException:
            self.close()
            raise
        self._loop.add_reader(wrapped, self._readable)

    async def _shake_hands(self, sock: ssl.SSLSocket) -> None:
        while True:
            try:
                sock.do_handshake()
            except ssl.SSLWantReadError:
                await self._ready(sock, self._loop.add_reader, self._loop.remove_reader)
            except ssl.SSLWantWriteError:
                await self._ready(sock, self._loop.add_writer, self._loop.remove_writer)
            else:
                return

    async def _ready(
        self, sock: socket.socket, add: Callable[..., object], remove: Callable[[socket.socket], object]
    ) -> None:
        ready = asyncio.Event()
        add(sock, ready.set)
        try:
            await ready.wait()
        finally:
            remove(sock)

    async def ask(self, command: str, patience: float | None = None) -> Reply:
        """Send *command* and return the reply; LineLost if there is none within *patience* seconds."""
        if re.search(r"[\r\n\0]", command):
            raise ValueError("a command of more than one line")
        self.write(f"{command}\r\n".encode())
        return await self.hear(patience)

    async def hear(self, patience: float | None = None) -> Reply:
        """Return the next reply, its code 0 if it is none of SMTP; after that the line is closed."""
        patience = self._timeouts.reply if patience is None else patience
        if not self._waiting and self.open:
            self._hearing = self._loop.create_future()
            try:
                async with asyncio.timeout(patience):
                    await self._hearing
            except TimeoutError as cause:
                self.close()
                raise LineLost(f"no answer within {patience:g} s") from cause
            finally:
                self._hearing = None
        if not self._waiting:
            raise LineLost(self._lost or "the line is closed")
        return self._waiting.popleft()

    def write(self, *pieces: bytes) -> None:
        """Hand *pieces* to the network, as fast as it takes them."""
        if self._sock is None or self._lost:
            return
        size = sum(map(len, pieces))
        self.queued += size
        if self._outgoing:
            self._outgoing += b"".join(pieces)
            return
        taken = self._send(pieces)
        if taken < size and not self._lost:
            self._outgoing += memoryview(b"".join(pieces))[taken:]
            self._progress_at = self._loop.time()
            self._loop.add_writer(self._sock, self._writable)

    @property
    def stalled_at(self) -> float | None:
        """Since when nothing of what is to go out was taken, in the loop's time; None while nothing waits."""
        return self._progress_at if self._outgoing else None

    def close(self) -> None:
        """Hang up, without a word."""
        if self._sock is not None:
            self._loop.remove_reader(self._sock)
            self._loop.remove_writer(self._sock)
            self._sock.close()
            self._sock = None
        self._wake()

    def _connected(self) -> socket.socket:
        if self._sock is None or self._lost:
            raise LineLost(self._lost or "the line is closed")
        return self._sock

    def _send(self, pieces: Sequence[bytes | bytearray]) -> int:
        sock = self._sock
        try:
            if sock is None:
                taken = 0
            elif self._secure:
                return self._send_records(sock, pieces[0] if len(pieces) == 1 else b"".join(pieces))
            elif len(pieces) > MOST_PIECES:
                taken = sock.send(b"".join(pieces))
            else:  # what all readers have in common goes to the system from where it lies
                taken = sock.sendmsg(pieces)
        except _NOT_NOW:
            return 0
        except OSError as cause:
            self._break(f"the line broke while sending ({reason(cause)})")
            return 0
        self.sent += taken
        return taken

    def _send_records(self, sock: socket.socket, octets: bytes | bytearray) -> int:
        """Send as many records as the system takes; one that it took a part of is to be given again as it was."""
        begun = self.sent
        view = memoryview(octets)
        while (taken := self.sent - begun) < len(octets):
            record = view[taken : taken + (self._record or RECORD)]
            try:
                self.sent += sock.send(record)
            except _NOT_NOW:
                self._record = len(record)
                return taken
            except OSError as cause:
                self._break(f"the line broke while sending ({reason(cause)})")
                return taken
            self._record = 0
        return len(octets)

    def _writable(self) -> None:
        if taken := self._send((self._outgoing,)):
            del self._outgoing[:taken]
            self._progress_at = self._loop.time()
        if not self._outgoing and self._sock is not None:
            self._loop.remove_writer(self._sock)

    def _readable(self) -> None:
        while (sock := self._sock) is not None:
            try:
                octets = sock.recv(65536)
            except _NOT_NOW:
                return
            except OSError as cause:
                self._break(f"the line broke ({reason(cause)})")
                return
            if not octets:
                within = " within a reply" if self._unread or self._reply else ""
                self._break(f"the server closed the line{within}")
                return
            self._take(octets)
            if not (isinstance(sock, ssl.SSLSocket) and self._sock is sock and sock.pending()):
                return

    def _take(self, octets: bytes) -> None:
        now = self._loop.time()
        *lines, self._unread = (self._unread + octets if self._unread else octets).split(b"\n")
        for line in lines:
            if not self._reply and (code := _CODES.get(line[:4])) and len(line) <= LONGEST_REPLY:
                self.heard_at = now
                self._said(code, line)
            else:
                self._take_part(line, now)
            if self._sock is None:
                return
        if len(self._unread) > LONGEST_REPLY:
            self._said(0, b"\n".join((*self._reply, self._unread[:LONGEST_REPLY])))

    def _take_part(self, line: bytes, now: float) -> None:
        """Take a line that is not a whole reply of a usual code."""
        self._reply.append(line)
        self._reply_size += len(line) + 1
        # §4.2.1: the code is the same on each line. "250-" with "550 " behind it says two things, and so nothing.
        proper = _REPLY_LINE.fullmatch(line) and line[:3] == self._reply[0][:3] and self._reply_size <= LONGEST_REPLY
        if proper and line[3:4] == b"-":
            return
        reply, self._reply, self._reply_size, self.heard_at = self._reply, [], 0, now
        self._said(int(line[:3]) if proper else 0, b"\n".join(reply))

    def _said(self, code: int, raw: bytes) -> None:
        if self.replied is not None:
            self.replied(code, raw)
        else:
            self._waiting.append(reply_of(code, raw))
            self._wake()
        if not code:
            self.close()

    def _break(self, words: str) -> None:
        """Take note that the line broke; whoever listens hears of it in the loop's next turn, never within a write."""
        if self._lost or self._sock is None:
            return
        self._lost = words
        self._loop.remove_reader(self._sock)
        self._loop.remove_writer(self._sock)
        self._loop.call_soon(self._tell)

    def _tell(self) -> None:
        # What it said last may still be there: a server says why before it hangs up on a body (RFC 5321 §3.8).
        self._readable()
        told = self._sock is not None and self.broke
        self.close()
        if told:
            told(self._lost)

    def _wake(self) -> None:
        if self._hearing and not self._hearing.done():
            self._hearing.set_result(None)


def reason(cause: OSError) -> str:
    """Return the system's words for *cause*."""
    if isinstance(cause, TimeoutError):
        return "timed out"
    # asyncio puts words of its own and the address in place of the system's.
    known = cause.errno is not None and cause.errno > 0 and not isinstance(cause, ssl.SSLError)
    return os.strerror(cause.errno or 0) if known else (cause.strerror or str(cause))


@cache  # the resolver may take seconds, and every connection asks
def own_name() -> str:
    """Return what EHLO says: this machine's full name; without one the literal that mail programs use (§4.1.3)."""
    try:
        name = socket.getfqdn()
    except UnicodeError:  # a machine's own name may have a label of 64 characters, which is no host name
        name = ""
    return name if re.fullmatch(r"[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+", name) else "[127.0.0.1]"
