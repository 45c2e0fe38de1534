"""A mail server that is far away and slow: its answers are a round trip late, and it takes its time to accept.

It takes commands one after the other, as a real one does, and several in one packet (RFC 2920): the answers to all of
them come back together, one round trip after the packet and not one each. Run in a process of its own; it prints its
port, and ends when its standard input does.
"""

import asyncio
import json
import sys
from collections import deque
from contextlib import suppress

GREETING = b"220 far.example.com ESMTP\r\n"
CAPABILITIES = b"250-far.example.com\r\n250-PIPELINING\r\n250-8BITMIME\r\n250 ENHANCEDSTATUSCODES\r\n"
REPLIES = {b"MAIL": b"250 2.1.0 Ok\r\n", b"RCPT": b"250 2.1.5 Ok\r\n", b"RSET": b"250 2.0.0 Ok\r\n"}
END = b"\r\n.\r\n"


class Session(asyncio.Protocol):
    """One connection.

    :param round_trip: seconds.
    :param acceptance: seconds from a final dot until the server has decided; it does nothing else meanwhile.
    """

    def __init__(self, round_trip: float, acceptance: float) -> None:
        self._round_trip = round_trip
        self._acceptance = acceptance
        self._loop = asyncio.get_running_loop()
        self._busy_until = 0.0
        self._buffer = bytearray()
        self._in_body = False
        self._replies: deque[tuple[float, bytes]] = deque()
        self._waking: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Greet."""
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        self._answer(GREETING)

    def data_received(self, data: bytes) -> None:
        """Take what is complete."""
        self._buffer += data
        while self._body() if self._in_body else self._command():
            pass

    def _body(self) -> bool:
        end = self._buffer.find(END)
        if end < 0:
            return False
        del self._buffer[: end + len(END)]
        self._in_body = False
        self._answer(b"250 2.0.0 Ok: queued\r\n", self._acceptance)
        return True

    def _command(self) -> bool:
        line, found, _ = self._buffer.partition(b"\r\n")
        if not found:
            return False
        del self._buffer[: len(line) + 2]
        verb = bytes(line[:4]).upper()
        if verb == b"EHLO":
            self._answer(CAPABILITIES)
        elif verb == b"DATA":
            self._in_body = True
            self._answer(b"354 End data with <CR><LF>.<CR><LF>\r\n")
        elif verb == b"QUIT":
            self._answer(b"221 2.0.0 Bye\r\n")
            self._loop.call_later(self._round_trip, self._transport.close)
        else:
            self._answer(REPLIES.get(verb, b"500 5.5.2 Unknown\r\n"))
        return True

    def _answer(self, reply: bytes, takes: float = 0.0) -> None:
        """Send *reply* once all before it is done, *takes* seconds later, and a round trip after that."""
        self._busy_until = max(self._busy_until, self._loop.time()) + takes
        self._replies.append((self._busy_until + self._round_trip, reply))
        if self._waking is None:
            self._wake()

    def _wake(self) -> None:
        """Write the replies whose time has come, in one packet, and wait for the next."""
        now = self._loop.time()
        due = []
        while self._replies and self._replies[0][0] <= now + 0.0005:  # those of one packet are microseconds apart
            due.append(self._replies.popleft()[1])
        if due and not self._transport.is_closing():
            self._transport.write(b"".join(due))
        self._waking = self._loop.call_at(self._replies[0][0], self._wake) if self._replies else None


async def serve(round_trip: float, acceptance: float) -> None:
    """Serve on a free port of this machine until standard input ends."""
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: Session(round_trip, acceptance), "127.0.0.1", 0, backlog=512)
    print(json.dumps({"port": server.sockets[0].getsockname()[1]}), flush=True)
    await loop.run_in_executor(None, sys.stdin.read)


if __name__ == "__main__":
    with suppress(KeyboardInterrupt):
        asyncio.run(serve(**json.loads(sys.argv[1])))
