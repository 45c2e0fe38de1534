"""What a newsletter takes of a feed that it follows."""

from datetime import UTC, datetime

from newsletter.app.feed_articles import drawn_from
from newsletter.model.feed import Feed
from newsletter.sources.context import Context
from newsletter.sources.feed import read_feed

FEED = (
    "<rss version='2.0'><channel><title>Acme</title><item><title>Queues</title>"
    "<link>https://me:s3cret@acme.example/queues</link><description>Words.</description></item></channel></rss>"
)


def test_a_password_in_a_link_of_a_feed_reaches_no_candidate():
    """What would: a picked candidate's link is printed, and its facts are in git."""
    reading = read_feed(FEED.encode(), Context(name="feed.xml", now=datetime(2026, 11, 27, tzinfo=UTC)))
    (drawn,) = drawn_from(reading, Feed(slug="acme", address="https://acme.example/feed"))
    assert drawn.article.link == "https://acme.example/queues"
    assert "s3cret" not in repr(drawn.article)
