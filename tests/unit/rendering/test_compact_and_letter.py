"""The themes "compact" and "letter": what each is for."""

import re
from dataclasses import replace

import pytest
from rendering_samples import (
    OPTIONS,
    THEMES,
    article,
    essay,
    issue_of,
    links_in,
    one_line,
    private,
    read_digest,
    thirty_article_issue,
    visible_text,
)

from newsletter.checks.size_rules import NEAR
from newsletter.model.issue import Issue
from newsletter.model.mail import RenderedIssue, Slot
from newsletter.rendering.options import RenderingOptions
from newsletter.rendering.renderer import Renderer
from newsletter.rendering.themes import builtin_templates


def rendered(theme: str, issue: Issue, options: RenderingOptions = OPTIONS) -> RenderedIssue:
    return Renderer(replace(options, theme=theme), [builtin_templates()]).render(issue)


def test_thirty_articles_with_all_their_points_are_not_clipped_in_compact() -> None:
    mail = rendered("compact", thirty_article_issue())
    assert visible_text(mail.html).count("Why it matters:") == 30
    assert len(mail.html.encode()) < NEAR


@pytest.mark.parametrize("theme", THEMES)
def test_every_word_and_link_is_in_both_parts(theme: str) -> None:
    mail = rendered(theme, thirty_article_issue())
    html, text = visible_text(mail.html), one_line(mail.text)
    for sentence in [sentence for told in read_digest() for sentence in (told.why, *told.points)]:
        assert sentence in html
        assert sentence in text
    for link in links_in(mail.html):
        assert link.startswith("#") or link in mail.text


@pytest.mark.parametrize("theme", THEMES)
def test_a_link_to_a_place_in_the_mail_has_a_place_to_lead_to(theme: str) -> None:
    html = rendered(theme, thirty_article_issue()).html
    ids = re.findall(r'\bid="([as]\d+)"', html)
    assert len(ids) == len(set(ids))
    assert {link[1:] for link in links_in(html) if link.startswith("#")} <= set(ids)


@pytest.mark.parametrize("theme", THEMES)
def test_all_slots_of_a_public_newsletter_are_in_both_parts_and_two_of_a_private_one(theme: str) -> None:
    mail = rendered(theme, essay())
    assert all(mail.tokens[slot] in part for slot in Slot for part in (mail.html, mail.text))
    mail = rendered(theme, essay(), private())
    assert set(mail.tokens) == {Slot.NAME, Slot.UNSUBSCRIBE}
    assert "Preferences" not in mail.html + mail.text


@pytest.mark.parametrize("theme", THEMES)
def test_a_sponsor_is_labelled(theme: str) -> None:
    mail = rendered(theme, essay())
    assert re.search(r"Sponsor\b.*Shelf Repair", visible_text(mail.html))
    assert "[SPONSOR]\nShelf Repair, by the yard" in mail.text


def test_a_letter_is_signed_by_whom_it_is_from() -> None:
    options = replace(OPTIONS, author="Ines Falk")
    mail = rendered("letter", essay(), options)
    assert "bring it back. Ines Falk *" in visible_text(mail.html).replace("\xa0", " ")
    assert "bring it back.\n\nInes Falk\n" in mail.text
    assert "Moka Digest *" in visible_text(rendered("letter", essay()).html).replace("\xa0", " ")


def test_a_letter_keeps_the_shape_of_its_prose() -> None:
    html = rendered("letter", essay()).html
    for tag in ("blockquote", "ol", "pre", "em", "strong"):
        assert f"<{tag}" in html
    assert [int(level) for level in re.findall(r"<h([1-6])", html)] == [1, 2, 2, 2, 2]


def test_compact_leads_to_its_sections_when_there_are_several() -> None:
    links = links_in(rendered("compact", thirty_article_issue()).html)
    assert [link for link in links if link.startswith("#")] == ["#s1", "#s2", "#s3", "#s4", "#s5"]
    assert not any(link.startswith("#") for link in links_in(rendered("compact", issue_of(article("One"))).html))


@pytest.mark.parametrize("theme", THEMES)
def test_right_to_left_is_so_in_every_table(theme: str) -> None:
    html = rendered(theme, essay(), replace(OPTIONS, language="ar", direction="rtl")).html
    assert "direction:ltr" not in html
    assert re.search(r"<ol style=\"[^\"]*padding-right:2", html)
    assert not re.search(r"<(?:ol|ul|blockquote) style=\"[^\"]*(?:padding|border)-left", html)
