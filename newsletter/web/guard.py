"""Lets only the page that was opened from the printed address talk to a server on 127.0.0.1."""

import secrets

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

HEADERS = {
    "cache-control": "no-store",
    # What has no policy of its own shows nothing, runs nothing and stands in no frame.
    "content-security-policy": "default-src 'none'; base-uri 'none'; frame-ancestors 'none'; sandbox",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "referrer-policy": "no-referrer",  # the address holds the token
    "x-content-type-options": "nosniff",
    "x-frame-options": "SAMEORIGIN",
}
"""What every answer says, refusals too, unless it says otherwise itself."""


class Guard:
    """Refuses a foreign Host (DNS rebinding), a foreign Origin, and an address without the token.

    What may change something must name its Origin.

    :param token: first part of every path; the app sees it as its root path.
    """

    def __init__(self, app: ASGIApp, *, token: str, port: int) -> None:
        self.app = app
        self._token = token
        self._hosts = {f"127.0.0.1:{port}", f"localhost:{port}"}
        self._origins = {f"http://{host}" for host in self._hosts}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] == "lifespan":
            await self.app(scope, receive, send)
            return
        if scope["type"] != "http":
            raise ValueError(f"{scope['type']} is not guarded, and so not served")

        async def send_guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(raw=message["headers"])
                for name, value in HEADERS.items():
                    headers.setdefault(name, value)
            await send(message)

        token = scope["path"].removeprefix("/").partition("/")[0]
        answer = self._refusal(Headers(scope=scope), token, changes=scope["method"] not in ("GET", "HEAD")) or self.app
        await answer({**scope, "root_path": f"/{token}"}, receive, send_guarded)

    def _refusal(self, headers: Headers, token: str, *, changes: bool) -> PlainTextResponse | None:
        # A name that somebody else's DNS points at 127.0.0.1 arrives with that name in Host.
        if headers.get("host", "").lower() not in self._hosts:
            return PlainTextResponse("This server answers to 127.0.0.1 alone.\n", 403)
        # Every browser names the Origin of what may change something (Fetch Standard §3.2).
        origin = headers.get("origin")
        if origin not in self._origins and (changes or origin is not None):
            return PlainTextResponse("Another page may not ask this.\n", 403)
        # Fetch Metadata: "none" is an address that was typed, pasted or opened from a terminal.
        if headers.get("sec-fetch-site", "none") not in ("same-origin", "none"):
            return PlainTextResponse("Another page may not ask this; type or paste the address.\n", 403)
        if not secrets.compare_digest(token.encode(), self._token.encode()):
            return PlainTextResponse("Open the address that newsletter preview printed.\n", 404)
        return None
