"""The eight-article issue through the built-in theme."""

import itertools
import re
from dataclasses import replace

from rendering_samples import (
    OPTIONS,
    article,
    eight_article_issue,
    eight_articles,
    issue_of,
    links_in,
    one_line,
    passage,
    private,
    read_digest,
    visible_text,
)

from newsletter.model.issue import Issue, Section
from newsletter.model.mail import Slot
from newsletter.rendering.renderer import Renderer
from newsletter.rendering.themes import builtin_templates

GMAIL_CLIP = 102_400


def test_every_word_of_the_digest_is_in_both_parts(renderer: Renderer, eight: Issue) -> None:
    mail = renderer.render(eight)
    html, text = visible_text(mail.html), one_line(mail.text)
    told = read_digest()
    assert (len(told), sum(len(one.points) for one in told)) == (8, 43)
    for sentence in [sentence for one in told for sentence in (one.why, *one.points)]:
        assert sentence in html
        assert sentence in text


def test_every_title_and_link_is_in_both_parts(renderer: Renderer, eight: Issue) -> None:
    mail = renderer.render(eight)
    links = [link for link in links_in(mail.html) if not link.startswith("#")]
    assert {one.link for one in eight.articles} <= set(links)
    for link in links:
        assert link in mail.text
    for one in eight.articles:
        assert one.title.markdown in visible_text(mail.html)
        assert one.title.markdown in one_line(mail.text)


def test_the_same_issue_gives_the_same_bytes() -> None:
    folders = [builtin_templates()]
    first = Renderer(OPTIONS, folders).render(eight_article_issue())
    second = Renderer(OPTIONS, folders).render(eight_article_issue())
    assert (first.html, first.text, first.mjml) == (second.html, second.text, second.mjml)


def test_an_article_costs_at_most_three_and_a_half_kilobytes(renderer: Renderer) -> None:
    articles = eight_articles()
    sizes = [len(renderer.render(issue_of(*articles[:count])).html.encode()) for count in range(2, 9)]
    growth = [after - before for before, after in itertools.pairwise(sizes)]
    assert max(growth) <= 3_584
    assert sizes[-1] < GMAIL_CLIP / 2


def test_headings_go_down_one_level_at_a_time(renderer: Renderer, eight: Issue) -> None:
    def levels(issue: Issue) -> list[str]:
        return re.findall(r"<h([1-6])", renderer.render(issue).html)

    assert levels(eight) == ["1", "2", "3", "3", "3", "2", "3", "3", "3", "2", "3", "3"]
    assert levels(issue_of(*eight_articles())) == ["1"] + ["2"] * 8


def test_language_and_direction_are_on_the_page(eight: Issue) -> None:
    options = replace(OPTIONS, language="de-AT", direction="rtl")
    mail = Renderer(options, [builtin_templates()]).render(eight)
    assert re.search(r'<html lang="de-AT" dir="rtl"', mail.html)
    assert "direction:ltr" not in mail.html
    assert "Warum das wichtig ist" in mail.html
    assert "27. November 2026" in mail.text


def test_layout_tables_have_the_role_of_presentation(renderer: Renderer, eight: Issue) -> None:
    outside_outlook = re.sub(r"<!--\[if mso.*?<!\[endif\]-->", "", renderer.render(eight).html, flags=re.S)
    tables = re.findall(r"<table\b[^>]*>", outside_outlook)
    assert tables
    assert all('role="presentation"' in table for table in tables)


def test_nothing_is_loaded_from_elsewhere(renderer: Renderer, eight: Issue) -> None:
    html = renderer.render(eight).html
    assert not re.search(r"<(img|link|script|iframe|object|embed)\b|@import|url\(|src=|@font-face", html)


def test_without_a_public_address_only_unsubscribing_is_offered(eight: Issue) -> None:
    mail = Renderer(private(), [builtin_templates()]).render(eight)
    assert set(mail.tokens) == {Slot.NAME, Slot.UNSUBSCRIBE}
    assert "Read on the web" not in mail.html + mail.text
    assert "Preferences" not in mail.html + mail.text
    assert mail.tokens[Slot.UNSUBSCRIBE] in links_in(mail.html)
    assert mail.tokens[Slot.UNSUBSCRIBE] in mail.text


def test_with_a_public_address_all_four_slots_are_in_both_parts(renderer: Renderer, eight: Issue) -> None:
    mail = renderer.render(eight)
    for slot in Slot:
        assert mail.tokens[slot] in mail.html
        assert mail.tokens[slot] in mail.text


def test_a_sponsor_is_labelled_and_not_counted(renderer: Renderer) -> None:
    sponsor = article("Acme Queues", link="https://acme.example", words="Queues that **queue**.", sponsor=True)
    mail = renderer.render(issue_of(article("One"), sponsor, article("Two", link="https://example.com/two")))
    assert "Sponsor Acme Queues" in visible_text(mail.html)
    assert "[SPONSOR]\nAcme Queues" in mail.text
    assert "Queues that *queue*." in mail.text
    assert visible_text(mail.html).count("Acme Queues") == 1
    assert "2. Two" in mail.text


def test_an_article_without_link_minutes_or_why_is_still_a_card(renderer: Renderer) -> None:
    mail = renderer.render(issue_of(article("Bare", link="", source="")))
    assert "Bare" in visible_text(mail.html)
    assert "Why it matters" not in mail.html + mail.text
    assert " min" not in visible_text(mail.html)


def test_an_article_without_a_title_is_headed_by_its_link(renderer: Renderer) -> None:
    mail = renderer.render(issue_of(article("", link="https://example.com/untitled")))
    assert "https://example.com/untitled" in visible_text(mail.html)


def test_the_preheader_is_hidden_and_not_white(renderer: Renderer, eight: Issue) -> None:
    html = renderer.render(eight).html
    hidden = re.search(r'<div style="display:none;([^"]*)">([^<]*)</div>', html)
    assert hidden
    assert "#ffffff" not in hidden[1]
    assert hidden[2] == eight.preheader


def test_a_section_name_with_marks_is_escaped_once(renderer: Renderer) -> None:
    section = Section(name=passage("Search & *ads*"), articles=(article("One"),))
    mail = renderer.render(issue_of(sections=(section,)))
    assert "Search &amp; <em>ads</em>" in mail.html
    assert "Search & _ads_" in mail.text


def test_a_postal_address_keeps_its_lines_and_a_name_is_escaped(eight: Issue) -> None:
    options = replace(OPTIONS, name="Salt & <Pepper>", postal_address="Row 1\nBerlin")
    mail = Renderer(options, [builtin_templates()]).render(eight)
    assert "Salt &amp; &lt;Pepper&gt;" in mail.html
    assert "Row 1<br>Berlin" in mail.html
    assert "Salt & <Pepper>" in mail.text
    assert "Row 1\nBerlin" in mail.text
