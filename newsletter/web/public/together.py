"""Serves those together who ask for the same at one time: one transaction, one wait for the disk."""

import asyncio
from collections.abc import Callable, Sequence

MOST = 100
"""How many are served together."""


class Together:
    """Gathers what is asked for while the last batch is under way, as a database does with commits.

    ::

        asked ──► waiting ──nothing is under way──► a batch, in a thread ──► each is answered
                     ▲                                      │
                     └──────── asked meanwhile ◄────────────┘

    :param serve: serves a batch, and says one thing of each, in order; what it raises is raised to all of them.
    """

    def __init__(self, serve: Callable[[Sequence[str]], Sequence[bool]]) -> None:
        self._serve = serve
        self._waiting: list[tuple[str, asyncio.Future[bool]]] = []
        self._working: asyncio.Task[None] | None = None

    async def take(self, asked: str) -> bool:
        """Return what is said of *asked* once it was served."""
        answer: asyncio.Future[bool] = asyncio.get_running_loop().create_future()
        self._waiting.append((asked, answer))
        if self._working is None or self._working.done():
            self._working = asyncio.create_task(self._work())
        return await answer

    async def _work(self) -> None:
        while self._waiting:
            batch, self._waiting = self._waiting[:MOST], self._waiting[MOST:]
            said: Sequence[bool] | Exception
            try:
                said = await asyncio.to_thread(self._serve, [asked for asked, _ in batch])
            except Exception as error:  # it is that of all who asked
                said = error
            for number, (_, answer) in enumerate(batch):
                if answer.done():  # whoever asked has gone
                    continue
                if isinstance(said, Exception):
                    answer.set_exception(said)
                else:
                    answer.set_result(said[number])
