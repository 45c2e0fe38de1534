"""What a site says under everything: runs of words that count for nothing when texts are compared."""

from collections import Counter
from collections.abc import Callable, Iterable

from newsletter.composer.sketch import hashes_of
from newsletter.model.article import Article
from newsletter.model.canonical import host_of

OFTEN = 3
"""In so many texts of one site a run of words is boilerplate: footers of films, "subscribe to our newsletter"."""


def site_of(article: Article) -> str:
    """Return whose boilerplate *article* may have: its feed's, or else its host's."""
    return article.feed or host_of(article.link)


class Boilerplate:
    """The boilerplate of each site, counted when it is first asked for.

    One text that came twice, under two addresses, is counted once: what is the same throughout is no boilerplate.

    :param sketches: gives the sketches of all texts that are known of a site.
    """

    def __init__(self, sketches: Callable[[str], Iterable[str]]) -> None:
        self._sketches = sketches
        self._known: dict[str, frozenset[int]] = {"": frozenset()}

    def of(self, site: str) -> frozenset[int]:
        """Return the hashes of the runs of words that do not count in texts of *site*."""
        if site not in self._known:
            texts = {sketch for sketch in self._sketches(site) if sketch}
            counts = Counter(one for sketch in texts for one in hashes_of(sketch)) if len(texts) >= OFTEN else Counter()
            self._known[site] = frozenset(one for one, count in counts.items() if count >= OFTEN)
        return self._known[site]
