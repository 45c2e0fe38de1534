"""Markdown as a person writes it in plain text."""

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rendering_samples import one_line, passage

from newsletter.model.issue import Issue
from newsletter.rendering.markdown import block_prose, inline_prose
from newsletter.rendering.plaintext import WIDTH, wrap
from newsletter.rendering.renderer import Renderer

PATH = Path("issues/042.md")
WORDS = st.lists(st.text(st.characters(exclude_categories=("Z", "C")), min_size=1, max_size=100), max_size=30)


@given(WORDS)
def test_wrapping_keeps_every_word_and_the_width_where_words_allow(words: list[str]) -> None:
    wrapped = wrap(" ".join(words), "- ", "  ")
    assert wrapped.removeprefix("-").split() == " ".join(words).split()
    assert all(len(line) <= WIDTH or len(line.split()) <= 2 for line in wrapped.split("\n"))


@given(st.lists(st.sampled_from(["10\u00a0km", "\u00a0", "a", "long" * 9, "end\u00a0"]), max_size=40))
def test_a_space_that_does_not_break_stays_where_it_is(words: list[str]) -> None:
    assert wrap(" ".join(words)).replace("\n", " ") == " ".join(words)


def test_a_link_is_never_broken() -> None:
    link = "https://example.com/" + "a-long-path/" * 20
    assert link in wrap(f"Words before {link} and words after it that go on for a while.").split()


@pytest.mark.parametrize(
    "markdown, text",
    [
        ("[words](https://x.example/?a=1&b=2)", "words <https://x.example/?a=1&b=2>"),
        ("<https://x.example>", "https://x.example"),
        ("[https://x.example](https://x.example)", "https://x.example"),
        ("[](https://x.example)", "<https://x.example>"),
        ("<ada@example.com>", "ada@example.com"),
        ("**strong** and *soft*", "*strong* and _soft_"),
        ("`a < b` &amp; &lt;c&gt;", "`a < b` & <c>"),
        ("one\ntwo", "one two"),
        ("one\\\ntwo", "one\ntwo"),
        ("[![a logo](https://x.example/l.png)](https://x.example)", "a logo <https://x.example>"),
    ],
)
def test_inline_markdown_becomes_readable_text(markdown: str, text: str) -> None:
    assert inline_prose(passage(markdown), PATH).text == text


def test_blocks_keep_their_shape() -> None:
    markdown = (
        "First.\n\n- one\n- two\n  - inner\n\n3. three\n\n   more of three\n4. four\n\n> said\n>\n> twice\n\n"
        "```\ncode  here\n```\n\n***\n\n| a | b |\n|---|---|\n| 1 | 2 |\n"
    )
    assert block_prose(passage(markdown), PATH).text == (
        "First.\n\n- one\n- two\n  - inner\n\n3. three\n\n   more of three\n4. four\n\n> said\n\n> twice\n\n"
        "    code  here\n\n* * *\n\na | b\n1 | 2"
    )


def test_the_text_part_is_72_columns_wide_but_for_links(renderer: Renderer, eight: Issue) -> None:
    text = renderer.render(eight).text
    long = [line for line in text.split("\n") if len(line) > WIDTH]
    assert all(re.fullmatch(r"\s*(<?https://\S+|SLOT\w+)", line) for line in long)
    assert not re.search(r"[ \t]+$", text, re.M)
    assert text.endswith("\n")
    assert "\r" not in text


def test_nothing_is_escaped_in_the_text_part(renderer: Renderer, eight: Issue) -> None:
    text = renderer.render(eight).text
    assert not re.search(r"&(amp|lt|gt|quot|#\d+);", text)
    assert "Pinterest's" in one_line(text)
