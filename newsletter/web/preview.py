"""The preview: one page on 127.0.0.1 that shows an issue and reloads when something is saved."""

import asyncio
import contextlib
import secrets
import socket
from collections.abc import AsyncIterator
from pathlib import Path

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import FileResponse, HTMLResponse, JSONResponse, PlainTextResponse, Response, StreamingResponse
from starlette.routing import Route
from watchfiles import awatch

from newsletter.app import Newsletter
from newsletter.errors import SettingsError
from newsletter.rendering.themes import builtin_templates
from newsletter.web.guard import Guard
from newsletter.web.proof import Proof, make_proof
from newsletter.web.scheme import in_scheme

_PAGE_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; frame-src 'self'; base-uri 'none'"
)
# A mail may show its images, and run nothing.
_MAIL_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src https: data:; base-uri 'none'; form-action 'none'"
)
_TYPES = {"preview.html": "text/html", "preview.js": "text/javascript", "preview.css": "text/css"}


class Preview:
    """Serves the proofs of one issue.

    :param path: the issue file.
    """

    def __init__(self, newsletter: Newsletter, path: Path) -> None:
        self.path = path
        self.address = ""
        self._folder = newsletter.settings.folder
        self._token = secrets.token_urlsafe(16)
        self._proof: Proof | None = None
        self._version = 0
        self._saved = asyncio.Condition()
        self._ending = False

    def listen(self, port: int = 0) -> socket.socket:
        """Open the socket, so that the address is known before the server runs."""
        opened = socket.socket()
        opened.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            opened.bind(("127.0.0.1", port))
        except OSError as cause:
            opened.close()
            raise SettingsError(f"port {port} is taken: {cause.strerror}", "give another --port, or none") from cause
        self.address = f"http://127.0.0.1:{opened.getsockname()[1]}/{self._token}/"
        return opened

    def serve(self, opened: socket.socket) -> None:
        """Answer until interrupted."""
        app = Guard(self.app(), token=self._token, port=opened.getsockname()[1])
        config = uvicorn.Config(app, log_level="error", access_log=False, timeout_graceful_shutdown=1, lifespan="on")
        with contextlib.suppress(KeyboardInterrupt), opened:
            uvicorn.Server(config).run(sockets=[opened])

    def app(self) -> Starlette:
        """Return the application, without its guard."""
        return Starlette(
            lifespan=self._watching,
            routes=[
                Route("/", self._page),
                Route("/{file:str}", self._file),
                Route("/issue/summary", self._summary),
                Route("/issue/mail/{scheme:str}", self._mail),
                Route("/issue/part/{part:str}", self._part),
                Route("/issue/events", self._events),
            ],
        )

    @contextlib.asynccontextmanager
    async def _watching(self, app: Starlette) -> AsyncIterator[None]:
        ended = asyncio.Event()
        watcher = asyncio.create_task(self._watch(ended))
        yield
        ended.set()
        await self._announce(ending=True)
        await watcher

    async def _watch(self, ended: asyncio.Event) -> None:
        async for changes in awatch(self._folder, stop_event=ended, debounce=50, step=10, rust_timeout=500):
            if any(self._concerns(Path(path)) for _, path in changes):
                await self._announce()

    def _concerns(self, path: Path) -> bool:
        inner = path.relative_to(self._folder).parts if path.is_relative_to(self._folder) else ()
        return bool(inner) and (inner[0] in ("issues", "templates") or inner[-1] == "newsletter.toml")

    async def _announce(self, *, ending: bool = False) -> None:
        async with self._saved:
            self._proof, self._ending = None, ending
            self._version += 1
            self._saved.notify_all()

    def _current(self) -> Proof:
        if self._proof is None:
            self._proof = make_proof(self._folder, self.path)
        return self._proof

    async def _page(self, request: Request) -> Response:
        return _asset("preview.html")

    async def _file(self, request: Request) -> Response:
        name = request.path_params["file"]
        return _asset(name) if name in _TYPES else PlainTextResponse("There is no such file.\n", 404)

    async def _summary(self, request: Request) -> Response:
        return JSONResponse({**self._current().summary(), "version": self._version})

    async def _mail(self, request: Request) -> Response:
        dark = request.path_params["scheme"] == "dark"
        html = in_scheme(self._current().html, dark=dark)
        return HTMLResponse(html, headers={"content-security-policy": _MAIL_POLICY})

    async def _part(self, request: Request) -> Response:
        parts = {
            "text": self._current().text,
            "source": self._current().source,
            "mjml": self._current().mjml,
            "html": self._current().html,
        }
        name = request.path_params["part"]
        return PlainTextResponse(parts[name]) if name in parts else PlainTextResponse("There is no such part.\n", 404)

    async def _events(self, request: Request) -> Response:
        """Tell the page of each save, as server-sent events (HTML Standard §9.2)."""

        async def events() -> AsyncIterator[str]:
            yield f"retry: 500\ndata: {self._version}\n\n"
            while not self._ending:
                async with self._saved:
                    await self._saved.wait()
                yield f"data: {self._version}\n\n"

        return StreamingResponse(events(), media_type="text/event-stream")


def _asset(name: str) -> FileResponse:
    path = builtin_templates() / "preview" / name
    return FileResponse(path, media_type=_TYPES[name], headers={"content-security-policy": _PAGE_POLICY})
