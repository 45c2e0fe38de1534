"""Feeds on the command line: found, listed, fetched, moved, given away."""

import json
import re
import shlex

import pytest
from feed_server import item, rss
from web_site import Says, web_site

OPML = """<opml version="2.0"><body><outline text="Data"><outline text="Deep">
<outline text="Night" title="Nightly & Co" xmlUrl="https://night.example/feed" category="infra"/></outline>
<outline text="Blog" xmlUrl="{blog}"/></outline>
<outline text="Odd" xmlUrl="feed://odd.example/"/>
<outline text="Secret" xmlUrl="https://me:geheim@odd.example/"/>
<outline text="Night again" xmlUrl="http://www.night.example/feed/"/></body></opml>"""
PAGE = """<html><head><link rel="alternate" type="application/rss+xml" title="The Blog" href="/blog.xml">
<link rel="alternate" type="application/rss+xml" title="The Blog » Comments Feed" href="/comments/feed"></head>"""
TWO = PAGE.replace("Comments Feed", "Podcast").replace("comments", "podcast")


@pytest.fixture
def following(desk):
    desk.ok("init", ".", "--name", "News", "--from", "News <news@example.com>")
    with desk.path("newsletter.local.toml").open("a") as file:
        file.write('\n[sources]\nallow_private = ["127.0.0.1"]\n')
    return desk


@pytest.fixture
def site():
    feed = Says(body=rss("Blog", item("blog", 1) + item("blog", 2)).encode(), headers={"ETag": '"1"'})
    text = "<p>Kubernetes upgrades went wrong in a way that nobody had seen, and this is how it was found.</p>" * 20
    article = Says(body=f"<html><title>How</title><article><h1>How</h1>{text}</article>".encode())
    pages = {
        "/article": article,
        "/two": Says(body=TWO.encode()),
        "/none": Says(body=b"<p>nothing</p>"),
        "/blog.xml": feed,
    }
    with web_site(
        {**pages, "/feed": Says(status=404), "/rss": Says(status=404), "/page": Says(body=PAGE.encode())}
    ) as site:
        yield site


def test_a_week_with_feeds(following, site):
    address = f"http://127.0.0.1:{site.port}"
    assert following.ok("feeds", "list").strip() == "no feeds; newsletter feeds add ADDRESS adds one"
    several = following.run("feeds", "add", f"{address}/two")
    assert several.returncode == 1
    assert f"{address}/podcast/feed  The Blog » Podcast" in several.stdout
    assert "names no feed, and has none where most do" in following.fails(2, "feeds", "add", f"{address}/none")
    added = following.ok("feeds", "add", f"{address}/page", "--section", "Data", "--tag", "infra")
    assert f"added blog: {address}/blog.xml, which has 2 articles\nUndo: newsletter feeds remove blog" in added
    assert following.ok("feeds", "add", f"{address}/blog.xml").startswith("blog is that feed already")

    fetched = following.ok("fetch")
    assert "2 new articles:\n     2  Blog" in fetched
    assert "Next: newsletter triage" in fetched
    following.ok("add", f"{address}/article", "--wait", "0")
    assert "1 page that waited: 1 read" in (again := following.ok("fetch"))
    assert "none of 1 feed is due; the next one is at" in again
    site.answers["/blog.xml"] = Says(status=410)
    gone = following.run("fetch", "blog", "--force", "--json")
    assert (gone.returncode, json.loads(gone.stdout)["feeds"][0]["outcome"]) == (4, "gone")
    assert (
        "blog: 410 Gone (2 times in a row); newsletter feeds remove blog takes it out"
        in following.run("fetch", "--force").stdout
    )
    (row,) = json.loads(following.ok("feeds", "list", "--json"))
    assert (row["words"], row["failures"], row["section"], row["tags"]) == ("410 Gone", 2, "Data", ["infra"])
    listed = following.ok("feeds", "list").split("\t")
    assert (listed[:2], listed[3]) == (["blog", "gone"], "-")
    assert listed[2][:2] == "20"


def test_lists_of_feeds_come_in_and_go_out(following):
    opml = following.path("feeds.opml")
    opml.write_text(OPML.format(blog="https://blog.example/feed?a=1&b=2"))
    done = following.run("feeds", "import", "feeds.opml")
    assert done.returncode == 1
    assert done.stdout.splitlines() == [
        "  added    nightly-co  https://night.example/feed  [Data]",
        "  added    blog  https://blog.example/feed?a=1&b=2  [Data]",
        "  known    nightly-co  http://www.night.example/feed/",
        "  refused  feed://odd.example/: this is no address of a feed, or has a password in it",
        "  refused  (with a password): this is no address of a feed, or has a password in it",
        "feeds.opml: 5 feeds: 2 added, 1 known, 2 refused",
        "Next: newsletter fetch",
    ]
    written = following.path("feeds.toml").read_text()
    assert 'title = "Nightly & Co"\nsection = "Data"\ntags = ["Deep", "infra"]' in written
    assert "geheim" not in written
    assert "wrote out.opml: 2 feeds" in following.ok("feeds", "export", "--out", "out.opml")
    following.ok("feeds", "remove", "blog", "https://night.example/feed")
    assert following.path("feeds.toml").read_text() == ""
    assert "2 added, 0 known, 0 refused" in following.ok(
        "feeds", "import", "-", typed=following.path("out.opml").read_text()
    )

    following.ok("feeds", "mute", "blog", "nightly-co")
    assert following.path("feeds.toml").read_text().count("muted = true") == 2
    following.ok("feeds", "unmute", "blog")
    assert [row["muted"] for row in json.loads(following.ok("feeds", "list", "--json"))] == [False, True]


def test_what_goes_out_as_opml_comes_in_as_the_same_feeds_and_goes_out_as_the_same_opml(following):
    facts = {
        "moka": ("https://moka.example/f?a=1&b=2", 'Moka & "Co"', "Data & more", ("a b", "infra")),
        "plain": ("https://plain.example/feed", "", "", ()),
        "zug": ("http://zug.example/atom", "Züge <schnell>", "Data & more", ()),
        "other": ("https://other.example/rss", "Other", "", ("infra",)),
    }
    for name, (address, title, section, tags) in facts.items():
        given = [("--title", title), ("--section", section), *(("--tag", tag) for tag in tags)]
        words = [word for pair in given if pair[1] for word in pair]
        following.ok("feeds", "add", address, "--name", name, *words, "--unread")

    def listed():
        rows = json.loads(following.ok("feeds", "list", "--json"))
        return {row["address"]: (row["title"], row["section"], tuple(row["tags"])) for row in rows}

    def out(name):
        following.ok("feeds", "export", "--out", name)
        return re.sub("<dateCreated>.*?</dateCreated>", "", following.path(name).read_text())

    before, written = listed(), out("one.opml")
    following.ok("feeds", "remove", *facts)
    following.ok("feeds", "import", "one.opml")
    assert listed() == {**before, "https://plain.example/feed": ("plain", "", ())}, "what had no title has its name"
    assert out("two.opml") == written
    assert "0 added, 4 known, 0 refused" in following.ok("feeds", "import", "two.opml")


def test_without_a_network_it_says_so_and_nothing_else(following):
    with web_site({}) as one, web_site({}) as two:
        addresses = [f"http://127.0.0.1:{each.port}/feed" for each in (one, two)]
    for address in addresses:
        following.ok("feeds", "add", address, "--unread")
    done = following.run("fetch")
    assert done.returncode == 4
    assert done.stdout.splitlines() == [
        "no site can be reached: is there a network?",
        "  it cannot be connected to (connection refused)",
        "Nothing is held against 2 feeds; newsletter fetch asks again",
    ]
    assert [row["failures"] for row in json.loads(following.ok("feeds", "list", "--json"))] == [0, 0]


def test_what_is_taken_out_comes_back_as_it_was_by_the_command_that_is_told(following):
    facts = ("--title", 'Q\'s "own" & more', "--section", "Data", "--source", "Q", "--tag", "a b", "--kind", "acme")
    following.ok("feeds", "add", "https://q.example/f?a=1&b=2", "--name", "q", *facts, "--unread")
    following.ok("feeds", "mute", "q")
    before = following.path("feeds.toml").read_text()
    assert all(word in before for word in ('kind = "acme"', "muted = true", "a=1&b=2"))
    first, undo = following.ok("feeds", "remove", "q").splitlines()
    assert (first, following.path("feeds.toml").read_text()) == ("removed q", "")
    for command in undo.removeprefix("Undo: ").split(" && "):
        following.ok(*shlex.split(command)[1:])
    assert following.path("feeds.toml").read_text() == before


@pytest.mark.parametrize("words, said", [
    (("feeds", "add", "https://x.example/", "--kind", "acme"), 'there is no source "acme"'),
    (("feeds", "add", "http://127.0.0.2:9/"), "allow_private names its host"),
    (("feeds", "add", "ftp://x.example/"), "no address of a feed or a page"),
    (("feeds", "add", "https://me:geheim@x.example/"), "has no password in it"),
    (("feeds", "add", "x.example", "--name", "My Feed", "--unread"), "digits and hyphens, like my-feed"),
    (("feeds", "remove", "nothing"), 'there is no feed "nothing"'),
    (("feeds", "import", "newsletter.toml"), "newsletter.toml:1: this is not XML"),
    (("fetch", "nothing"), 'there is no feed "nothing"'),
])  # fmt: skip
def test_what_somebody_got_wrong_is_one_line(following, words, said):
    line = following.fails(2, *words)
    assert said in line
    assert "geheim" not in line
