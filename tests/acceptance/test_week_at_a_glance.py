"""Between two issues: what waits, what is held, how the next issue stands, and what became of it all."""

import json
import re
from datetime import UTC, datetime, timedelta

import pytest
from click.testing import CliRunner

from newsletter.app import open_newsletter
from newsletter.app.listing import listed
from newsletter.app.sample import make_sample
from newsletter.app.statistics import statistics
from newsletter.app.week import week_of
from newsletter.cli.root import root
from newsletter.composer.draft_block import words_sha256
from newsletter.composer.pool import Decision, Pool
from newsletter.model.article import Article
from newsletter.model.feed import FeedState
from newsletter.store.candidates import CandidateStore
from newsletter.store.feeds import FeedStore, Fetched

NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)  # a Wednesday
RECEIPT = '[[mailing]]\nledger = "l"\nhost = "h"\nlist = "weekly"\nstarted = 2026-11-20T09:00:00Z\n'
NEXT = """+++
number = 2
date = 2026-11-27
list = "weekly"
subject = "Next"
proposal = true

[articles.aaaa]
drafted_by = "excerpt"
draft_sha256 = "{DRAFT}"
+++

## Tools

### [One](https://a.example/1) {#aaaa}
A blog

**Why it matters:** “It said so.”
"""
SETTINGS = '\n[picking]\ndeadline = "thu 16:00"\n\n[sections.Tools]\ncap = 3\n'


@pytest.fixture
def newsletter(tmp_path, monkeypatch):
    desk = tmp_path / "desk"
    make_sample(desk)
    monkeypatch.chdir(desk)
    (desk / "issues/001.receipt.toml").write_text(RECEIPT)
    (desk / "issues/002.md").write_text(NEXT.replace("{DRAFT}", words_sha256("“It said so.”", ())))
    with (desk / "newsletter.toml").open("a") as file:
        file.write(SETTINGS)
    (desk / "feeds.toml").write_text('[feeds.good]\naddress = "https://good.example/f"\n'
                                     '[feeds.bad]\naddress = "https://bad.example/f"\ntitle = "Bad one"\n')  # fmt: skip
    for days, id, decision, reason in (
        (40, "early", Decision.HELD, "for spring"),
        (3, "late", Decision.HELD, ""),
        (2, "old", Decision.DROPPED, "Too old"),
        (2, "old2", Decision.DROPPED, "too  old."),
        (2, "ad", Decision.DROPPED, "an ad"),
        (1, "fresh", None, ""),
    ):
        pool = Pool(desk / "pool", f"zoe{days}", NOW - timedelta(days=days, minutes=1))
        pool.add([Article(id=id, title=f"T {id}", link=f"https://b.example/{id}", source="A blog")])
        if decision:
            pool.decide(id, decision, reason)
    opened = open_newsletter(desk)
    for days, id in ((9, "c1"), (2, "c2"), (1, "c3")):
        seen = NOW - timedelta(days=days)
        article = Article(id=id, title=f"C {id}", link=f"https://c.example/{id}", source="C paper")
        CandidateStore(opened.database, clock=lambda seen=seen: seen).take_in([article])
    bad = {"failures": 3, "words": "503 busy", "asked_at": NOW - timedelta(hours=1)}
    FeedStore(opened.database).keep([
        Fetched(state=FeedState(address="https://bad.example/f", **bad)),
        Fetched(state=FeedState(address="https://good.example/f", asked_at=NOW - timedelta(hours=2))),
    ])  # fmt: skip
    yield opened
    opened.close()


def test_the_week_tells_what_waits_and_how_the_next_issue_stands(newsletter):
    week = week_of(newsletter, NOW)
    assert (week.candidates, week.fresh, week.new) == (3, 2, 1)
    assert [(one.id, one.days, one.reason) for one in week.held] == [("early", 40, "for spring"), ("late", 3, "")]
    issue = week.issue
    assert (issue.number, issue.articles, issue.drafts, issue.proposal) == (2, 1, 1, True)
    assert [(room.name, room.count, room.cap) for room in issue.rooms] == [("Tools", 1, 3)]
    assert week.deadline.isoformat()[:16] == "2026-11-26T16:00"
    assert [(one.name, one.failures, one.words) for one in week.broken] == [("Bad one", 3, "503 busy")]
    assert week.fetched == NOW - timedelta(hours=1)
    said = CliRunner().invoke(root, ["status"]).output
    for words in ("deadline   Thu ", "candidates 3, 2 of them since the last issue; newsletter triage decides",
                  "pool       1 new, 2 held", "  held     early  ", "(for spring)",
                  '002.md: "Next", 1 article, a proposal that nobody has agreed to',
                  "  section  Tools 1 of 3", "  drafts   1 that nobody has reviewed: newsletter review 2",
                  "feeds      2, last fetched", "1 broken", "  broken   Bad one: failed 3 times; 503 busy",
                  "nothing has been sent from this database yet"):  # fmt: skip
        assert words in said, words
    told = json.loads(CliRunner().invoke(root, ["status", "--week", "--json"]).output)
    assert told["candidates"] == {"waiting": 3, "since_last_issue": 2}
    assert told["issue"]["sections"] == [{"section": "Tools", "articles": 1, "cap": 3}]
    assert json.loads(CliRunner().invoke(root, ["status", "--json"]).output) == []


def test_a_next_issue_that_cannot_be_read_hides_nothing_else(newsletter):
    (newsletter.shown / "issues/002.md").write_text("no issue")
    week = week_of(newsletter, NOW)
    assert week.candidates == 3
    assert "002.md:1: the file does not begin with a line +++" in week.issue.error
    assert "cannot be read" in CliRunner().invoke(root, ["status"]).output


def test_what_is_held_is_listed_with_its_age_and_candidates_where_they_are_asked_for(newsletter):
    assert [(row.entry.article.id, row.shown) for row in listed(newsletter, "held", NOW)] == [
        ("early", "held 40 days"), ("late", "held 3 days"),
    ]  # fmt: skip
    assert [row.entry.article.id for row in listed(newsletter, "candidate", NOW)] == ["c1", "c2", "c3"]
    assert "c1\tcandidate\tC paper\tC c1" in CliRunner().invoke(root, ["pool", "list", "--state", "candidate"]).output
    assert len(list(listed(newsletter, "sent", NOW))) == 8
    told = CliRunner().invoke(root, ["pool", "list", "--state", "held", "--json"]).output
    assert [(one["id"], one["state"], one.get("reason", "")) for one in json.loads(told)] == [
        ("early", "held", "for spring"), ("late", "held", ""),
    ]  # fmt: skip
    assert told == json.dumps(json.loads(told), indent=2) + "\n"
    (newsletter.shown / "issues/001.receipt.toml").unlink()
    assert CliRunner().invoke(root, ["pool", "list", "--state", "sent", "--json"]).output == "[]\n"
    assert "c1" not in [row.entry.article.id for row in listed(newsletter, "", NOW)]


def test_the_statistics_count_outlets_sections_ages_and_reasons(newsletter):
    found = statistics(newsletter, since=NOW - timedelta(days=30), now=NOW)
    assert (found.issues, found.picked) == (1, 8)
    outlets = {one.source: (one.picked, one.offered, one.rate) for one in found.outlets}
    assert outlets["Pinterest Engineering"] == (8, 8, 1.0)
    assert outlets["A blog"] == (0, 5, 0.0), "what came in before does not count"
    assert outlets["C paper"] == (0, 3, 0.0)
    assert found.outlets[0].share == 1.0
    assert [(one.section, one.picked) for one in found.sections] == [
        ("Data platforms", 3), ("Search, ads and recommendations", 3), ("Developer experience", 2),
    ]  # fmt: skip
    assert [(one.reason, one.count) for one in found.dropped] == [("too old.", 2), ("an ad", 1)]
    assert (found.held.count, found.held.middle, found.held.most) == (2, 21.5, 40)
    assert statistics(newsletter, since=NOW - timedelta(days=1), now=NOW).picked == 0
    assert found.ages is None, "a year is no day"
    pool = newsletter.pool()
    for entry in list(pool.entries.values())[-8:]:
        pool.edit(entry.article.id, {"published": "2026-11-13" if entry.article.minutes else "2026-11-19"})
    ages = statistics(newsletter, since=NOW - timedelta(days=30), now=NOW).ages
    assert (ages.known, ages.middle, ages.most) == (8, 1, 1)
    said = CliRunner().invoke(root, ["stats", "--since", "2026-10-26"])
    assert "A blog                 0    0%  of 5 offered    0%" in said.output
    assert "held now: 2, half of them for" in said.output
    pool.decide("late", Decision.NEW)
    alone = CliRunner().invoke(root, ["stats", "--since", "2026-10-26"]).output
    assert re.search(r"^held now: 1, for \d+ days$", alone, re.M)
    assert CliRunner().invoke(root, ["stats", "--since", "soon"]).exit_code == 2
    assert "2999-01-01 is still to come" in CliRunner().invoke(root, ["stats", "--since", "2999-01-01"]).output
    pool.add([Article(id="wide", title="W", link="https://w.example/1", source="日経")])
    said = CliRunner().invoke(root, ["stats", "--since", "2026-10-26"])
    assert "日経                   0    0%  of 1 offered    0%" in said.output, "two letters, and four columns"


def test_the_week_needs_no_database(newsletter, monkeypatch, tmp_path):
    monkeypatch.setenv("NEWSLETTER_HOME", str(tmp_path / "nowhere"))
    done = CliRunner().invoke(root, ["status"])
    assert done.exit_code == 0
    assert "pool       1 new, 2 held" in done.output
    assert "there is no database here" in done.output


def test_what_was_dropped_stays_so_when_it_is_added_again_and_says_so(newsletter, tmp_path):
    (tmp_path / "again.csv").write_text("title,link\nT old,https://b.example/old\n")
    said = CliRunner().invoke(root, ["add", str(tmp_path / "again.csv")]).output
    assert '"T old" was dropped on 2026-11-23: Too old; it stays so: newsletter pool restore old takes it back' in said
    assert newsletter.pool().find("old2").decision is Decision.DROPPED


def test_what_is_muted_is_not_picked_by_rule_and_can_be_by_its_id(newsletter):
    run = CliRunner().invoke
    said = run(root, ["pool", "mute", "a  BLOG"]).output
    assert re.fullmatch(
        r"muted the source a BLOG: \d+ articles that waited are passed over\nUndo: newsletter pool unmute 'a BLOG'\n",
        said,
    )
    nothing = run(root, ["pool", "mute", "a BLGO"]).output
    assert nothing.startswith("muted the source a BLGO: nothing that waits is of it now\n")
    assert run(root, ["pool", "unmute", "a BLGO"]).exit_code == 0
    assert "no article is free to be picked" in str(run(root, ["pick", "--all"]).exception)
    assert [one["name"] for one in json.loads(run(root, ["pool", "mutes", "--json"]).output)] == ["a BLOG"]
    assert "picked  fresh" in run(root, ["pick", "fresh"]).output
    assert run(root, ["pool", "unmute", "A BLOG"]).exit_code == 0
    assert "nothing is muted" in run(root, ["pool", "mutes"]).output
    assert run(root, ["pool", "mute", "--word", "x", "y"]).exit_code == 2
