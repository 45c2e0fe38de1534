"""Any issue that can be read becomes mail, text and page with every theme, and no fault is the theme's."""

import re
from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from rendering_samples import OPTIONS, THEMES, links_in, one_line, visible_text

from newsletter.checks.document import Document
from newsletter.checks.finding import Severity
from newsletter.checks.rule import Subject
from newsletter.checks.run import check
from newsletter.composer.issue_file import parse_issue
from newsletter.errors import IssueError
from newsletter.model.issue import Issue
from newsletter.model.mail import RenderedIssue
from newsletter.model.traced import Place, TracedIssue, TracedText
from newsletter.rendering.options import RenderingOptions
from newsletter.rendering.renderer import Renderer
from newsletter.rendering.themes import builtin_templates

TEXTS = (
    "Moka",
    "Donaudampfschifffahrtsgesellschaftskapitän",
    "x" * 300,
    "🧑🏽‍🚀 launched 🚀 at 12:00 🇩🇪",
    "مرحبا بالعالم، ما الجديد؟",
    "שלום עולם 42",
    "新しいデータ基盤について、そして失敗について",
    "数据平台的下一代处理方式",
    "`{{ x }}` and `</mj-text>`",
    "*one* **two** ~three~ \\*four\\*",
    "a < b && c > d \"e\" 'f'",
    "e\u0301 \u200d \u00a0 \u202e \ufeff",
    "{% raw %}{{ SLOTNAME }}",
    "[a link](https://example.com/a?b=c&d=é)",
    "![no alt](https://example.com/i.png)",
    "https://example.com/" + "y" * 200,
    "&amp; &lt;script&gt; &copy; &#0;",
    "line one  \nline two",
)
BLOCKS = (
    "> A quote\n> of two lines\n>\n> > and one in it",
    '```python\nif a < b:\n    print("</pre>")\n```',
    "    indented code\n    " + "z" * 200,
    "1. one\n2. two\n   - three\n   - four",
    "| a | b |\n|---|--:|\n| 1 | [x](https://example.com) |",
    "* * *",
    "- [ ] a\n- b\n\n  more of b",
)
text = st.sampled_from(TEXTS) | st.text(st.characters(exclude_categories=["Cs", "Cc", "Cn"]), min_size=1, max_size=60)
line = text.map(lambda told: " ".join(told.split()))
prose = st.lists(text | st.sampled_from(BLOCKS), max_size=4).map("\n\n".join)
links = st.sampled_from(
    ("https://example.com/a", "https://example.com/" + "b" * 400, "https://пример.example/é?q=<>", "")
)


@st.composite
def article(draw: st.DrawFn) -> str:
    title, link = draw(line), draw(links)
    heading = f"### [{title}]({link})" if link else f"### {title}"
    sponsor = " {.sponsor}" if draw(st.integers(0, 5)) == 0 else ""
    parts = [heading + sponsor]
    if draw(st.booleans()):
        parts[0] += f"\n{draw(st.sampled_from(('Example', 'مصدر', 'S' * 120)))} · 12 min · 2025-09"
    parts.append(draw(prose))
    if draw(st.booleans()):
        parts.append(f"**Why it matters:** {draw(line)}")
    parts.append("\n".join(f"- {point}" for point in draw(st.lists(line, max_size=6))))
    return "\n\n".join(parts)


@st.composite
def issue_texts(draw: st.DrawFn) -> str:
    some = draw(st.lists(article(), min_size=1, max_size=6))
    # A hundred different ones would take hypothesis a second to think of: a few again and again are as long.
    articles = [some[at % len(some)] for at in range(draw(st.sampled_from((1, 1, 2, 3, 5, 8, 13, 30, 100))))]
    for at in draw(st.sets(st.integers(0, len(articles) - 1), max_size=5)):
        articles[at] = f"## {draw(line)}\n\n{articles[at]}"
    subject, preheader = (draw(line).replace("\\", "").replace('"', "'") for _ in range(2))
    matter = (
        f'+++\nnumber = 42\ndate = 2026-11-27\nsubject = "{subject}"\npreheader = "{preheader}"\nlist = "weekly"\n+++'
    )
    return "\n\n".join([matter, draw(prose), *articles]) + "\n"


options = st.builds(
    replace,
    st.just(OPTIONS),
    language=st.sampled_from(("en", "de-AT", "ar", "zh-Hans")),
    direction=st.sampled_from(("ltr", "rtl")),
    public=st.booleans(),
    tagline=st.sampled_from(("", "ما الجديد؟", "t" * 90)),
    author=st.sampled_from(("", "Zoë <Müller>")),
)


@cache
def renderer(theme: str, told: RenderingOptions) -> Renderer:
    return Renderer(replace(told, theme=theme), [builtin_templates()])


def read(source: str) -> Issue:
    try:
        issue = parse_issue(source, Path("issues/042.md"))
    except IssueError:
        assume(False)
        raise
    assume(issue.subject.strip())  # a rule of its own
    return issue


def faults(issue: Issue, mail: RenderedIssue, theme: str) -> list[str]:
    """What is wrong with the mail itself, other than what the editor wrote into it."""
    traced = TracedIssue(mjml=TracedText(text="", starts=(), places=()), html=mail.html, places=())
    place = Place(path=Path(f"templates/{theme}/issue.mjml.j2"), line=1)
    found = check(Subject(issue=issue, rendered=mail, document=Document(traced, place)))
    editors = ("a11y-link-text",)
    return [
        str(one)
        for one in found
        if one.rule.startswith(("a11y-", "leftover", "hidden-text", "text-links"))
        and one.severity is not Severity.NOTE
        and one.rule not in editors
    ]


@pytest.mark.parametrize("theme", THEMES)
@settings(max_examples=40, suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much])
@given(issue_texts(), options)
def test_any_issue_becomes_mail_and_page_without_a_fault_of_the_themes(
    theme: str, source: str, told: RenderingOptions
) -> None:
    issue = read(source)
    mail = renderer(theme, told).render(issue)
    assert faults(issue, mail, theme) == []
    words, text = visible_text(mail.html), one_line(mail.text)
    page = renderer(theme, told).render_web(issue).html
    assert one_line(issue.subject) in words
    assert one_line(issue.subject) in text
    assert one_line(issue.subject) in visible_text(page)
    own = [one for one in issue.articles if not one.sponsor]
    assert len(re.findall(r'\bid="a[1-9]\d*"', mail.html)) == sum(
        bool(one.title.markdown or one.link)
        for one in own  # one without a title is called by its link
    )
    assert len(re.findall(r'<article id="a[1-9]', page)) == len(own)
    assert mail.tokens["unsubscribe"] in links_in(mail.html)  # type: ignore[index]
    assert not re.search(r"<script|<mj-|javascript:", page + mail.html)
