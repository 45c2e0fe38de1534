"""Asks for pages that were added by their addresses: as a robot that keeps to the rules, and can be reached."""

import asyncio
import time
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from threading import Event
from typing import Final

from newsletter.app.newsletter import Newsletter
from newsletter.app.web_asking import agent_of, limits_of
from newsletter.errors import NetError, NotAsked
from newsletter.model.page_state import PageState
from newsletter.net.following import follow
from newsletter.net.hosts import Hosts, by_host
from newsletter.net.http import Answer, Limits, Request
from newsletter.sources.page_schedule import after_refusal, later, never_again
from newsletter.sources.page_tree import LIMIT

LOOK: Final = 0.1
"""Seconds between two looks whether somebody wants it to end."""
_ACCEPT: Final = "text/html,application/xhtml+xml;q=0.9,*/*;q=0.5"


@dataclass(frozen=True, kw_only=True, slots=True)
class Asked:
    """A page that was asked for.

    :param state: how it stands, before it is read.
    :param answer: the page, where there is one.
    """

    state: PageState
    answer: Answer | None = None


Heard = Callable[[Asked], None]


def ask_pages(
    newsletter: Newsletter, states: Sequence[PageState], heard: Heard, *, seconds: float, stop: Event | None = None
) -> None:
    """Ask for pages, four hosts at once and each host for one at a time; tell of each as it comes.

    :param seconds: for all of them together; of those that take longer, nothing is heard.
    :param stop: ends it when it is set.
    """
    limits = replace(limits_of(newsletter), octets=LIMIT + 1, cut=True)  # one more says that there is more
    asyncio.run(_until(_ask_all(states, limits, agent_of(newsletter), heard, stop or Event()), seconds, stop))


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


async def _ask_all(states: Sequence[PageState], limits: Limits, agent: str, heard: Heard, stop: Event) -> None:
    hosts = Hosts()
    waiting = {state.link: state for state in states}

    async def ask_of_host(links: Sequence[str]) -> None:
        for link in links:
            if stop.is_set():
                return
            heard(await _ask(waiting[link], limits, agent, hosts))

    await hosts.visit(by_host(waiting), ask_of_host)


async def _ask(state: PageState, limits: Limits, agent: str, hosts: Hosts) -> Asked:
    request = Request(url=state.link, headers={"Accept": _ACCEPT}, agent=agent)
    try:
        answer = (await follow(request, limits, hosts, as_robot=True)).answer
    except NotAsked as error:
        return Asked(state=never_again(state, error.what))
    except NetError as error:
        return Asked(state=later(state, error.what, datetime.now(UTC)))
    if not 200 <= answer.status < 300:
        wait = answer.headers.get("retry-after", "")
        return Asked(state=after_refusal(state, answer.status, wait, datetime.now(UTC)))
    return Asked(state=state, answer=answer)
