"""Articles of an issue file in another order: every word stays as it was written."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.composer.arranging import add_section, move_article, pieces_of, take_article_out, take_section_out
from newsletter.composer.issue_file import parse_issue
from newsletter.composer.issue_text import IssueText
from newsletter.errors import IssueError

HEAD = "+++\nnumber = 1\ndate = 2026-11-27\n\n[articles.aaa]\nfound = 'x'\n\n[articles.bbb]\nfound = 'y'\n+++\n"
BODY = """
Two words.


## One

### [A](https://a.example) {#aaa}
Source · 3 min

Own words,  spaced   oddly.

```text
### not a heading
```

### B {#bbb}



**Why it matters:** because.
## Two

### C {#ccc}
"""


def text(body=BODY, head=HEAD):
    return IssueText.decode((head + body).encode(), Path("1.md"))


def order(edited):
    issue = parse_issue(edited.text, edited.path)
    return [
        ((section.name.markdown if section.name else ""), [article.title.markdown for article in section.articles])
        for section in issue.sections
    ]


def test_the_pieces_are_the_body():
    assert HEAD + "".join(piece.text + piece.gap for piece in pieces_of(text())) == text().text


@pytest.mark.parametrize(
    "article, section, place, expected",
    [
        (0, 0, 1, [("One", ["B", "A"]), ("Two", ["C"])]),
        (1, 0, 0, [("One", ["B", "A"]), ("Two", ["C"])]),
        (0, 1, 0, [("One", ["B"]), ("Two", ["A", "C"])]),
        (0, 1, 9, [("One", ["B"]), ("Two", ["C", "A"])]),
        (2, 0, 1, [("One", ["A", "C", "B"]), ("Two", [])]),
        (2, -1, 0, [("", ["C"]), ("One", ["A", "B"]), ("Two", [])]),
        (0, 0, 0, [("One", ["A", "B"]), ("Two", ["C"])]),
    ],
)
def test_an_article_moves_to_its_place_with_all_its_words(article, section, place, expected):
    moved = move_article(text(), article, section, place)
    assert order(moved) == expected
    assert sorted(piece.text for piece in pieces_of(moved)) == sorted(piece.text for piece in pieces_of(text()))
    assert moved.text.startswith(HEAD + "\nTwo words.\n\n\n## ") or section == -1
    assert moved.text.endswith("\n")
    assert not moved.text.endswith("\n\n")


def test_moving_it_back_gives_the_same_file():
    plain = text(BODY.replace("because.\n##", "because.\n\n##"))
    assert move_article(move_article(plain, 0, 1, 1), 1, 0, 0).text != plain.text, "B came first then"
    assert move_article(move_article(plain, 0, 0, 1), 1, 0, 0).text == plain.text
    assert move_article(move_article(plain, 2, 0, 0), 0, 1, 0).text == plain.text


def test_windows_line_ends_stay():
    windows = IssueText.decode((HEAD + BODY).replace("\n", "\r\n").encode(), Path("1.md"))
    moved = move_article(windows, 0, 1, 0).encode()
    assert moved.count(b"\n") == moved.count(b"\r\n")


def test_an_article_taken_out_is_given_back_as_it_was_written():
    left, block = take_article_out(text(), 0)
    assert order(left) == [("One", ["B"]), ("Two", ["C"])]
    assert block.startswith("### [A](https://a.example) {#aaa}\nSource · 3 min\n\nOwn words,  spaced   oddly.\n")
    assert "aaa" not in left.text
    assert "[articles.bbb]" in left.text
    left, block = take_article_out(take_article_out(left, 0)[0], 0)
    assert block == "### C {#ccc}\n"
    assert order(left) == [("One", []), ("Two", [])]
    assert "articles" not in left.text


def test_the_last_article_of_an_issue_without_anything_else_can_go():
    left, _ = take_article_out(text("\n### C {#ccc}\n"), 0)
    assert order(left) == []


def test_a_section_comes_at_the_end_and_goes_with_its_heading_alone():
    more = add_section(text(), "  Three *stars* ")
    assert order(more)[-1] == ("Three \\*stars\\*", [])
    assert order(take_section_out(more, 1)) == [("One", ["A", "B", "C"]), ("Three \\*stars\\*", [])]
    assert order(take_section_out(more, 0)) == [("", ["A", "B"]), ("Two", ["C"]), ("Three \\*stars\\*", [])]
    for name in ("", " ", "one"):
        with pytest.raises(IssueError):
            add_section(text(), name)


@pytest.mark.parametrize("article, section", [(3, 0), (-1, 0), (0, 2)])
def test_what_is_not_there_is_an_error(article, section):
    with pytest.raises(IssueError, match="there is no"):
        move_article(text(), article, section, 0)


def test_a_code_block_that_is_not_closed_swallows_no_article():
    open_end = text("\n## One\n\n### A\n\n### B\n\n```\ncode\n")
    with pytest.raises(IssueError, match="read as another one"):
        move_article(open_end, 1, 0, 0)
    assert order(move_article(open_end, 0, 0, 0)) == [("One", ["A", "B"])]


@pytest.mark.parametrize("mark", ["\u2028", "\u2029", "\x85"])
def test_what_ends_a_line_for_unicode_alone_ends_none_here(mark):
    moved = move_article(text(BODY.replace("Two words.", f"Two{mark}{mark}{mark}words.")), 0, 1, 0)
    assert order(moved) == [("One", ["B"]), ("Two", ["A", "C"])]
    assert f"\nTwo{mark}{mark}{mark}words.\n\n\n## One" in moved.text


def test_comments_of_the_front_matter_stay_when_an_article_goes():
    own = "[articles.aaa]\n# by hand\nfound = 'x' # a feed\nagain = \"why\"\n"
    below = "# what we know of\n[[waivers]]\nrule = 'alt-text'\nreason = 'z'\ndate = 2026-11-01\n"
    head = f"+++\nnumber = 1 # the first\ndate = 2026-11-27\n\n{own}\n{below}+++\n"
    left, _ = take_article_out(text("\n### A {#aaa}\n\n### C {#ccc}\n", head), 0)
    assert left.text == f"+++\nnumber = 1 # the first\ndate = 2026-11-27\n\n{below}+++\n\n### C {{#ccc}}\n"


@pytest.mark.parametrize("known", ["articles.aaa.found = 'x'", "articles = {aaa = {found = 'x'}}", "[articles.'aaa']"])
def test_what_the_front_matter_knows_of_an_article_goes_however_it_is_written(known):
    head = f"+++\nnumber = 1\ndate = 2026-11-27\n{known}\n+++\n"
    left, _ = take_article_out(text("\n### A {#aaa}\n", head), 0)
    assert left.text.startswith("+++\nnumber = 1\ndate = 2026-11-27\n+++\n")


KINDS = ["### A\n", "### B\n\n- one\n- two\n", "## S\n", "### C\nSource\n\n> quote\n", "### D\n\n    code\n"]
BLOCKS = st.lists(st.sampled_from(KINDS), min_size=1, max_size=8)


@given(BLOCKS, st.lists(st.sampled_from(["", "\n", "\n\n"]), min_size=8, max_size=8), st.data())
def test_any_move_keeps_every_block(blocks, gaps, data):
    body = "\n" + "".join(block + gap for block, gap in zip(blocks, gaps, strict=False))
    before = text(body)
    issue = parse_issue(before.text, before.path)
    if not issue.articles:
        return
    sections = sum(block.startswith("## ") for block in blocks)
    article = data.draw(st.integers(0, len(issue.articles) - 1))
    after = move_article(before, article, data.draw(st.integers(-1, sections - 1)), data.draw(st.integers(0, 9)))
    assert sorted(piece.text for piece in pieces_of(after)) == sorted(piece.text for piece in pieces_of(before))
