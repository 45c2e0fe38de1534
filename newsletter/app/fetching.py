"""Fetches the feeds of a newsletter: kindly, and whatever one of them does, all the others.

::

    due ──asked, a host at a time──► 304 ─────────────────────────────► kept: how it stands
                                     200 ──read aside──► new articles ► kept: how it stands, and its candidates
                                     410, 429, 500, silence ──────────► kept: how it stands, and when it is asked again
                                     no host can be reached ──────────► nothing is kept: it is our network that is away

A feed's state and its articles are kept in one transaction, several feeds in one where they are ready together. So a
run may be killed at any moment: what it kept stays, and the next run asks for the rest.
"""

import asyncio
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from threading import Event

from newsletter.app.feed_articles import KnownArticles, drawn_from, with_texts
from newsletter.app.feeds import FeedList
from newsletter.app.fetch_result import FeedResult, FetchRun, Outcome
from newsletter.app.newsletter import Newsletter
from newsletter.app.web_asking import agent_of, limits_of
from newsletter.errors import InputError, NetError, NewsletterError, Unreachable
from newsletter.model.article import Article
from newsletter.model.feed import Feed, FeedState
from newsletter.model.progress import Progress
from newsletter.net.following import follow
from newsletter.net.hosts import Hosts, by_host, host_in
from newsletter.net.http import Answer, Request
from newsletter.sources.context import Context
from newsletter.sources.feed import FeedReading
from newsletter.sources.feed_reader import FeedReader
from newsletter.sources.feed_schedule import (
    after_answer,
    after_failure,
    after_refusal,
    is_due,
    is_fine,
)
from newsletter.store.feeds import FeedStore, Fetched

WAITING = 8
"""Bodies that wait to be read, at most: each may have 5 MB."""
SILENCES = 2
"""How often in a row a host may let us wait in vain, until it is left alone for this run."""
LOOK = 0.1
"""Seconds between two looks whether somebody wants the run to end."""
GATHERING = 0.02
"""Seconds in which what is ready is gathered before it is written: each time, the disk is waited for."""
ACCEPT = "application/rss+xml, application/atom+xml, application/feed+json, application/xml;q=0.9, */*;q=0.5"


@dataclass(frozen=True, kw_only=True, slots=True)
class Wanted:
    """Which feeds are fetched.

    :param names: of some; none for all of them.
    :param force: those, too, that are not due, or gone; only their own sites can say no.
    """

    names: Sequence[str] = ()
    force: bool = False


def fetch_feeds(newsletter: Newsletter, wanted: Wanted, told: Progress, stop: Event) -> FetchRun:
    """Fetch the feeds that are due.

    :param stop: ends the run when it is set; so does the time limit of the settings.
    :param told: hears of the feeds that are done.
    :raises SettingsError: there is no such feed, or feeds.toml cannot be read.
    :raises FetchingBusy: another run goes on.
    """
    found = FeedList(newsletter)
    feeds = found.named(wanted.names) or list(found.feeds.values())
    with newsletter.database.fetching_lock():
        store = FeedStore(newsletter.database)
        states = {feed.slug: FeedState(address=feed.address) for feed in feeds}
        known = store.states()
        states |= {feed.slug: known[feed.address] for feed in feeds if feed.address in known}
        now = datetime.now(UTC)
        due = [feed for feed in feeds if is_due(states[feed.slug], now, asked_for=wanted.force)]
        begun = time.monotonic()
        run = _Run(newsletter, store, due, states, told)
        results = asyncio.run(run.go(stop)) if due else {}
    return FetchRun(
        results=tuple(results[feed.slug] for feed in due if feed.slug in results),
        left=tuple(feed for feed in due if feed.slug not in results),
        resting=tuple(states[slug] for slug in states.keys() - {feed.slug for feed in due}),
        seconds=time.monotonic() - begun,
        stopped=stop.is_set(),
        away=run.away,
    )


class _Run:
    """One run over *feeds*, in one event loop.

    :ivar away: as :attr:`FetchRun.away`.
    """

    def __init__(
        self,
        newsletter: Newsletter,
        store: FeedStore,
        feeds: Sequence[Feed],
        states: Mapping[str, FeedState],
        told: Progress,
    ) -> None:
        self._newsletter = newsletter
        self._store = store
        # Those that wait longest go first, so that a run that ends early leaves others out than the last one.
        self._feeds = {feed.address: feed for feed in sorted(feeds, key=lambda feed: _waited(states[feed.slug]))}
        self._states = states
        self._told = told
        self._results: dict[str, FeedResult] = {}
        self._hosts = Hosts()
        self._limits, self._agent = limits_of(newsletter), agent_of(newsletter)
        self._reader = FeedReader()
        self._known: KnownArticles | None = None
        self._room, self._aside = asyncio.Semaphore(WAITING), asyncio.Lock()
        self._reading: set[asyncio.Task[None]] = set()
        self._unkept: list[tuple[Fetched, FeedResult]] = []
        self._keeping: asyncio.Task[None] | None = None
        self._fault: NewsletterError | None = None
        self._ended = Event()
        self._asked_to_wait: dict[str, FeedState] = {}
        self._silent: dict[str, int] = {}
        self._answered = False
        self._unreached: list[tuple[Feed, FeedState, str]] = []
        self.away = ""

    async def go(self, stop: Event) -> Mapping[str, FeedResult]:
        """Ask, read and keep until all is done, or somebody or the clock wants it to end.

        What came before the clock wanted it is read: it would have to be sent again.
        """
        self._told(0, len(self._feeds))
        work = asyncio.create_task(self._work())
        until = time.monotonic() + self._newsletter.settings.sources.run_seconds
        try:
            while not work.done() and not stop.is_set() and not self._fault and time.monotonic() < until:
                await asyncio.wait([work], timeout=LOOK)
        finally:
            work.cancel()
            await asyncio.gather(work, return_exceptions=True)
            while self._reading and not stop.is_set() and not self._fault:
                await asyncio.wait(self._reading, timeout=LOOK)
            self._ended.set()  # a thread that waits for the source of another package is not cancelled
            for task in self._reading:
                task.cancel()
            await asyncio.gather(*self._reading, return_exceptions=True)
            if self._keeping:
                await self._keeping
            await self._reader.close()
        if self._fault:
            raise self._fault
        if not work.cancelled():
            work.result()
        return self._results

    async def _work(self) -> None:
        await self._hosts.visit(by_host(self._feeds), self._visit)
        self._judge_unreached()
        while self._reading:
            await asyncio.wait(self._reading)

    async def _visit(self, addresses: Sequence[str]) -> None:
        host = host_in(addresses[0])
        for address in addresses:
            feed = self._feeds[address]
            state = self._states[feed.slug]
            if said := self._asked_to_wait.get(host):
                after = replace(state, next_at=said.next_at, retry_at=said.retry_at)
                self._keep(Fetched(state=after), FeedResult(feed=feed, outcome=Outcome.WAITING, state=after))
            elif self._silent.get(host, 0) < SILENCES:
                await self._ask(feed, state)

    async def _ask(self, feed: Feed, state: FeedState) -> None:
        headers = {"Accept": ACCEPT}
        if state.told != feed.told:  # its articles have another section, say: all of it is read again
            state = replace(state, etag="", last_modified="", body_sha256="")
        if state.etag:
            headers["If-None-Match"] = state.etag
        if state.last_modified:
            headers["If-Modified-Since"] = state.last_modified
        begun = time.monotonic()
        host = host_in(feed.address)
        try:
            followed = await follow(
                Request(url=feed.address, headers=headers, agent=self._agent), self._limits, self._hosts
            )
        except NetError as error:
            in_vain = time.monotonic() - begun >= self._limits.seconds * 0.9
            self._silent[host] = self._silent.get(host, 0) + 1 if in_vain else 0
            if isinstance(error, Unreachable) and not self._answered:
                self._unreached.append((feed, state, error.what))
            else:
                self._fail(feed, after_failure(state, error.what, _now()))
            return
        self._silent[host] = 0
        self._answered = True
        self._judge_unreached()
        answer, now = followed.answer, _now()
        if not is_fine(state, answer):
            self._refuse(feed, after_refusal(state, answer, now), answer)
            return
        after = replace(after_answer(state, answer, now, moved_to=followed.moved_to), told=feed.told)
        if answer.status == 304 or after.body_sha256 == state.body_sha256:
            self._keep(Fetched(state=after), FeedResult(feed=feed, outcome=Outcome.UNCHANGED, state=after))
            return
        await self._room.acquire()
        task = asyncio.create_task(self._read(feed, state, after, answer))
        self._reading.add(task)
        task.add_done_callback(self._reading.discard)

    def _judge_unreached(self) -> None:
        """Say of the feeds that could not be reached whose fault it is: theirs if anybody answered, or none is beside.

        A machine that wakes up without a network would otherwise ask no feed for a day.
        """
        unreached, self._unreached = self._unreached, []
        if not self._answered and len({host_in(feed.address) for feed, _, _ in unreached}) > 1:
            self.away = unreached[0][2]
            return
        for feed, state, words in unreached:
            self._fail(feed, after_failure(state, words, _now()))

    async def _read(self, feed: Feed, state: FeedState, after: FeedState, answer: Answer) -> None:
        """Read the body of *answer* aside, and keep what nobody knows yet; *after* is how the feed stands then."""
        context = Context(name=feed.slug, now=_now(), address=answer.url, headers=answer.headers)
        try:
            reading = await self._reading_of(feed, answer.body, context)
            async with self._aside:
                articles = await asyncio.to_thread(self._new_articles, reading, feed)
        except InputError as error:
            timed = replace(state, timings=after.timings)
            self._fail(feed, after_failure(timed, error.what, _now()))
        except NewsletterError as error:  # the pool, an issue or the disk: no feed could be kept
            self._fault = error
        except Exception as error:  # an entry that nobody thought of is one feed's fault
            self._fail(feed, after_failure(state, f"it cannot be taken in ({type(error).__name__}: {error})", _now()))
        else:
            remarks = tuple(remark.what for remark in reading.remarks if not remark.harmless)
            self._keep(
                Fetched(state=after, articles=articles),
                FeedResult(feed=feed, outcome=Outcome.CHANGED, state=after, remarks=remarks),
            )
        finally:
            self._room.release()

    async def _reading_of(self, feed: Feed, body: bytes, context: Context) -> FeedReading:
        """Return what *body* says: a feed, or what the source of another package reads, in a process of its own."""
        if not feed.kind:
            return await self._reader.read(body, context)
        from newsletter.sources.plugins import run_aside

        read = await asyncio.to_thread(run_aside, feed.kind, body, context, stop=self._ended)
        return FeedReading(name=read.name, collected=read.collected, remarks=read.remarks)

    def _new_articles(self, reading: FeedReading, feed: Feed) -> list[Article]:
        if self._known is None:
            self._known = KnownArticles(self._newsletter)
        return with_texts(self._newsletter, self._known.unknown(drawn_from(reading, feed)))

    def _fail(self, feed: Feed, after: FeedState) -> None:
        self._keep(Fetched(state=after), FeedResult(feed=feed, outcome=Outcome.FAILED, state=after))

    def _refuse(self, feed: Feed, after: FeedState, answer: Answer) -> None:
        if answer.status == 429 or after.retry_at:  # it speaks for the whole host: the one that a redirect led to
            self._asked_to_wait[host_in(answer.url)] = after
        outcome = Outcome.GONE if after.gone_at else Outcome.WAITING if after.retry_at else Outcome.FAILED
        self._keep(Fetched(state=after), FeedResult(feed=feed, outcome=outcome, state=after))

    def _keep(self, fetched: Fetched, result: FeedResult) -> None:
        """Have *fetched* kept, together with whatever else is ready when the database is."""
        self._unkept.append((fetched, result))
        if self._keeping is None:
            self._keeping = asyncio.create_task(self._keep_all())

    async def _keep_all(self) -> None:
        while self._unkept:
            await asyncio.sleep(GATHERING)
            some, self._unkept = self._unkept, []
            try:
                new = await asyncio.to_thread(self._store.keep, [fetched for fetched, _ in some])
            except NewsletterError as error:
                self._fault = error
                break
            for (_, result), ids in zip(some, new, strict=True):
                self._results[result.feed.slug] = replace(result, new=ids)
            self._told(len(self._results), len(self._feeds))
        self._keeping = None


def _now() -> datetime:
    return datetime.now(UTC)


def _waited(state: FeedState) -> datetime:
    return state.next_at or datetime.min.replace(tzinfo=UTC)
