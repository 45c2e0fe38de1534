"""A draft is put below what stands in its article, and nothing else in the file changes."""

from pathlib import Path

import pytest

from newsletter.composer.draft_block import with_draft
from newsletter.composer.issue_file import parse_issue
from newsletter.composer.issue_text import IssueText
from newsletter.errors import IssueError
from newsletter.model.draft import Claim, Draft, is_edited, told_by, waits_for_review

PATH = Path("issues/042.md")
HEAD = "+++\nnumber = 42\ndate = 2026-11-27\n\n[articles.a]  # mine\nfound = 'x'\n+++\n"
DRAFT = Draft(
    drafted_by="llm:m",
    why=Claim(text="# It *scales* & more."),
    points=(Claim(text="1. One"), Claim(text="Two", fault="no")),
)
WORDS = "**Why it matters:** \\# It \\*scales\\* & more.\n\n- 1\\. One\n- (unsupported) Two"


def drafted(body, draft=DRAFT, head=HEAD, **facts):
    return with_draft(IssueText.decode((head + body).encode(), PATH), "a", draft, facts)


@pytest.mark.parametrize("before, behind", [
    ("Hello.\n\n### [A](https://a.example) {#a}\nSource · 2 min\n", ""),
    ("### A {#a}\n", "\n\n\n## Next\n\n### [B](https://b.example)\n\n**Why it matters:** B.\n"),
    ("## S\n### A {#a}\n\nMy own words.\n\n> a quote\n", "### B\n"),
    ("### A {#a}", ""),
])  # fmt: skip
def test_the_words_stand_below_the_article_and_all_else_stays(before, behind):
    text = drafted(before + behind).text
    _, _, body = text.partition("+++\n")
    _, _, body = body.partition("+++\n")
    assert body == f"{before.rstrip(chr(10))}\n\n{WORDS}\n{behind}" or body == f"{before.rstrip()}\n\n{WORDS}{behind}"
    issue = parse_issue(text, PATH)
    known, article = issue.provenance["a"], next(one for one in issue.articles if one.id == "a")
    assert (known.found, known.drafted_by) == ("x", "llm:m")
    assert not is_edited(article, known)
    assert waits_for_review(article, known)
    assert "[articles.a]  # mine" in text


def test_excerpts_stand_in_quotes():
    draft = Draft(drafted_by="excerpt", points=(Claim(text="It scales.", quote="It scales."),))
    assert drafted("### A {#a}\n", draft).text.endswith("### A {#a}\n\n- “It scales.”\n")


def test_lines_end_as_those_of_the_file():
    text = with_draft(IssueText.decode((HEAD + "### A {#a}\n").replace("\n", "\r\n").encode(), PATH), "a", DRAFT, {})
    data = text.encode()
    assert data.count(b"\r\n") == data.count(b"\n")


def test_a_new_draft_is_reviewed_anew():
    head = HEAD.replace(
        "found = 'x'\n", 'reviewed_by = "mk"\nreviewed_sha256 = "0"\ntruncated = true\nflagged = "old"\n'
    )
    issue = parse_issue(drafted("### A {#a}\n", head=head, flagged="new").text, PATH)
    known = issue.provenance["a"]
    assert (known.reviewed_by, known.reviewed_sha256, known.truncated, known.flagged) == ("", "", False, "new")
    assert waits_for_review(issue.articles[0], known)


def test_an_edit_opens_the_gate_and_is_told():
    text = drafted("### A {#a}\n").text
    issue = parse_issue(text.replace("- 1\\. One", "- One of mine"), PATH)
    known = issue.provenance["a"]
    assert not waits_for_review(issue.articles[0], known)
    assert told_by(issue.articles[0], known) == "llm:m+edited"
    spaced = parse_issue(text.replace("It \\*scales", "It\n\\*scales"), PATH)
    assert told_by(spaced.articles[0], spaced.provenance["a"]) == "llm:m"


@pytest.mark.parametrize("body, words", [
    ("### A {#a}\n\n**Why it matters:** It does.\n", "a has words already"),
    ("### A {#a}\n\n- One\n", "a has words already"),
    ("### B {#b}\n", "there is no article a"),
    ("### A {#a}\n\n```\ncode\n", "would be none"),
])  # fmt: skip
def test_where_it_cannot_stand_nothing_is_written(body, words):
    with pytest.raises(IssueError, match=words):
        drafted(body)
