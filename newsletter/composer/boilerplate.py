"""What a site says under everything: runs of words that count for nothing when texts are compared."""

from collections import Counter
from collections.abc import Callable, Sequence

from newsletter.composer.sketch import hashes_of
from newsletter.model.article import Article
from newsletter.model.canonical import host_of

OFTEN = 3
"""In so many texts of one site a run of words is boilerplate: footers of films, "subscribe to our newsletter"."""

MANY = 25
"""Texts of one site that are enough: in more of them, ordinary turns of speech come three times."""


def site_of(article: Article) -> str:
    """Return whose boilerplate *article* may have: its feed's, or else its host's."""
    return article.feed or host_of(article.link)


class Boilerplate:
    """The boilerplate of each site, counted when it is first asked for.

    :param sketches: gives the sketches of texts of a site.
    """

    def __init__(self, sketches: Callable[[str], Sequence[str]]) -> None:
        self._sketches = sketches
        self._known: dict[str, frozenset[int]] = {"": frozenset()}

    def of(self, site: str) -> frozenset[int]:
        """Return the hashes of the runs of words that do not count in texts of *site*."""
        if site not in self._known:
            texts = self._sketches(site)
            counts: Counter[int] = Counter()
            for sketch in texts if len(texts) >= OFTEN else ():
                counts.update(hashes_of(sketch))
            self._known[site] = frozenset(one for one, count in counts.items() if count >= OFTEN)
        return self._known[site]


class SiteTexts:
    """Sketches of texts by site: of many texts some, evenly over all, so that 100,000 take no room.

    One text that came twice, under two addresses, is there once: what is the same throughout is no boilerplate.
    """

    def __init__(self) -> None:
        self._kept: dict[str, dict[str, None]] = {}
        self._seen: Counter[str] = Counter()
        self._step: dict[str, int] = {}

    def add(self, site: str, sketch: str) -> None:
        """Take in a text of *site*."""
        kept, step = self._kept.setdefault(site, {}), self._step.setdefault(site, 1)
        if self._seen[site] % step == 0:
            kept[sketch] = None
        self._seen[site] += 1
        if len(kept) > 2 * MANY:
            self._kept[site] = dict.fromkeys(list(kept)[::2])
            self._step[site] = 2 * step

    def of(self, site: str) -> Sequence[str]:
        """Return sketches of *site*, between one and two times as many as are wanted where it has so many."""
        return tuple(self._kept.get(site, ()))
