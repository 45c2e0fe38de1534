"""Which article of the pool has an address.

An address is looked for only in those lines that may hold a spelling of it: of 10,000 articles that takes 40 ms, and
reading the addresses of all of them 0.2 s.
"""

from collections.abc import Iterable, Mapping, Sequence

from newsletter.composer.pool_record import Record
from newsletter.model.article import Article
from newsletter.model.canonical import article_key, link_key, traces_of

FEW = 20
"""Hosts that are looked for at once; of more, the addresses of all articles are read."""


class Addresses:
    """The addresses of the articles that *records* tell of, as far as somebody has asked for them."""

    def __init__(self, records: Mapping[str, Record]) -> None:
        self._records = records
        self._ids: dict[str, str] | None = None
        self._traces: set[bytes] | None = None  # what was looked for; None when all are known
        self._written: dict[str, None] = {}

    def look_up(self, articles: Iterable[Article], order: Sequence[str]) -> None:
        """Learn which articles have the addresses of *articles*: of several the first in *order*."""
        wanted = [traces_of(key) for article in articles for key in keys_in_pool(article)]
        asked = {trace.encode() for traces in wanted for trace in traces}
        if self._ids is None and all(wanted) and len(asked) <= FEW:
            self._traces = asked
            self._read(order)
        elif self._ids is None or (self._traces is not None and not (all(wanted) and asked <= self._traces)):
            self._traces = None
            self._read(order)
        for id in self._written:
            self.know(self._records[id].addressed(id))
        self._written.clear()

    def ids_of(self, article: Article) -> list[str]:
        """Return the ids of the articles that have an address of *article*, which was looked up."""
        ids = self._ids or {}
        return list(dict.fromkeys(ids[key] for key in keys_in_pool(article) if key in ids))

    def know(self, article: Article) -> None:
        """Take in the addresses of an article that comes in."""
        if self._ids is not None:
            for key in keys_in_pool(article):
                self._ids.setdefault(key, article.id)

    def note(self, id: str) -> None:
        """Note that something was written of the article *id*."""
        if self._ids is not None:
            self._written[id] = None

    def _read(self, order: Sequence[str]) -> None:
        self._ids = {}
        self._written.clear()
        for id in order:
            record = self._records[id]
            if self._traces is None or record.may_have(self._traces):
                self.know(record.addressed(id))


def keys_in_pool(article: Article) -> tuple[str, ...]:
    """Return the keys of the addresses of *article*.

    A canonical address with a fragment is the only one: another article of its feed has the address without.
    """
    if "#" in article.canonical:
        return (article_key(article),)
    links = dict.fromkeys(link for link in (article.link, article.canonical) if link)
    return tuple(dict.fromkeys(map(link_key, links)))
