"""Asks for pages that were added by their addresses: as a robot that keeps to the rules, and can be reached."""

import asyncio
import time
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from threading import Event
from typing import Final

from newsletter.app.newsletter import Newsletter
from newsletter.app.page_reading import read_once
from newsletter.app.web_asking import agent_of, limits_of
from newsletter.errors import InputError, NetError, NotAsked
from newsletter.model.page_state import PageState
from newsletter.net.following import follow
from newsletter.net.hosts import Hosts, by_host
from newsletter.net.http import Answer, Limits, Request
from newsletter.sources.context import Context
from newsletter.sources.page import PageReading
from newsletter.sources.page_reader import PageReader
from newsletter.sources.page_schedule import after_reading, after_refusal, later, never_again
from newsletter.sources.page_tree import LIMIT

LOOK: Final = 0.1
"""Seconds between two looks whether somebody wants it to end."""
_ACCEPT: Final = "text/html,application/xhtml+xml;q=0.9,*/*;q=0.5"


@dataclass(frozen=True, kw_only=True, slots=True)
class Asked:
    """A page that was asked for.

    :param state: how it stands now.
    :param reading: what was read of it; None where there was nothing to read.
    :param address: where it is, after redirects.
    """

    state: PageState
    reading: PageReading | None = None
    address: str = ""


Heard = Callable[[Asked], None]


def ask_pages(
    newsletter: Newsletter, states: Sequence[PageState], heard: Heard, *, seconds: float, stop: Event | None = None
) -> None:
    """Ask for pages, four hosts at once and each host for one at a time; tell of each as it comes.

    :param seconds: for all of them together; of those that take longer, nothing is heard.
    :param stop: ends it when it is set.
    """
    limits = replace(limits_of(newsletter), octets=LIMIT + 1, cut=True)  # one more says that there is more
    asyncio.run(_until(_ask_all(newsletter, states, limits, heard, stop or Event()), seconds, stop))


async def _until(work: Coroutine[None, None, None], seconds: float, stop: Event | None) -> None:
    """Do *work* until it is done, the time is over, or somebody wants it to end."""
    task, until = asyncio.create_task(work), time.monotonic() + seconds
    try:
        while not task.done() and not (stop and stop.is_set()) and (left := until - time.monotonic()) > 0:
            await asyncio.wait([task], timeout=min(left, LOOK) if stop else left)
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
    if not task.cancelled():
        task.result()


async def _ask_all(
    newsletter: Newsletter, states: Sequence[PageState], limits: Limits, heard: Heard, stop: Event
) -> None:
    visitor = _Visitor(newsletter, limits)
    waiting = {state.link: state for state in states}

    async def ask_of_host(links: Sequence[str]) -> None:
        for link in links:
            if stop.is_set():
                return
            heard(await visitor.ask(waiting[link]))

    try:
        await visitor.hosts.visit(by_host(waiting), ask_of_host)
    finally:
        await visitor.reader.close()


class _Visitor:
    """Who asks for pages, and reads them."""

    def __init__(self, newsletter: Newsletter, limits: Limits) -> None:
        self._newsletter = newsletter
        self._limits = limits
        self._agent = agent_of(newsletter)
        self.hosts = Hosts()
        self.reader = PageReader()

    async def ask(self, state: PageState) -> Asked:
        """Ask for a page, and read it."""
        request = Request(url=state.link, headers={"Accept": _ACCEPT}, agent=self._agent)
        try:
            answer = (await follow(request, self._limits, self.hosts, as_robot=True)).answer
        except NotAsked as error:
            return Asked(state=never_again(state, error.what))
        except NetError as error:
            return Asked(state=later(state, error.what, datetime.now(UTC)))
        if not 200 <= answer.status < 300:
            wait = answer.headers.get("retry-after", "")
            return Asked(state=after_refusal(state, answer.status, wait, datetime.now(UTC)))
        return await self._read(state, answer)

    async def _read(self, state: PageState, answer: Answer) -> Asked:
        now = datetime.now(UTC)
        context = Context(name=state.link, address=answer.url, headers=answer.headers, now=now)
        try:
            reading = await read_once(self._newsletter, self.reader, answer.body, context)
        except InputError as error:
            return Asked(state=never_again(state, error.what))
        return Asked(state=after_reading(state, now), reading=reading, address=answer.url)
