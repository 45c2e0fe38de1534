"""Serves an application, on 127.0.0.1 unless told otherwise, until it is interrupted."""

import asyncio
import contextlib
import errno
import os
import socket
from collections.abc import Awaitable, Callable
from types import FrameType

import uvicorn
from starlette.types import ASGIApp

from newsletter.app.stopping import interrupt
from newsletter.errors import SettingsError


def listen(port: int = 0, host: str = "127.0.0.1") -> socket.socket:
    """Return a socket that listens on *port* of *host*, 0 being any free one.

    :raises SettingsError: the host or the port cannot be had.
    """
    try:
        family, *_, place = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)[0]
    except OSError as cause:
        raise SettingsError(f'"{host}" is no address of this machine', "give another --host") from cause
    # With its protocol named: asyncio turns Nagle's algorithm off only then, which would keep each answer for 40 ms
    # (cpython, base_events.py, _set_nodelay).
    opened = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        if os.name == "nt":
            # Windows lets two programs share a port unless one of them says no.
            opened.setsockopt(socket.SOL_SOCKET, socket.SO_EXCLUSIVEADDRUSE, 1)  # type: ignore[attr-defined,unused-ignore]
        else:
            opened.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        opened.bind(place)
        opened.listen(128)  # now, because Linux finds some ports taken only here
    except OSError as cause:
        opened.close()
        what = "is taken" if cause.errno == errno.EADDRINUSE else f"cannot be used ({cause.strerror})"
        raise SettingsError(f"port {port} {what}", "give another --port, or leave it out") from cause
    return opened


class _Server(uvicorn.Server):
    """Tells the application that the end is near while its answers are still open."""

    def __init__(self, config: uvicorn.Config, ending: Callable[[], Awaitable[None]]) -> None:
        super().__init__(config)
        self._ending = ending

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        # uvicorn hears only a second Ctrl-C, and then waits all the same for what the application still does: a mail
        # server that says nothing for ten minutes.
        if self.should_exit:
            interrupt(frame)
            return
        super().handle_exit(sig, frame)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        # uvicorn waits for open answers before it says so to the application, and an event stream never ends by itself.
        await self._ending()
        await super().shutdown(sockets)


def serve(app: ASGIApp, opened: socket.socket, *, ending: Callable[[], Awaitable[None]], seconds: int = 2) -> None:
    """Answer on the socket until Ctrl-C; a second one waits for nothing.

    :param ending: ends the answers that go on for ever.
    :param seconds: that the others may take to their end.
    """
    config = uvicorn.Config(
        app, log_level="error", access_log=False, server_header=False, ws="none", lifespan="on", proxy_headers=False,
        timeout_graceful_shutdown=seconds,
    )  # fmt: skip
    with contextlib.suppress(KeyboardInterrupt, asyncio.CancelledError), opened:
        _Server(config, ending).run(sockets=[opened])
