"""The articles of a feed, as a newsletter that follows it has them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from newsletter.app.newsletter import Newsletter
from newsletter.app.texts import keep_texts
from newsletter.composer.past import Past, keys_of_article
from newsletter.composer.sketch import sketch_of, words_of
from newsletter.model.article import Article
from newsletter.model.canonical import article_without_logins
from newsletter.model.excerpt import excerpt
from newsletter.model.feed import Feed
from newsletter.sources.feed import FeedReading
from newsletter.sources.fields import SOURCE_LIMIT


@dataclass(frozen=True, kw_only=True, slots=True)
class Drawn:
    """An article of a feed, and its text: all that the feed has of it."""

    article: Article
    text: str


def drawn_from(reading: FeedReading, feed: Feed) -> list[Drawn]:
    """Return the articles that *reading* has, as articles of *feed*: its address, source, section and tags."""
    own = excerpt(reading.title, SOURCE_LIMIT)
    found = []
    for one in reading.collected:
        article, text = one.article, one.text or one.article.summary
        said = article.source if article.source != own else ""  # a planet names whose article it is
        article = replace(
            article,
            feed=feed.address,
            found=f"feed:{feed.slug}",
            source=feed.source or said or excerpt(feed.title, SOURCE_LIMIT) or own,
            section=feed.section or article.section,
            tags=tuple(dict.fromkeys((*article.tags, *feed.tags))),
            sketch=sketch_of(text),
            words=len(words_of(text)) if one.text else article.words,
        )
        found.append(Drawn(article=article_without_logins(article), text=text))
    return found


def with_texts(newsletter: Newsletter, drawn: Sequence[Drawn]) -> list[Article]:
    """Keep the texts of *drawn*, and return the articles, which say where they are."""
    keys = iter(keep_texts(newsletter, [one.text for one in drawn if one.text]))
    return [replace(one.article, text_sha256=next(keys)) if one.text else one.article for one in drawn]


class KnownArticles:
    """What the pool has, and what stands in issues of all lists: none of it is a candidate."""

    def __init__(self, newsletter: Newsletter) -> None:
        self._newsletter = newsletter
        self._past: Past = newsletter.past()
        self._ids: set[str] = set()
        self._keys: set[str] = set()
        self._guids: set[tuple[str, str]] = set()
        for entry in newsletter.pool().entries.values():
            article = entry.article
            self._ids.add(article.id)
            self._keys.update(keys_of_article(article))
            self._guids.add((article.feed, article.guid))

    def unknown(self, drawn: Iterable[Drawn]) -> list[Drawn]:
        """Return those that are new."""
        return [one for one in drawn if not self._has(one.article)]

    def _has(self, article: Article) -> bool:
        return (
            article.id in self._ids
            or not self._keys.isdisjoint(keys_of_article(article))
            or bool(article.guid and (article.feed, article.guid) in self._guids)
            or self._stands(article)
        )

    def _stands(self, article: Article) -> bool:
        """Whether an issue of each list has *article*: for a list whose readers never saw it, it is new."""
        return bool(self._past.of(article)) and all(past.of(article) for past in self._of_lists)

    @cached_property
    def _of_lists(self) -> list[Past]:
        lists = self._newsletter.settings.lists
        return [self._newsletter.past(name) for name in lists] if len(lists) > 1 else []
