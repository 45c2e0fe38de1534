"""What an editor does not want to be offered: by mutes of the pool, and by feeds that are muted in feeds.toml."""

from collections.abc import Mapping

from newsletter.app.newsletter import Newsletter
from newsletter.composer.mutes import Mute, Mutes
from newsletter.composer.pool import Decision, Pool
from newsletter.model.article import Article
from newsletter.model.feed import Feed
from newsletter.sources.feeds_file import FILE, read_feeds


def count_muted(newsletter: Newsletter, pool: Pool, mute: Mute) -> int:
    """Return how many articles that wait for a decision *mute* alone would pass over."""
    alone = Mutes([mute])
    pooled = sum(alone.of(entry.article) is not None for entry in pool.of(Decision.NEW, Decision.HELD))
    if not newsletter.has_database():
        return pooled
    from newsletter.store.candidates import CandidateStore

    waiting = CandidateStore(newsletter.database).waiting()
    return pooled + sum(alone.of(one.article) is not None and one.article.id not in pool.entries for one in waiting)


class Muting:
    """Knows which articles are passed over.

    :ivar feeds: of feeds.toml by address, in its order.
    """

    def __init__(self, mutes: Mutes, feeds: Mapping[str, Feed]) -> None:
        self.feeds = feeds
        self._mutes = mutes

    @classmethod
    def of(cls, newsletter: Newsletter, pool: Pool) -> "Muting":
        """Read what is muted now."""
        return cls(pool.mutes, {feed.address: feed for feed in read_feeds(newsletter.shown / FILE).values()})

    def __bool__(self) -> bool:
        """Whether anything is muted at all."""
        return bool(self._mutes) or any(feed.muted for feed in self.feeds.values())

    def __contains__(self, article: Article) -> bool:
        feed = self.feeds.get(article.feed)
        return bool(feed and feed.muted) or self._mutes.of(article) is not None
