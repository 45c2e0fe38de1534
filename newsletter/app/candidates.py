"""The pool and the candidates beside it: an id names one article, whether somebody has decided about it or not."""

from collections.abc import Iterable, Sequence
from functools import cached_property
from typing import TYPE_CHECKING

from newsletter.app.newsletter import Newsletter
from newsletter.composer.fitting import fitted
from newsletter.composer.pool import Entry, Pool
from newsletter.errors import PoolError

if TYPE_CHECKING:  # heavy: imported by who asks for a candidate
    from newsletter.store.candidates import Candidate, CandidateStore


class Articles:
    """All articles that can be decided about: those of *pool*, and the candidates that it does not have."""

    def __init__(self, newsletter: Newsletter, pool: Pool) -> None:
        self._newsletter = newsletter
        self._pool = pool
        self._found: dict[str, str] = {}

    def find(self, prefix: str) -> Entry:
        """Return the one article whose id begins with *prefix*; nothing is written.

        A candidate that the pool has under another id is what the pool has.

        :raises PoolError: there is none, or there are several.
        """
        entry = self._find(prefix)
        self._found.setdefault(entry.article.id, entry.article.id)  # a pick that was killed may have left it waiting
        return entry

    def _find(self, prefix: str) -> Entry:
        wanted = prefix.lower()
        if not wanted or wanted in self._pool.entries or self._candidates is None:
            return self._pool.find(prefix)
        waiting = [each for each in self._candidates.find(wanted) if each.article.id not in self._pool.entries]
        pooled = [id for id in self._pool.entries if id.startswith(wanted)]
        ids = [*pooled, *(each.article.id for each in waiting)]
        if len(ids) > 1:
            raise PoolError(f'"{prefix}" begins {len(ids)} ids: {", ".join(ids[:5])}', "type a letter more")
        return self._entry(waiting[0]) if waiting else self._pool.find(prefix)

    def _entry(self, candidate: "Candidate") -> Entry:
        known = self._pool.same_as(candidate.article)
        self._found[known.article.id if known else candidate.article.id] = candidate.article.id
        return known or Entry(
            article=fitted(candidate.article), added=candidate.seen_at.isoformat(timespec="microseconds")
        )

    def take_in(self, entries: Sequence[Entry]) -> None:
        """Put those of *entries* into the pool that it does not have.

        :raises PoolError: one of them came into the pool just now, by another process and another id.
        """
        new = [entry.article for entry in entries if entry.article.id not in self._pool.entries]
        for article, addition in zip(new, self._pool.add(new), strict=True):
            if addition.article.id != article.id:
                what = f"{article.id} came into the pool meanwhile, as {addition.article.id}"
                raise PoolError(what, "do it once more")

    def leave(self, ids: Iterable[str] | None = None) -> None:
        """Note that *ids* wait no longer, or those candidates that were found here."""
        left = [*self._found.values()] if ids is None else [one for id in ids for one in (id, self._found.get(id, id))]
        if left and self._candidates is not None:
            self._candidates.leave(dict.fromkeys(left))

    @cached_property
    def _candidates(self) -> "CandidateStore | None":
        if not self._newsletter.has_database():
            return None
        from newsletter.store.candidates import CandidateStore

        return CandidateStore(self._newsletter.database)


def adopt(newsletter: Newsletter, prefix: str, pool: Pool | None = None) -> Entry:
    """Return the one article whose id begins with *prefix*; a candidate is put into the pool first.

    :param pool: the newsletter's, if it was read already.
    :raises PoolError: there is none, or there are several.
    """
    pool = pool or newsletter.pool()
    articles = Articles(newsletter, pool)
    entry = articles.find(prefix)
    articles.take_in([entry])
    articles.leave()
    return pool.entries[entry.article.id]
