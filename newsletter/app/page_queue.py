"""The pages that are still to be read: of articles that were added by their addresses.

An article in the pool that has no text, and whose page nobody has asked for, is in the queue by that alone: whatever
kills `newsletter add` after it has recorded an address, the next `newsletter fetch` reads the page. What became of
asking is in the database, so that no page is asked for too often.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from functools import cached_property
from threading import Event

from newsletter.app.adding import FOUND, adopt_candidate
from newsletter.app.newsletter import Newsletter
from newsletter.app.page_asking import Asked, ask_pages
from newsletter.app.page_taking import Taken, take
from newsletter.composer.memory import Memory
from newsletter.composer.past import Past
from newsletter.composer.pool import Decision, Entry, Pool
from newsletter.composer.shortlist import Repeat
from newsletter.model.page_state import PageState
from newsletter.model.progress import Progress
from newsletter.sources.page_schedule import is_due


def due(
    entries: Iterable[Entry], states: Mapping[str, PageState], now: datetime, *, force: bool = False
) -> list[PageState]:
    """Return the pages that are to be asked for, those first that came in first.

    :param force: those too that are not due, or were given up.
    """
    found = []
    for entry in entries:
        article, state = entry.article, states.get(entry.article.id)
        if entry.decision is Decision.DROPPED or article.text_sha256 or not article.link:
            continue
        if state is None and article.found == FOUND:
            found.append(PageState(id=article.id, link=article.link))
        elif state is not None and (is_due(state, now) or (force and not state.read_at)):
            found.append(replace(state, link=article.link))  # somebody may have mended it
    return found


def work_off(
    newsletter: Newsletter,
    told: Progress | None = None,
    *,
    stop: Event | None = None,
    force: bool = False,
    now: datetime | None = None,
) -> list[Taken]:
    """Read the pages that are due, and return what became of each.

    :param told: called with how many are done, and of how many.
    :param stop: ends it when it is set; what was not asked for stays in the queue.
    :param force: those too that are not due, or were given up.
    :raises FetchingBusy: another run goes on.
    """
    from newsletter.store.pages import PageStore

    with newsletter.database.fetching_lock():
        pool = newsletter.pool()
        known = PageStore(newsletter.database).states()
        states = due(pool.entries.values(), known, now or datetime.now(UTC), force=force)
        for state in states:
            adopt_candidate(newsletter, pool, pool.entries[state.id])
        seconds = newsletter.settings.sources.run_seconds
        return read_pages(newsletter, pool, states, seconds=seconds, told=told, stop=stop)


def read_pages(
    newsletter: Newsletter,
    pool: Pool,
    states: Sequence[PageState],
    *,
    seconds: float,
    told: Progress | None = None,
    stop: Event | None = None,
) -> list[Taken]:
    """Ask for pages and read them, as many as there are within *seconds*; what is left stays in the queue."""
    taken: list[Taken] = []
    if not states:
        return taken
    memory = Remembering(newsletter, pool)

    def heard(asked: Asked) -> None:
        one = take(newsletter, pool, asked)
        taken.append(replace(one, repeats=memory.of(one.entry)) if one.state.read_at else one)
        _keep(newsletter, taken[-1].state)
        if told:
            told(len(taken), len(states))

    ask_pages(newsletter, states, heard, seconds=seconds, stop=stop)
    return taken


def _keep(newsletter: Newsletter, state: PageState) -> None:
    if newsletter.has_database():
        from newsletter.store.pages import PageStore

        PageStore(newsletter.database).keep([state])


def put_off(newsletter: Newsletter, states: Sequence[PageState], now: datetime) -> None:
    """Keep in the queue what was asked for in vain and would not be in it by itself: articles that came otherwise."""
    for state in states:
        _keep(newsletter, replace(state, next_at=now))


class Remembering:
    """What the readers of any list had of a page, asked once it is read; nothing is read for it before."""

    def __init__(self, newsletter: Newsletter, pool: Pool) -> None:
        self._newsletter = newsletter
        self._pool = pool

    def of(self, entry: Entry) -> tuple[Repeat, ...]:
        """Return what of the article of *entry* is not new, most severe first."""
        if not self._past.has_sent:
            return ()
        return self._memory.repeats_of(entry.article, entry.article.sketch)

    @cached_property
    def _past(self) -> Past:
        return self._newsletter.past()

    @cached_property
    def _memory(self) -> Memory:
        from newsletter.app.remembering import memory_of

        return memory_of(self._newsletter, "", pool=self._pool, past=self._past)
