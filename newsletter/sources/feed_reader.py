"""Has feeds read aside, so that none of them, however large or broken, keeps others from being fetched."""

import asyncio
import sys
from contextlib import suppress

from newsletter.errors import InputError
from newsletter.sources.context import Context
from newsletter.sources.feed import FeedReading
from newsletter.sources.feed_process import LENGTH, Told, framed, unframed

SECONDS = 20.0
"""For one feed: the slowest of 200 real ones took 0.4."""


class FeedReader:
    """A process that reads feeds, one after the other; it is started with the first, and after one that ended it.

    :param seconds: that one may take.
    """

    def __init__(self, *, seconds: float = SECONDS) -> None:
        self._seconds = seconds
        self._process: asyncio.subprocess.Process | None = None
        self._turn = asyncio.Lock()

    async def read(self, data: bytes, context: Context) -> FeedReading:
        """Return what the feed in *data* says.

        :raises InputError: it is none, or it cannot be read within the time.
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
        if isinstance(told, FeedReading):
            return told
        raise InputError(*told, where=context.name)

    async def _ask(self, data: bytes, context: Context) -> Told:
        process = self._process = self._process or await _started()
        if process.stdin is None or process.stdout is None:
            raise AssertionError("both are pipes")
        process.stdin.write(framed((data, context)))
        await process.stdin.drain()
        (length,) = LENGTH.unpack(await process.stdout.readexactly(LENGTH.size))
        told: Told = unframed(await process.stdout.readexactly(length))
        return told

    async def close(self) -> None:
        """End the process."""
        if process := self._process:
            self._process = None
            with suppress(ProcessLookupError):
                process.kill()
            await process.communicate()


async def _started() -> asyncio.subprocess.Process:
    # -P: a file in the editor's folder that is called like one of our modules is not taken for it.
    command = (sys.executable, "-P", "-m", "newsletter.sources.feed_process")
    return await asyncio.create_subprocess_exec(*command, stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE)
