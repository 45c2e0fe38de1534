"""Reads the pages of picked articles of which too little is known to offer words."""

from collections.abc import Sequence
from datetime import UTC, datetime

from newsletter.app.drafting import Task
from newsletter.app.newsletter import Newsletter
from newsletter.app.page_queue import read_pages
from newsletter.app.page_taking import Taken
from newsletter.composer.draft_prompt import FEWEST_READ
from newsletter.composer.pool import Pool
from newsletter.model.page_state import PageState
from newsletter.model.progress import Progress
from newsletter.model.word_count import count_words
from newsletter.sources.page_schedule import is_due


def read_unread(newsletter: Newsletter, tasks: Sequence[Task], *, seconds: float, told: Progress) -> list[Taken]:
    """Read the pages of the articles of *tasks* whose text is not known, or is only what a feed says of them.

    A page that gave nothing is asked for again as ``newsletter fetch`` would ask.

    :param seconds: for all of them; what does not answer in time stays as it is.
    """
    pool = newsletter.pool()
    return read_pages(newsletter, pool, _unread(newsletter, tasks, pool), seconds=seconds, told=told)


def _unread(newsletter: Newsletter, tasks: Sequence[Task], pool: Pool) -> list[PageState]:
    from newsletter.store.pages import PageStore

    known = PageStore(newsletter.database).states() if newsletter.has_database() else {}
    now, states = datetime.now(UTC), []
    for task in tasks:
        article = task.article
        if not article.link or article.id not in pool.entries or count_words(task.text) >= FEWEST_READ:
            continue
        state = known.get(article.id)
        if state is None or is_due(state, now):
            states.append(state or PageState(id=article.id, link=article.link))
    return states
