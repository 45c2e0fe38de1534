"""What every request goes through, and every answer: bounds, the client behind proxies, safe headers, log, measures."""

import asyncio
import time
from collections.abc import Mapping

from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from newsletter.web.site.client import client_of
from newsletter.web.site.metrics import Metrics
from newsletter.web.site.request_log import RequestLog
from newsletter.web.site.site import SiteOptions

METHODS = frozenset(("GET", "HEAD", "POST"))
BODY = 65_536
"""Octets of a request's body: no form of ours has more."""
LARGE = 2_000_000
"""Those of a report that another program posts."""
SECONDS = 30
"""How long a body may take to arrive."""
UNKNOWN = "(none)"
"""The route of a request that has none: its path is the client's word, and stays out of log and measures."""
LEFT = 499
"""The status that is noted where the client went before it was answered."""
SAFE: Mapping[bytes, bytes] = {
    b"cache-control": b"no-store",
    # What has no policy of its own shows nothing, runs nothing and stands in no frame.
    b"content-security-policy": b"default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    b"cross-origin-opener-policy": b"same-origin",
    b"referrer-policy": b"no-referrer",
    b"x-content-type-options": b"nosniff",
    b"x-frame-options": b"DENY",
}
"""What every answer says unless it says otherwise itself."""


class BadBody(HTTPException):
    """A body that is too long, or too slow: Starlette answers it wherever it is read."""


class Gate:
    """Stands before the whole site. Plain ASGI, because everything passes it twice.

    :param large: the beginnings of the paths that take :data:`LARGE` bodies.
    """

    def __init__(
        self, app: ASGIApp, *, options: SiteOptions, log: RequestLog, metrics: Metrics, large: tuple[str, ...] = ()
    ) -> None:
        self._app = app
        self._options = options
        self._log = log
        self._metrics = metrics
        self._large = large

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
        if scope["type"] != "http":
            return
        begun = time.perf_counter()
        answer = _Answer(send)
        self._place(scope)
        try:
            await self._answer(scope, receive, answer)
        except BadBody as error:
            await answer.refuse(error.status_code, error.detail)
        except Exception as error:  # it is said, and the next request finds a server
            self._log.fault(error)
            await answer.refuse(500, "Something went wrong here. Try again later.")
        finally:
            self._note(scope, answer.status or LEFT, time.perf_counter() - begun)

    def _place(self, scope: Scope) -> None:
        """Put into *scope* who asks, and the path as ASGI has it: with the root path in front."""
        root, headers = self._options.root_path, Headers(scope=scope)
        if root and scope["path"] == root:
            scope["path"] = f"{root}/"
        elif root and not scope["path"].startswith(f"{root}/"):
            scope["path"] = root + scope["path"]  # of a proxy that takes its path away
        scope["root_path"] = root
        peer, port = scope.get("client") or ("", 0)
        scope["client"] = (client_of(peer, headers, self._options.proxies), port)
        if self._options.proxies and headers.get("x-forwarded-proto") in ("http", "https"):
            scope["scheme"] = headers["x-forwarded-proto"]

    async def _answer(self, scope: Scope, receive: Receive, answer: "_Answer") -> None:
        if scope["method"] not in METHODS:
            await answer.refuse(405, "This cannot be done here.", {b"allow": b"GET, HEAD, POST"})
            return
        if scope["method"] == "POST":
            receive = self._bounded(scope, receive)
        await self._app(scope, receive, answer.send)

    def _bounded(self, scope: Scope, receive: Receive) -> Receive:
        path = scope["path"].removeprefix(self._options.root_path)
        limit = LARGE if self._large and path.startswith(self._large) else BODY
        declared = Headers(scope=scope).get("content-length", "0")
        if not (declared.isascii() and declared.isdigit()) or len(declared) > 12 or int(declared) > limit:
            raise BadBody(413, "This is too long.")
        return _Body(receive, limit).receive

    def _note(self, scope: Scope, status: int, seconds: float) -> None:
        route = getattr(scope.get("route"), "path", UNKNOWN)
        method = scope["method"] if scope["method"] in METHODS else "OTHER"
        self._metrics.request(method=method, route=route, status=status, seconds=seconds)
        self._log.request(method=method, route=route, status=status, seconds=seconds, client=scope["client"][0])


class _Answer:
    """Adds the safe headers to what is sent, and knows the status of what was."""

    def __init__(self, send: Send) -> None:
        self._send = send
        self.status = 0

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            headers = list(message.get("headers", ()))
            said = {name for name, _ in headers}
            headers += [pair for pair in SAFE.items() if pair[0] not in said]
            message = {**message, "headers": headers}
        await self._send(message)

    async def refuse(self, status: int, words: str, headers: Mapping[bytes, bytes] | None = None) -> None:
        """Answer with a line of text, unless something was answered already."""
        if self.status:
            return
        body = f"{words}\n".encode()
        said = {b"content-type": b"text/plain; charset=utf-8", b"content-length": b"%d" % len(body), **(headers or {})}
        await self.send({"type": "http.response.start", "status": status, "headers": list(said.items())})
        await self.send({"type": "http.response.body", "body": body})


class _Body:
    """Gives out a request's body as long as it is within its bounds."""

    def __init__(self, receive: Receive, limit: int) -> None:
        self._receive = receive
        self._left = limit
        self._until = time.monotonic() + SECONDS
        self._whole = False

    async def receive(self) -> Message:
        if self._whole:  # nothing but a client that goes away is waited for
            return await self._receive()
        try:
            async with asyncio.timeout(self._until - time.monotonic()):
                message = await self._receive()
        except TimeoutError as cause:
            raise BadBody(408, "This took too long. Try again.") from cause
        self._left -= len(message.get("body", b""))
        self._whole = not message.get("more_body", False)
        if self._left < 0:
            raise BadBody(413, "This is too long.")
        return message
