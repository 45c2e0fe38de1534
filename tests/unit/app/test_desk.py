"""The desk: moves between pool and issue, and their undoing."""

import pytest

from newsletter.app import open_newsletter
from newsletter.app.desk import Desk
from newsletter.app.moves import Move, NotSure
from newsletter.app.sample import make_sample
from newsletter.errors import FileError, IssueError, NewsletterError, PoolError
from newsletter.model.article import Article
from newsletter.model.draft import waits_for_review


@pytest.fixture
def folder(tmp_path):
    make_sample(tmp_path / "desk")
    newsletter = open_newsletter(tmp_path / "desk")
    newsletter.pool().add(
        [
            Article(id="aaaaaaaaaaaaa", title="Queues", link="https://example.com/q", why="They fill.", section="New"),
            Article(id="bbbbbbbbbbbbb", title="Caches", link="https://example.com/c", why="They expire."),
        ]
    )
    return tmp_path / "desk"


@pytest.fixture
def desk(folder):
    return Desk(folder, folder / "issues" / "001.md")


def make(desk, do, **more):
    return desk.make(Move(do=do, **more), desk.view()["digest"])


def titles(desk):
    return [(one["name"], [article["title"] for article in one["articles"]]) for one in desk.view()["sections"]]


def states(desk):
    return {row["title"]: row["state"] for row in desk.view()["pool"] if row["title"] in ("Queues", "Caches")}


def test_an_article_is_picked_into_its_place(desk):
    first = titles(desk)[0]
    assert make(desk, "pick", id="bbbbbbbbbbbbb", section=0, place=1) == "picked “Caches”"
    assert titles(desk)[0] == (first[0], [first[1][0], "Caches", *first[1][1:]])
    assert states(desk) == {"Queues": "new", "Caches": "picked 1"}


def test_an_article_is_picked_into_the_section_it_was_collected_for(desk):
    make(desk, "pick", id="aaaaaaaaaaaaa")
    assert titles(desk)[-1] == ("New", ["Queues"])


def test_an_article_is_picked_above_all_sections_without_making_one(desk):
    before = titles(desk)
    make(desk, "pick", id="aaaaaaaaaaaaa", section=-1)
    assert titles(desk) == [("", ["Queues"]), *before]


@pytest.mark.parametrize(
    "moves",
    [
        [{"do": "pick", "id": "bbbbbbbbbbbbb", "section": 0, "place": 0}],
        [{"do": "hold", "id": "aaaaaaaaaaaaa", "words": "next week"}],
        [{"do": "drop", "id": "aaaaaaaaaaaaa", "words": "an advertisement"}],
        [{"do": "move", "article": 0, "section": 2, "place": 0}],
        [{"do": "out", "article": 0}],
        [{"do": "section", "words": "Last"}, {"do": "move", "article": 3, "section": 3}],
        [{"do": "unsection", "section": 1}],
    ],
    ids=lambda moves: moves[-1]["do"],
)
def test_undo_takes_a_move_back_to_the_letter(desk, folder, moves):
    path = folder / "issues" / "001.md"
    file, pool = path.read_bytes(), desk.view()["pool"]
    for move in moves:
        desk.make(Move.of(move), desk.view()["digest"])
    assert (path.read_bytes(), desk.view()["pool"]) != (file, pool)
    for _ in moves:
        assert desk.undo().startswith("undone: ")
    assert path.read_bytes() == file
    assert desk.view()["pool"] == pool
    with pytest.raises(PoolError, match="nothing to undo"):
        desk.undo()


def test_an_article_taken_out_keeps_in_the_pool_what_the_editor_made_of_it(desk, folder):
    make(desk, "pick", id="bbbbbbbbbbbbb", section=0, place=0)
    path = folder / "issues" / "001.md"
    path.write_text(path.read_text("utf-8").replace("They expire.", "They expire at the worst time."), "utf-8")
    make(desk, "out", article=0)
    entry = open_newsletter(folder).pool().find("bbbb")
    assert entry.article.why == "They expire at the worst time."
    assert states(desk)["Caches"] == "new"
    desk.undo()
    assert open_newsletter(folder).pool().find("bbbb").article.why == "They expire."


def test_what_the_pool_cannot_keep_goes_only_when_the_editor_is_sure(desk, folder):
    path = folder / "issues" / "001.md"
    text = path.read_text("utf-8")
    path.write_text(text.replace("\n## ", "\n### [Mine](https://example.com/m)\n\nMy *own* words.\n\n## ", 1), "utf-8")
    file = path.read_bytes()
    with pytest.raises(NotSure, match="not what else its block says"):
        make(desk, "out", article=0)
    assert path.read_bytes() == file
    make(desk, "out", article=0, sure=True)
    assert path.read_text("utf-8") == text
    mine = next(row for row in desk.view()["pool"] if row["title"] == "Mine")
    assert (mine["link"], mine["state"]) == ("https://example.com/m", "new")


def test_a_file_that_was_changed_meanwhile_is_left_alone(desk, folder):
    path, digest = folder / "issues" / "001.md", desk.view()["digest"]
    path.write_bytes(path.read_bytes() + b"\n")
    file = path.read_bytes()
    with pytest.raises(IssueError, match="changed meanwhile"):
        desk.make(Move(do="move", article=0, section=1), digest)
    make(desk, "move", article=0, section=1)
    path.write_bytes(path.read_bytes() + b"\n")
    with pytest.raises(IssueError, match="changed since: moved"):
        desk.undo()
    assert path.read_bytes() != file


def test_what_only_the_pool_remembers_is_done_and_undone_whatever_became_of_the_file(desk, folder):
    path, digest = folder / "issues" / "001.md", desk.view()["digest"]
    path.write_bytes(path.read_bytes() + b"\n")
    desk.make(Move(do="hold", id="bbbbbbbbbbbbb"), digest)
    path.write_bytes(path.read_bytes() + b"\n")
    file = path.read_bytes()
    assert desk.undo() == "undone: held “Caches”"
    assert states(desk)["Caches"] == "new"
    assert path.read_bytes() == file


def test_an_issue_that_was_sent_is_neither_changed_nor_taken_back(desk, folder):
    make(desk, "move", article=0, section=1)
    path = folder / "issues" / "001.md"
    facts = "ledger = 'x'\nhost = 'h'\nlist = 'weekly'\nstarted = 2026-11-27T10:00:00Z\n"
    (folder / "issues" / "001.receipt.toml").write_text(f"[[mailing]]\n{facts}")
    file = path.read_bytes()
    with pytest.raises(IssueError, match="was sent"):
        make(desk, "out", article=0)
    with pytest.raises(IssueError, match="was sent"):
        desk.undo()
    assert path.read_bytes() == file
    assert make(desk, "hold", id="aaaaaaaaaaaaa") == "held “Queues”"
    assert desk.undo() == "undone: held “Queues”"


def with_block(folder, block, facts=""):
    path = folder / "issues" / "001.md"
    text = path.read_text("utf-8").replace("\n## ", f"\n{block}\n\n## ", 1)
    path.write_text(text.replace("[articles.", f"{facts}[articles.", 1), "utf-8")


@pytest.mark.parametrize("marks", ["{.sponsor}", "{#ccccccccccccc .sponsor}"])
def test_that_an_article_is_a_sponsors_goes_only_when_the_editor_is_sure(desk, folder, marks):
    with_block(folder, f"### [Acme](https://example.com/acme) {marks}\nAcme")
    with pytest.raises(NotSure, match="is a sponsor's"):
        make(desk, "out", article=0)
    assert make(desk, "out", article=0, sure=True) == "took “Acme” out"


def test_a_draft_that_nobody_reviewed_is_one_when_it_is_picked_again(desk, folder):
    block = "### [Draft](https://example.com/d) {#ddddddddddddd}\n\n**Why it matters:** so it says."
    with_block(folder, block, '[articles.ddddddddddddd]\ndrafted_by = "llm:some"\n\n')
    make(desk, "out", article=0)
    make(desk, "pick", id="ddddddddddddd", section=0)
    issue = open_newsletter(folder).issues.read(folder / "issues" / "001.md")
    assert issue.provenance["ddddddddddddd"].drafted_by == "llm:some"


@pytest.mark.parametrize("reviewed", ["", 'reviewed_by = "mk"\n'])
def test_a_draft_of_an_article_of_the_pool_is_never_passed_off_as_a_persons(desk, folder, reviewed):
    block = "### [Caches](https://example.com/c) {#bbbbbbbbbbbbb}\n\n**Why it matters:** so it says."
    with_block(folder, block, f'[articles.bbbbbbbbbbbbb]\ndrafted_by = "llm:some"\n{reviewed}\n')
    make(desk, "out", article=0)
    make(desk, "pick", id="bbbbbbbbbbbbb", section=0)
    issue = open_newsletter(folder).issues.read(folder / "issues" / "001.md")
    picked = next(one for one in issue.articles if one.id == "bbbbbbbbbbbbb")
    assert picked.why.markdown == "so it says."
    assert waits_for_review(picked, issue.provenance["bbbbbbbbbbbbb"])
    desk.undo()
    desk.undo()
    assert open_newsletter(folder).pool().find("bbbb").article.drafted_by == ""


def test_a_block_without_an_id_keeps_its_words_in_the_article_of_its_link(desk, folder):
    with_block(folder, "### [Caches, again](https://example.com/c)\n\n**Why it matters:** my own words.")
    make(desk, "out", article=0)
    known = open_newsletter(folder).pool().find("bbbb").article
    assert (known.title, known.why) == ("Caches, again", "my own words.")
    desk.undo()
    assert open_newsletter(folder).pool().find("bbbb").article.why == "They expire."


@pytest.mark.parametrize(
    "values, words",
    [
        ({"do": "fly"}, "no move"),
        ({}, "no move"),
        ({"do": "pick", "id": 3}, "no move"),
        ({"do": "move", "article": True}, "no move"),
        ({"do": "pick", "whole": "x"}, "no move"),
        ({"do": "pick", "id": "zzz"}, "no article of the pool"),
        ({"do": "pick", "id": "aaa", "section": 9}, "no section 10"),
        ({"do": "drop", "id": "aaa"}, "needs a reason"),
        ({"do": "move", "article": 99, "section": 0}, "no article 100"),
        ({"do": "move", "article": 0, "section": 99}, "no section 100"),
        ({"do": "section", "words": " "}, "needs a name"),
    ],
)
def test_a_move_that_cannot_be_changes_nothing(desk, folder, values, words):
    path = folder / "issues" / "001.md"
    file, pool = path.read_bytes(), desk.view()["pool"]
    with pytest.raises(NewsletterError, match=words):
        desk.make(Move.of(values), desk.view()["digest"])
    assert (path.read_bytes(), desk.view()["pool"], desk.view()["undo"]) == (file, pool, "")


def test_a_dropped_article_and_one_of_another_issue_say_what_to_do(desk):
    make(desk, "drop", id="aaaaaaaaaaaaa", words="no")
    with pytest.raises(PoolError, match="was dropped: no"):
        make(desk, "pick", id="aaaaaaaaaaaaa", section=0)


def test_an_issue_that_cannot_be_read_says_why_and_keeps_its_pool(desk, folder):
    path = folder / "issues" / "001.md"
    path.write_text(path.read_text("utf-8").replace("### ", "#### ", 1), "utf-8")
    view = desk.view()
    assert "a heading here is" in view["error"]
    assert view["sections"] == []
    assert view["pool"]
    with pytest.raises(IssueError):
        desk.make(Move(do="pick", id="aaaaaaaaaaaaa"), view["digest"])


def test_an_issue_that_cannot_be_written_leaves_the_pool_as_it_was(folder):
    # Its name has room in a folder, and that of the draft that is written beside it has none.
    path = (folder / "issues" / "001.md").rename(folder / "issues" / f"001-{'x' * 244}.md")
    path.write_text(path.read_text("utf-8").replace("**Why it matters:** ", "**Why it matters:** Mine. ", 1), "utf-8")
    desk, file = Desk(folder, path), path.read_bytes()
    pool = desk.view()["pool"]
    with pytest.raises(FileError, match="cannot be written"):
        make(desk, "out", article=0)
    assert (path.read_bytes(), desk.view()["pool"]) == (file, pool)
