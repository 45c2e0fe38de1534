"""How feeds stand, in both databases: with their articles or not at all."""

from datetime import UTC, datetime

import pytest

from newsletter.errors import StoreError
from newsletter.model.article import Article
from newsletter.model.feed import FeedState
from newsletter.sources.reading import identified
from newsletter.store.candidates import CandidateStore
from newsletter.store.database import create, open_database
from newsletter.store.feeds import FeedStore, Fetched
from newsletter.store.lock import FetchingBusy

NOON = datetime(2026, 11, 27, 12, tzinfo=UTC)
FEED = "https://a.example/feed"
STATE = FeedState(
    address=FEED, etag='W/"ä"', last_modified="x", asked_at=NOON, answered_at=NOON, next_at=NOON, retry_at=NOON,
    failures=2, words="404 Not Found", gone_at=NOON, moved_to="https://b.example/", timings=(1, 20), body_sha256="ab",
)  # fmt: skip


@pytest.fixture
def database(tmp_path, url):
    with create(tmp_path / "data", url) as made:
        yield made


def article(number, feed=FEED, **facts):
    link = f"https://a.example/{number}"
    return identified(Article(id="", title=f"Number {number}", link=link, feed=feed, guid=str(number), **facts))


def test_a_feed_stands_as_it_was_kept_and_its_new_articles_with_it(database):
    store = FeedStore(database, clock=lambda: NOON)
    bare = FeedState(address="https://b.example/feed")
    new = store.keep([Fetched(state=STATE, articles=[article(1), article(2)]), Fetched(state=bare)])
    assert new == [(article(1).id, article(2).id), ()]
    assert store.states() == {FEED: STATE, bare.address: bare}
    assert store.keep([Fetched(state=STATE, articles=[article(2), article(3)])]) == [(article(3).id,)]
    assert [one.seen_at for one in CandidateStore(database).waiting()] == [NOON] * 3


def test_of_a_feed_the_newest_articles_that_wait_are_found(database):
    for day in (1, 2, 3):
        CandidateStore(database, clock=lambda day=day: NOON.replace(day=day)).take_in(
            [article(day), article(day + 9, "b")]
        )
    store = CandidateStore(database)
    store.leave([article(2).id])
    assert [one.article.title for one in store.of_feed(FEED, 9)] == ["Number 3", "Number 1"]
    assert [one.article.title for one in store.of_feed(FEED, 1)] == ["Number 3"]


def test_what_breaks_in_the_middle_keeps_nothing_of_it(database):
    def broken():
        yield Fetched(state=STATE, articles=[article(1)])
        raise StoreError("the disk is full")

    store = FeedStore(database)
    with pytest.raises(StoreError):
        store.keep(broken())
    assert (store.states(), list(CandidateStore(database).waiting())) == ({}, [])


def test_articles_that_share_an_address_but_for_its_fragment_are_two(database):
    apart = [
        Article(
            id=f"id{n}", title=f"Day {n}", link=f"https://a.example/now#d{n}", canonical=f"https://a.example/now#d{n}"
        )
        for n in range(2)
    ]
    assert CandidateStore(database).take_in(apart) == ("id0", "id1")


def test_a_feed_that_moves_takes_its_state_and_its_articles_along(database):
    store, to = FeedStore(database), "https://new.example/feed"
    store.keep([Fetched(state=STATE, articles=[article(1)])])
    store.move([(FEED, to)])
    (state,) = store.states().values()
    assert (state.address, state.etag, state.moved_to) == (to, STATE.etag, "")
    renamed = identified(Article(id="", title="Renamed", link="https://a.example/else", feed=to, guid="1"))
    assert store.keep([Fetched(state=state, articles=[renamed])]) == [()]
    store.forget([to])
    assert store.states() == {}
    assert len(list(CandidateStore(database).waiting())) == 1


def test_one_process_fetches_at_a_time_whoever_sends_meanwhile(database, url, tmp_path):
    with open_database(tmp_path / "data", url) as other:
        with database.fetching_lock(), other.coordinator_lock():
            busy = pytest.raises(FetchingBusy, match="another newsletter fetch is running; nothing was asked")
            with busy, other.fetching_lock():
                pass
        with other.fetching_lock():
            pass
