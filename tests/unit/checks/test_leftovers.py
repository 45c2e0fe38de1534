"""Template syntax left in a mail, told from what the articles say of it: with the real theme, and no false alarm."""

from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from newsletter.checks.document import Document
from newsletter.checks.mail_rules import leftover
from newsletter.checks.rule import Subject
from newsletter.composer.issue_file import parse_issue
from newsletter.errors import IssueError
from newsletter.model.issue import Issue
from newsletter.model.mail import RenderedIssue
from newsletter.model.traced import Place, TracedIssue, TracedText
from newsletter.rendering.options import RenderingOptions
from newsletter.rendering.renderer import Renderer
from newsletter.rendering.themes import builtin_templates

OPTIONS = RenderingOptions(name="Digest", tagline="All about {{ jinja }}", postal_address="Street 1")


@pytest.fixture(scope="module")
def renderer() -> Renderer:
    return Renderer(OPTIONS, [builtin_templates()])


def issue_of(body: str, subject: str = "Moka") -> Issue:
    head = f'+++\nnumber = 42\ndate = {date(2026, 11, 27)}\nsubject = "{subject}"\nlist = "weekly"\n+++\n\n'
    return parse_issue(head + body, Path("issues/042.md"))


def told(why: str, point: str = "One") -> Issue:
    return issue_of(f"### [Moka](https://a.example/) {{#a}}\n\n**Why it matters:** {why}\n\n- {point}\n")


def leftovers(issue: Issue, rendered: RenderedIssue) -> list[str]:
    subject = Subject(issue=issue, rendered=rendered, own=("Digest", "All about {{ jinja }}", "Street 1"))
    return [what for _, what, _ in leftover(subject)]


def mail(html: str = "", text: str = "", subject: str = "") -> RenderedIssue:
    return RenderedIssue(number=42, subject=subject, mjml="", html=html, text=text, tokens={})


@pytest.mark.parametrize("left", ["Hi {{ name }}, welcome", "{{ name }}", "Hi *|NAME|*", "<mj-text>", "{%", "}} x"])
def test_what_nobody_said_is_left(left):
    assert leftovers(told("It scales."), mail(text=left))


@pytest.mark.parametrize("left", ["Hi {{ name }}, welcome", "Dear {{ name }}"])
def test_the_same_words_in_another_place_are_left_too(left):
    issue = told("Write {{ name }} where the name goes.")
    assert leftovers(issue, mail(text="Write {{ name }} where the name goes.")) == []
    found = leftovers(issue, mail(text=f"{left}\n\nWrite {{{{ name }}}} where the name goes."))
    assert [what[:33] for what in found] == ['"{{ name }}" is left in the text:']


@pytest.mark.parametrize(
    "body",
    [
        "### [Moka](https://a.example/) {#a}\n\n**Why it matters:** `{{` opens it\n\n- and `}}` ends it\n- `{%` too\n",
        "> Long words before a quote that is broken in lines of 72 columns, then {{ name }} stands in it.\n",
        "1. One\n2. {{ name }} is second\n3. `{% if %}`\n",
        "See [the {{ name }}](https://a.example/x) and [{{ x }}](https://a.example/y) there.\n",
        "**Bold {{ a }}**{{ b }}*c* &amp; {{ d }} &amp; \\{\\{ e \\}\\}\n",
        "| a | {{ b }} |\n|---|---|\n| {{ c }} | d |\n",
        "```jinja\n{{ a }}\n{% b %}\n```\n",
        "## On {{ x }} {% y %}\n\n### [{{ t }} and <mj-text>](https://a.example/) {#a}\nAcme {{ s }} · 2 min\n",
        "![{{ alt }} of it](https://a.example/i.png) {{ x }}\n",
        "A line\\\n{{ x }} below, and\n{{ y }} too\n",
        "[l](https://a.example/{x}) [an address that is wrapped](https://a.example/{x}) {{ y }}\n",
    ],
)
def test_what_an_issue_says_is_not_left(renderer, body):
    issue = issue_of(body, "On {{ subject }}")
    assert leftovers(issue, renderer.render(issue)) == []


PIECES = st.sampled_from([
    "{{", "}}", "{%", "%}", "*|", "|*", "<mj-text>", "name", "x", "`{{ a }}`", "**b**", "&amp;", "&lt;", "\\{", "_c_",
    "[l](https://a.example/{x})", "`}}`", ",", "“q”", "1.", "-", "\n", "long" * 9, "*{{ i }}*", "ß", "‘{%’",
])  # fmt: skip


@settings(max_examples=60, deadline=None)
@given(st.lists(st.lists(PIECES, max_size=14), min_size=2, max_size=4))
def test_whatever_an_issue_says_is_not_left(renderer, lines):
    why, *points = (" ".join(line).replace("\n ", "\n  ").strip() or "x" for line in lines)
    try:
        issue = issue_of(f"### Moka\n\n**Why it matters:** {why}\n\n" + "".join(f"- {point}\n" for point in points))
    except IssueError:  # such lines are no issue
        return
    assert leftovers(issue, renderer.render(issue)) == []


def test_what_a_theme_left_is_found_at_its_line_and_not_where_an_article_says_it():
    issue = told("Mailchimp has `*|FNAME|*` for it.")
    theme, article = Place(path=Path("templates/mine/issue.mjml.j2"), line=7, column=5), Place(path=issue.path, line=12)
    text = "for *|FNAME|* it</p><p>Hello *|FNAME|*!</p>"
    mjml = TracedText(text=text, starts=(0, text.index("<p>")), places=(article, theme))
    document = Document(TracedIssue(mjml=mjml, html=f"<p>{text}", places=()), fallback=theme)
    rendered = mail(html="<p>Mailchimp has *|FNAME|* for it.</p><p>Hello *|FNAME|*!</p>")
    ((place, what, _),) = leftover(Subject(issue=issue, rendered=rendered, document=document))
    assert (place.path, place.line, place.column) == (theme.path, 7, 14)
    assert what.startswith('"*|FNAME|*" is left in the HTML')
