"""Readers are told what a machine drafted: at the item, in the footer or nowhere, in every part and theme."""

from dataclasses import replace

import pytest
from rendering_samples import OPTIONS, THEMES, article, issue_of, one_line, visible_text

from newsletter.model.draft import picked_sha256
from newsletter.model.issue import Issue, Provenance
from newsletter.rendering.renderer import Renderer
from newsletter.rendering.themes import builtin_templates

PLAIN, READ, CHANGED, QUOTED, MINE, BARE = (
    article(f"Article <{name}>", id=name, link=f"https://example.com/{name}", source="", why="It does.")
    for name in ("plain", "read", "changed", "quoted", "mine", "bare")
)  # fmt: skip
ISSUE = issue_of(PLAIN, READ, CHANGED, QUOTED, MINE, replace(BARE, why=None), provenance={
    "plain": Provenance(drafted_by="llm:m", draft_sha256=picked_sha256(PLAIN)),
    "read": Provenance(drafted_by="llm:m", draft_sha256=picked_sha256(READ), reviewed_by="mk"),
    "changed": Provenance(drafted_by="llm:m", draft_sha256="0"),
    "quoted": Provenance(drafted_by="excerpt", draft_sha256=picked_sha256(QUOTED), reviewed_by="mk"),
    "mine": Provenance(drafted_by="imported"),
    "bare": Provenance(drafted_by="llm:m"),
})  # fmt: skip


def parts(theme: str, mark: str, language: str = "en", issue: Issue = ISSUE) -> list[str]:
    """Return what a reader sees of the mail, of its text part and of the web page."""
    options = replace(OPTIONS, theme=theme, mark=mark, language=language)
    renderer = Renderer(options, [builtin_templates()])
    mail = renderer.render(issue)
    return [visible_text(mail.html), one_line(mail.text), visible_text(renderer.render_web(issue).html)]


@pytest.mark.parametrize("theme", THEMES)
def test_each_item_says_so_and_whether_a_person_read_it(theme: str) -> None:
    for seen in parts(theme, "item"):
        assert seen.count("Drafted by a machine") == 3
        assert seen.count("Drafted by a machine, reviewed by a person") == 1
        assert seen.count("Drafted by a machine, edited by a person") == 1


@pytest.mark.parametrize("theme", THEMES)
def test_the_footer_names_them_at_the_end(theme: str) -> None:
    for seen in parts(theme, "footer"):
        assert seen.count("Drafted by a machine: Article <plain>; Article <read>; Article <changed>") == 1
        assert seen.count("Drafted by a machine") == 1
        assert seen.index("Drafted by") > seen.rindex("It does.")


@pytest.mark.parametrize("theme", THEMES)
def test_it_is_said_in_the_newsletters_language(theme: str) -> None:
    for seen in parts(theme, "item", "de"):
        assert "Maschinell entworfen, von einem Menschen geprüft" in seen
        assert "Drafted" not in seen
    assert all("Maschinell entworfen: Article <plain>;" in seen for seen in parts(theme, "footer", "de"))


@pytest.mark.parametrize("mark", ["item", "footer", "none"])
def test_of_a_persons_words_nothing_is_said(mark: str) -> None:
    for seen in parts("digest", mark, issue=issue_of(QUOTED, MINE, provenance=ISSUE.provenance)):
        assert "machine" not in seen
    if mark == "none":
        assert not any("machine" in seen for seen in parts("digest", mark))


@pytest.mark.parametrize("theme", THEMES)
def test_a_source_written_from_right_to_left_does_not_turn_the_facts_beside_it(theme: str) -> None:
    one = article("Title", id="plain", link="https://example.com/a", source="مدونة الهندسة", minutes=12, why="It does.")
    for seen in parts(theme, "item", issue=issue_of(one, provenance=ISSUE.provenance)):
        assert "\u2068مدونة الهندسة\u2069 · 12 min" in seen
