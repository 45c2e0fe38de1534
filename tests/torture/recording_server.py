"""A mail server that writes down whom it accepted a message for, and keeps its word even when the client has gone.

Run as a program: ``recording_server.py RECORD DELAY`` prints its port and serves until it is killed. Each line of the
file RECORD is a recipient and a Message-ID; it is written when the final dot has been read, DELAY seconds before the
client hears of it, as a server that takes responsibility does (RFC 5321 §4.1.1.4).
"""

import asyncio
import os
import re
import sys

FEATURES = b"250-torture.example\r\n250-PIPELINING\r\n250-ENHANCEDSTATUSCODES\r\n250 8BITMIME\r\n"
MESSAGE_ID = re.compile(rb"^Message-ID: (\S+)\r\n", re.M)


class Recorder(asyncio.Protocol):
    """One connection."""

    def __init__(self, record: int, delay: float) -> None:
        self._record = record
        self._delay = delay
        self._unread = b""
        self._recipient = b""
        self._in_body = False
        self._waiting = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        transport.write(b"220 torture.example ESMTP\r\n")

    def data_received(self, data: bytes) -> None:
        self._unread += data
        self._read_on()

    def _read_on(self) -> None:
        """Take what has come, message by message: nothing behind a final dot is read before that one is answered."""
        while not self._waiting:
            end = b"\r\n.\r\n" if self._in_body else b"\r\n"
            part, found, rest = self._unread.partition(end)
            if not found:
                return
            self._unread = rest
            if self._in_body:
                self._accept(part)
            else:
                self._command(part)

    def _command(self, line: bytes) -> None:
        verb = line[:4].upper()
        if verb == b"EHLO":
            self._transport.write(FEATURES)
        elif verb == b"RCPT":
            self._recipient = line.partition(b"<")[2].partition(b">")[0]
            self._transport.write(b"250 2.1.5 fine\r\n")
        elif verb == b"DATA":
            self._in_body = True
            self._transport.write(b"354 go on\r\n")
        elif verb == b"QUIT":
            self._transport.write(b"221 2.0.0 bye\r\n")
            self._transport.close()
        else:
            self._transport.write(b"250 2.0.0 fine\r\n")

    def _accept(self, message: bytes) -> None:
        self._in_body = False
        found = MESSAGE_ID.search(message)
        os.write(self._record, self._recipient + b"\t" + (found[1] if found else b"") + b"\n")
        self._waiting = True
        asyncio.get_running_loop().call_later(self._delay, self._answer)

    def _answer(self) -> None:
        self._waiting = False
        self._transport.write(b"250 2.0.0 recorded\r\n")
        self._read_on()


async def serve(record: str, delay: float) -> None:
    handle = os.open(record, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: Recorder(handle, delay), "127.0.0.1", 0, backlog=256)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(serve(sys.argv[1], float(sys.argv[2])))
