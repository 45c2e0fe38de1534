from dataclasses import replace
from datetime import UTC, datetime
from itertools import pairwise

import pytest
from test_sketches import essay

from newsletter.composer.blocks import article_block
from newsletter.composer.boilerplate import MANY, Boilerplate, SiteTexts
from newsletter.composer.issues import IssueFolder
from newsletter.composer.memory import Memory
from newsletter.composer.past import Past
from newsletter.composer.receipt import Receipt, receipt_path, write_receipts
from newsletter.composer.shortlist import RepeatKind
from newsletter.composer.sketch import sketch_of
from newsletter.model.article import Article

START = datetime(2026, 11, 27, tzinfo=UTC)
LONG = essay(1, 800)


def prose(words):
    return " ".join(words)


class Desk:
    """A folder of issues, and what is known of their articles."""

    def __init__(self, folder):
        self.folder = folder
        self.known = {}
        self.others = []

    def issue(self, number, *blocks, list_name="weekly", head="", date="2026-11-27", **receipt):
        path = self.folder / f"{number:03d}.md"
        front = f'+++\nnumber = {number}\ndate = {date}\nlist = "{list_name}"\n{head}+++\n'
        path.write_text("\n".join([front, *blocks]), encoding="utf-8")
        if receipt:
            facts = {"ledger": "l", "host": "h", "started": START, "finished": START, "list": list_name, **receipt}
            write_receipts(receipt_path(path, f"{number:03d}"), [Receipt(**facts)])

    def sent(self, number, *blocks, **facts):
        self.issue(number, *blocks, **{"counts": {"planned": 3, "accepted": 3}, **facts})

    def block(self, article, words=""):
        self.known[article.id] = article
        return f"### [{article.title or 'A title'}]({article.link}) {{#{article.id}}}\n\n{words}\n"

    def past(self, list_name="weekly"):
        return Past(IssueFolder(self.folder), list_name, self.known.get)

    def memory(self, list_name="weekly", waiting=()):
        texts = SiteTexts()
        for article in (*self.known.values(), *self.others):
            texts.add(article.feed, article.sketch)
        return Memory(
            self.past(list_name),
            self.known.get,
            lambda told: [
                (self.known[one.id].sketch if one.id in self.known else "") or sketch_of(one.words) for one in told
            ],
            Boilerplate(texts.of),
            lambda: waiting,
        )

    def words(self, article, sketch="", story=None, **more):
        return [one.words for one in self.memory().repeats_of(article, sketch, story, **more)]


@pytest.fixture
def desk(tmp_path):
    return Desk(tmp_path)


def article(id, path="", **facts):
    return Article(id=id, link=f"https://blog.example.com/{path or id}", **facts)


def test_the_same_address_ran_however_it_is_spelled(desk):
    desk.sent(37, desk.block(article("a")))
    assert desk.words(article("b", "a/?utm_source=feed")) == ["ran in #37"]
    assert desk.words(article("b")) == []


@pytest.mark.parametrize("path", ["a_b", "A_(b)", "x*y~z[1]", "q?a=1&copy=2"])
def test_an_address_is_read_as_it_was_before_it_was_written_in_markdown(desk, path):
    told = article("a", path, title="A title")
    desk.sent(37, article_block(told))
    assert desk.words(article("b", path)) == ["ran in #37"]
    desk.sent(38, f"### [A title](<{told.link}/2>) and more {{.sponsor #z}}\n")
    assert desk.words(article("c", f"{path}/2")) == ["ran in #38"]
    assert desk.words(Article(id="z")) == ["ran in #38"]


def test_a_heading_that_is_hard_to_read_keeps_nobody_waiting(desk):
    hard = ["](a" * 30_000, "[" * 50_000 + "](x", "{#a" * 30_000, "part" + " " * 50_000, "[x](a" + "y" * 50_000]
    desk.sent(37, *(f"### {heading}\n" for heading in hard), desk.block(article("a")))
    assert desk.words(article("a")) == ["ran in #37"]
    assert desk.words(article("b", title="part" + " " * 50_000)) == []


def test_an_article_ran_under_its_canonical_address_and_under_its_link(desk):
    moved = article("a", "canonical")
    desk.sent(37, desk.block(replace(moved, link="https://feeds.example.net/1", canonical=moved.link)))
    assert desk.words(article("b", "canonical")) == ["ran in #37"]
    assert desk.words(replace(article("b"), link="https://feeds.example.net/1")) == ["ran in #37"]
    assert desk.words(replace(article("b"), link="https://feeds.example.net/2", canonical=moved.link)) == ["ran in #37"]


def test_two_notes_of_one_page_are_told_apart_by_their_fragments(desk):
    notes = [article(id, f"now#{id}", canonical=f"https://blog.example.com/now#{id}") for id in ("first", "second")]
    desk.sent(37, desk.block(notes[0]))
    assert desk.words(notes[0]) == ["ran in #37"]
    assert desk.words(notes[1]) == []


def test_an_id_of_a_feed_is_the_same_article_in_that_feed(desk):
    old = article("a", feed="https://blog.example.com/feed", guid="17")
    desk.sent(37, desk.block(old))
    renamed = article("b", "a-new-name", feed=old.feed, guid="17")
    assert desk.words(renamed) == ["ran in #37"]
    assert desk.words(replace(renamed, feed="https://other.example.com/feed")) == []


def test_what_another_list_had_is_new_to_this_one(desk):
    desk.sent(37, desk.block(article("a")), list_name="daily")
    desk.issue(38, desk.block(article("b")), list_name="daily")
    assert desk.words(article("a")) == []
    assert desk.past().of(article("b")) == ()
    assert [one.words for one in desk.memory("daily").repeats_of(article("a"))] == ["ran in #37"]
    assert desk.past("daily").picked(article("b")).number == 38
    assert desk.past("").sent(article("a")).number == 37


def test_a_mailing_that_reached_nobody_counts_for_nothing(desk):
    desk.sent(37, desk.block(article("a")), counts={"planned": 2, "refused": 2})
    assert desk.past().of(article("a")) == ()
    desk.sent(37, desk.block(article("a")), counts={"planned": 2, "refused": 1, "in_doubt": 1})
    assert desk.words(article("a")) == ["ran in #37"]


def test_a_mailing_that_has_begun_counts_and_an_issue_without_one_does_not(desk):
    desk.sent(37, desk.block(article("a")), counts={"planned": 2}, finished=None)
    desk.issue(38, desk.block(article("b")))
    assert desk.words(article("a")) == ["ran in #37"]
    assert desk.words(article("b")) == []
    assert desk.past().picked(article("b")).number == 38


def test_no_issue_sees_itself(desk):
    desk.sent(37, desk.block(article("a", title="Moka (Part 2)", sketch=sketch_of(prose(LONG)))))
    copied = article("b", sketch=sketch_of(prose(LONG)))
    assert desk.words(article("a"), other_than=frozenset({37})) == []
    assert desk.words(copied, copied.sketch, frozenset({"a", "b"}), other_than=frozenset({37})) == []


def test_an_issue_of_another_tool_has_sent_every_page_that_it_links_to(desk):
    text = (
        "Hello, see [this](https://blog.example.com/a?utm_source=us) and <https://blog.example.com/b>.\n\n# A heading\n"
    )
    desk.issue(5, text, head='imported_from = "substack"\n')
    assert desk.words(article("x", "a")) == ["ran in #5"]
    assert desk.words(article("y", "b")) == ["ran in #5"]
    assert desk.words(article("z", "c")) == []


def test_a_text_that_ran_under_another_address_is_told_with_its_share_and_issue(desk):
    desk.sent(36, desk.block(article("old", sketch=sketch_of(prose(essay(2, 800))))))
    desk.sent(37, desk.block(article("a", sketch=sketch_of(prose(LONG)))))
    copied = sketch_of(prose([*LONG[:600], *essay(3, 200)]))
    (repeat,) = desk.memory().repeats_of(article("b", "copy"), copied)
    assert (repeat.kind, repeat.issue) == (RepeatKind.TEXT, 37)
    assert 0.6 < repeat.share < 0.9
    assert repeat.words == f"ran in #37, {repeat.share * 100:.0f} % the same text"
    assert desk.words(article("b", "copy"), sketch_of(prose(LONG[200:240]))) == ["ran in #37, 100 % the same text"]
    assert desk.words(article("b", "copy"), sketch_of(prose(essay(9, 800)))) == []
    assert desk.words(article("b", "copy"), sketch_of(prose(LONG[:12]))) == []


@pytest.mark.parametrize("share", [0.3, 0.35, 0.65, 0.7])
def test_half_of_a_text_is_what_makes_it_the_same(desk, share):
    """Of its runs of three words; a sketch tells a share within a tenth or so."""
    desk.sent(37, desk.block(article("a", sketch=sketch_of(prose(LONG)))))
    many = int(800 * share)
    copied = sketch_of(prose([*LONG[:many], *essay(3, 800 - many)]))
    assert bool(desk.words(article("b", "copy"), copied)) == (share > 0.5)


def test_what_a_site_says_under_everything_is_no_same_text(desk):
    footer = essay(5, 120)
    feed = "https://films.example.com/feed"
    films = [article(f"film{n}", sketch=sketch_of(prose([*essay(n, 30), *footer])), feed=feed) for n in range(50, 54)]
    desk.sent(37, desk.block(films[0]))
    assert desk.words(films[1], films[1].sketch) == ["ran in #37, 79 % the same text"]
    desk.others = films[1:]
    assert desk.words(films[1], films[1].sketch) == []
    again = sketch_of(prose([*essay(50, 30), "a", "word", *footer]))
    assert desk.words(films[1], again) == ["ran in #37, 92 % the same text"]


def test_one_text_under_three_addresses_is_no_boilerplate(desk):
    feed = "https://blog.example.com/feed"
    copies = [article(f"copy{n}", sketch=sketch_of(prose(LONG)), feed=feed) for n in range(4)]
    desk.sent(37, desk.block(copies[0]))
    desk.others = copies[1:]
    assert desk.words(copies[1], copies[1].sketch) == ["ran in #37, 100 % the same text"]


def test_of_many_texts_of_a_site_some_are_kept_evenly():
    texts = SiteTexts()
    for n in range(10_000):
        texts.add("site", f"{n}")
    kept = [int(one) for one in texts.of("site")]
    assert MANY <= len(kept) <= 2 * MANY
    assert max(b - a for a, b in pairwise(kept)) <= 2 * 10_000 / MANY
    assert texts.of("another") == ()


def test_a_clone_without_the_texts_knows_them_by_what_the_issue_says(desk):
    words = prose(essay(7, 60))
    desk.sent(37, f"### [A title](https://blog.example.com/a)\n\n**Why it matters:** {words}\n\n## Next\n")
    assert desk.words(article("b"), sketch_of(words)) == ["ran in #37, 100 % the same text"]


def test_a_story_of_the_last_four_sent_issues_is_followed_up(desk):
    for number in range(37, 42):
        desk.sent(number, desk.block(article(f"story{number}")))
    assert desk.words(article("b"), "", frozenset({"b", "story38", "story40"})) == ["follow-up to #40"]
    assert desk.words(article("b"), "", frozenset({"b", "story37"})) == []
    assert desk.words(article("b"), "", frozenset({"b"})) == []
    assert desk.memory().recent() == {f"story{number}": number for number in range(38, 42)}
    for number in range(50, 60):  # issues of another tool may have the highest numbers, and are the oldest
        desk.issue(
            number, desk.block(article(f"old{number}")), head='imported_from = "substack:1"\n', date="2024-05-01"
        )
    assert desk.memory().recent() == {f"story{number}": number for number in range(38, 42)}


def test_the_same_text_is_told_once_though_it_is_the_same_story_too(desk):
    desk.sent(37, desk.block(article("a", sketch=sketch_of(prose(LONG)))))
    assert desk.words(article("b"), sketch_of(prose(LONG)), frozenset({"a", "b"})) == [
        "ran in #37, 100 % the same text"
    ]


def test_parts_of_a_series_are_told_in_their_order(desk):
    desk.sent(37, desk.block(article("one", title="Next Gen Moka (Part 1 of 3)")))
    assert desk.words(article("two", title="Next Gen Moka (Part 2 of 3)")) == ["part 2 of 3; part 1 ran in #37"]
    assert desk.words(article("three", title="Next Gen Moka (Part 3 of 3)")) == ["part 3 of 3; part 2 not sent"]
    assert desk.words(article("copy", title="Next Gen Moka, Pt. I")) == ["part 1 of this series ran in #37"]
    beside = [article("two", title="Next Gen Moka (Part 2 of 3)")]
    assert desk.words(article("three", title="Next Gen Moka (Part 3 of 3)"), beside=beside) == [
        "part 3 of 3; part 1 ran in #37"
    ]
    elsewhere = Article(id="x", title="Next Gen Moka (Part 2 of 3)", link="https://other.example.org/x")
    assert desk.words(elsewhere) == ["part 2 of 3; part 1 not sent"]


def test_an_earlier_part_that_waits_is_named(desk):
    from newsletter.composer.series import part_of

    one = article("39a36d", title="Moka at scale (Part 1)")
    memory = desk.memory(waiting=[(part_of(one.title, one.link), one.id)])
    (repeat,) = memory.repeats_of(article("two", title="Moka at scale (Part 2)"))
    assert (repeat.kind, repeat.issue, repeat.words) == (RepeatKind.SERIES, 0, "part 2; part 1 (39a36d) not sent")
