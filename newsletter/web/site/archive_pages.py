"""The archive on the site: made when it is asked for, kept in memory, made anew when an issue was sent.

::

    /                      the issues, the newest first
    /issues/042.html       an issue as it was sent; /issues/42 and the like lead there
    /media/NAME            a picture
    /feed.xml /feed.json   the feeds; /sitemap.xml, /robots.txt, /site.css
"""

import asyncio
import re
import time
from collections.abc import Awaitable, Callable, Iterator
from datetime import UTC, datetime
from email.utils import format_datetime, parsedate_to_datetime
from pathlib import Path

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from newsletter.app import Newsletter
from newsletter.app.archive import INDEX, MISSING, ROBOTS, Archive
from newsletter.errors import NewsletterError
from newsletter.model.site import SiteAddress, SiteFile
from newsletter.rendering.feeds import JSON_FEED, RSS, SITE_MAP
from newsletter.rendering.site import STYLE
from newsletter.web.site.request_log import RequestLog

EVERY = 1.0
"""Seconds between two looks at the files."""
MOST = 200
"""Files kept in memory."""
FRESH, LASTING = b"public, max-age=300", b"public, max-age=31536000, immutable"
KINDS = ("*.html", "*.md", "*.receipt.toml")
FIXED = (STYLE, RSS, JSON_FEED, SITE_MAP, ROBOTS)


class ArchivePages:
    """Shows the archive of *newsletter*.

    :param log: hears what keeps it from being made anew.
    :raises NewsletterError: the archive cannot be made.
    """

    def __init__(self, newsletter: Newsletter, address: SiteAddress, log: RequestLog) -> None:
        self._newsletter = newsletter
        self._address = address
        self._log = log
        self._state = _state(newsletter)
        self._archive = Archive(newsletter, address)
        self._shown: dict[str, Shown] = {}
        self._modified = datetime.now(UTC)
        self._look_at = time.monotonic() + EVERY
        self._looking: asyncio.Task[None] | None = None
        self._fault = ""

    def routes(self) -> list[Route]:
        """Return the routes."""
        return [
            Route("/", _Page(lambda scope: self._answer(INDEX)), methods=["GET"]),
            Route("/index.html", self._to(""), methods=["GET"]),
            Route("/issues/{name}", _Page(self._issue), methods=["GET"]),
            Route("/media/{name}", _Page(lambda scope: self._answer(f"media/{scope['path_params']['name']}"))),
            *(Route(f"/{name}", _Page(self._fixed(name)), methods=["GET"]) for name in FIXED),
            *(Route(path, self._to(""), methods=["GET"]) for path in ("/issues", "/issues/", "/archive", "/archive/")),
            *(Route(path, self._to(RSS), methods=["GET"]) for path in ("/feed", "/rss")),
        ]

    async def missing(self) -> Response:
        """Return what is answered where there is nothing."""
        shown = await self._answer(MISSING)
        headers = {"content-security-policy": _policy(shown.file, self._web_font).decode()}
        return Response(shown.file.data, 404, headers, media_type=shown.file.type)

    def _fixed(self, name: str) -> Callable[[Scope], Awaitable["Shown"]]:
        return lambda scope: self._answer(name)

    def _to(self, path: str) -> Callable[[Request], Response]:
        return lambda request: RedirectResponse(f"{self._address.root}{path}", 308)

    async def _issue(self, scope: Scope) -> "Shown | Response":
        name = scope["path_params"]["name"]
        if match := re.fullmatch(r"0*([0-9]{1,9})(\.html)?", name):
            path = f"issues/{int(match[1]):03d}.html"
            shown = await self._answer(path)
            return shown if path == f"issues/{name}" else RedirectResponse(f"{self._address.root}{path}", 308)
        raise HTTPException(404)

    async def _answer(self, path: str) -> "Shown":
        """Return what is shown at *path*, as it was at the last look; 404 if there is nothing."""
        if time.monotonic() >= self._look_at and (self._looking is None or self._looking.done()):
            # Nobody waits for the look: who asks next sees what is new.
            self._looking = asyncio.create_task(self._look())
        if (known := self._shown.get(path)) is not None:
            return known
        kept, archive, modified = self._shown, self._archive, self._modified
        file = await asyncio.to_thread(archive.file, path)
        if file is None:
            raise HTTPException(404)
        made = Shown(file, modified, self._web_font)
        if len(kept) >= MOST:
            kept.pop(next(iter(kept)))
        kept[path] = made
        return made

    async def _look(self) -> None:
        """Make the archive anew if a file of it has changed."""
        try:
            state = await asyncio.to_thread(_state, self._newsletter)
            if state != self._state:
                self._archive = await asyncio.to_thread(Archive, self._newsletter, self._address)
                self._state, self._shown, self._modified = state, {}, datetime.now(UTC)
            self._fault = ""
        except NewsletterError as error:
            if self._fault != (words := str(error)):
                self._log.event(f"the archive stays as it was: {words}")
            self._fault = words
        finally:
            self._look_at = time.monotonic() + EVERY

    @property
    def _web_font(self) -> str:
        return self._newsletter.settings.rendering.look.web_font


class _Page:
    """Answers with a file of the site. An ASGI application, past what Starlette does for functions."""

    def __init__(self, answer: Callable[[Scope], Awaitable["Shown | Response"]]) -> None:
        self._answer = answer

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["method"] not in ("GET", "HEAD"):
            raise HTTPException(405, headers={"allow": "GET, HEAD"})
        await (await self._answer(scope))(scope, receive, send)


class Shown:
    """A file of the site, ready to be answered with.

    :ivar file: what it is.
    """

    def __init__(self, file: SiteFile, modified: datetime, web_font: str) -> None:
        self.file = file
        self._modified = modified.replace(microsecond=0)
        self._etag = f'"{file.digest[:32]}"'.encode()
        always = [
            (b"etag", self._etag),
            (b"last-modified", format_datetime(self._modified, usegmt=True).encode()),
            (b"cache-control", LASTING if file.lasting else FRESH),
            (b"content-security-policy", _policy(file, web_font)),
            (b"referrer-policy", b"strict-origin-when-cross-origin"),
        ]
        length = b"%d" % len(file.data)
        self._headers = [(b"content-type", file.type.encode()), (b"content-length", length), *always]
        self._unchanged = always

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer: 304 to who has it already (RFC 9110 §13.2.2)."""
        if self._is_known(scope):
            await send({"type": "http.response.start", "status": 304, "headers": self._unchanged})
            await send({"type": "http.response.body", "body": b""})
            return
        await send({"type": "http.response.start", "status": 200, "headers": self._headers})
        await send({"type": "http.response.body", "body": b"" if scope["method"] == "HEAD" else self.file.data})

    def _is_known(self, scope: Scope) -> bool:
        since = b""
        for name, value in scope["headers"]:
            if name == b"if-none-match":
                tags = [tag.strip().removeprefix(b"W/") for tag in value.split(b",")]
                return self._etag in tags or tags == [b"*"]
            if name == b"if-modified-since":
                since = value
        if not since:
            return False
        try:
            at = parsedate_to_datetime(since.decode("latin-1"))
            return (at if at.tzinfo else at.replace(tzinfo=UTC)) >= self._modified
        except (ValueError, OverflowError):
            return False


def _policy(file: SiteFile, web_font: str) -> bytes:
    """Return what the page may load and do: nothing of a script, ever."""
    if not file.type.startswith("text/html"):
        return b"default-src 'none'; frame-ancestors 'none'; sandbox"
    fonts = " https:" if web_font else ""
    # A mail's style stands in its elements, and its pictures may be on any server.
    mail = file.path.startswith("issues/")
    style, pictures = ("'unsafe-inline'", "'self' data: https:") if mail else ("'self'", "'self'")
    return (
        f"default-src 'none'; style-src {style}{fonts}; img-src {pictures};{' font-src https:;' if fonts else ''}"
        " form-action 'none'; base-uri 'none'; frame-ancestors 'none'"
    ).encode()


def _state(newsletter: Newsletter) -> tuple[tuple[str, int, int], ...]:
    """Return what tells whether a file that the archive is made of has changed."""
    return tuple(sorted(_stamps(newsletter.issues.folder, newsletter.shown / "templates")))


def _stamps(issues: Path, templates: Path) -> Iterator[tuple[str, int, int]]:
    for path in (*(path for kind in KINDS for path in issues.glob(kind)), *templates.rglob("*")):
        try:
            stat = path.stat()
        except OSError:  # it went meanwhile
            continue
        yield str(path), stat.st_mtime_ns, stat.st_size
