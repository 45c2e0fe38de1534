"""Two hundred feeds of every kind: nothing is lost that can be found, nothing hangs, and nothing is sent twice."""

import time

import pytest
from feed_server import FEEDS, feed_server
from fetch_desk import fetch, later, make_desk, opened, waiting

from newsletter.app.fetch_result import Outcome
from newsletter.app.texts import texts_of

FEED_SECONDS = 2
UNANSWERED = ("silent", "drip", "half")


@pytest.fixture(scope="module")
def played(tmp_path_factory):
    """All of them, fetched twice; with what each run came to."""
    folder = tmp_path_factory.mktemp("fetching") / "desk"
    with pytest.MonkeyPatch.context() as patch, feed_server() as server:
        patch.setenv("NEWSLETTER_HOME", str(folder.parent / "home"))
        make_desk(folder, feed_seconds=FEED_SECONDS)
        (folder / "feeds.toml").write_text(server.toml())
        began = time.monotonic()
        first = fetch(folder)
        first_octets, first_asked = server.octets.copy(), server.asked.copy()
        articles = waiting(folder)
        early = fetch(folder)
        later(folder, failed=False)
        second = fetch(folder)
        with opened(folder) as newsletter:
            texts = texts_of(newsletter, articles)
        yield {
            "server": server,
            "folder": folder,
            "runs": (first, early, second),
            "octets": (first_octets, server.octets - first_octets),
            "asked": (first_asked, server.asked - first_asked),
            "articles": articles,
            "again": waiting(folder),
            "texts": texts,
            "seconds": time.monotonic() - began,
        }


def outcomes(run):
    return {result.feed.slug: result.outcome.value for result in run.results}


def test_every_feed_has_its_turn_and_comes_to_what_it_is(played):
    server, (first, _, second) = played["server"], played["runs"]
    assert len(server.feeds) == FEEDS
    assert outcomes(first) == {feed.slug: feed.outcome for feed in server.feeds}
    assert not first.left
    assert outcomes(second) == {feed.slug: "unchanged" for feed in server.feeds if feed.outcome == "changed"}


def test_nothing_is_lost_that_a_lenient_parser_finds(played):
    found = {}
    for article in played["articles"]:
        found.setdefault(article.found.removeprefix("feed:"), set()).add(article.title)
    for feed in played["server"].feeds:
        assert found.get(feed.slug, set()) >= feed.titles, feed.slug
    assert "root:" not in repr(played["articles"])  # of /etc/passwd
    assert all(len(article.title) < 400 for article in played["articles"])


def test_articles_say_where_they_are_from_and_their_texts_are_kept(played):
    server = played["server"]
    addresses = {feed.slug: server.address(feed) for feed in server.feeds}
    for article in played["articles"]:
        assert article.feed == addresses[article.found.removeprefix("feed:")]
        assert article.section == "Tech"
        assert article.published in ("", "2026-11-20", "2026-11-21", "2026-11-22") or article.published >= "1990"
    told = [article for article in played["articles"] if article.summary]
    assert len(told) > 100
    assert all(played["texts"][article.id] == article.summary and article.text_sha256 for article in told)


def test_the_second_run_transfers_no_bodies_of_feeds_that_are_as_they_were(played):
    _, octets = played["octets"]
    server = played["server"]
    same = {feed.slug for feed in server.feeds if feed.outcome == "changed" and "no-validators" not in feed.slug}
    assert len(same) > 170
    assert {slug: octets[slug] for slug in same if octets[slug]} == {}
    assert played["again"] == played["articles"]


def test_what_nobody_has_decided_about_is_in_no_file_that_git_keeps(played):
    kept = [path for path in played["folder"].rglob("*") if path.is_file() and ".newsletter" not in path.parts]
    assert {path.name for path in kept} == {
        "newsletter.toml", "newsletter.local.toml", "feeds.toml", ".gitignore", ".gitattributes",
    }  # fmt: skip


def test_between_the_runs_nobody_was_asked_before_it_was_due(played):
    _, early, _ = played["runs"]
    assert early.results == ()
    asked = played["asked"]
    gone = [feed.slug for feed in played["server"].feeds if feed.outcome == "gone"]
    assert [asked[1][slug] for slug in gone] == [0]
    assert all(count == 1 for slug, count in asked[0].items() if "chain" not in slug and "circle" not in slug)


def test_the_broken_are_told_by_name_with_what_to_do(played):
    first = played["runs"][0]
    words = {
        result.feed.slug[5:]: (result.state.words, result.todo) for result in first.of(Outcome.FAILED, Outcome.GONE)
    }
    assert "no whole answer within 2 seconds" in words["silent"][0]
    assert "longer than 5,000,000 octets" in words["gzip-bomb"][0]
    assert "longer than 5,000,000 octets" in words["endless"][0]
    assert "169.254.169.254 is in a private network" in words["inward"][0]
    assert words["gone"] == ("410 Gone", f"newsletter feeds remove {slug_of(first, 'gone')} takes it out")
    assert words["missing"][0] == "404 Not Found"
    assert "in a browser" in words["missing"][1]
    assert "a web page, not a feed" in words["html"][0]
    assert "looks for its feed" in words["html"][1]
    assert "no address of the web" in words["file-redirect"][0]
    assert "more than 5 redirects" in words["circle"][0]


def slug_of(run, name):
    return next(result.feed.slug for result in run.results if result.feed.slug.endswith(f"-{name}"))


def test_those_who_say_nothing_cost_their_time_and_no_more(played):
    """Three that never end, of three hosts, cost what one costs: they are waited for side by side."""
    first = played["runs"][0]
    assert {slug[5:] for slug, outcome in outcomes(first).items() if outcome == "failed"} >= set(UNANSWERED)
    assert first.seconds < 60
