"""Asks a server on this machine as fast as it answers: several connections that stay open, one thread."""

import re
import socket
import time
from collections.abc import Sequence
from contextlib import ExitStack

CONNECTIONS = 8


def rate(port: int, requests: Sequence[bytes]) -> float:
    """Ask the server all of *requests*, one on each connection at a time; return how many it answered a second.

    The connections are new, because a server lets go of those that were silent while the other side was asked.
    """
    with ExitStack() as stack:
        connections = [stack.enter_context(_connected(port)) for _ in range(CONNECTIONS)]
        begun = time.perf_counter()
        for at in range(0, len(requests), CONNECTIONS):
            batch = requests[at : at + CONNECTIONS]
            for one, request in zip(connections, batch, strict=False):
                one.sendall(request)
            for one, _ in zip(connections, batch, strict=False):
                _read(one)
        return len(requests) / (time.perf_counter() - begun)


def _connected(port: int) -> socket.socket:
    one = socket.create_connection(("127.0.0.1", port))
    one.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return one


def get(path: str) -> bytes:
    """Return a GET of *path*."""
    return f"GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode()


def one_click(ticket: str) -> bytes:
    """Return what a mail program posts (RFC 8058 §3.2)."""
    body = "List-Unsubscribe=One-Click"
    head = f"POST /u/{ticket} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/x-www-form-urlencoded\r\n"
    return f"{head}Content-Length: {len(body)}\r\n\r\n{body}".encode()


def _read(one: socket.socket) -> None:
    data = bytearray()
    while (ends := data.find(b"\r\n\r\n")) < 0:
        data += _some(one)
    head = bytes(data[:ends])
    if not head.startswith(b"HTTP/1.1 200"):
        raise RuntimeError(f"it answered {head.splitlines()[0]!r}")
    length = re.search(rb"content-length: (\d+)", head, re.I)
    left = int(length[1] if length else 0) - (len(data) - ends - 4)
    while left > 0:
        left -= len(_some(one))


def _some(one: socket.socket) -> bytes:
    if not (piece := one.recv(262_144)):
        raise RuntimeError("it closed the connection")
    return piece
