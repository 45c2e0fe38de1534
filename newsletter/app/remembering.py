"""Puts together what is known of the articles that a list's readers had."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache, cached_property

from newsletter.app.newsletter import Newsletter
from newsletter.app.texts import texts_of
from newsletter.composer.boilerplate import Boilerplate, SiteTexts, site_of
from newsletter.composer.memory import Memory
from newsletter.composer.past import Known, Past, Told
from newsletter.composer.pool import Decision, Pool
from newsletter.composer.series import Part, part_of
from newsletter.composer.shortlist import Repeat
from newsletter.composer.sketch import sketch_of
from newsletter.model.article import Article


def memory_of(newsletter: Newsletter, list_name: str, *, pool: Pool | None = None, past: Past | None = None) -> Memory:
    """Return the memory of the list *list_name*; of all lists where it is empty.

    What somebody has read already is taken from them: the *pool*, and the *past* of that list.
    """
    pool = pool or newsletter.pool()
    known = cache(pool.article)
    others = _Others(newsletter, pool)
    return Memory(
        past or newsletter.past(list_name, pool),
        known,
        lambda told: _sketches(newsletter, known, told),
        Boilerplate(lambda site: others.texts.of(site)),
        lambda: others.parts,
    )


def repeats(
    newsletter: Newsletter,
    memory: Memory,
    articles: Iterable[Article],
    *,
    other_than: frozenset[int] = frozenset(),
    beside: Iterable[Article] = (),
    stories: Mapping[str, frozenset[str]] | None = None,
) -> dict[str, tuple[Repeat, ...]]:
    """Return what of each of *articles* is not new, by id; those that are new throughout are left out.

    :param other_than: numbers of issues that do not count.
    :param beside: articles that run in the same issue.
    :param stories: the ids of what tells the same story, by id, as far as somebody has looked.
    """
    articles, beside = list(articles), list(beside)
    sketches = sketches_of(newsletter, articles)
    found = {
        one.id: memory.repeats_of(
            one, sketches[one.id], (stories or {}).get(one.id), other_than=other_than, beside=beside
        )
        for one in articles
    }
    return {id: some for id, some in found.items() if some}


def sketches_of(newsletter: Newsletter, articles: Iterable[Article]) -> dict[str, str]:
    """Return the sketch of each article, by id: the one that it has, or else of its text."""
    articles = list(articles)
    texts = texts_of(newsletter, (one for one in articles if not one.sketch))
    return {one.id: one.sketch or sketch_of(texts[one.id]) for one in articles}


def _sketches(newsletter: Newsletter, known: Known, told: Sequence[Told]) -> list[str]:
    """Return the sketches of sent articles; where nothing else is known, of what the issue says of them."""
    sketches = sketches_of(newsletter, (article for one in told if (article := known(one.id))))
    return [sketches.get(one.id) or sketch_of(one.words) for one in told]


class _Others:
    """What memory wants to know of articles that were not sent: they are read when it first asks."""

    def __init__(self, newsletter: Newsletter, pool: Pool) -> None:
        self._newsletter = newsletter
        self._pool = pool

    @property
    def texts(self) -> SiteTexts:
        """Texts of each site, among which its boilerplate shows."""
        return self._read[0]

    @property
    def parts(self) -> list[tuple[Part, str]]:
        """Parts of series that are not dropped, with the articles' ids."""
        return self._read[1]

    @cached_property
    def _read(self) -> tuple[SiteTexts, list[tuple[Part, str]]]:
        texts, parts = SiteTexts(), []
        for article, waits in self._articles():
            if article.sketch:
                texts.add(site_of(article), article.sketch)
            if waits and (part := part_of(article.title, article.link)):
                parts.append((part, article.id))
        return texts, parts

    def _articles(self) -> Iterator[tuple[Article, bool]]:
        for entry in self._pool.entries.values():
            yield entry.article, entry.decision is not Decision.DROPPED
        if self._newsletter.has_database():
            from newsletter.store.candidates import CandidateStore

            for candidate in CandidateStore(self._newsletter.database).waiting():
                yield candidate.article, True
