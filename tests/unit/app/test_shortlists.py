"""What waits for a decision: of pool and sources, in stories, with what each is worth and what ran before."""

import shutil
from contextlib import closing
from datetime import UTC, datetime, timedelta

import pytest

from newsletter.app import open_newsletter
from newsletter.app.clustering import STORIES, VERSION, WORDINGS
from newsletter.app.proposing import propose, propose_of
from newsletter.app.ranking import rank
from newsletter.app.scaffold import make_newsletter
from newsletter.app.shortlisting import shortlist
from newsletter.composer.issues import sha256_of
from newsletter.composer.mutes import MuteKind
from newsletter.composer.pool import Decision
from newsletter.composer.receipt import Receipt, receipt_path, write_receipts
from newsletter.composer.selection import Limits
from newsletter.composer.shortlist import RepeatKind
from newsletter.composer.tfidf import Wordings
from newsletter.errors import PoolError
from newsletter.model.article import Article
from newsletter.store.candidates import CandidateStore

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
TODAY, LAST_WEEK = "2026-11-20", "2026-11-13"
FEEDS = """
[feeds.corvane]
address = "https://corvane.example/feed"
section = "Cloud"

[feeds.packet]
address = "https://packet.example/feed"

[feeds.quiet]
address = "https://quiet.example/feed"
muted = true
"""
OUTAGE = "A change of the name service took the object storage of Corvane in the north down for five hours"


def of(feed, id, title, summary="", published=TODAY, **facts):
    return Article(
        id=id * (13 // len(id)),
        title=title,
        summary=summary,
        link=f"https://{feed}.example/{id}",
        source=f"{feed.title()} News",
        feed=f"https://{feed}.example/feed",
        guid=id,
        found=f"feed:{feed}",
        published=published,
        **facts,
    )


CORVANE = of("corvane", "c", "Corvane storage outage: what happened", OUTAGE)
PACKET = of("packet", "p", "Corvane storage down for hours", f"{OUTAGE}, banks and trains with it")
COMPILER = of("packet", "k", "A faster compiler for Ostra", "Region inference makes builds a fifth faster")
KNITTING = of("wool", "w", "Knitting patterns as programs", "Stitches are instructions, and a sweater is compiled")


@pytest.fixture
def newsletter(tmp_path):
    make_newsletter(tmp_path / "desk", name="Desk", author="Desk <desk@example.com>")
    (tmp_path / "desk/feeds.toml").write_text(FEEDS, encoding="utf-8")
    with closing(open_newsletter(tmp_path / "desk")) as opened:
        yield opened


def bring(newsletter, *articles):
    CandidateStore(newsletter.database).take_in(articles)


def titles(found):
    return [one.choice.article.title for one in found.suggestions]


def sent(newsletter, number, *articles, section="Cloud", started=NOW - timedelta(days=3)):
    """Write an issue with *articles* of the pool that was sent to all lists."""
    blocks = "".join(f"\n### [{one.title}]({one.link}) {{#{one.id}}}\n" for one in articles)
    path = newsletter.issues.folder / f"{number:03}.md"
    path.parent.mkdir(exist_ok=True)
    text = f'+++\nnumber = {number}\ndate = 2026-11-17\nsubject = "S"\nlist = "weekly"\n+++\n\n## {section}\n{blocks}'
    path.write_text(text, encoding="utf-8")
    receipt = Receipt(ledger="l", host="h", list="weekly", started=started, issue_sha256=sha256_of(path))
    write_receipts(receipt_path(path, path.stem), [receipt])


def test_two_outlets_with_one_story_are_one_suggestion_with_its_reasons(newsletter):
    bring(newsletter, PACKET, CORVANE, COMPILER)
    first, second = shortlist(newsletter, now=NOW).suggestions
    assert (first.choice.article, [also.article for also in first.also]) == (CORVANE, [PACKET])
    assert str(first.score) == ".60 = feed .25 + story .10 + new .25"
    assert {first.ties[0].one, first.ties[0].other} == {CORVANE.id, PACKET.id}
    assert str(second.score) == ".50 = feed .25 + story .00 + new .25"
    assert (first.section, second.section) == ("Cloud", "")
    assert not first.choice.pooled


def test_what_an_editor_added_stands_for_its_story_and_is_shown_whatever_it_scores(newsletter):
    by_hand = Article(
        id="h" * 13, title="Corvane's storage outage", summary=OUTAGE, link="https://x.example/", published=TODAY
    )
    newsletter.pool().add([by_hand, Article(id="o" * 13, title="An old one", link="https://x.example/o")])
    newsletter.pool().decide("o" * 13, Decision.HELD, "wait for part 2")
    others = [of("packet", f"a{n}", f"Topic{n} number{n}", f"word{n}x word{n}y") for n in range(10)]
    bring(newsletter, CORVANE, *others)
    folder = newsletter.shown / "newsletter.toml"
    folder.write_text(folder.read_text(encoding="utf-8") + "\n[picking]\nshortlist = 4\n", encoding="utf-8")
    with closing(open_newsletter(newsletter.shown)) as again:
        found = shortlist(again, now=NOW)
    assert len(found.suggestions) == 4
    assert found.left_out == {"scored lower": 8}
    face, held = (one for one in found.suggestions if one.choice.pooled)
    assert (face.choice.article.title, [also.article for also in face.also]) == ("Corvane's storage outage", [CORVANE])
    assert (held.choice.held, held.choice.reason) == (True, "wait for part 2")
    assert face.score.terms["noted"] == held.score.terms["noted"] == 0.2
    assert held.choice.since > "2026"


def test_what_was_dropped_muted_picked_or_sent_does_not_come_back(newsletter):
    dropped, ran, picked = (of("packet", id, f"{id} {id}x", published=LAST_WEEK) for id in ("d", "r", "q"))
    newsletter.pool().add([dropped, ran, picked])
    newsletter.pool().decide(dropped.id, Decision.DROPPED, "an advertisement")
    newsletter.pool().mute(MuteKind.WORD, "knitting")
    sent(newsletter, 1, ran)
    newsletter.issues.create({"list": "weekly"}, [("", f"### [Q]({picked.link}) {{#{picked.id}}}\n")])
    elsewhere = [
        of("wool", f"{one.guid}2", f"{one.title} again").with_facts({"link": f"{one.link}?utm_source=feed"})
        for one in (dropped, ran, picked)
    ]
    bring(newsletter, *elsewhere, KNITTING, of("quiet", "z", "From a muted feed"), COMPILER)
    found = shortlist(newsletter, now=NOW)
    assert titles(found) == ["A faster compiler for Ostra"]
    assert found.left_out == {"ran before": 1, "picked already": 1, "muted": 2}


def test_an_article_of_another_address_is_dropped_with_the_one_whose_canonical_address_it_has(newsletter):
    newsletter.pool().add([COMPILER])
    newsletter.pool().decide(COMPILER.id, Decision.DROPPED, "thin")
    newsletter.pool().add([of("mirror", "m", "A faster compiler", "", canonical=COMPILER.link)])
    assert titles(shortlist(newsletter, now=NOW)) == []


def test_a_feed_that_is_picked_scores_above_one_that_is_passed_by(newsletter):
    good = [of("good", f"g{n}", f"Good{n} good{n}x", published=LAST_WEEK) for n in range(4)]
    newsletter.pool().add(good)
    sent(newsletter, 1, *good)
    CandidateStore(newsletter.database, clock=lambda: NOW - timedelta(days=9)).take_in(
        [of("bad", f"b{n}", f"Bad{n} bad{n}x", published=LAST_WEEK) for n in range(6)]
    )
    bring(newsletter, of("good", "gn", "A good newcomer"), of("bad", "bn", "Another bad thing"))
    by_title = {one.choice.article.title: one.score.terms["feed"] for one in shortlist(newsletter, now=NOW).suggestions}
    assert by_title["A good newcomer"] > 0.25 > by_title["Another bad thing"]


def test_a_follow_up_to_the_last_issue_says_so_and_no_proposal_has_it(newsletter):
    newsletter.pool().add([CORVANE])
    sent(newsletter, 7, CORVANE)
    bring(newsletter, PACKET, COMPILER)
    by_title = {one.choice.article.title: one for one in shortlist(newsletter, now=NOW).suggestions}
    (repeat,) = by_title[PACKET.title].repeats
    assert (repeat.kind, repeat.issue) in {(RepeatKind.STORY, 7), (RepeatKind.TEXT, 7)}
    proposed = propose(newsletter, None, now=NOW)
    assert [one.choice.article.title for one in proposed.taken] == [COMPILER.title]
    assert proposed.passed["ran before, or told already"] == 1


def test_a_follow_up_comes_weeks_later_too_and_parts_and_other_stories_are_none(newsletter):
    before = of("packet", "b", "Corvane storage outage: five hours", OUTAGE, published="2026-10-28")
    newsletter.pool().add([before])
    sent(newsletter, 1, before, started=NOW - timedelta(days=21))
    fillers = [of("packet", f"f{n}", f"Topic{n} number{n}", f"word{n}x word{n}y word{n}z") for n in range(8)]
    bring(newsletter, CORVANE, COMPILER, KNITTING, *fillers)
    words = {
        one.choice.article.id: [repeat.words for repeat in one.repeats]
        for one in shortlist(newsletter, now=NOW).suggestions
    }
    assert words.pop(CORVANE.id) == ["follow-up to #1"]
    assert not any(words.values())


def test_an_article_goes_where_what_is_most_like_it_stood_in_past_issues(newsletter):
    compilers = [of("old", f"o{n}", f"Compiler builds, part{n}", "inference of regions", LAST_WEEK) for n in range(3)]
    clouds = [of("old", f"l{n}", f"Cloud storage{n}", "names and object storage", LAST_WEEK) for n in range(3)]
    newsletter.pool().add([*compilers, *clouds])
    sent(newsletter, 1, *compilers, section="Languages")
    sent(newsletter, 2, *clouds, section="Cloud")
    bring(newsletter, COMPILER, KNITTING, PACKET)
    found = {one.choice.article.id: one.section for one in shortlist(newsletter, now=NOW).suggestions}
    assert found == {COMPILER.id: "Languages", KNITTING.id: "", PACKET.id: "Cloud"}


def test_a_second_look_reads_no_text_again_and_a_new_article_is_the_only_one_compared(newsletter):
    many = [of("packet", f"n{n}", f"Topic{n} number{n}", f"word{n}x word{n}y") for n in range(20)]
    bring(newsletter, CORVANE, *many)
    before = shortlist(newsletter, now=NOW)
    state = newsletter.derived.get(STORIES, VERSION)
    newsletter.derived._connection().execute("DELETE FROM derived WHERE kind = ?", [WORDINGS])
    assert shortlist(newsletter, now=NOW) == before
    assert newsletter.derived.get(STORIES, VERSION) == state
    bring(newsletter, PACKET)
    assert any(one.also for one in shortlist(newsletter, now=NOW).suggestions)
    with closing(open_newsletter(newsletter.shown)) as again:
        known = shortlist(again, now=NOW)
        again.derived.close()
        again.derived.path.unlink()
        assert [one.choice for one in shortlist(again, now=NOW).suggestions] == [o.choice for o in known.suggestions]


def test_of_what_did_not_change_no_wording_is_made_again_and_of_a_changed_article_one(newsletter, monkeypatch):
    made = []
    original = Wordings.of
    monkeypatch.setattr(Wordings, "of", lambda self, title, text: made.append(title) or original(self, title, text))
    newsletter.pool().add([CORVANE, PACKET, COMPILER])
    shortlist(newsletter, now=NOW)
    assert sorted(made) == sorted(one.title for one in (CORVANE, PACKET, COMPILER))
    made.clear()
    shortlist(newsletter, now=NOW)
    assert made == []
    newsletter.pool().edit(PACKET.id, {"title": "Mended"})
    shortlist(newsletter, now=NOW)
    assert made == ["Mended"]


def test_a_shortlist_needs_no_database(newsletter):
    newsletter.pool().add([COMPILER])
    shutil.rmtree(newsletter.settings.data_folder)
    assert not newsletter.has_database()
    assert titles(shortlist(newsletter, now=NOW)) == [COMPILER.title]


def test_a_proposal_is_made_of_pool_and_candidates_and_each_is_in_the_pool_then(newsletter):
    newsletter.pool().add([Article(id="h" * 13, title="By hand", link="https://x.example/", published=TODAY)])
    part_two, part_one = (of("packet", f"s{n}", f"Moka (Part {n} of 2)", f"words{n}") for n in (2, 1))
    bring(newsletter, CORVANE, PACKET, part_two, part_one)
    proposed = propose(newsletter, None, now=NOW)
    issue = newsletter.issues.read(proposed.path)
    assert issue.proposal
    assert [article.title.markdown for article in issue.articles][-1] == CORVANE.title
    order = [article.id for article in issue.articles]
    assert order.index(part_one.id) < order.index(part_two.id)
    assert {*order} == {"h" * 13, CORVANE.id, part_one.id, part_two.id} <= {*newsletter.pool().entries}
    assert [one.article.id for one in CandidateStore(newsletter.database).waiting()] == [PACKET.id]
    (left,) = shortlist(newsletter, now=NOW).suggestions
    assert left.choice.article == PACKET
    assert "issue 1 tells this story already" in {repeat.words for repeat in left.repeats}
    with pytest.raises(PoolError, match="no story that waits is good enough"):
        propose(newsletter, proposed.path, limit=5, now=NOW)
    with pytest.raises(PoolError, match="there is no room: it has 4 articles, and an issue takes 4"):
        propose(newsletter, proposed.path, limit=4, now=NOW)


def test_what_another_process_takes_while_stories_are_ranked_is_in_one_issue_only(newsletter):
    first, second = (Article(id=id * 13, title=id, link=f"https://{id}.example/", published=TODAY) for id in "xy")
    newsletter.pool().add([first, second])
    ranking = rank(newsletter, now=NOW)
    taken = propose(newsletter, None, limit=1, now=NOW)
    proposed = propose_of(newsletter, ranking, Limits(most=9), None)
    assert proposed.passed["taken meanwhile"] == 1
    issues = [newsletter.issues.read(path) for path in (taken.path, proposed.path)]
    assert sorted(one.id for issue in issues for one in issue.articles) == [first.id, second.id]
