"""What a shortlist of 10,000 and of 100,000 waiting articles costs: the first time, and when 50 more have come in.

The articles are made up: words by Zipf's law, one in five a second report of another's story, 40 days, 200 feeds.
"""

import random
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import accumulate
from pathlib import Path

from newsletter.model.article import Article
from newsletter.model.canonical import article_id

WORDS = 60_000
FEEDS = 200
DAYS = 40
NOW = datetime(2026, 11, 27, 9, tzinfo=UTC)


def articles(many: int, seed: int = 1) -> Iterator[Article]:
    """Yield made-up articles of feeds."""
    chance = random.Random(seed)
    letters = "etaoinshrdlucmfwypvbgkjqxz"
    words = ["".join(chance.choices(letters, k=chance.randint(3, 10))) for _ in range(WORDS)]
    often = list(accumulate(1 / rank for rank in range(1, WORDS + 1)))
    lead: list[str] = []
    for number in range(many):
        if number % 5 or not lead:
            lead = chance.choices(words, cum_weights=often, k=160)
        else:
            lead = [*chance.sample(lead, 80), *chance.choices(words, cum_weights=often, k=80)]
        feed = chance.randrange(FEEDS)
        day = NOW - timedelta(hours=number * DAYS * 24 / many)
        link = f"https://feed-{feed}.example.com/{seed}/{number}"
        yield Article(
            id=article_id(link, "", ()),
            title=" ".join(lead[:9]),
            link=link,
            source=f"Feed {feed}",
            published=day.date().isoformat(),
            summary=" ".join(lead[9:]),
            feed=f"https://feed-{feed}.example.com/feed.xml",
            guid=link,
            origins=("title:feed", "published:feed"),
            found=f"feed:feed-{feed}",
        )
