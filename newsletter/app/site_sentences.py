"""Sentences that stand in several texts of one site: they are the site's, and no excerpt of an article."""

from collections import Counter
from collections.abc import Mapping
from functools import cached_property

from newsletter.app.newsletter import Newsletter
from newsletter.app.texts import texts_of
from newsletter.composer.boilerplate import MANY, OFTEN, site_of
from newsletter.model.article import Article
from newsletter.model.sentences import sentences_of


class SiteSentences:
    """What each site says again and again, counted when it is first asked for."""

    def __init__(self, newsletter: Newsletter) -> None:
        self._newsletter = newsletter
        self._known: dict[str, frozenset[str]] = {"": frozenset()}

    def of(self, article: Article) -> frozenset[str]:
        """Return the sentences that stand in three and more texts of the site of *article*."""
        site = site_of(article)
        if site not in self._known:
            texts = texts_of(self._newsletter, self._articles(site).values())
            counts = Counter(sentence for text in texts.values() for sentence in set(sentences_of(text)))
            self._known[site] = frozenset(sentence for sentence, count in counts.items() if count >= OFTEN)
        return self._known[site]

    def _articles(self, site: str) -> dict[str, Article]:
        """Return articles of *site* whose texts were read, each text once: some are enough."""
        found = dict(list(self._pooled.get(site, {}).items())[-MANY:])
        if self._newsletter.has_database():
            from newsletter.store.candidates import CandidateStore

            waiting = CandidateStore(self._newsletter.database).of_feed(site, MANY)
            found |= {one.article.text_sha256: one.article for one in waiting if one.article.text_sha256}
        return found

    @cached_property
    def _pooled(self) -> Mapping[str, Mapping[str, Article]]:
        """Articles of the pool, by site and by text."""
        found: dict[str, dict[str, Article]] = {}
        for entry in self._newsletter.pool().entries.values():
            if entry.article.text_sha256:
                found.setdefault(site_of(entry.article), {})[entry.article.text_sha256] = entry.article
        return found
