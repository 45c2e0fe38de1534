"""Puts the site together and serves it."""

import socket
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from functools import partial

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.routing import Match, Route

from newsletter.app import Newsletter
from newsletter.app.archive import restore_pages, site_address
from newsletter.app.health import Health, look_after
from newsletter.errors import NewsletterError
from newsletter.model.site import SiteAddress
from newsletter.store.gauges import read_gauges
from newsletter.web.serving import serve
from newsletter.web.site.archive_pages import ArchivePages
from newsletter.web.site.background import Background, Task
from newsletter.web.site.gate import Gate
from newsletter.web.site.metrics import Metrics
from newsletter.web.site.operator_pages import OperatorPages
from newsletter.web.site.request_log import RequestLog
from newsletter.web.site.site import Site, SiteOptions
from newsletter.web.site.webhook_pages import PLACE as WEBHOOKS
from newsletter.web.site.webhook_pages import WebhookPages

PATIENCE = 20
"""Seconds that open answers have once the end was asked for."""

Routes = Callable[[Site], Sequence[Route]]
"""Pages that stand on the site beside the archive."""


class PublicSite:
    """The site of one newsletter.

    :param pages: what gives more pages: the readers' own.
    :param tasks: what is done in the background, by name.
    :param look: tries database and disk.
    :raises NewsletterError: there is no database here, or the archive cannot be made.
    """

    def __init__(
        self,
        newsletter: Newsletter,
        options: SiteOptions,
        *,
        pages: Sequence[Routes] = (),
        tasks: Mapping[str, Task] | None = None,
        log: RequestLog | None = None,
        look: Callable[[], Health] | None = None,
        large: tuple[str, ...] = (),
    ) -> None:
        self._log = log or RequestLog(as_json=options.json_logs, clients=options.log_clients)
        database = newsletter.database
        self.site = Site(newsletter=newsletter, address=_address(newsletter, options, pages), options=options)
        restore_pages(newsletter)
        self._archive = ArchivePages(newsletter, self.site.address, self._log)
        metrics = Metrics(partial(read_gauges, database))
        operator = OperatorPages(look or partial(look_after, newsletter), metrics, options, self._log)
        self._background = Background(tasks or {}, self._log)
        more = [route for give in pages for route in give(self.site)]
        app = Starlette(
            routes=[*operator.routes(), *WebhookPages(newsletter, self._log).routes(), *more, *self._archive.routes()],
            lifespan=self._lifespan,
            exception_handlers={404: self._missing, NewsletterError: self._unavailable},
        )
        # Starlette would lead to whatever host the client names, over http, with the ticket in the address.
        app.router.redirect_slashes = False
        self.app = Gate(app, options=options, log=self._log, metrics=metrics, large=(WEBHOOKS, *large))

    def serve(self, opened: socket.socket) -> None:
        """Answer on the socket until SIGTERM or Ctrl-C; what is open is finished."""
        serve(self.app, opened, ending=self._end, seconds=PATIENCE)

    @asynccontextmanager
    async def _lifespan(self, app: Starlette) -> AsyncIterator[None]:
        async with self._background.running():
            yield

    async def _end(self) -> None:
        self._background.stop()

    async def _missing(self, request: Request, error: Exception) -> Response:
        if there := self._without_slash(request):
            return RedirectResponse(there, 308)
        return await self._archive.missing()

    def _without_slash(self, request: Request) -> str:
        """Return the path of the page that is meant where only a slash at the end is too much; empty for none."""
        path = request.scope["path"].removeprefix(self.site.options.root_path)
        there = self.site.address.root + path.strip("/")
        scope = {**request.scope, "path": there}
        is_page = any(route.matches(scope)[0] is Match.FULL for route in request.app.routes)
        return there if path.endswith("/") and request.method != "POST" and is_page else ""

    async def _unavailable(self, request: Request, error: Exception) -> Response:
        # Its words may name a reader.
        self._log.event(f"{type(error).__name__} at {getattr(request.scope.get('route'), 'path', '?')}")
        return PlainTextResponse("This cannot be done just now. Try again later.\n", 503, {"retry-after": "60"})


def _address(newsletter: Newsletter, options: SiteOptions, pages: Sequence[Routes]) -> SiteAddress:
    own = site_address(newsletter, subscribe="subscribe" if pages else "")
    return replace(own, root=f"{options.root_path}/")
