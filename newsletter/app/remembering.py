"""Puts together what is known of the articles that a list's readers had."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from functools import cache

from newsletter.app.newsletter import Newsletter
from newsletter.app.texts import texts_of
from newsletter.composer.boilerplate import Boilerplate, site_of
from newsletter.composer.memory import Memory
from newsletter.composer.past import Past, Told
from newsletter.composer.pool import Decision, Pool
from newsletter.composer.shortlist import Repeat
from newsletter.composer.sketch import sketch_of
from newsletter.model.article import Article


def memory_of(
    newsletter: Newsletter,
    list_name: str,
    *,
    pool: Pool | None = None,
    past: Past | None = None,
    candidates: Iterable[Article] | None = None,
) -> Memory:
    """Return the memory of the list *list_name*; of all lists where it is empty.

    What somebody has read already is taken from them: the *pool*, the *past* of that list, and the *candidates*.
    """
    known = (pool or newsletter.pool()).entries

    @cache
    def undecided() -> tuple[Article, ...]:
        return tuple(candidates) if candidates is not None else _candidates(newsletter)

    def waiting() -> Iterable[Article]:
        yield from (entry.article for entry in known.values() if entry.decision is not Decision.DROPPED)
        yield from undecided()

    articles = {id: entry.article for id, entry in known.items()}
    by_site = _by_site(lambda: (*articles.values(), *undecided()))
    return Memory(
        past or newsletter.past(list_name),
        articles,
        lambda told: _sketches(newsletter, articles, told),
        Boilerplate(by_site),
        waiting,
    )


def repeats(
    newsletter: Newsletter, memory: Memory, articles: Iterable[Article], *, other_than: frozenset[int] = frozenset()
) -> dict[str, tuple[Repeat, ...]]:
    """Return what of each of *articles* is not new, by id; those that are new throughout are left out."""
    articles = list(articles)
    sketches = sketches_of(newsletter, articles)
    found = {one.id: memory.repeats_of(one, sketches[one.id], other_than=other_than) for one in articles}
    return {id: some for id, some in found.items() if some}


def sketches_of(newsletter: Newsletter, articles: Iterable[Article]) -> dict[str, str]:
    """Return the sketch of each article, by id: the one that it has, or else of its text."""
    articles = list(articles)
    texts = texts_of(newsletter, (one for one in articles if not one.sketch))
    return {one.id: one.sketch or sketch_of(texts[one.id]) for one in articles}


def _sketches(newsletter: Newsletter, known: dict[str, Article], told: Sequence[Told]) -> list[str]:
    """Return the sketches of sent articles; where nothing else is known, of what the issue says of them."""
    sketches = sketches_of(newsletter, (known[one.id] for one in told if one.id in known))
    return [sketches.get(one.id) or sketch_of(one.words) for one in told]


def _by_site(articles: Callable[[], Iterable[Article]]) -> Callable[[str], Iterable[str]]:
    @cache
    def all_of_them() -> dict[str, list[str]]:
        sketches: defaultdict[str, list[str]] = defaultdict(list)
        for article in articles():
            sketches[site_of(article)].append(article.sketch)
        return sketches

    return lambda site: all_of_them().get(site, ())


def _candidates(newsletter: Newsletter) -> tuple[Article, ...]:
    if not newsletter.has_database():
        return ()
    from newsletter.store.candidates import CandidateStore

    return tuple(one.article for one in CandidateStore(newsletter.database).waiting())
