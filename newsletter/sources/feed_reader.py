"""Has feeds read aside, so that none of them, however large or broken, keeps others from being fetched."""

import asyncio
import sys
from contextlib import suppress
from typing import Any

from newsletter.errors import InputError
from newsletter.sources.context import Context
from newsletter.sources.feed import FeedReading
from newsletter.sources.feed_process import LENGTH, framed, unframed

SECONDS = 20.0
"""For one feed: the slowest of 200 real ones took 0.4."""


class ReaderAside:
    """A process that reads, one thing after the other; it is started with the first, and after one that ended it.

    :cvar module: the program that it runs.
    :param seconds: that one may take.
    """

    module = ""

    def __init__(self, *, seconds: float = SECONDS) -> None:
        self._seconds = seconds
        self._process: asyncio.subprocess.Process | None = None
        self._turn = asyncio.Lock()

    async def told(self, data: bytes, context: Context) -> Any:
        """Return what is told of *data*.

        :raises InputError: it is none of its kind, or it cannot be read within the time.
        """
        async with self._turn:
            try:
                async with asyncio.timeout(self._seconds):
                    told = await self._ask(data, context)
            except TimeoutError as cause:
                await self.close()
                what = f"reading it takes longer than {self._seconds:g} seconds"
                raise InputError(what, "it is not read", where=context.name) from cause
            except (OSError, asyncio.IncompleteReadError) as cause:
                await self.close()
                raise InputError("it ends whoever reads it", "it is not read", where=context.name) from cause
            except BaseException:  # whoever asked was stopped, and the answer would be taken for that to the next
                await self.close()
                raise
        if isinstance(told, tuple):
            raise InputError(*told, where=context.name)
        return told

    async def _ask(self, data: bytes, context: Context) -> Any:
        process = self._process = self._process or await _started(self.module)
        if process.stdin is None or process.stdout is None:
            raise AssertionError("both are pipes")
        process.stdin.write(framed((data, context)))
        await process.stdin.drain()
        (length,) = LENGTH.unpack(await process.stdout.readexactly(LENGTH.size))
        return unframed(await process.stdout.readexactly(length))

    async def close(self) -> None:
        """End the process."""
        if process := self._process:
            self._process = None
            with suppress(ProcessLookupError):
                process.kill()
            await process.communicate()


class FeedReader(ReaderAside):
    """A process that reads feeds."""

    module = "newsletter.sources.feed_process"

    async def read(self, data: bytes, context: Context) -> FeedReading:
        """Return what the feed in *data* says.

        :raises InputError: it is none, or it cannot be read within the time.
        """
        reading: FeedReading = await self.told(data, context)
        return reading


async def _started(module: str) -> asyncio.subprocess.Process:
    # -P: a file in the editor's folder that is called like one of our modules is not taken for it.
    command = (sys.executable, "-P", "-m", module)
    return await asyncio.create_subprocess_exec(*command, stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE)
