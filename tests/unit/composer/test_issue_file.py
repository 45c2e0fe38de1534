from pathlib import Path
from urllib.parse import unquote

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from newsletter.composer.blocks import article_block, section_block
from newsletter.composer.issue_file import parse_issue
from newsletter.composer.markdown import plain_text
from newsletter.errors import IssueError
from newsletter.model.article import Article

HEAD = '+++\nnumber = 42\ndate = 2026-11-27\nsubject = "S"\n+++\n'
PATH = Path("issues/042.md")


def parse(body, head=HEAD):
    return parse_issue(head + body, PATH)


def test_the_format_of_the_design_is_read_whole():
    issue = parse_issue(
        '+++\nnumber = 42\ndate = 2026-11-27\nsubject = "Moka"\npreheader = "Eight"\nlist = "weekly"\n\n'
        '[articles.5d46b0q7xk2ma]\nfound = "feed:pinterest"\ndrafted_by = "llm:m"\nreviewed_by = ""\n+++\n\n'
        "Two sentences\nof the editor's own.\n\n## Data platforms\n\n"
        "### [Moka (Part 2)](https://example.com/moka-2) {#5d46b0q7xk2ma}\nPinterest Engineering · "
        "12 min · 2025-09-10\n\n"
        "My *own* words.\n\n**Why it matters:** deploying\nSpark.\n\n- One\n- Two `x`\n  more\n\n"
        "### [Acme Queues](https://example.com/acme) {.sponsor}\nAcme · a sponsor's words\n",
        PATH,
    )
    assert (issue.number, str(issue.date), issue.subject, issue.preheader, issue.list) == (
        42,
        "2026-11-27",
        "Moka",
        "Eight",
        "weekly",
    )
    assert (issue.intro.markdown, issue.intro.line) == ("Two sentences\nof the editor's own.", 14)
    assert issue.provenance["5d46b0q7xk2ma"].drafted_by == "llm:m"
    assert issue.lines["subject"] == 4
    (section,) = issue.sections
    assert (section.name.markdown, section.name.line) == ("Data platforms", 17)
    moka, acme = section.articles
    assert (moka.id, moka.title.markdown, moka.link, moka.line) == (
        "5d46b0q7xk2ma",
        "Moka (Part 2)",
        "https://example.com/moka-2",
        19,
    )
    assert (moka.source, moka.minutes, moka.published) == ("Pinterest Engineering", 12, "2025-09-10")
    assert (moka.words.markdown, moka.words.line) == ("My *own* words.", 22)
    assert (moka.why.markdown, moka.why.line) == ("deploying\nSpark.", 24)
    assert [(point.markdown, point.line) for point in moka.points] == [("One", 27), ("Two `x`\nmore", 28)]
    assert (acme.sponsor, acme.source, acme.words.markdown) == (True, "Acme", "a sponsor's words")


@pytest.mark.parametrize(
    "body, message",
    [
        ("# Title\n", r"042\.md:6: a heading here is a section"),
        ("#### Deep\n", r"042\.md:6: a heading here is a section"),
        ("Text\n---\n", r"042\.md:6: a heading here .* leave a blank line above the dashes"),
        ("## A\n\nText\n", r"042\.md:8: there is text between a section's heading"),
        ("### A {#x}\n\n### B {#x}\n", r"042\.md:8: the id x stands at line 6 already"),
        ("### A {#x .sponser}\n", r'042\.md:6: "\.sponser" means nothing behind a title'),
        ("### A\n\n**Why it matters:** x\n\n**Why it matters:** y\n", r'042\.md:10: a second "Why it matters:"'),
        (
            "### A\n\n- one\n\ntext\n\n**Why it matters:** x\n\n- two\n\nbelow\n",
            r"042\.md:16: there is text below the key points",
        ),
        ("### A\n\n- one\n  - nested\n", r"042\.md:8: a key point is one paragraph"),
        ("### A\n\n- one\n\n  two\n", r"042\.md:8: a key point is one paragraph"),
        ("### A\n\n- # one\n", r"042\.md:8: a key point is one paragraph"),
        ("### A\nOne line.\nTwo lines.\n", r"042\.md:7: the line below a title is its source"),
        ("See [x].\n\n[x]: https://example.com/\n", r"042\.md:8: the link definition \[x\]"),
        ("> " * 120 + "deep\n", r"042\.md:6: more than 100 levels of nesting"),
        ("- " * 120 + "deep\n", r"042\.md:6: more than 100 levels of nesting"),
        ("a\n\nb\0c\n", r"042\.md:8: there is a control character \(U\+0000\)"),
    ],
)
def test_what_has_no_place_in_an_issue_is_an_error_with_its_line(body, message):
    with pytest.raises(IssueError, match=message):
        parse(body)


@pytest.mark.parametrize(
    "text, message",
    [
        ("Hello\n", r"042\.md:1: the file does not begin with a line \+\+\+"),
        ("+++\nnumber = 42\n", r"042\.md:1: the front matter has no end"),
        ("+++\nnumber = 42\ndate = 2026-11-27\nsubject = x\n+++\n", r"042\.md:4: this is not TOML"),
        ("+++\nnumber = 41\ndate = 2026-11-27\n+++\n", r"042\.md:2: the file is named 042, the number in it is 41"),
        (
            "+++\nnumber = 42\ndate = 2026-11-27\nsubjet = ''\n+++\n",
            r'042\.md:4: "subjet" is not a known key; did you mean "subject"\?',
        ),
        ("+++\nnumber = 42\ndate = 'soon'\n+++\n", r'042\.md:3: "date" must be a date'),
        ("+++\nnumber = '42'\ndate = 2026-11-27\n+++\n", r'042\.md:2: "number" must be a whole number'),
        ("+++\ndate = 2026-11-27\n+++\n", r'042\.md: "number" is missing'),
        (
            '+++\nnumber = 42\ndate = 2026-11-27\nsubject = "a\\r\\nBcc: x"\n+++\n',
            r'042\.md:4: "subject" has a line break',
        ),
        (
            "+++\nnumber = 42\ndate = 2026-11-27\n[articles.x]\nfoud = ''\n+++\n",
            r'042\.md:5: "articles\.x\.foud" is not a known key',
        ),
    ],
)
def test_broken_front_matter_is_an_error_with_its_line(text, message):
    with pytest.raises(IssueError, match=message):
        parse_issue(text, PATH)


def test_windows_line_ends_and_a_byte_order_mark_make_no_difference():
    text = HEAD + "Intro\n\n### [A](https://a.example/) {#a}\n\n- One\n"
    assert parse_issue("\ufeff" + text.replace("\n", "\r\n"), PATH) == parse_issue(text, PATH)


def test_code_about_templates_is_text():
    issue = parse("`{{ x }}` <script> </mj-text>\n\n### `{{ y }}` {#a}\n\n- {% if %}\n")
    assert issue.intro.markdown == "`{{ x }}` <script> </mj-text>"
    assert issue.articles[0].title.markdown == "`{{ y }}`"
    assert issue.articles[0].points[0].markdown == "{% if %}"


def test_links_and_images_are_found_with_their_lines():
    issue = parse(
        "See [a *b*](https://a.example/)\nand ![](https://b.example/i.png)\n\n### A {#a}\n\n- <https://c.example/>\n"
    )
    found = [(r.target, r.text, r.line, r.image) for r in issue.references]
    assert found == [
        ("https://a.example/", "a b", 6, False),
        ("https://b.example/i.png", "", 7, True),
        ("https://c.example/", "https://c.example/", 11, False),
    ]


PLAIN = st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs", "Zl", "Zp"]), max_size=60)
TRICKY = st.lists(
    st.sampled_from(
        [
            "*",
            "_",
            "`",
            "[",
            "]",
            "(",
            ")",
            "<b>",
            "&amp;",
            "\\",
            "#",
            "{#a}",
            "{.b}",
            "- ",
            "1. ",
            "!",
            "|",
            "~~",
            "=",
            "> ",
            "Why it matters:",
            "**",
            " ",
            "a",
            "https://a.example/",
            "{{ x }}",
            "+++",
            "---",
        ]
    ),
    max_size=8,
).map("".join)
TEXT = (PLAIN | TRICKY).map(lambda text: " ".join(text.split()))


@given(title=TEXT, why=TEXT, points=st.lists(TEXT.filter(bool), max_size=3), section=TEXT.filter(bool))
@example(title="Moka", why=": a colon", points=[], section="Data")
def test_any_plain_text_comes_back_from_the_markdown_that_is_written(title, why, points, section):
    article = Article(
        id="aaaaaaaaaaaaa", title=title, link="https://a.example/x_(y)?a=1&copy;=2", why=why, points=tuple(points)
    )
    issue = parse(section_block(section) + "\n" + article_block(article))
    (found,) = issue.articles
    assert plain_text(issue.sections[0].name.markdown) == section
    assert (plain_text(found.title.markdown), found.link) == (title, article.link)
    assert (plain_text(found.why.markdown) if found.why else "") == why
    assert [plain_text(point.markdown) for point in found.points] == points
    assert found.id == article.id


@given(
    title=TEXT,
    source=TEXT,
    minutes=st.integers(0, 9999),
    published=st.sampled_from(["", "2025", "2025-09", "2025-09-10"]),
)
def test_any_byline_comes_back_too(title, source, minutes, published):
    assume("·" not in source and not source[:1].isdigit())
    article = Article(id="aaaaaaaaaaaaa", title=title, source=source, minutes=minutes, published=published)
    (found,) = parse(article_block(article)).articles
    assert (plain_text(found.title.markdown), found.link) == (title, "")
    assert (found.source, found.minutes, found.published) == (source, minutes, published)


PIECES = [*"ab *_`[]()<>&!\\", "\\[", "](", "**", "x y", "&amp;", "é", "https://a.b/c", "\u00a0"]
inline = st.lists(st.sampled_from(PIECES)).map("".join)


def children(markdown):
    return MarkdownIt("commonmark", {"html": False}).parseInline(markdown)[0].children


def shown(tokens):
    return " ".join("".join(" " if "break" in token.type else token.content for token in tokens).split())


@given(inline)
def test_what_a_reader_sees_is_what_commonmark_says(markdown):
    assert plain_text(markdown) == shown(children(markdown))


# markdown-it drops a no-break space from an address, and here it stays for the checks to find.
@given(inline, inline.map(lambda link: link.replace("\u00a0", "")))
@example("Moka (Part 2)", "https://example.com/moka-2")
def test_a_title_is_linked_where_commonmark_says_so(text, link):
    heading = f"[{text}]({link})"
    assume(text.strip() and "\\" not in heading)  # an escaped bracket is an escape in the parts, and none between them
    tokens = children(heading)
    links = [token for token in tokens if token.type == "link_open"]
    whole = len(links) == 1 and tokens[0] is links[0] and tokens[-1].type == "link_close"
    (article,) = parse(f"### {heading} {{#a1}}\n").articles
    if whole:
        assert unquote(article.link).strip() == unquote(links[0].attrGet("href")).strip()
        # What a star or underscore means depends on its neighbour, which is another without the bracket.
        assert plain_text(article.title.markdown) == shown(tokens[1:-1]) or set("*_") & set(text)
    else:
        assert (article.link, article.title.markdown) == ("", heading)


def test_an_issue_says_which_one_it_corrects():
    assert parse("", HEAD.replace("date", "correction_of = 41\ndate")).correction_of == 41
    assert parse("").correction_of == 0


@pytest.mark.parametrize("number", [-1, 0, 42, 43])
def test_an_issue_corrects_only_an_earlier_one(number):
    with pytest.raises(IssueError, match=rf"042.md:3: issue 42 cannot correct issue {number}; give"):
        parse("", HEAD.replace("date", f"correction_of = {number}\ndate"))
