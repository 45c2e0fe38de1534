"""Puts together what waits for a decision."""

from newsletter.app.newsletter import Newsletter
from newsletter.composer.pool import Decision
from newsletter.composer.shortlist import Choice, Shortlist, Suggestion


def shortlist(newsletter: Newsletter, list_name: str = "") -> Shortlist:
    """Return what can be decided about for the next issue of the list *list_name*, or of the first one."""
    past = newsletter.past()
    free = [
        Choice(
            article=entry.article,
            pooled=True,
            held=entry.decision is Decision.HELD,
            reason=entry.reason,
            since=entry.added,
        )
        for entry in newsletter.pool().entries.values()
        if entry.decision is not Decision.DROPPED and not past.of(entry.article)
    ]
    return Shortlist(suggestions=tuple(Suggestion(choice=one, section=one.article.section) for one in free))
