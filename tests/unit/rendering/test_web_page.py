"""The web page of an issue: plain elements, nothing of a reader's, every word that the mail has."""

import re
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import pytest
from PIL import Image
from rendering_samples import (
    OPTIONS,
    THEMES,
    article,
    eight_article_issue,
    essay,
    issue_of,
    links_in,
    passage,
    read_digest,
    visible_text,
)

from newsletter.errors import RenderError
from newsletter.model.issue import Issue
from newsletter.model.web_page import WebPage
from newsletter.rendering.look import Logo, Look, Palette
from newsletter.rendering.options import RenderingOptions
from newsletter.rendering.renderer import Renderer
from newsletter.rendering.themes import builtin_templates

VOID = ("meta", "link", "br", "img", "hr")


def page_of(theme: str, issue: Issue, options: RenderingOptions = OPTIONS, media: Path = Path("media")) -> WebPage:
    return Renderer(replace(options, theme=theme), [builtin_templates()], media).render_web(issue)


class Balance(HTMLParser):
    """Counts open elements, and fails where an end tag is not that of the last one."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attrs: object) -> None:
        self.open += [tag] if tag not in VOID else []

    def handle_startendtag(self, tag: str, attrs: object) -> None:
        assert tag in VOID

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


@pytest.mark.parametrize("theme", THEMES)
def test_a_page_has_every_word_and_link_and_is_whole(theme: str) -> None:
    html = page_of(theme, eight_article_issue()).html
    text, links = visible_text(html), links_in(html)
    for sentence in [sentence for told in read_digest() for sentence in (told.why, *told.points)]:
        assert sentence in text
    assert {one.link for one in eight_article_issue().articles} <= set(links)
    balance = Balance()
    balance.feed(html)
    assert balance.open == []
    assert html.startswith("<!DOCTYPE html>\n")


@pytest.mark.parametrize("theme", THEMES)
def test_a_page_is_made_of_what_its_parts_are_and_has_no_script(theme: str) -> None:
    html = page_of(theme, eight_article_issue()).html
    assert re.findall(r"<(header|main|footer)\b", html) == ["header", "main", "footer"]
    assert len(re.findall(r'<article id="a\d"', html)) == 8
    assert len(re.findall(r"<section aria-labelledby", html)) == 3
    assert re.findall(r"<h(\d)", html) == ["1", *"23332333233"]
    assert not re.search(r"<table|<script|javascript:|style=|\son\w+=|src=", html)
    assert "@media print" in html
    assert "@media (prefers-color-scheme: dark)" in html


@pytest.mark.parametrize("theme", THEMES)
def test_a_page_has_nothing_of_a_readers(theme: str) -> None:
    html = page_of(theme, essay()).html
    assert not re.search(r"SLOT|Hello|[Uu]nsubscribe|Preferences|subscribed", html)


def test_a_page_says_to_others_what_it_is() -> None:
    html = page_of("digest", eight_article_issue(), replace(OPTIONS, name='Salt & "Pepper"')).html
    assert '<meta property="og:title" content="Moka, PinConsole, and a one-in-a-million failure">' in html
    assert '<meta property="og:description" content="Eight engineering write-ups, about 60 minutes in all">' in html
    assert '<meta property="og:site_name" content="Salt &amp; &#34;Pepper&#34;">' in html
    assert '<meta property="article:published_time" content="2026-11-27">' in html
    assert '<time datetime="2026-11-27">27 November 2026</time>' in html


@pytest.mark.parametrize("theme", THEMES)
def test_a_sponsor_is_an_aside_with_a_label_and_its_link_is_marked(theme: str) -> None:
    html = page_of(theme, essay()).html
    aside = re.search(r'<aside class="sponsor" aria-label="Sponsor">(.*?)</aside>', html, re.S)
    assert aside
    assert "Sponsor · Harrow &amp; Daughters" in aside[1]
    assert 'rel="sponsored"' in aside[1]


def test_the_look_is_taken_over_by_the_page(tmp_path: Path) -> None:
    Image.new("RGB", (400, 100), "navy").save(tmp_path / "logo.png")
    look = Look(
        light=Palette(accent="#123456"),
        dark=Palette(accent="#abcdef"),
        text_font="Inter,serif",
        web_font="https://f.example/i.css",
        logo=Logo(file="media/logo.png", alt="Moka", width=200),
    )
    for theme in THEMES:
        page = page_of(theme, essay(), replace(OPTIONS, look=look), tmp_path)
        for told in (
            "--accent: #123456",
            "--accent: #abcdef",
            "font-family: Inter,serif",
            'href="https://f.example/i.css"',
        ):
            assert told in page.html
        (picture,) = page.pictures
        assert f'<img src="media/{picture.published_name}" alt="Moka" width="200" height="50">' in page.html
        assert "og:image" not in page.html  # which needs a whole address
        published = replace(OPTIONS, look=look, pictures_at="https://n.example/media")
        address = f"https://n.example/media/{picture.published_name}"
        assert f'og:image" content="{address}"' in page_of(theme, essay(), published, tmp_path).html


def test_a_picture_of_the_issue_is_beside_the_page(tmp_path: Path) -> None:
    Image.new("RGB", (40, 10), "navy").save(tmp_path / "chart.png")
    issue = issue_of(article("Moka", words="![A chart](media/chart.png)"))
    page = page_of("digest", issue, media=tmp_path)
    assert f'src="media/{page.pictures[0].published_name}"' in page.html


def test_a_theme_without_a_page_of_its_own_shows_that_of_the_digest(tmp_path: Path) -> None:
    own = tmp_path / "mine"
    own.mkdir()
    (own / "issue.mjml.j2").write_text('{% extends "letter/issue.mjml.j2" %}')
    (own / "issue.txt.j2").write_text('{% extends "letter/issue.txt.j2" %}')
    renderer = Renderer(replace(OPTIONS, theme="mine"), [tmp_path, builtin_templates()])
    assert renderer.render_web(essay()) == page_of("digest", essay())
    (own / "web.html.j2").write_text('{% extends "letter/web.html.j2" %}{% block footer %}Mine{% endblock %}')
    assert "Mine" in renderer.render_web(essay()).html
    (own / "web.html.j2").write_text("<p>\n{{ slots.unsubscribe }}</p>")
    with pytest.raises(RenderError, match=r"mine/web.html.j2:2: .*unsubscribe"):
        renderer.render_web(essay())


def test_text_about_code_is_shown_as_it_stands() -> None:
    issue = issue_of(
        article("`<script>` & {{ x }}", words="Use `</style>` and {% raw %}."),
        subject="a < b",
        intro=passage("{{ y }}"),
    )
    html = page_of("compact", issue).html
    assert "<code>&lt;script&gt;</code> &amp; {{ x }}" in html
    assert "<code>&lt;/style&gt;</code> and {% raw %}." in html
    assert "<title>a &lt; b" in html
