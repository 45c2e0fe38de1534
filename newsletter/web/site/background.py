"""What the site does beside answering: until it is told to stop, and begun again if it fails."""

import asyncio
import threading
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager, suppress
from typing import Any

from newsletter.errors import NewsletterError
from newsletter.web.site.request_log import RequestLog

Task = Callable[[asyncio.Event], Awaitable[None]]
"""Works until the event is set, and then ends what it has begun."""
AGAIN = 30.0
"""Seconds before a task that failed is begun again."""


class Background:
    """Runs *tasks*, each by the name that the log calls it."""

    def __init__(self, tasks: Mapping[str, Task], log: RequestLog) -> None:
        self._tasks = tasks
        self._log = log
        self._stop = asyncio.Event()

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Run them as long as the block lasts; they end what they have begun before it is left."""
        running = [asyncio.create_task(self._run(name, task)) for name, task in self._tasks.items()]
        with suppress(asyncio.CancelledError):  # a second signal: nobody waits for what was begun
            try:
                yield
            finally:
                self.stop()
                await asyncio.gather(*running)

    def stop(self) -> None:
        """Tell all of them to end."""
        self._stop.set()

    async def _run(self, name: str, task: Task) -> None:
        while not self._stop.is_set():
            try:
                await task(self._stop)
            except NewsletterError as error:
                self._log.event(f"{name}: {error}")
            except Exception as error:  # whatever it was, the site goes on, and so shall this
                self._log.event(f"{name} failed, and is begun again in {AGAIN:g} s")
                self._log.fault(error)
            with suppress(TimeoutError):
                await asyncio.wait_for(self._stop.wait(), AGAIN)


def in_thread(work: Callable[[threading.Event], None]) -> Task:
    """Return a task that runs *work* in a thread of its own, which a second signal does not wait for."""

    async def task(stop: asyncio.Event) -> None:
        told, loop = threading.Event(), asyncio.get_running_loop()
        ended: asyncio.Future[None] = loop.create_future()

        def run() -> None:
            error: BaseException | None = None
            try:
                work(told)
            except BaseException as raised:  # it is raised where the task is awaited
                error = raised
            with suppress(RuntimeError):  # the loop is gone: nobody waits any more
                loop.call_soon_threadsafe(_end, ended, error)

        threading.Thread(target=run, daemon=True).start()
        waiting = asyncio.ensure_future(stop.wait())
        either: set[asyncio.Future[Any]] = {waiting, ended}
        await asyncio.wait(either, return_when=asyncio.FIRST_COMPLETED)
        waiting.cancel()
        told.set()
        await ended

    return task


def _end(ended: "asyncio.Future[None]", error: BaseException | None) -> None:
    if ended.cancelled():
        return
    if error:
        ended.set_exception(error)
    else:
        ended.set_result(None)
