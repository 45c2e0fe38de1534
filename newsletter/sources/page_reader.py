"""Has large pages read aside, so that none of them, however it was made, keeps others from being read."""

from typing import Final

from newsletter.sources.context import Context
from newsletter.sources.feed_reader import ReaderAside
from newsletter.sources.page import PageReading, read_page

SMALL: Final = 200_000
"""Octets of a page that can keep nobody waiting: libxml2 takes 20 s for an element of 40,000 attributes, in 500,000."""


class PageReader(ReaderAside):
    """Who reads pages: small ones at once, large ones in a process that is ended when it takes too long."""

    module = "newsletter.sources.page_process"

    async def read(self, data: bytes, context: Context) -> PageReading:
        """Return what the page in *data* says.

        :raises InputError: it is none, or it cannot be read within the time.
        """
        if len(data) <= SMALL:
            return read_page(data, context)
        reading: PageReading = await self.told(data, context)
        return reading
