"""The preview: one page on 127.0.0.1 that shows an issue and reloads when something is saved.

::

    TOKEN/                     the page, its script and its style (templates/preview/)
    TOKEN/issue/summary        what is known of the issue, as JSON; ?reader=KEY, like all that a reader's slots are in
    TOKEN/issue/mail/dark      a view of the mail, for a sandboxed frame; ?remote=1 lets it load images
    TOKEN/issue/part/text      text, source, mjml, html, all as plain text
    TOKEN/issue/message        the message and its headers, as JSON
    TOKEN/issue/findings       what the checks found and what the mail weighs, as JSON
    TOKEN/issue/place/17       where an element was written; /issue/file?path=… the file; POST /issue/open the editor
    TOKEN/issue/readers        whom it can be shown to; ?like=… looks for subscribers
    TOKEN/issue/variants       its variants; beside ?reader, ?variant=["Jobs"] is the mail without, or whole
    TOKEN/issue/events         a number after each save, as server-sent events
    TOKEN/desk                 see :mod:`newsletter.web.desk_pages`
"""

import asyncio
import contextlib
import re
import secrets
import socket
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import FileResponse, HTMLResponse, JSONResponse, PlainTextResponse, Response, StreamingResponse
from starlette.routing import Route

from newsletter.app import Newsletter, open_newsletter
from newsletter.errors import InputError
from newsletter.model.subscriber import Subscriber
from newsletter.model.traced import Place
from newsletter.rendering.themes import builtin_templates
from newsletter.web.asked import answering, json_of
from newsletter.web.desk_pages import DeskPages
from newsletter.web.editor import open_in_editor
from newsletter.web.guard import Guard
from newsletter.web.mail_frame import framed, policy
from newsletter.web.proof import Proof, make_proof
from newsletter.web.readers import Readers
from newsletter.web.saves import saves
from newsletter.web.serving import listen, serve
from newsletter.web.sheet import VIEWS
from newsletter.web.variants import list_variants, named_variant

PAGE_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self'; frame-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
TYPES = {".html": "text/html", ".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml"}
PAGE = "preview.html"


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
        self._last: Proof | None = None
        self._version = 0
        self._readers = Readers(self._folder)
        self._desk = DeskPages(self._folder, path)
        self._news = asyncio.Condition()
        self._ended = asyncio.Event()

    def listen(self, port: int = 0) -> socket.socket:
        """Open the socket, so that the address is known before the server runs; SettingsError if that cannot be."""
        opened = listen(port)
        self.address = f"http://127.0.0.1:{opened.getsockname()[1]}/{self._token}/"
        return opened

    def serve(self, opened: socket.socket) -> None:
        """Answer until interrupted."""
        app = Guard(self.app(), token=self._token, port=opened.getsockname()[1])
        serve(app, opened, ending=self._end)

    def app(self) -> Starlette:
        """Return the application, without its guard."""
        return Starlette(
            lifespan=self._watching,
            routes=[
                Route("/", self._page),
                Route("/issue/summary", answering(self._summary)),
                Route("/issue/mail/{view:str}", answering(self._mail)),
                Route("/issue/part/{part:str}", answering(self._part)),
                Route("/issue/message", answering(self._message)),
                Route("/issue/findings", answering(self._findings)),
                Route("/issue/place/{number:str}", answering(self._place)),
                Route("/issue/file", self._source_file),
                Route("/issue/open", answering(self._open), methods=["POST"]),
                Route("/issue/readers", self._list_readers),
                Route("/issue/variants", answering(self._list_variants)),
                Route("/issue/events", self._events),
                *self._desk.routes(),
                Route("/{file:str}", self._file),
            ],
        )

    @contextlib.asynccontextmanager
    async def _watching(self, app: Starlette) -> AsyncIterator[None]:
        watcher = asyncio.create_task(self._watch())
        await asyncio.sleep(0)  # the watch stands before the first page is made
        yield
        await self._end()
        await watcher

    async def _watch(self) -> None:
        async for _ in saves(self._folder, self.path, self._ended):
            await self._tell()

    async def _end(self) -> None:
        self._ended.set()
        await self._tell()

    async def _tell(self) -> None:
        async with self._news:
            self._last, self._proof = self._proof or self._last, None
            self._version += 1
            self._news.notify_all()

    def _current(self) -> Proof:
        if self._proof is None:
            self._proof = make_proof(self._folder, self.path, self._last.sheet if self._last else None)
        return self._proof

    async def _page(self, request: Request) -> Response:
        return _asset(PAGE)

    async def _file(self, request: Request) -> Response:
        return _asset(request.path_params["file"])

    async def _reader(self, request: Request) -> Subscriber:
        """Return whose mail is asked for, with the variant that is: their own unless another is named."""
        key, variant = (request.query_params.get(name, "") for name in ("reader", "variant"))
        if not (reader := self._readers.known(key)):
            sheet = self._current().sheet
            # Apart, because a database on another machine may take its time to answer, or not to.
            reader = await asyncio.to_thread(self._readers.find, key, sheet.issue.list if sheet else "")
        return replace(reader, without=named_variant(variant)) if variant else reader

    async def _summary(self, request: Request) -> Response:
        reader = await self._reader(request)
        return JSONResponse({**self._current().summary(reader), "version": self._version})

    async def _mail(self, request: Request) -> Response:
        reader = await self._reader(request)
        sheet, view = self._current().sheet, request.path_params["view"]
        if sheet is None or view not in VIEWS:
            return _missing()
        html = framed(sheet.picture(view, reader))
        headers = {"content-security-policy": policy(remote=request.query_params.get("remote") == "1")}
        return HTMLResponse(html, headers=headers)

    async def _part(self, request: Request) -> Response:
        reader = await self._reader(request)
        text = self._current().part(request.path_params["part"], reader)
        return _missing() if text is None else PlainTextResponse(text)

    async def _message(self, request: Request) -> Response:
        reader = await self._reader(request)
        return JSONResponse(self._current().message(reader))

    async def _findings(self, request: Request) -> Response:
        reader = await self._reader(request)
        return JSONResponse({**self._current().findings(reader), "version": self._version})

    async def _place(self, request: Request) -> Response:
        sheet = self._current().sheet
        number = request.path_params["number"]  # starlette's own int raises at 4,300 digits, as Python's does
        reader = await self._reader(request)
        place = sheet.place(int(number), reader) if sheet and re.fullmatch(r"[0-9]{1,9}", number) else None
        if place is None:
            return _missing()
        return JSONResponse({"path": place.path.as_posix(), "line": place.line, "column": place.column})

    def _named(self, name: str) -> Path | None:
        """Return the file of this name, if the issue is made of it or a finding names it."""
        proof = self._current()
        named = {fault.path for fault in proof.faults} | (proof.sheet.files if proof.sheet else set())
        files = {path.as_posix(): path for path in named}
        return files.get(name, self.path if name == self.path.as_posix() else None)

    async def _source_file(self, request: Request) -> Response:
        path = self._named(request.query_params.get("path", ""))
        if path is None or not path.is_file():
            return _missing()
        return PlainTextResponse(path.read_bytes().decode("utf-8", "replace"))

    async def _open(self, request: Request) -> Response:
        values = await json_of(request)
        path, line, column = self._named(str(values.get("path"))), values.get("line"), values.get("column", 0)
        if path is None or type(line) is not int or type(column) is not int:
            raise InputError("this is no place in the issue", "load the page again")
        newsletter = open_newsletter(self._folder)
        place = Place(path=path, line=line, column=column)
        await asyncio.to_thread(open_in_editor, newsletter.settings.editor, newsletter.shown, place)
        return JSONResponse({"opened": f"{path.as_posix()}:{line}"})

    async def _list_readers(self, request: Request) -> Response:
        sheet = self._current().sheet
        like = request.query_params.get("like", "")
        return JSONResponse(await asyncio.to_thread(self._readers.list, sheet.issue.list if sheet else "", like))

    async def _list_variants(self, request: Request) -> Response:
        sheet = self._current().sheet
        if sheet is None:
            return JSONResponse({"variants": [], "error": ""})
        return JSONResponse(await asyncio.to_thread(list_variants, self._folder, sheet.issue))

    async def _events(self, request: Request) -> Response:
        """Tell the page of each save, as server-sent events (HTML Standard §9.2)."""

        async def events() -> AsyncIterator[str]:
            told = self._version
            yield f"retry: 500\ndata: {told}\n\n"
            while not self._ended.is_set():
                async with self._news:
                    while self._version == told:
                        await self._news.wait()
                    told = self._version
                yield f"data: {told}\n\n"

        return StreamingResponse(events(), media_type="text/event-stream")


def _asset(name: str) -> Response:
    folder = builtin_templates() / "preview"
    # Asked of the folder, not put together from the address: "..", "C:" and the like are no names in it.
    files = {path.name: path for path in folder.iterdir() if path.suffix in TYPES}
    if name not in files:
        return _missing()
    headers = {"content-security-policy": PAGE_POLICY}
    return FileResponse(files[name], media_type=TYPES[files[name].suffix], headers=headers)


def _missing() -> Response:
    return PlainTextResponse("There is nothing at this address.\n", 404)
