"""How much speaks for an article: few terms, each shown, none learned in the dark.

::

    feed    0 to .50   how often the editor takes what this feed, or source, brings: .25 for one like all the others
    story   0 to .35   how many outlets tell it: 0 for one, .10 for two, .17 for three, .35 from seven on
    new     0 to .25   .25 for what came out now, half of that for each half-life that it is older
    noted   0 or .20   the editor added it by hand, or held it: they wanted to see it again
"""

from collections import Counter
from datetime import timedelta
from math import log2

from newsletter.composer.picking import source_of
from newsletter.composer.shortlist import Score
from newsletter.model.article import Article

FEED, STORY, NEW, NOTED = 0.5, 0.35, 0.25, 0.2
MANY_OUTLETS = 7
PRIOR = 8
"""So many articles that were taken as often as those of all feeds are thought into each feed: one pick of one is
no certainty (the mean of a Beta prior)."""
OVERALL = 0.1
"""The share of articles that is picked, where nobody has decided about any."""


def origin_of(article: Article) -> str:
    """Return what brought *article*: the address of its feed, else its source or its host, in small letters."""
    return article.feed or source_of(article).casefold()


class PickRates:
    """How often articles were picked, by where they came from: of those that were decided about, or passed by."""

    def __init__(self) -> None:
        self._shown: Counter[str] = Counter()
        self._picked: Counter[str] = Counter()
        self._all = self._taken = 0  # the sums of both, which each of 10,000 scores asks for

    def count(self, origin: str, *, picked: bool) -> None:
        """Count an article."""
        self._shown[origin] += 1
        self._picked[origin] += picked
        self._all += 1
        self._taken += picked

    @property
    def overall(self) -> float:
        """The share of all articles that was picked, smoothed."""
        return (self._taken + OVERALL * PRIOR) / (self._all + PRIOR)

    def rate(self, origin: str) -> float:
        """Return the share of what *origin* brings that is picked, smoothed: above 0, below 1."""
        return (self._picked[origin] + PRIOR * self.overall) / (self._shown[origin] + PRIOR)

    def term(self, origin: str) -> float:
        """Return the term "feed" of a score."""
        rate = self.rate(origin)
        return FEED * rate / (rate + self.overall)


def score(*, feed: float, outlets: int, age: timedelta, half_life: timedelta, noted: bool) -> Score:
    """Return the score of a story.

    :param feed: the term of the feed that its best article is from.
    :param outlets: how many sources tell it.
    :param age: of its best article; what is dated ahead is new.
    """
    terms = {
        "feed": feed,
        "story": STORY * min((log2(1 + outlets) - 1) / (log2(1 + MANY_OUTLETS) - 1), 1.0),
        "new": NEW * 0.5 ** (max(age, timedelta()) / half_life),
        "noted": NOTED if noted else 0.0,
    }
    # Rounded here, so that the terms that an editor reads add up to the score that they read.
    return Score(terms={name: round(value, 2) for name, value in terms.items() if value or name != "noted"})
