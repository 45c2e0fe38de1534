"""The built-in themes have no fault of accessibility and none of size, whatever an issue puts into them."""

from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest
from rendering_samples import OPTIONS, THEMES, article, eight_article_issue, essay, issue_of, passage

from newsletter.checks.document import Document
from newsletter.checks.finding import Severity
from newsletter.checks.rule import Subject
from newsletter.checks.run import check
from newsletter.model.issue import Issue, Section
from newsletter.model.traced import Place, TracedIssue, TracedText
from newsletter.rendering.renderer import Renderer
from newsletter.rendering.themes import builtin_templates


def full_issue() -> Issue:
    words = (
        "A `word`, *another* and a [place](https://example.com/a).\n\n> Said.\n\n```\ncode\n```\n\n"
        "| Engine | ms |\n|---|--:|\n| one | 1 |\n\n1. first\n2. second\n\n![A chart](https://example.com/i.png)"
    )
    sponsor = article("Acme", link="https://acme.example", words="Our [queues](https://acme.example/x).", sponsor=True)
    told = article("Words", words=words, why="Because of [Moka](https://example.com).", points=("`one`", "two"))
    issue = issue_of(told, sponsor, article("No link", link="", source=""), intro=passage("Intro.\n\n- one\n- two"))
    return replace(issue, sections=(*issue.sections, Section(name=passage("Data `x`"), articles=(told, sponsor))))


MAILS = {
    "eight": (eight_article_issue(), OPTIONS),
    "essay": (essay(), OPTIONS),
    "full": (full_issue(), OPTIONS),
    "full, right to left": (full_issue(), replace(OPTIONS, language="ar", direction="rtl")),
    "full, German, no pages": (full_issue(), replace(OPTIONS, language="de", public=False, tagline="")),
}


@cache
def subject(name: str, theme: str = "digest") -> Subject:
    issue, options = MAILS[name]
    rendered = Renderer(replace(options, theme=theme), [builtin_templates()]).render(issue)
    place = Place(path=Path(f"templates/{theme}/issue.mjml.j2"), line=1)
    traced = TracedIssue(mjml=TracedText(text="", starts=(), places=()), html=rendered.html, places=())
    return Subject(issue=issue, rendered=rendered, document=Document(traced, place))


def faults(one: Subject) -> list[str]:
    found = [one for one in check(one) if one.rule.startswith(("a11y-", "size"))]
    return [str(finding) for finding in found if finding.severity is not Severity.NOTE]


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("name", MAILS)
def test_a_theme_has_no_error_and_no_warning(name: str, theme: str) -> None:
    assert faults(subject(name, theme)) == []


@pytest.mark.parametrize(
    ("colour", "paler", "rule"),
    [
        ("#655e56", "#aaa49c", "a11y-unreadable-light"),
        ("#b0a89d", "#807a72", "a11y-contrast-dark"),
        ("#9c3520", "#c9705d", "a11y-contrast-light"),
    ],
)
def test_a_paler_colour_of_the_palette_is_found(colour: str, paler: str, rule: str) -> None:
    whole = subject("eight")
    assert whole.document
    traced = replace(whole.document.traced, html=whole.document.traced.html.replace(colour, paler))
    assert f" {rule}: " in "\n".join(faults(replace(whole, document=Document(traced, whole.document.fallback))))


def test_a_fault_is_said_at_the_line_of_the_template_or_of_the_issue(tmp_path: Path) -> None:
    theme = tmp_path / "digest"
    theme.mkdir()
    theme.joinpath("footer.mjml.j2").write_text(
        '<mj-section><mj-column><mj-text>\n<p><a href="{{ slots.unsubscribe }}">Unsubscribe</a></p>\n'
        "<table><tr><td>x</td></tr></table>\n</mj-text></mj-column></mj-section>\n"
    )
    issue = issue_of(article("Moka", words="One.\n\nTwo: https://a.example/b and <https://a.example/c>"))
    renderer = Renderer(OPTIONS, [tmp_path, builtin_templates()])
    document = Document(renderer.trace(issue), Place(path=theme / "issue.mjml.j2", line=1))
    found = check(Subject(issue=issue, rendered=renderer.render(issue), document=document))
    places = {one.rule: (one.path.name, one.line) for one in found if one.rule.startswith("a11y-")}
    # rendering_samples has an article's words at line 20.
    assert places == {"a11y-table-role": ("footer.mjml.j2", 3), "a11y-link-text": ("042.md", 22)}
