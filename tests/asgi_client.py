"""Asks an ASGI application as a server would, without one: one request, one answer."""

import asyncio
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Answer:
    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def text(self) -> str:
        return self.body.decode()


class Client:
    """Asks *app*, all in one event loop, so that what it does beside answering goes on."""

    def __init__(self, app: Any, peer: str = "127.0.0.1") -> None:
        self._app = app
        self._peer = peer
        self.runner = asyncio.Runner()

    def get(self, path: str, **headers: str) -> Answer:
        return self.ask("GET", path, headers)

    def post(self, path: str, body: bytes = b"", **headers: str) -> Answer:
        return self.ask("POST", path, headers, [body])

    def ask(
        self, method: str, path: str, headers: Mapping[str, str] | None = None, pieces: Iterable[bytes] = (b"",)
    ) -> Answer:
        """Send one request; an underscore in a header's name is a hyphen."""
        return self.runner.run(self._ask(method, path, headers or {}, list(pieces)))

    def close(self) -> None:
        self.runner.close()

    async def _ask(self, method: str, path: str, headers: Mapping[str, str], pieces: list[bytes]) -> Answer:
        path, _, query = path.partition("?")
        scope = {
            "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": method, "scheme": "http",
            "path": path, "raw_path": path.encode(), "query_string": query.encode(), "root_path": "",
            "headers": [(name.replace("_", "-").lower().encode(), value.encode("latin-1"))
                        for name, value in headers.items()],
            "client": (self._peer, 50000), "server": ("127.0.0.1", 80),
        }  # fmt: skip
        said: list[dict[str, Any]] = []

        async def receive() -> dict[str, Any]:
            if not pieces:
                await asyncio.Event().wait()
            piece = pieces.pop(0)
            return {"type": "http.request", "body": piece, "more_body": bool(pieces)}

        async def send(message: dict[str, Any]) -> None:
            said.append(message)

        await self._app(scope, receive, send)
        pairs = {name.decode().lower(): value.decode() for name, value in said[0]["headers"]}
        return Answer(said[0]["status"], pairs, b"".join(one.get("body", b"") for one in said[1:]))
