"""What an editor said once counts wherever articles are offered: held, dropped, muted; whatever brings them again."""

import json
import re
from datetime import UTC, datetime, timedelta

import pytest
from click.testing import CliRunner
from feed_server import rss
from fetch_desk import fetch, later, make_desk, opened, waiting
from web_site import Says, web_site

from newsletter.app.picking import pick
from newsletter.app.proposing import propose
from newsletter.app.shortlisting import shortlist
from newsletter.app.week import week_of
from newsletter.cli.root import root
from newsletter.composer.mutes import MuteKind
from newsletter.composer.picking import Rules
from newsletter.composer.pool import Decision, Pool
from newsletter.model.article import Article
from newsletter.store.candidates import CandidateStore

TODAY = f"{datetime.now(UTC):%Y-%m-%d}"
FEEDS = '[feeds.good]\naddress = "https://good.example/f"\n\n[feeds.quiet]\naddress = "https://quiet.example/f"\n'
NEWS = ("Moka one", "Tabby queues", "Party pictures")


@pytest.fixture
def folder(tmp_path, monkeypatch):
    made = make_desk(tmp_path / "desk")
    monkeypatch.chdir(made)
    return made


def run(*words, code=0):
    done = CliRunner().invoke(root, words)
    assert done.exit_code == code, done.output + repr(done.exception)
    return done.output


def item(title, more="", link=""):
    link = link or f"https://news.example/{title[:5]}"
    return f"<item><title>{title}{more}</title><link>{link}</link><guid>{title}</guid></item>"


def test_what_is_held_comes_back_with_its_age_and_what_was_dropped_never_whatever_brings_it_again(folder):
    """A feed changes titles and addresses under the same ids; a file and a person add the addresses again."""
    with web_site({"/f": Says(body=rss("news", "".join(map(item, NEWS))).encode())}) as site:
        (folder / "feeds.toml").write_text(f'[feeds.news]\naddress = "http://127.0.0.1:{site.port}/f"\n')
        assert fetch(folder).new == 3
        held, _, dropped = sorted(waiting(folder), key=lambda article: NEWS.index(article.title))
        pool = Pool(folder / "pool", "zoe", datetime.now(UTC) - timedelta(days=12, minutes=1))
        pool.add([held, dropped])
        pool.decide(held.id, Decision.HELD, "until part 2")
        pool.decide(dropped.id, Decision.DROPPED, "a party")
        with opened(folder) as newsletter:
            CandidateStore(newsletter.database).leave([held.id, dropped.id])
        moved = "".join(item(title, ", changed", f"https://now.example/{n}") for n, title in enumerate(NEWS))
        site.answers["/f"] = Says(body=rss("news", moved).encode())
        later(folder)
        fetch(folder)
    assert {article.id for article in waiting(folder)}.isdisjoint({held.id, dropped.id})
    links = [f"{one.link}?utm_source=file" for one in (held, dropped)]
    (folder / "again.csv").write_text("title,link\n" + "".join(f"Again,{link}\n" for link in links))
    run("add", "again.csv")
    run("add", "--wait", "0", *(link.replace("https://", "http://www.") for link in links))
    listed = [line for line in run("triage", "--print").splitlines() if line.startswith("-")]
    (line,) = (line for line in listed if "Moka one" in line)
    assert "held 12 days: until part 2" in line
    assert len(listed) == 2
    assert not any("Party" in line or "Again" in line for line in listed)
    assert f"{held.id}  12 days " in run("status")
    assert "Party" not in run("pick", "--auto")
    assert Pool(folder / "pool", "zoe").find(dropped.id).decision is Decision.DROPPED


def test_muted_words_sources_and_feeds_are_passed_over_by_triage_proposals_rules_and_the_week(folder):
    def of(id, title, feed="", source="", **facts):
        link = f"https://{id}.example/"
        return Article(id=id * 13, title=title, link=link, feed=feed, source=source or id, published=TODAY, **facts)

    quiet, good = "https://quiet.example/f", "https://good.example/f"
    (folder / "feeds.toml").write_text(FEEDS)
    with opened(folder) as newsletter:
        assert week_of(newsletter).muted == 0
        pooled = [
            of("a", "Tabby queues"),
            of("b", "All of CRYPTO"),
            of("c", "Quiet words", quiet),
            of("d", "Ad", "", "Spam Co"),
        ]
        brought = [
            of("e", "Harbour bridges", good), of("f", "A crypto winter", good), of("g", "Very quiet", quiet),
            of("h", "Gardens", good, tags=("crypto",)), of("i", "Tulips", good, summary="About cryptography"),
        ]  # fmt: skip
        newsletter.pool().add(pooled)
        CandidateStore(newsletter.database).take_in(brought)
        before = week_of(newsletter)
        assert (before.candidates, before.fresh, before.new, before.muted) == (5, 5, 4, 0)
        run("pool", "mute", "--word", "Crypto")
        run("pool", "mute", "spam co")
        run("feeds", "mute", "quiet")
    with opened(folder) as newsletter:
        found = shortlist(newsletter)
        assert sorted(one.choice.article.id[0] for one in found.suggestions) == ["a", "e", "i"]
        assert found.left_out == {"muted": 6}
        week = week_of(newsletter)
        assert (week.candidates, week.fresh, week.new, week.muted) == (2, 2, 1, 6)
        picked = pick(newsletter, [], Rules(), path=None, section=None, again="")
        assert [article.id[0] for article in picked.articles] == ["a"]
        proposed = propose(newsletter, None)
        assert sorted(one.choice.article.id[0] for one in proposed.taken) == ["e", "i"]
    assert re.search("# Not shown: .*\\b6 muted", run("triage", "--print"))
    assert "muted      6 passed over" in run("status")
    assert json.loads(run("status", "--week", "--json"))["muted"] == 6
    with opened(folder) as newsletter:
        newsletter.pool().unmute(MuteKind.WORD, "crypto")
        assert week_of(newsletter).muted == 3
