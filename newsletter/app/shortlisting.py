"""Puts together what waits for a decision: one suggestion a story, the best first, and some to be looked at."""

from collections import Counter
from dataclasses import replace
from datetime import datetime

from newsletter.app.newsletter import Newsletter
from newsletter.app.ranking import rank, suggestions_of
from newsletter.composer.selection import shown
from newsletter.composer.shortlist import Shortlist
from newsletter.model.progress import Progress


def shortlist(
    newsletter: Newsletter, list_name: str = "", now: datetime | None = None, advance: Progress | None = None
) -> Shortlist:
    """Return what can be decided about for the next issue of the list *list_name*, or of the first one.

    :param now: the time by which things are new; None is the clock's.
    :param advance: hears how far it is where it takes long.
    """
    options, ranking = newsletter.settings.picking, rank(newsletter, list_name, now, advance)
    by_id = {story.id: story for story in ranking.stories}
    noted = frozenset(story.id for story in ranking.stories if story.noted)
    ids, explored = shown(list(by_id), noted, most=options.shortlist, explore=options.explore, seed=seed_of(newsletter))
    found = suggestions_of(newsletter, ranking, [by_id[id] for id in ids])
    left_out = Counter(ranking.gathered.left_out)
    left_out["scored lower"] = len(by_id) - len(ids)
    return Shortlist(
        suggestions=tuple(replace(one, explored=one.choice.article.id in explored) for one in found),
        left_out={why: many for why, many in left_out.items() if many},
    )


def seed_of(newsletter: Newsletter) -> str:
    """Return what draws the same articles as long as the next issue is the same one."""
    path = newsletter.issues.newest_unsent()
    last = newsletter.issues.last()
    return str(newsletter.issues.head(path).number if path else last.number + 1 if last else 1)
