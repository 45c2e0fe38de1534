"""Stands between a sender and a mail server, and at one moment lets nothing more through."""

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from enum import Enum

DOT = b"\r\n.\r\n"


class Hold(Enum):
    """What does not come through any more."""

    ANSWER = "the server's answer to the final dot: it has queued the message, and the sender never hears so"
    BODY = "the end of a body: the server has read the header, and never the final dot"


class HoldingProxy:
    """A proxy in front of the mail server on *port*.

    :param after: at which message of all it begins to hold, counted from 1.
    :ivar held: set when it does; from then on nothing passes on any connection.
    """

    def __init__(self, port: int, hold: Hold, after: int) -> None:
        self._target = port
        self._hold = hold
        self._after = after
        self._seen = 0
        self._tail = b""
        self._lock = threading.Lock()
        self._sockets: list[socket.socket] = []
        self.held = threading.Event()
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self) -> None:
        """Let go of both sides."""
        self.held.set()
        for end in (self._listener, *self._sockets):
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
            end.close()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                client, _ = self._listener.accept()
                server = socket.create_connection(("127.0.0.1", self._target))
                self._sockets += [client, server]
                for ends in ((client, server, self._body), (server, client, self._answer)):
                    threading.Thread(target=self._pump, args=ends, daemon=True).start()

    def _pump(self, source: socket.socket, target: socket.socket, passing: Callable[[bytes], bytes]) -> None:
        with suppress(OSError):
            while data := source.recv(16384):
                with self._lock:
                    if self.held.is_set():
                        return
                    through = passing(data)
                target.sendall(through)
                if self.held.is_set():
                    return
            target.shutdown(socket.SHUT_WR)

    def _answer(self, data: bytes) -> bytes:
        if self._hold is not Hold.ANSWER:
            return data
        through = b""
        for line in data.splitlines(keepends=True):
            self._seen += b" queued as " in line
            if self._seen >= self._after:
                self.held.set()
                break
            through += line
        return through

    def _body(self, data: bytes) -> bytes:
        """Return what passes of the sender's words; the lock makes the connections one stream only in its count."""
        if self._hold is not Hold.BODY:
            return data
        before, self._tail = self._tail, (self._tail + data)[-len(DOT) + 1 :]
        at = -1
        while (at := (before + data).find(DOT, at + 1)) >= 0:
            self._seen += 1
            if self._seen >= self._after:
                self.held.set()
                return data[: max(at - len(before), 0) // 2]
        return data


@contextmanager
def holding(port: int, hold: Hold, after: int) -> Iterator[HoldingProxy]:
    """Run a proxy in front of the mail server on *port*."""
    proxy = HoldingProxy(port, hold, after)
    try:
        yield proxy
    finally:
        proxy.close()
