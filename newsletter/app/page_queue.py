"""The pages that are still to be read: of articles that were added by their addresses.

An article in the pool that has no text, and whose page nobody has asked for, is in the queue by that alone: whatever
kills `newsletter add` after it has recorded an address, the next `newsletter fetch` reads the page. What became of
asking is in the database, so that no page is asked for too often.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime

from newsletter.app.adding import FOUND, adopt_candidate
from newsletter.app.newsletter import Newsletter
from newsletter.app.page_asking import Asked, ask_pages
from newsletter.app.page_taking import Taken, take
from newsletter.composer.pool import Decision, Entry, Pool
from newsletter.model.page_state import PageState
from newsletter.sources.page_schedule import is_due

Told = Callable[[int, int], None]


def due(entries: Iterable[Entry], states: Mapping[str, PageState], now: datetime) -> list[PageState]:
    """Return the pages that are to be asked for, those first that came in first."""
    found = []
    for entry in entries:
        article, state = entry.article, states.get(entry.article.id)
        if entry.decision is Decision.DROPPED or article.text_sha256 or not article.link:
            continue
        if state is None and article.found == FOUND:
            found.append(PageState(id=article.id, link=article.link))
        elif state is not None and is_due(state, now):
            found.append(state)
    return found


def work_off(newsletter: Newsletter, told: Told | None = None, *, now: datetime | None = None) -> list[Taken]:
    """Read the pages that are due, and return what became of each.

    :param told: called with how many are done, and of how many.
    """
    from newsletter.store.pages import PageStore

    pool = newsletter.pool()
    states = due(pool.entries.values(), PageStore(newsletter.database).states(), now or datetime.now(UTC))
    for state in states:
        adopt_candidate(newsletter, pool, pool.entries[state.id])
    return read_pages(newsletter, pool, states, seconds=newsletter.settings.sources.run_seconds, told=told)


def read_pages(
    newsletter: Newsletter, pool: Pool, states: Sequence[PageState], *, seconds: float, told: Told | None = None
) -> list[Taken]:
    """Ask for pages and read them, as many as there are within *seconds*; what is left stays in the queue."""
    taken: list[Taken] = []

    def heard(asked: Asked) -> None:
        taken.append(take(newsletter, pool, asked))
        _keep(newsletter, taken[-1].state)
        if told:
            told(len(taken), len(states))

    ask_pages(newsletter, states, heard, seconds=seconds)
    return taken


def _keep(newsletter: Newsletter, state: PageState) -> None:
    if newsletter.has_database():
        from newsletter.store.pages import PageStore

        PageStore(newsletter.database).keep([state])


def put_off(newsletter: Newsletter, states: Sequence[PageState], now: datetime) -> None:
    """Keep in the queue what was asked for in vain and would not be in it by itself: articles that came otherwise."""
    from dataclasses import replace

    for state in states:
        _keep(newsletter, replace(state, next_at=now))
