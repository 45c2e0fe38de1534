"""Lets only the page that was opened from the printed address talk to a server on 127.0.0.1."""

import secrets

from starlette.datastructures import Headers
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

HEADERS = {
    b"cache-control": b"no-store",
    b"referrer-policy": b"no-referrer",
    b"x-content-type-options": b"nosniff",
    b"cross-origin-resource-policy": b"same-origin",
    b"x-frame-options": b"SAMEORIGIN",
}


class Guard:
    """Refuses a foreign Host (DNS rebinding), a foreign Origin, and an address without the token.

    :param token: first part of every path; it is taken off before the app sees the path.
    """

    def __init__(self, app: ASGIApp, *, token: str, port: int) -> None:
        self.app = app
        self._token = token
        self._hosts = {f"127.0.0.1:{port}", f"localhost:{port}"}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        token, _, rest = scope["path"].removeprefix("/").partition("/")
        if refusal := self._refusal(Headers(scope=scope), token):
            await refusal(scope, receive, send)
            return

        async def send_guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                names = {name for name, _ in message["headers"]}
                message["headers"] = [*message["headers"], *((k, v) for k, v in HEADERS.items() if k not in names)]
            await send(message)

        path = f"/{rest}"
        await self.app({**scope, "path": path, "raw_path": path.encode()}, receive, send_guarded)

    def _refusal(self, headers: Headers, token: str) -> PlainTextResponse | None:
        if headers.get("host", "") not in self._hosts:
            return PlainTextResponse("This server answers 127.0.0.1 alone.\n", 403)
        if (origin := headers.get("origin")) is not None and origin not in {f"http://{host}" for host in self._hosts}:
            return PlainTextResponse("Another page may not ask this.\n", 403)
        if headers.get("sec-fetch-site", "none") not in ("same-origin", "none"):
            return PlainTextResponse("Another page may not ask this.\n", 403)
        if not secrets.compare_digest(token.encode(), self._token.encode()):
            return PlainTextResponse("Open the address that newsletter preview printed.\n", 404)
        return None
