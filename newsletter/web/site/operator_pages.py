"""What an operator asks of the site: /healthz and /metrics."""

import asyncio
import time
from collections.abc import Callable
from ipaddress import ip_address

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from newsletter.app.health import Health
from newsletter.web.site.client import is_forwarded, is_loopback
from newsletter.web.site.metrics import TYPE, Metrics
from newsletter.web.site.request_log import RequestLog
from newsletter.web.site.site import SiteOptions

GOOD_FOR = 2.0
"""Seconds that a look at database and disk is good for: anybody may ask, and each look writes."""
PATIENCE = 15.0
"""Seconds after which a look that hangs is a problem itself."""


class OperatorPages:
    """Answers whoever looks after the site.

    :param look: tries database and disk; it may take its time.
    """

    def __init__(self, look: Callable[[], Health], metrics: Metrics, options: SiteOptions, log: RequestLog) -> None:
        self._look = look
        self._metrics = metrics
        self._options = options
        self._log = log
        self._seen: tuple[float, Health] | None = None
        self._looking: asyncio.Task[Health] | None = None
        self._told: tuple[str, ...] = ()

    def routes(self) -> list[Route]:
        """Return the routes."""
        return [Route("/healthz", self._health), Route("/metrics", self._measures)]

    async def _health(self, request: Request) -> Response:
        health = await self._current()
        if health.details != self._told:  # once when something changes, and not at each look
            self._told = health.details
            for words in health.details or ("database and disk are well again",):
                self._log.event(words)
        values: dict[str, object] = {"status": "failing" if health.problems else "ok"}
        if health.database:
            values["database"] = health.database
        if health.problems:
            values["problems"] = list(health.problems)
        return JSONResponse(values, 503 if health.problems else 200)

    async def _current(self) -> Health:
        """Return how things are; all who ask at one time share one look."""
        if self._seen and time.monotonic() - self._seen[0] < GOOD_FOR:
            return self._seen[1]
        if self._looking is None or self._looking.done():
            self._looking = asyncio.create_task(asyncio.to_thread(self._look))
        done, _ = await asyncio.wait([self._looking], timeout=PATIENCE)
        if not done:
            words = ("the database or the disk does not answer",)
            return Health(database="", problems=words, details=words)
        health = self._looking.result()
        self._seen = (time.monotonic(), health)
        return health

    async def _measures(self, request: Request) -> Response:
        if not self._may_read(request):
            raise HTTPException(404)
        return Response(await asyncio.to_thread(self._metrics.text), media_type=TYPE)

    def _may_read(self, request: Request) -> bool:
        host = request.client.host if request.client else ""
        if is_loopback(host):
            # A proxy that nobody told us of is on this machine, too: everybody would seem to be.
            return bool(self._options.proxies) or not is_forwarded(request.headers)
        try:
            return any(ip_address(host) in network for network in self._options.metrics_for)
        except ValueError:
            return False
