"""The theme's MJML through npm's mjml, the reference that the product does without."""

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest
from needs import NPM, node

sys.path.append(str(Path(__file__).parents[1] / "unit" / "rendering"))

from rendering_samples import OPTIONS, article, eight_article_issue, issue_of, read_digest, visible_text

from newsletter.rendering.renderer import Renderer
from newsletter.rendering.themes import builtin_templates

pytestmark = pytest.mark.npm


def reference(mjml: str) -> dict[str, object]:
    """What npm's mjml makes of *mjml*: its errors and its HTML."""
    done = subprocess.run(
        [node(), NPM / "render.mjs"], input=mjml, capture_output=True, text=True, check=True, encoding="utf-8"
    )
    result: dict[str, object] = json.loads(done.stdout)
    return result


def test_npm_mjml_finds_nothing_wrong_and_says_the_same_words() -> None:
    sponsor = article("Acme Queues", words="Queues, *sponsored*.", sponsor=True)
    issue = eight_article_issue()
    for one in (issue, issue_of(sponsor, article("Bare", link="", source=""))):
        mail = Renderer(OPTIONS, [builtin_templates()]).render(one)
        result = reference(mail.mjml)
        assert result["errors"] == []
        assert words_of(str(result["html"])) == words_of(mail.html)
    text = visible_text(str(reference(Renderer(OPTIONS, [builtin_templates()]).render(issue).mjml)["html"]))
    for told in read_digest():
        assert told.why in text


def words_of(html: str) -> list[str]:
    return re.findall(r"\w+", visible_text(html))


def test_a_mistake_is_one_for_npm_mjml_too() -> None:
    errors = reference("<mjml><mj-body><mj-section><mj-txt>x</mj-txt></mj-section></mj-body></mjml>")["errors"]
    assert errors
