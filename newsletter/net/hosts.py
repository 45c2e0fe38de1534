"""How hosts are asked that nobody owes us anything: one request at a time each, and four hosts at once."""

import asyncio
from collections import defaultdict
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from typing import Final
from urllib.parse import urlsplit

from newsletter.net.http import Answer, Limits, Request, fetch

AT_ONCE: Final = 4
"""Hosts that are asked at the same time."""


def host_in(url: str) -> str:
    """Return the host of *url* with its port: whom a request goes to."""
    try:
        return urlsplit(url).netloc.lower()
    except ValueError:  # "http://[::1": nobody
        return ""


def by_host(links: Iterable[str]) -> Mapping[str, Sequence[str]]:
    """Return *links* by host, in their order."""
    found: dict[str, list[str]] = defaultdict(list)
    for link in links:
        found[host_in(link)].append(link)
    return found


class Hosts:
    """Who is asked just now, in one event loop."""

    def __init__(self) -> None:
        self._turn = asyncio.Semaphore(AT_ONCE)
        self._busy: dict[str, asyncio.Lock] = defaultdict(asyncio.Lock)

    async def visit(
        self, links: Mapping[str, Sequence[str]], ask_of_host: Callable[[Sequence[str]], Awaitable[None]]
    ) -> None:
        """Call *ask_of_host* with the links of each host, for so many hosts at once."""

        async def visit(some: Sequence[str]) -> None:
            async with self._turn:
                await ask_of_host(some)

        await asyncio.gather(*map(visit, links.values()))

    async def ask(self, request: Request, limits: Limits) -> Answer:
        """Ask *request* when nobody else of us asks its host: a redirect may lead where another link leads too.

        Waiting for that is no part of the limits.
        """
        async with self._busy[host_in(request.url)]:
            return await fetch(request, limits)
