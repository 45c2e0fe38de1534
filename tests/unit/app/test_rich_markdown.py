"""HTML of other tools, as Markdown that the strict parser of issue files reads."""

import random
import tempfile
from datetime import UTC
from pathlib import Path

import pytest
from broken_bytes import mutated
from hypothesis import given, settings
from hypothesis import strategies as st
from past_exports import BUTTONDOWN, MAILCHIMP, PULLED, SUBSTACK, packed

from newsletter.composer.issue_file import parse_issue
from newsletter.composer.markdown import html_of
from newsletter.composer.rich_markdown import markdown_of, plain_markdown
from newsletter.errors import InputError
from newsletter.sources.exports import read_export
from newsletter.sources.rich_html import blocks_of

HEAD = '+++\nnumber = 1\ndate = 2024-01-01\nsubject = "s"\n+++\n\n'
TAGS = "p div h1 h2 h3 h4 ul ol li a b i em strong code pre blockquote table tr td img br hr span"
WORDS = [
    *(
        "Why it matters:",
        "**x**",
        "# h",
        "- li",
        "1.",
        "a_b_c",
        "*",
        "`",
        "``x``",
        "[a](b)",
        "{#id}",
        "{.sponsor}",
        "|",
    ),
    *(
        "<b>",
        "&amp;",
        "+++",
        "---",
        "===",
        "~~~",
        "Acme · 5 min",
        "[x]: http://a.b",
        "!",
        "\\",
        "\n",
        "\u200b",
        "\x07",
        "🎉",
    ),
]


def html_from(chance, depth=0):
    """Return HTML as nobody should write it."""
    parts = []
    for _ in range(chance.randrange(1, 6)):
        if depth < 5 and chance.random() < 0.6:
            tag = chance.choice(TAGS.split())
            more = {"a": ' href="https://x.example/1_(y)"', "img": ' src="https://x.example/p.png" alt="a]b"'}.get(
                tag, ""
            )
            inner = html_from(chance, depth + 1)
            parts.append(f"<{tag}{more}>{inner}" + (f"</{tag}>" if chance.random() < 0.9 else ""))
        else:
            parts.append(" ".join(chance.choice(WORDS) for _ in range(chance.randrange(1, 5))))
    return chance.choice(["", " "]).join(parts)


@settings(max_examples=150, deadline=None)
@given(st.integers(0, 2**32))
def test_any_html_becomes_an_issue(seed):
    blocks = blocks_of(html_from(random.Random(seed)))
    assert parse_issue(HEAD + markdown_of(blocks, "Subject"), Path("001.md")).articles
    assert parse_issue(HEAD + plain_markdown(blocks, "Subject"), Path("001.md")).articles


@settings(max_examples=60, deadline=None)
@given(st.sampled_from([SUBSTACK, MAILCHIMP, BUTTONDOWN, PULLED]), st.integers(0, 2**32))
def test_whatever_is_broken_in_an_export_what_is_read_of_it_becomes_issues(files, seed):
    chance = random.Random(seed)
    files = {
        name: mutated(text.encode(), chance, chance.randrange(1, 6)) if chance.random() < 0.5 else text
        for name, text in files.items()
    }
    with tempfile.TemporaryDirectory() as folder:
        try:
            reading = read_export(packed(Path(folder), files), "", UTC, html_of)
        except InputError:
            return
    for one in reading.issues:
        assert parse_issue(HEAD + markdown_of(one.blocks, one.subject), Path("001.md")).subject


@pytest.mark.parametrize(
    "html, markdown",
    [
        ("<p>a<b>b</b>c <i>d</i> <b><i>e</i></b></p>", "a**b**c *d* ***e***"),
        ("<p><b>Bold.</b> then <b>(x)</b>y</p>", "**Bold.** then (x)y"),
        ("<p><code>a`b</code> <code>`</code></p>", "``a`b`` `` ` ``"),
        ("<p>one<br><br>two <br> # three</p>", "one\\\ntwo\\\n\\# three"),
        ("<blockquote><p>q</p><p>r</p></blockquote>", "> q\n\n> r"),
        ('<p><a href="https://x.example/a b">x</a><a href="/rel">y</a></p>', "[x](https://x.example/a%20b)y"),
        ('<p>see <a href="https://x.example/"><b>all</b> of it</a>!</p>', "see [**all** of it](https://x.example/)!"),
        ('<img src="data:x"><img src="https://x.example/1.gif" width="1">', ""),
    ],
)
def test_what_words_are_is_kept(html, markdown):
    assert markdown_of(blocks_of(html), "S").removeprefix("### S\n").strip() == markdown


def test_markdown_of_other_tools_may_have_html_in_it():
    text = 'Hi <b>you</b>\n\n<div class="x">\n\n- one\n- ~~two~~\n\n</div>\n'
    assert markdown_of(blocks_of(html_of(text)), "S") == "### S\n\nHi **you**\n\n- one\n- two\n"
