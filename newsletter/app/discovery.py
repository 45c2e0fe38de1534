"""Finds the feed of an address that somebody gave: it is one, or it is a page that has some."""

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from newsletter.app.fetch_result import ALLOW
from newsletter.app.newsletter import Newsletter
from newsletter.app.web_asking import agent_of, limits_of
from newsletter.errors import InputError, NetError
from newsletter.net.following import Followed, follow
from newsletter.net.hosts import Hosts
from newsletter.net.http import Request
from newsletter.sources.charset import decoded
from newsletter.sources.context import Context
from newsletter.sources.feed_links import feed_links, usual_links
from newsletter.sources.feed_reader import FeedReader
from newsletter.sources.feed_schedule import words_of


@dataclass(frozen=True, kw_only=True, slots=True)
class FoundFeed:
    """A feed that was found.

    :param articles: how many it has; 0 where it was only named by a page.
    """

    address: str
    title: str = ""
    articles: int = 0


def discover(newsletter: Newsletter, address: str) -> list[FoundFeed]:
    """Return the feed at *address*, or those that the page there names, or the one where sites usually have it.

    A single one was read, and is a feed; of several the page's words are all that is known.

    :raises NetError: nothing can be had from there.
    :raises InputError: there is no feed.
    """
    return asyncio.run(_Search(newsletter).search(address))


class _Search:
    def __init__(self, newsletter: Newsletter) -> None:
        self._hosts = Hosts()
        self._limits = replace(limits_of(newsletter), cut=True)  # a page may be longer than any feed is
        self._agent = agent_of(newsletter)
        self._reader = FeedReader()

    async def search(self, address: str) -> list[FoundFeed]:
        try:
            return await self._search(address)
        finally:
            await self._reader.close()

    async def _search(self, address: str) -> list[FoundFeed]:
        followed = await self._have(address)
        if feed := await self._feed(address, followed):
            return [feed]
        answer = followed.answer
        page = decoded(answer.body, answer.headers.get("content-type", ""))
        named = feed_links(page, answer.url)
        candidates = _articles_first(named) or usual_links(answer.url)
        if len(candidates) > 1 and named:
            return [FoundFeed(address=link, title=named[link]) for link in candidates]
        for link in candidates:
            with suppress(NetError):
                if feed := await self._feed(link, await self._have(link)):
                    return [feed]
        what = (
            "the feed that this page names is none" if named else "this page names no feed, and has none where most do"
        )
        raise InputError(what, "look on the page for RSS or Atom, and give that address", where=address)

    async def _have(self, address: str) -> Followed:
        try:
            followed = await follow(Request(url=address, agent=self._agent), self._limits, self._hosts)
        except NetError as error:
            if "private network" not in error.what:
                raise
            raise NetError(error.what, ALLOW, where=address) from error
        if followed.answer.status != 200:
            what = f"it answers {words_of(followed.answer.status)}"
            raise NetError(what, "open it in a browser, and give the address that works", where=address)
        return followed

    async def _feed(self, address: str, followed: Followed) -> FoundFeed | None:
        """Return the feed that was had, at the address where it will be tomorrow; None where it is none.

        It is read aside, as each fetch will: what ends or holds up its reader is none that can be followed.
        """
        answer, at = followed.answer, followed.moved_to or address
        context = Context(name=at, now=datetime.now(UTC), address=answer.url, headers=answer.headers)
        try:
            reading = await self._reader.read(answer.body, context)
        except InputError:
            return None
        return FoundFeed(address=at, title=reading.title, articles=len(reading.collected))


def _articles_first(named: dict[str, str]) -> Sequence[str]:
    """Return the feeds of *named* without those of comments, as blogs name them beside, unless there are no others."""
    return [link for link in named if "comments" not in f"{link} {named[link]}".lower()] or list(named)
