"""Makes an article so short that one line of the pool holds it."""

from collections.abc import Iterator
from dataclasses import replace

from newsletter.composer.pool import excess
from newsletter.model.article import Article
from newsletter.model.excerpt import excerpt

LENGTHS = (300, 120, 0)
"""Characters that a publisher's summary is cut to, one after the other."""


def fitted(article: Article) -> Article:
    """Return *article* with as much of what its source said as a line of the pool holds.

    A feed may say more than that line takes. What goes first is what the text itself has anyway: the summary. Title,
    link, and what an editor wrote always stay.
    """
    return next((shorter for shorter in _shorter(article) if not excess(shorter)), article)


def _shorter(article: Article) -> Iterator[Article]:
    yield article
    for length in LENGTHS:
        article = replace(article, summary=excerpt(article.summary, length) if length else "")
        yield article
    for rest in ({"origins": ()}, {"image": ""}, {"author": ""}, {"sketch": ""}):
        article = replace(article, **rest)
        yield article
