"""An editor's week, whole: collected from feeds, a digest and by address; decided, drafted, reviewed, checked, sent."""

import json
import re
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
from drafting_desk import script
from web_site import Says, web_site

from newsletter.rendering.themes import builtin_templates

SAMPLE = builtin_templates() / "sample"

ITEM = """<item><title>{0}</title><link>{1}</link><guid>{1}</guid><pubDate>{2}</pubDate>
<description>{3}</description></item>"""
FEED = '<rss version="2.0"><channel><title>{0}</title><link>{1}/</link>{2}</channel></rss>'
PAGE = """<html><head><title>{0}</title><meta property="og:site_name" content="{1}"></head>
<body><article>{2}</article></body></html>"""
QUEUE = (
    "The queue of the billing service grew to 40,000 entries in one night",
    "Nobody was woken, since its length was not what the alarm looked at",
    "The team found that one worker held a lock on the table of invoices",
    "A single long transaction kept the lock, and each retry made it longer",
    "They split the job into batches of 500 invoices, each with a deadline of its own",
    "The age of the oldest entry is now what the alarm looks at",
    "In the next outage the alarm rang after 2 minutes, and not after 6 hours",
    "The same change was made to three other queues, which had not failed yet",
    "A table in the appendix lists each queue with its oldest entry over a month",
    "What the team would do again is to write the timeline before looking for a cause",
    "What it would not do again is to restart all workers at once",
    "The article ends with the query that finds such locks, and with its limits",
    "It does not say how large the batches should be in a service with smaller invoices",
)
INDEX = (
    "An index of 2 billion rows was built in memory, and read by 90 services",
    "Its first version kept strings, and needed four machines for each copy of it",
    "The second one keeps numbers in sorted blocks, which compress to a tenth",
    "Reading a block takes 3 microseconds, and most requests read two of them",
    "Writers append to a small table beside it, which is merged each minute",
    "A reader looks into the small table first, and then into the blocks",
    "The authors measured the merge under load, with pauses of 4 milliseconds at most",
    "They tried a tree before, and gave it up for its pointers",
    "A copy starts in nine seconds from a file that is mapped into memory",
    "What remains to be done is to share blocks between copies on one machine",
    "The source of the format is public, with a test of each block size",
    "They advise to measure the cache of the processor before anything else is changed",
    "Services that read whole ranges still use the old store, and are not moved",
)
DRAFT = """
sentences = [line for line in task["messages"][1]["content"].splitlines() if line.endswith(".")]
quotes = sentences[:3]
print(json.dumps({
    "why": "It is worth to know what such a thing costs before one has it.",
    "points": [quote.rstrip(".") for quote in quotes], "quotes": quotes, "confident": True,
}))
"""


def page(title: str, site: str, sentences: Sequence[str]) -> Says:
    text = "".join(f"<p>{sentence}.</p>" for sentence in sentences)
    return Says(body=PAGE.format(title, site, text).encode(), headers={"Content-Type": "text/html; charset=utf-8"})


def feed(title: str, url: str, *items: tuple[str, str, str, str]) -> Says:
    rows = "".join(ITEM.format(name, url + path, day, about) for name, path, day, about in items)
    return Says(body=FEED.format(title, url, rows).encode(), headers={"Content-Type": "application/rss+xml"})


@pytest.fixture
def press(sending, tmp_path):
    """A newsletter without articles that can send, and sites whose articles it may fetch."""
    for name in ("issues", "pool"):
        for path in sending.path(name).iterdir():
            path.unlink()
    local = sending.path("newsletter.local.toml")
    drafting = script(tmp_path / "draft.py", DRAFT)
    local.write_text(
        local.read_text(encoding="utf-8") + "\n" + drafting + '\n[sources]\nallow_private = ["localhost"]\n',
        encoding="utf-8",
    )
    return sending


def triaged(press, *decisions: tuple[str, str]) -> str:
    """Decide in the list as an editor would: for each title, the verb before its line."""
    lines = press.ok("triage", "--print").splitlines()
    for title, verb in decisions:
        (at,) = [number for number, line in enumerate(lines) if f"  {title} · " in line and not line.startswith("#")]
        lines[at] = re.sub(r"^-", verb, lines[at])
    return press.ok("triage", "--apply", "-", typed="\n".join(lines) + "\n")


def test_a_week_from_feeds_to_inboxes_and_nothing_of_it_comes_again(press, inbox):
    with web_site({}) as site:
        answers = site.answers
        day = format_datetime(datetime.now(UTC) - timedelta(days=1))
        first = [
            ("What the age of a queue tells", "/age", day, "The billing queue grew in one night and nobody was woken."),
            ("Scaling Spark on Kubernetes", "/spark", day, "A rolling restart of four hundred workers took one night."),
            ("Our holiday party", "/party", day, "There was cake."),
        ]
        told = "The age of a queue: a billing queue grew in one night, nobody was woken."
        other = ("Billing queue grew and nobody was woken", "/note", day, told)
        answers |= {
            "/one.xml": feed("Some Engineering", site.url, *first),
            "/two.xml": feed("Other Outlet", site.url, other),
            "/age": page("What the age of a queue tells", "Some Engineering", QUEUE),
            "/note": page("Billing queue grew and nobody was woken", "Other Outlet", QUEUE),
            "/own": page("An index in memory", "A Blog", INDEX),
        }
        # All week: feeds, a digest, an address with a note.
        for name in ("one", "two"):
            press.ok("feeds", "add", f"{site.url}/{name}.xml", "--name", name)
        assert "4 new articles" in press.ok("fetch")
        digest, links = SAMPLE / "digest.txt", SAMPLE / "links.tsv"
        assert "8 added" in press.ok("add", str(digest), "--links", str(links), "--source", "Pinterest Engineering")
        said = press.ok("add", f"{site.url}/own", "--note", "the block format", "--tag", "storage")
        assert "An index in memory" in said

        # One sitting: one line a story, and each decision has its place.
        listed = press.ok("triage", "--print")
        assert (
            len([line for line in listed.splitlines() if line.startswith("-")]) == 8 + 1 + 3
        )  # the digest's, the blog's; two of the feeds' four tell one story
        assert "also at Other Outlet" in listed or "also at Some Engineering" in listed
        lead = "What the age of a queue tells" if "  What the age of a queue tells ·" in listed else other[0]
        triaged(
            press,
            (lead, 'pick "Operations"'),
            ("An index in memory", 'pick "Operations"'),
            ("Scaling Spark on Kubernetes", "hold until the second part is out"),
            ("Our holiday party", "drop no news for engineers"),
        )
        issue = press.path("issues/001.md")
        written = re.findall(r"^(?:## .*|### \[.*?\])", issue.read_text(encoding="utf-8"), re.M)
        assert written == ["## Operations", "### [An index in memory]", f"### [{lead}]"]

        # Words: drafted by a scripted command, held against the text, and read by a person before anything is sent.
        drafted = json.loads(press.ok("draft", "--with", "command", "--json"))
        assert [one["drafted_by"] for one in drafted["articles"]] == ["llm:command"] * 2
        press.change("issues/001.md", 'subject = ""', 'subject = "Queues, and who is woken by them"')
        press.change("issues/001.md", 'preheader = ""', 'preheader = "Two write-ups on locks and alarms"')
        refused = press.fails(1, "send", "1", "--really", "--yes")
        assert "reviewed by nobody" in refused
        press.ok("review", "1", "--yes", "--by", "mk")
        press.ok("check")
        press.ok("send", "1", "--test", "editor@example.com")
        inbox.messages.clear()
        press.ok("send", "1", "--really", "--yes")
        assert len(inbox.messages) == 3
        assert all(b"40,000 entries" in body for _, body in inbox.messages)

        # The next week: what was sent, dropped or told already does not come again.
        fresh = (
            "A compiler for dashboards",
            "/index",
            format_datetime(datetime.now(UTC)),
            "It holds 2 billion rows in memory.",
        )
        answers["/one.xml"] = feed("Some Engineering", site.url, *first, fresh)
        press.ok("fetch", "--force")
        again = press.ok("triage", "--print")
        assert "A compiler for dashboards" in again
        assert "until the second part is out" in again
        for gone in (lead, "An index in memory", "Our holiday party"):
            assert f"  {gone} · " not in again
        assert "ran in" in press.ok("add", f"{site.url}/own?utm_source=somebody")
        id = re.search(r"\{#(\w+)\}", issue.read_text(encoding="utf-8"))[1]
        assert "ran in issue 1" in press.fails(2, "pick", id)
        press.ok("pick", id, "--again", "the query was wrong")
        assert 'again = "the query was wrong"' in press.path("issues/002.md").read_text(encoding="utf-8")
