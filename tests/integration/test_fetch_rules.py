"""How feeds are asked: kindly, within limits, and so that nothing that is known comes twice."""

import asyncio
import itertools
import re
import shutil
import threading
import time
from datetime import UTC, datetime

import pytest
from feed_server import item, rss
from fetch_desk import fetch, later, make_desk, opened, waiting
from source_wheel import make_wheel
from web_site import Says, web_site

from newsletter.app.feeds import FeedList, move_feeds, standings
from newsletter.app.fetch_result import Outcome
from newsletter.app.fetching import Wanted, fetch_feeds
from newsletter.composer.pool import Decision
from newsletter.errors import InputError
from newsletter.sources import plugins
from newsletter.sources.context import Context
from newsletter.sources.feed_reader import FeedReader
from newsletter.store.candidates import CandidateStore
from newsletter.store.lock import FetchingBusy

SILENCE = Says(ends=False, raw=b"HTTP/1.1 200 OK\r\n")


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """A newsletter without feeds, and its home; tests take copies."""
    base = tmp_path_factory.mktemp("made")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("NEWSLETTER_HOME", str(base / "home"))
        make_desk(base / "desk", feed_seconds=30)
    return base


@pytest.fixture
def folder(made, tmp_path):
    shutil.copytree(made, tmp_path, dirs_exist_ok=True)
    return tmp_path / "desk"


def follow(folder, **feeds):
    """Let feeds.toml have these, by name."""
    tables = [f'[feeds.{slug}]\naddress = "{address}"\n' for slug, address in feeds.items()]
    (folder / "feeds.toml").write_text("\n".join(tables))


def at(site, path):
    return f"http://127.0.0.1:{site.port}{path}"


def feed(slug="news", count=2, **headers):
    return Says(body=rss(slug, "".join(item(slug, n) for n in range(count))).encode(), headers=headers)


def states(folder):
    with opened(folder) as newsletter:
        return {one.feed.slug: one.state for one in standings(newsletter)}


def test_who_asks_is_said_with_a_contact_and_validators_go_back_byte_for_byte(folder):
    etag, modified = 'W/"\xe4 x"', "Thu,  1 Jan 1970 0:00 +0000"
    with web_site({"/": feed(ETag=etag, **{"Last-Modified": modified})}) as site:
        follow(folder, news=at(site, "/"))
        fetch(folder)
        site.answers["/"] = Says(status=304, body=b"")
        (result,) = fetch(folder, force=True).results
    assert result.outcome is Outcome.UNCHANGED
    first, second = (asked.headers for asked in site.asked)
    assert "(+mailto:news@example.com)" in first["user-agent"]
    assert not {"if-none-match", "if-modified-since"} & set(first)
    assert (second["if-none-match"], second["if-modified-since"]) == (etag, modified)
    assert len(waiting(folder)) == 2


def limit(folder, key, seconds):
    toml = folder / "newsletter.toml"
    toml.write_text(re.sub(rf"^{key} = .*$", f"{key} = {seconds}", toml.read_text(), flags=re.M))


def test_a_host_that_says_nothing_twice_is_left_alone_and_the_next_run_goes_on_with_the_others(folder):
    limit(folder, "feed_seconds", 2)
    with web_site({"/quick": feed(), "/": SILENCE}) as dead, web_site({"/": feed("good")}) as good:
        follow(
            folder, a=at(dead, "/a"), b=at(dead, "/b"), c=at(dead, "/c"), quick=at(dead, "/quick"), good=at(good, "/")
        )
        run = fetch(folder)
        assert {result.feed.slug for result in run.of(Outcome.FAILED)} == {"a", "b"}
        assert [left.slug for left in run.left] == ["c", "quick"]
        assert run.new == 2
        again = fetch(folder)
    assert {result.feed.slug: result.outcome for result in again.results} == {
        "c": Outcome.FAILED, "quick": Outcome.CHANGED}  # fmt: skip


def test_a_site_that_asks_to_wait_is_not_asked_again_for_any_of_its_feeds_even_by_a_person(folder):
    until = datetime(2036, 1, 1, tzinfo=UTC)
    busy = Says(status=429, headers={"Retry-After": until.strftime("%a, %d %b %Y %H:%M:%S GMT")})
    with web_site({"/": busy}) as site:
        follow(folder, a=at(site, "/a"), b=at(site, "/b"))
        run = fetch(folder)
        assert fetch(folder, force=True).results == ()
    assert {result.outcome for result in run.results} == {Outcome.WAITING}
    assert len(site.asked) == 1
    known = states(folder)
    assert known["a"].retry_at == known["b"].retry_at
    assert 6.9 < (known["b"].retry_at - datetime.now(UTC)).total_seconds() / 86_400 <= 7
    assert (known["a"].failures, known["b"].failures) == (1, 0)


def test_a_site_that_a_feed_is_redirected_to_asks_for_itself_to_be_left_alone_and_not_for_who_sent_us(folder):
    with web_site({"/": Says(status=429, headers={"Retry-After": "600"})}) as busy, web_site({"/b": feed()}) as site:
        site.answers["/a"] = Says(status=302, headers={"Location": at(busy, "/a")})
        follow(folder, a=at(site, "/a"), b=at(site, "/b"), c=at(busy, "/c"))
        results = {result.feed.slug: result.outcome for result in fetch(folder).results}
    assert results["a"] is Outcome.WAITING
    assert results["b"] is Outcome.CHANGED


def test_a_feed_that_moved_for_good_is_told_and_moves_in_feeds_toml_when_somebody_says_so(folder):
    ways = {
        "/old": Says(status=301, headers={"Location": "/older"}),
        "/older": Says(status=308, headers={"Location": "/new"}),
    }
    with web_site({**dict(reversed(ways.items())), "/new": feed(ETag='"1"'), "/now": feed("x")}) as site:
        site.answers["/for-now"] = Says(status=302, headers={"Location": "/now"})
        follow(folder, news=at(site, "/old"), temporary=at(site, "/for-now"))
        moved = {result.feed.slug: result.state.moved_to for result in fetch(folder).results}
        assert moved == {"news": at(site, "/new"), "temporary": ""}
        assert FeedList_of(folder)["news"].address == at(site, "/old")
        with opened(folder) as newsletter:
            (move,) = move_feeds(newsletter, [])
            assert move_feeds(newsletter, []) == []
        assert (move.address, move.kept) == (at(site, "/new"), "")
        assert FeedList_of(folder)["news"].address == at(site, "/new")
        later(folder)
        site.asked.clear()
        fetch(folder, "news")
    assert [asked.path for asked in site.asked] == ["/new"]
    assert site.asked[0].headers["if-none-match"] == '"1"'
    assert len(waiting(folder)) == 4


def FeedList_of(folder):  # noqa: N802 - it gives what that has
    with opened(folder) as newsletter:
        return FeedList(newsletter).feeds


def test_what_the_pool_has_or_an_issue_and_what_was_decided_about_is_no_candidate(folder):
    with web_site({"/": feed(count=6)}) as site:
        follow(folder, news=at(site, "/"))
        with opened(folder) as newsletter:
            from newsletter.model.article import Article
            from newsletter.sources.reading import identified

            known = identified(Article(id="", title="Number 0", link="http://www.news.example/0?utm_source=x"))
            pool = newsletter.pool()
            short = Article(id="s", title="Five", link="https://short.example/a", canonical="https://news.example/5")
            pool.add([known, short])
            pool.decide(known.id, Decision.DROPPED, "old")
            (folder / "issues" / "001.md").write_text(
                '+++\nnumber = 1\ndate = 2026-11-01\nsubject = "x"\n+++\n\n### [One](https://news.example/1)\n'
            )
        fetch(folder)
        assert {article.title for article in waiting(folder)} == {f"news number {n}" for n in (2, 3, 4)}
        with opened(folder) as newsletter:
            CandidateStore(newsletter.database).leave([waiting(folder)[0].id])
        site.answers["/"] = feed(count=7)
        later(folder)
        assert fetch(folder).new == 1
    assert {article.title for article in waiting(folder)} >= {"news number 6"}
    assert len(waiting(folder)) == 3


def test_an_article_of_two_feeds_is_one_candidate_and_keeps_what_the_first_one_said(folder):
    planet = rss("planet", item("news", 0).replace("What news says", "What the planet says")).encode()
    with web_site({"/planet": Says(body=planet), "/": feed(count=1)}) as site:
        follow(folder, news=at(site, "/news"))
        fetch(folder)
        follow(folder, news=at(site, "/news"), planet=at(site, "/planet"))
        fetch(folder)
        later(folder)
        site.answers["/planet"] = Says(body=planet + b"<!-- new -->")
        fetch(folder)
    (article,) = waiting(folder)
    assert (article.found, article.summary) == ("feed:news", "What news says in its piece 0.")


def test_feeds_say_section_source_and_tags_of_their_articles(folder):
    with web_site({"/": feed(count=1)}) as site:
        (folder / "feeds.toml").write_text(
            f'[feeds.news]\naddress = "{at(site, "/")}"\ntitle = "Ours"\nsection = "Data"\ntags = ["infra"]\n'
        )
        fetch(folder)
    (article,) = waiting(folder)
    assert (article.source, article.section, article.tags) == ("Ours", "Data", ("infra",))
    assert article.sketch


def test_what_feeds_toml_says_otherwise_reaches_the_articles_that_wait_although_nothing_is_new(folder):
    def answered(asked):
        return Says(status=304, body=b"") if "if-none-match" in asked.headers else feed(ETag='"1"')

    with web_site({"/": answered}) as site:
        follow(folder, news=at(site, "/"))
        fetch(folder)
        assert {one.section for one in waiting(folder)} == {""}
        with (folder / "feeds.toml").open("a") as file:
            file.write('section = "Search"\n')
        for outcome in (Outcome.CHANGED, Outcome.UNCHANGED):
            (result,) = fetch(folder, force=True).results
            assert (result.outcome, result.new) == (outcome, ())
            assert {one.section for one in waiting(folder)} == {"Search"}


def test_a_run_that_is_out_of_time_or_stopped_keeps_what_it_has_and_names_the_rest(folder):
    limit(folder, "run_seconds", 5)
    with web_site({"/": SILENCE}) as dead, web_site({"/": feed()}) as good:
        follow(folder, dead=at(dead, "/"), good=at(good, "/"))
        began = time.monotonic()
        run = fetch(folder)
        assert time.monotonic() - began < 30
        assert ([left.slug for left in run.left], run.stopped, run.new) == (["dead"], False, 2)
        limit(folder, "run_seconds", 60)
        stop = threading.Event()
        threading.Timer(0.3, stop.set).start()
        stopped = fetch(folder, stop=stop)
    assert ([left.slug for left in stopped.left], stopped.stopped, stopped.results) == (["dead"], True, ())
    assert len(waiting(folder)) == 2


def test_a_network_that_is_away_is_held_against_no_feed_and_a_site_that_is_away_is(folder):
    with web_site({"/": feed()}) as site, web_site({}) as one, web_site({}) as two:
        addresses = {"one": at(one, "/"), "two": at(two, "/"), "good": at(site, "/")}
    follow(folder, **addresses)
    run = fetch(folder)
    assert (run.results, [left.slug for left in run.left]) == ((), ["one", "two", "good"])
    assert "cannot be connected to" in run.away
    assert {state.asked_at for state in states(folder).values()} == {None}
    with web_site({"/": feed()}) as site:
        follow(folder, **{**addresses, "good": at(site, "/")})
        run = fetch(folder)
    assert (run.away, run.left) == ("", ())
    assert {slug: state.failures for slug, state in states(folder).items()} == {"one": 1, "two": 1, "good": 0}
    assert fetch(folder, "two", force=True).of(Outcome.FAILED)[0].state.failures == 2


def test_one_run_at_a_time(folder):
    with web_site({"/": feed()}) as site:
        follow(folder, news=at(site, "/"))
        with opened(folder) as other, other.database.fetching_lock():
            with pytest.raises(FetchingBusy, match="another newsletter fetch is running"):
                fetch(folder)
            with other.database.coordinator_lock():  # who sends is in nobody's way
                pass
        assert site.asked == []
        assert fetch(folder).new == 2


def test_a_feed_is_asked_one_at_a_time_a_host_and_never_more_than_four_hosts_at_once(folder):
    lock, now, most = threading.Lock(), {}, {"hosts": 0, "one": 0}
    four, asked_before = threading.Barrier(4), itertools.count()
    never = threading.Event()

    def slowly(asked):
        host = asked.headers["host"]
        with lock:
            now[host] = now.get(host, 0) + 1
            most["one"] = max(most["one"], now[host])
            most["hosts"] = max(most["hosts"], sum(bool(n) for n in now.values()))
        if next(asked_before) < 4:
            four.wait(60)  # the first four are answered when all of them are here
        never.wait(0.05)  # for a fifth host, and a second feed of one, to be asked meanwhile
        with lock:
            now[host] -= 1
        return feed()

    from contextlib import ExitStack

    with ExitStack() as stack:
        sites = [stack.enter_context(web_site({"/": slowly})) for _ in range(6)]
        follow(folder, **{f"f{n}-{p}": at(site, f"/{p}") for n, site in enumerate(sites) for p in range(2)})
        run = fetch(folder)
    assert len(run.of(Outcome.CHANGED)) == 12
    assert most == {"hosts": 4, "one": 1}


def test_a_feed_that_cannot_be_read_in_time_is_given_up_and_the_next_one_is_read():
    context = Context(name="x", now=datetime.now(UTC), address="https://x.example/feed")
    large = rss("x", "".join(item("x", n) for n in range(800))).encode()
    small = rss("y", item("y", 1)).encode()

    async def read():
        reader = FeedReader(seconds=0.05)
        try:
            with pytest.raises(InputError, match=r"takes longer than 0\.05 seconds"):
                await reader.read(large, context)
            reader._seconds = 60
            return [len((await reader.read(data, context)).collected) for data in (small, large, small)]
        finally:
            await reader.close()

    assert asyncio.run(read()) == [1, 800, 1]


def test_the_death_of_who_reads_is_one_feeds_fault(folder):
    context = Context(name="x", now=datetime.now(UTC), address="https://x.example/feed")

    async def read():
        reader = FeedReader()
        try:
            await reader.read(rss("x", "").encode(), context)
            reader._process.kill()
            with pytest.raises(InputError, match="ends whoever reads it"):
                await reader.read(rss("x", "").encode(), context)
            return await reader.read(rss("x", item("x", 1)).encode(), context)
        finally:
            await reader.close()

    assert len(asyncio.run(read()).collected) == 1


def test_a_source_of_another_package_that_hangs_keeps_no_feed_waiting_and_ends_with_the_run(
    folder, tmp_path, monkeypatch
):
    wheel = make_wheel(tmp_path)
    monkeypatch.setenv("PYTHONPATH", str(wheel))
    monkeypatch.syspath_prepend(str(wheel))
    stop = threading.Event()
    with web_site({"/a": Says(body=b"x"), "/b": feed("news", 1)}) as site:
        follow(folder, hanging=at(site, "/a"), news=at(site, "/b"))
        text = (folder / "feeds.toml").read_text()
        (folder / "feeds.toml").write_text(text.replace("[feeds.hanging]", '[feeds.hanging]\nkind = "hanging"'))
        with opened(folder) as newsletter:
            run = fetch_feeds(newsletter, Wanted(), lambda done, _: stop.set() if done else None, stop)
    assert {result.feed.slug: result.outcome for result in run.results} == {"news": Outcome.CHANGED}
    assert [left.slug for left in run.left] == ["hanging"]


def test_a_source_of_another_package_that_hangs_is_stopped_by_itself_and_told_and_the_others_finish(
    folder, tmp_path, monkeypatch
):
    wheel = make_wheel(tmp_path)
    monkeypatch.setenv("PYTHONPATH", str(wheel))
    monkeypatch.syspath_prepend(str(wheel))
    monkeypatch.setattr(plugins.run_aside, "__defaults__", (1.5, None))
    with web_site(
        {"/a": Says(body=b"x"), "/b": feed("news", 1), "/c": Says(body=b"Q|https://acme.example/q\n")}
    ) as site:
        follow(folder, hanging=at(site, "/a"), news=at(site, "/b"), acme=at(site, "/c"))
        text = (folder / "feeds.toml").read_text()
        for kind in ("hanging", "acme"):
            text = text.replace(f"[feeds.{kind}]", f'[feeds.{kind}]\nkind = "{kind}"')
        (folder / "feeds.toml").write_text(text)
        run = fetch(folder)
    assert run.left == ()
    assert {result.feed.slug: result.outcome for result in run.results} == {
        "hanging": Outcome.FAILED, "news": Outcome.CHANGED, "acme": Outcome.CHANGED}  # fmt: skip
    (failed,) = run.of(Outcome.FAILED)
    assert 'the source "hanging" did not finish within 1.5 seconds, and was stopped' in failed.state.words
    assert {article.title for article in waiting(folder)} == {"Q", "news number 0"}


def test_what_another_package_reads_is_fetched_like_a_feed_and_its_faults_are_its_own(folder, tmp_path, monkeypatch):
    wheel = make_wheel(tmp_path)
    monkeypatch.setenv("PYTHONPATH", str(wheel))
    monkeypatch.syspath_prepend(str(wheel))
    monkeypatch.setattr("newsletter.sources.plugins.SECONDS", 4)
    listed = Says(body=b"Queues|https://acme.example/q\n")
    with web_site({"/a": listed, "/b": listed, "/c": feed("news", 1), "/d": listed}) as site:
        places = {"acme": "/a", "bad": "/b", "slow": "/d", "news": "/c", "none": "/a2"}
        follow(folder, **{slug: at(site, path) for slug, path in places.items()})
        text = (folder / "feeds.toml").read_text()
        for slug, kind in (("acme", "acme"), ("bad", "raising"), ("slow", "hanging"), ("none", "tapes")):
            text = text.replace(f"[feeds.{slug}]", f'[feeds.{slug}]\nkind = "{kind}"')
        (folder / "feeds.toml").write_text(text)
        results = {result.feed.slug: result for result in fetch(folder).results}
    assert {slug: result.outcome for slug, result in results.items()} == {
        "acme": Outcome.CHANGED,
        "bad": Outcome.FAILED,
        "slow": Outcome.FAILED,
        "news": Outcome.CHANGED,
        "none": Outcome.FAILED,
    }
    assert results["none"].state.words == 'there is no source "tapes"'
    assert results["none"].todo == 'install the package that brings "tapes", or take kind out of [feeds.none]'
    assert 'the source "raising" failed: KeyError' in results["bad"].state.words
    assert '"hanging" did not finish within 4 seconds, and was stopped' in results["slow"].state.words
    found = {article.title: article for article in waiting(folder)}
    assert (found["Queues"].feed, found["Queues"].found) == (at(site, "/a"), "feed:acme")
    assert len(found) == 2
