"""What a shortlist of 10,000 waiting articles costs: the first time, again, and when 50 more have come in.

Seconds are the processor's, because others may be at work on the machine too; a shortlist waits for nothing else.
The articles are made up: words by Zipf's law, one in five a second report of another's story, 40 days, 200 feeds.
"""

import random
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from itertools import accumulate

from benchmarks.figure import Figure, sample
from newsletter.model.article import Article
from newsletter.model.canonical import article_id

MANY = 10_000
WORDS = 60_000
FEEDS = 200
DAYS = 40
NOW = datetime(2026, 11, 27, 9, tzinfo=UTC)


def articles(many: int, seed: int = 1, days: float = DAYS) -> Iterator[Article]:
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
        day = NOW - timedelta(hours=number * days * 24 / many)
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


def seconds(action: Callable[[], object]) -> float:
    """Return the processor's seconds of *action*."""
    begun = time.process_time()
    action()
    return time.process_time() - begun


def figures() -> Iterator[Figure]:
    """Yield the times, in one process; its start-up is not in them."""
    from newsletter.app.newsletter import open_newsletter
    from newsletter.app.shortlisting import shortlist
    from newsletter.store.candidates import CandidateStore

    with sample() as folder, closing(open_newsletter(folder)) as newsletter:
        store = CandidateStore(newsletter.database)
        store.take_in(articles(MANY))
        yield Figure(name="shortlist, first", value=seconds(lambda: shortlist(newsletter)), unit="s")
        again = min(seconds(lambda: shortlist(newsletter)) for _ in range(3))
        yield Figure(name="shortlist, again", value=again, unit="s", bar=1.2)
        alone = min(seconds(lambda: list(store.waiting())) for _ in range(3))
        yield Figure(name="  reading them alone", value=alone, unit="s")
        yield Figure(name="  again / reading them", value=again / alone, unit="×")
        store.take_in(articles(50, seed=2, days=1))
        yield Figure(name="  50 more", value=seconds(lambda: shortlist(newsletter)), unit="s", bar=1.2)
