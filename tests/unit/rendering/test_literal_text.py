"""What articles say is shown as they say it, whatever it looks like."""

import string
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rendering_samples import (
    OPTIONS,
    article,
    attributes_of,
    escape_markdown,
    issue_of,
    links_in,
    one_line,
    passage,
    visible_text,
)

from newsletter.errors import RenderError
from newsletter.model.mail import Slot
from newsletter.rendering.markdown import MARKED, block_prose, inline_prose
from newsletter.rendering.mjml import compile_mjml
from newsletter.rendering.renderer import Renderer
from newsletter.rendering.themes import builtin_templates

RENDERER = Renderer(OPTIONS, [builtin_templates()])
PATH = Path("issues/042.md")
MAILABLE = st.characters(exclude_categories=("Cc", "Cs", "Zl", "Zp"), exclude_characters="\ufffe\uffff\ufeff")
TEXT = st.text(MAILABLE, min_size=1, max_size=60).map(one_line).filter(bool)
NASTY = st.sampled_from(
    [
        "</mj-text>",
        "<mj-section>",
        "<script>",
        "{{ x }}",
        "{% if %}",
        "&amp;",
        "<!--[if mso]>",
        "-->",
        "<![CDATA[",
        "</td>",
        "<pre>",
        "'\"",
        "]]>",
        "<?php",
        "\ue000",
        "*|MERGE|*",
        "SLOTNAME",
    ]
)
MIXED = st.lists(st.one_of(TEXT, NASTY), min_size=1, max_size=5).map(" ".join).map(one_line)


@pytest.mark.parametrize(
    "text",
    [
        "</mj-text>",
        "<script>alert(1)</script>",
        "{{ x }}",
        "{% if %}",
        "<mj-section>",
        "&lt;b&gt;",
        "<!-- note -->",
        "a < b && c > d",
        "*|FNAME|*",
    ],
)
def test_text_about_code_appears_literally(text: str) -> None:
    mail = RENDERER.render(issue_of(article(f"On `{text}`", why=f"Why `{text}`", points=(f"Point `{text}`",))))
    for words in ("On", "Why", "Point"):
        assert f"{words} {text}" in visible_text(mail.html)
        assert f"{words} `{text}`" in one_line(mail.text)


@pytest.mark.parametrize("text", ["</mj-text>", "<script>alert(1)</script>", "{{ x }}", "{% if %}", "<mj-section>"])
def test_raw_html_in_markdown_appears_literally_too(text: str) -> None:
    mail = RENDERER.render(issue_of(article(text, words=f"First.\n\n{text}\n\nLast.", why=text)))
    assert visible_text(mail.html).count(text) >= 3
    assert "<script" not in mail.html
    assert mail.text.count(text) >= 3


@given(title=MIXED, why=MIXED, point=MIXED)
def test_any_text_is_seen_unchanged_in_both_parts(title: str, why: str, point: str) -> None:
    told = article(escape_markdown(title), why=escape_markdown(why), points=(escape_markdown(point),))
    mail = RENDERER.render(issue_of(told, subject=title))
    html, text = visible_text(mail.html), one_line(mail.text)
    for said in (title, why, point):
        assert said in html
        assert said in text
    assert "<mj-" not in mail.html
    for slot, token in mail.tokens.items():
        assert mail.html.count(token) == mail.mjml.count(token) == 1, slot


@given(title=MIXED, words=MIXED)
def test_the_title_and_alternative_text_of_a_picture_are_unchanged(title: str, words: str) -> None:
    source = f'![{escape_markdown(words)}](https://x.example/y.png "{escape_markdown(title)}")'
    mail = RENDERER.render(issue_of(article("One", why=source)))
    assert attributes_of("img", mail.html) == [
        {"src": "https://x.example/y.png", "alt": words, "title": title, "style": "max-width:100%; height:auto"}
    ]


@pytest.mark.parametrize(
    "odd", ["a\\b", "e\u0301", "\u200d", "\u00a0x", "\u00ad", "one\ntwo", "tab\ttab", "👩‍💻", "“q”"]
)
def test_odd_characters_in_an_attribute_are_unchanged(odd: str) -> None:
    # mjml-python writes attribute values as Rust writes strings: "\\u{301}" for an accent that combines.
    html = compile_mjml(
        "<mjml><mj-body><mj-section><mj-column><mj-text>"
        f'<a title="{odd}">x</a></mj-text></mj-column></mj-section></mj-body></mjml>'
    )
    assert attributes_of("a", html) == [{"title": odd}]


@given(st.text(st.sampled_from(string.printable + "éß漢\u00a0"), max_size=40))
def test_plain_text_is_rendered_as_the_markdown_parser_would(text: str) -> None:
    if MARKED.search(text.strip()):
        return
    fast = inline_prose(passage(text), PATH)
    slow = inline_prose(passage(f"{text.strip()}\\!"), PATH)
    assert fast.html.replace("\u00a0", "&nbsp;") + "!" == slow.html
    assert fast.text + "!" == slow.text


@given(st.text(st.sampled_from(list("*_`[]()!<>#-+1.> \n\\&;|~:/ahtps@")), max_size=80))
def test_any_markdown_can_be_rendered(source: str) -> None:
    told = article("Title", words=source, why=source.replace("\n", " "))
    RENDERER.render(issue_of(told, intro=passage(source)))


@pytest.mark.parametrize(
    "link",
    [
        "javascript:alert(1)",
        "data:text/html,x",
        "vbscript:x",
        "ftp://example.com/x",
        "file:///etc/passwd",
        "//example.com/x",
        "/relative",
        "https://",
    ],
)
def test_only_http_https_and_mailto_links_survive(link: str) -> None:
    mail = RENDERER.render(issue_of(article("One", link=link, why=f"See [here]({link}) and <{link}>")))
    assert not [found for found in links_in(mail.html) if link in found]
    assert (
        links_in(RENDERER.render(issue_of(article("One", link="mailto:a@example.com"))).html)[0]
        == "mailto:a@example.com"
    )


def test_only_https_images_survive_and_the_others_leave_their_words() -> None:
    prose = block_prose(passage("![a cat](http://x.example/c.png) ![a dog](https://x.example/d.png)"), PATH)
    assert prose.html == '<p>a cat <img src="https://x.example/d.png" alt="a dog"></p>'
    assert prose.text == "a cat a dog"


def test_a_link_in_a_title_leaves_its_words_since_the_title_is_a_link() -> None:
    mail = RENDERER.render(issue_of(article("See [this](https://inner.example)", link="https://outer.example")))
    assert "https://inner.example" not in links_in(mail.html)
    assert "See this" in visible_text(mail.html)


def test_words_between_tags_on_two_lines_are_not_glued() -> None:
    mail = RENDERER.render(issue_of(article("One", words="*first*\n**second**", why="*third*\n`fourth`")))
    assert "first second" in visible_text(mail.html)
    assert "third fourth" in visible_text(mail.html)


def test_lines_of_code_stay_lines() -> None:
    mail = RENDERER.render(issue_of(article("One", words="```\none <b>\n\n  two\n```")))
    assert ">one &lt;b&gt;\n\n  two\n</code>" in mail.html


def test_a_hundred_levels_of_quotation_come_through_whole() -> None:
    mail = RENDERER.render(issue_of(article("One", words="> " * 98 + "deep down")))
    assert "deep down" in visible_text(mail.html)
    assert mail.html.count("<blockquote") == 98


@pytest.mark.parametrize("mark", ["> ", "- ", "**", "*a "])
@pytest.mark.parametrize("levels", [101, 300, 5_000])
def test_more_than_a_hundred_levels_are_refused(mark: str, levels: int) -> None:
    with pytest.raises(RenderError, match=r"issues/042\.md:20: .*more than 100 levels"):
        RENDERER.render(issue_of(article("One", words=mark * levels + "deep" + mark.strip() * levels)))


@pytest.mark.parametrize(
    "character, name",
    [("\0", "NUL"), ("\x07", "U\\+0007"), ("\x0c", "U\\+000C"), ("\x85", "U\\+0085"), ("\ud800", "U\\+D800")],
)
def test_a_control_character_is_refused_with_its_line(character: str, name: str) -> None:
    with pytest.raises(RenderError, match=rf"issues/042\.md:22: .*{name}"):
        RENDERER.render(issue_of(article("One", words=f"first\n\nsecond {character}")))


@pytest.mark.parametrize("field", ["subject", "preheader"])
def test_a_line_break_in_a_header_is_refused_with_its_line(field: str) -> None:
    with pytest.raises(RenderError, match=r"issues/042\.md:4: a line break"):
        RENDERER.render(issue_of(article("One"), lines={field: 4}, **{field: "a\nBcc: all@example.com"}))


def test_a_token_is_in_none_of_the_texts() -> None:
    first = RENDERER.render(issue_of(article("One")))
    token = first.tokens[Slot.NAME]
    second = RENDERER.render(issue_of(article("One", why=f"The token was {token}.")))
    assert second.tokens[Slot.NAME] != token
    assert token in visible_text(second.html)
    assert token.isascii()
    assert token.isalnum()
