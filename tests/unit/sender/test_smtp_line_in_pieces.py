"""What a line makes of octets that come and go in odd pieces, in the clear and in TLS."""

import asyncio
import socket
import ssl
import threading
from collections.abc import Awaitable, Callable, Iterator

import pytest
import trustme
from hypothesis import given
from hypothesis import strategies as st

from newsletter.sender.line import LONGEST_REPLY, RECORD, Line, LineLost
from newsletter.sender.options import Timeouts

PATIENT = Timeouts(connect=20, reply=20, data=20, write=20, dot=20)
Talk = Callable[[Line, socket.socket], Awaitable[object]]


def between(talk: Talk) -> object:
    """Return what *talk* makes of a line and its other end, which is not blocking."""

    async def run() -> object:
        ours, theirs = socket.socketpair()
        with ours, theirs:
            for sock in (ours, theirs):
                sock.setblocking(False)
            line = Line(ours, PATIENT)
            try:
                return await talk(line, theirs)
            finally:
                line.close()

    return asyncio.run(run())


async def until(known: Callable[[], bool]) -> None:
    """Let the loop turn until something is so."""
    async with asyncio.timeout(20):
        while not known():
            await asyncio.sleep(0)


def in_pieces(octets: bytes, cuts: list[int]) -> Iterator[bytes]:
    places = sorted({cut % (len(octets) + 1) for cut in cuts})
    for begin, end in zip([0, *places], [*places, len(octets)], strict=True):
        yield octets[begin:end]


@given(st.lists(st.integers(0, 200), max_size=20))
def test_replies_are_the_same_in_whatever_pieces_they_come(cuts):
    octets = b"250 one\r\n250-two\r\n250 three\r\n354 go on\n550-5.1.1 no\r\n550-such\r\n550 mailbox\r\n250\r\n"
    heard: list[tuple[int, bytes]] = []

    async def talk(line: Line, theirs: socket.socket) -> None:
        line.replied = lambda code, raw: heard.append((code, raw.replace(b"\r", b"")))
        for piece in in_pieces(octets, cuts):
            if piece:
                theirs.send(piece)
                await asyncio.sleep(0)
        await until(lambda: len(heard) >= 5)

    between(talk)
    assert heard == [
        (250, b"250 one"),
        (250, b"250-two\n250 three"),
        (354, b"354 go on"),
        (550, b"550-5.1.1 no\n550-such\n550 mailbox"),
        (250, b"250"),
    ]


@pytest.mark.parametrize("size", [1000, 7000, 65536])
@pytest.mark.parametrize(
    "octets",
    [
        b"250-x\r\n" * 15_000 + b"250 end\r\n",
        b"250-" + b"x" * 40_000 + b"\r\n250 " + b"x" * 40_000 + b"\r\n",
        b"250 " + b"x" * 100_000 + b"\r\n",
        b"250-" + b"x" * 100_000 + b"\r\n250 end\r\n",
    ],
)
def test_a_reply_of_a_hundred_kilobytes_is_none_in_whatever_pieces_it_comes(octets, size):
    async def talk(line: Line, theirs: socket.socket) -> int:
        async def say() -> None:
            for begin in range(0, len(octets), size):
                await asyncio.get_running_loop().sock_sendall(theirs, octets[begin : begin + size])

        saying = asyncio.create_task(say())
        reply = await line.hear()
        saying.cancel()
        await asyncio.gather(saying, return_exceptions=True)
        return reply.code

    assert len(octets) > LONGEST_REPLY
    assert between(talk) == 0


def test_a_reply_that_trickles_in_has_not_been_heard_until_it_is_whole():
    """Else a server that says a line a minute would be waited for without end."""

    async def talk(line: Line, theirs: socket.socket) -> None:
        replies: list[int] = []
        line.replied = lambda code, raw: replies.append(code)
        theirs.send(b"250-wait\r\n250-wait\r\n25")
        await until(lambda: bool(line._unread))
        assert line.heard_at == 0.0
        theirs.send(b"0 done\r\n")
        await until(lambda: bool(replies))
        assert line.heard_at > 0.0

    between(talk)


def test_what_the_server_said_before_it_hung_up_is_heard_although_the_line_broke_while_sending():
    heard: list[int] = []
    broke: list[str] = []

    async def talk(line: Line, theirs: socket.socket) -> None:
        line.replied = lambda code, raw: heard.append(code)
        line.broke = broke.append
        theirs.send(b"552 5.3.4 too big\r\n")
        theirs.close()
        line.write(b"a body")  # before the loop has turned: nothing has been read yet
        await until(lambda: bool(broke))

    between(talk)
    assert heard == [552]
    assert broke[0].startswith("the line broke while sending")


def test_an_address_that_does_not_answer_leaves_time_for_the_next_one(monkeypatch):
    """IPv6 may lead nowhere where IPv4 does not."""
    with socket.create_server(("127.0.0.1", 0)) as there, socket.socket() as full:
        full.bind(("127.0.0.2", 0))
        full.listen(0)
        queue = [socket.socket() for _ in range(4)]
        for sock in queue:
            sock.setblocking(False)
            sock.connect_ex(full.getsockname())

        async def run() -> None:
            async def getaddrinfo(host: str, port: int, **kind: object) -> list[tuple[object, ...]]:
                addresses = full.getsockname(), there.getsockname()
                return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", address) for address in addresses]

            monkeypatch.setattr(asyncio.get_running_loop(), "getaddrinfo", getaddrinfo)
            line = await Line.connect("mail.example.org", 25, Timeouts(connect=0.5))
            line.close()

        asyncio.run(run())
        for sock in queue:
            sock.close()


class Peer:
    """The other end of a line in TLS: it reads so much, and then waits until it may read on."""

    def __init__(self, sock: socket.socket, context: ssl.SSLContext) -> None:
        self._sock = sock
        self._context = context
        self._allowed = 0
        self._more = threading.Condition()
        self.read = b""
        self._thread = threading.Thread(target=self._run)
        self._thread.start()

    def _run(self) -> None:
        with self._context.wrap_socket(self._sock, server_side=True) as sock:
            while True:
                with self._more:
                    self._more.wait_for(lambda: len(self.read) < self._allowed)
                octets = sock.recv(min(4096, self._allowed - len(self.read)))
                if not octets:
                    return
                self.read += octets

    def allow(self, total: int) -> None:
        with self._more:
            self._allowed = total
            self._more.notify()

    def join(self) -> None:
        self.allow(1 << 40)
        self._thread.join()


@pytest.fixture(scope="module")
def contexts() -> tuple[ssl.SSLContext, ssl.SSLContext]:
    """What a server shows that is localhost, and what believes it."""
    authority = trustme.CA()
    shown = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("localhost").configure_cert(shown)
    checks = ssl.create_default_context()
    authority.configure_trust(checks)
    return shown, checks


def in_tls(contexts: tuple[ssl.SSLContext, ssl.SSLContext], talk: Callable[[Line, Peer], Awaitable[None]]) -> bytes:
    """Return what the other end has read when *talk* is over."""

    async def run() -> bytes:
        ours, theirs = socket.socketpair()
        ours.setblocking(False)
        ours.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 4096)
        peer = Peer(theirs, contexts[0])
        line = Line(ours, PATIENT)
        try:
            await line.secure(contexts[1], "localhost")
            await talk(line, peer)
        finally:
            line.close()
            await asyncio.to_thread(peer.join)
        return peer.read

    return asyncio.run(run())


def test_in_tls_what_the_server_can_have_read_counts_as_sent(contexts):
    """Else a message whose final dot has left would be sent a second time when the line breaks behind it."""
    body = b"x" * (3 * RECORD)

    async def talk(line: Line, peer: Peer) -> None:
        line.write(body, b"y" * 1_000_000)
        peer.allow(len(body))
        await until(lambda: len(peer.read) == len(body))
        assert line.sent >= len(body)
        assert line.stalled_at is not None

    in_tls(contexts, talk)


@pytest.mark.parametrize("first", [100, RECORD, 3 * RECORD + 7, 500_000])
def test_in_tls_all_arrives_in_its_order_however_slowly_it_is_read(contexts, first):
    pieces = [b"a" * first, b"b" * 200_000, b"c" * 10, b"d" * 300_000]

    async def talk(line: Line, peer: Peer) -> None:
        line.write(*pieces[:2])
        line.write(pieces[2])
        peer.allow(1000)
        await until(lambda: len(peer.read) == 1000)
        line.write(pieces[3])
        peer.allow(1 << 40)
        await until(lambda: line.stalled_at is None)
        assert line.sent == line.queued == sum(map(len, pieces))

    assert in_tls(contexts, talk) == b"".join(pieces)


def test_a_server_that_is_gone_before_tls_begins_is_a_lost_line(contexts):
    async def run() -> None:
        with socket.create_server(("127.0.0.1", 0)) as listener:
            line = await Line.connect(*listener.getsockname(), PATIENT)
            sock = listener.accept()[0]
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
            sock.close()
            with pytest.raises((OSError, LineLost)):
                await line.secure(contexts[1], "localhost")
            assert not line.open
            line.close()

    asyncio.run(run())
