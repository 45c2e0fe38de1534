"""The themes' MJML through npm's mjml, the reference that the product does without."""

import json
import re
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from functools import cache
from html.parser import HTMLParser
from pathlib import Path

import pytest
from needs import NPM, node

sys.path.append(str(Path(__file__).parents[1] / "unit" / "rendering"))

from rendering_samples import (
    OPTIONS,
    THEMES,
    article,
    eight_article_issue,
    essay,
    issue_of,
    passage,
    read_digest,
    visible_text,
)

from newsletter.rendering.renderer import Renderer
from newsletter.rendering.themes import builtin_templates
from newsletter.rendering.views import as_outlook

pytestmark = pytest.mark.npm


def reference(mjml: str) -> dict[str, object]:
    """What npm's mjml makes of *mjml*: its errors and its HTML."""
    done = subprocess.run(
        [node(), NPM / "render.mjs"], input=mjml, capture_output=True, text=True, check=True, encoding="utf-8"
    )
    result: dict[str, object] = json.loads(done.stdout)
    return result


ISSUES = {
    "eight": (eight_article_issue(), OPTIONS),
    "essay": (essay(), OPTIONS),
    "sponsor and bare": (
        issue_of(
            article("Acme Queues", words="Queues, *sponsored*.", sponsor=True),
            article("Bare", link="", source=""),
            # Columns without an alignment of their own: npm's inliner writes text-align a second time, as align.
            article("Table", words="| a | b |\n|---|---|\n| 1 | 2 |\n\n![A chart](https://example.com/i.png)"),
            intro=passage("- one\n- two"),
        ),
        OPTIONS,
    ),
    "right to left": (eight_article_issue(), replace(OPTIONS, language="ar", direction="rtl", public=False)),
}
SAMPLES = [(theme, name) for theme in THEMES for name in ISSUES]


@cache
def both(theme: str, name: str) -> tuple[str, str, list[str]]:
    """The HTML of the product, that of npm's mjml for the same MJML, and what npm's mjml finds wrong."""
    issue, options = ISSUES[name]
    mail = Renderer(replace(options, theme=theme), [builtin_templates()]).render(issue)
    result = reference(mail.mjml)
    return mail.html, str(result["html"]), list(result["errors"])  # type: ignore[call-overload]


class Outline(HTMLParser):
    """The boxes of a mail, one a line, each as deep as it stands, with what decides how wide and where it is."""

    BOXES = ("table", "thead", "tbody", "tr", "td", "th", "div")
    DECIDING = ("role", "width", "align", "dir", "bgcolor", "colspan")

    def __init__(self) -> None:
        super().__init__()
        self.lines: list[str] = []
        self._depth = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in self.BOXES:
            told = dict(attrs)
            values = [f"{name}={told[name]}" for name in self.DECIDING if name in told]
            self.lines.append(" " * self._depth + " ".join([tag, *values]))
            self._depth += 1

    def handle_endtag(self, tag: str) -> None:
        self._depth -= tag in self.BOXES


def outline(html: str) -> list[str]:
    parser = Outline()
    parser.feed(html)
    return parser.lines


def as_web(html: str) -> str:
    """*html* as all but Outlook see it: without what conditional comments hide."""
    return re.sub(r"<!--\[if [^!\]][^\]]*\]>.*?<!\[endif\]-->", "", html, flags=re.S)


@pytest.mark.parametrize(("theme", "name"), SAMPLES)
def test_npm_mjml_finds_nothing_wrong_and_says_the_same_words(theme: str, name: str) -> None:
    ours, theirs, errors = both(theme, name)
    assert errors == []
    assert words_of(theirs) == words_of(ours)
    if name == "eight":
        assert all(told.why in visible_text(theirs) for told in read_digest())


@pytest.mark.parametrize("view", [as_web, as_outlook])
@pytest.mark.parametrize(("theme", "name"), SAMPLES)
def test_npm_mjml_builds_the_same_tables(theme: str, name: str, view: Callable[[str], str]) -> None:
    ours, theirs, _ = both(theme, name)
    lines = outline(view(ours))
    assert lines == outline(view(theirs))
    assert len(lines) > 40


def words_of(html: str) -> list[str]:
    return re.findall(r"\w+", visible_text(html))


def test_a_mistake_is_one_for_npm_mjml_too() -> None:
    errors = reference("<mjml><mj-body><mj-section><mj-txt>x</mj-txt></mj-section></mj-body></mjml>")["errors"]
    assert errors
