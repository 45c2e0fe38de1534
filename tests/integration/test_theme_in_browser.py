"""Each theme's mail in a real browser: no overflow, a dark scheme that is dark, nothing that keeps a reader out."""

import re
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest
from needs import axe
from PIL import Image
from playwright.sync_api import Browser, Page, Route

sys.path.append(str(Path(__file__).parents[1] / "unit" / "rendering"))

from rendering_samples import OPTIONS, THEMES, article, eight_article_issue, essay, issue_of, passage

from newsletter.model.issue import Issue
from newsletter.model.mail import RenderedIssue
from newsletter.rendering.look import Logo, Look
from newsletter.rendering.renderer import Renderer
from newsletter.rendering.themes import builtin_templates

WIDTHS, SCHEMES = (375, 700), ("light", "dark")

pytestmark = pytest.mark.chromium


@pytest.fixture(scope="module")
def window(browser: Browser) -> Iterator[Page]:
    """A window with the network cut off; what it asked for is in ``window.asked``. A new one takes 0.2 s each time."""
    page = browser.new_page()
    asked: list[str] = []
    page.asked = asked  # type: ignore[attr-defined]

    def stop(route: Route) -> None:
        if route.request.url.startswith(("file:", "data:", "about:")):
            route.continue_()
        else:
            asked.append(route.request.url)
            route.abort()

    page.route("**/*", stop)
    yield page
    page.close()


@pytest.fixture
def open_mail(window: Page) -> Callable[..., Page]:
    """``open_mail(html, width, scheme)`` shows a mail, and nothing of the one before."""

    def open_page(html: str, width: int = 700, scheme: str = "light") -> Page:
        window.asked.clear()  # type: ignore[attr-defined]
        window.goto("about:blank")
        window.emulate_media(media="screen", color_scheme=scheme)  # type: ignore[arg-type]
        window.set_viewport_size({"width": width, "height": 900})
        window.set_content(html)
        assert window.asked == []  # type: ignore[attr-defined]
        assert window.evaluate("innerWidth") == width
        return window

    return open_page


def filled(rendered: RenderedIssue) -> str:
    html = rendered.html
    for slot, token in rendered.tokens.items():
        html = html.replace(token, "Zoë Müller" if slot == "name" else f"https://news.example.com/{slot}/3f2a")
    return html


def difficult_issue() -> Issue:
    """Cards with everything that could push a column wide or break a rule of accessibility."""
    endless = article(
        "Donaudampfschifffahrtsgesellschaft " + "x" * 90,
        link="https://example.com/" + "b" * 300,
        source="A very long source name " * 4,
        minutes=120,
        published="2026-09-10",
        why="unbreakable" * 20,
        points=("y" * 200, f"[link](https://example.com/{'c' * 200}) `{'d' * 150}`"),
    )
    words = (
        "A `word`, *another* and a [link](https://example.com).\n\n> Said.\n\n```\n"
        + "long code " * 30
        + "\n```\n\n| Engine | ms |\n|---|--:|\n| one | 1 |\n\n1. first\n2. second"
    )
    sponsor = article(
        "Acme Queues", link="https://acme.example", words="Our *sponsor* [says](https://acme.example/x).", sponsor=True
    )
    bare = article("No link and no minutes", link="", source="")
    return issue_of(
        endless,
        article("Words", words=words),
        sponsor,
        bare,
        subject="endless" * 20,
        intro=passage("Intro.\n\n- one\n- two"),
    )


ISSUES = {
    "eight": (eight_article_issue(), OPTIONS),
    "difficult": (difficult_issue(), OPTIONS),
    "essay": (essay(), replace(OPTIONS, author="Ines Falk")),
    "right to left": (difficult_issue(), replace(OPTIONS, language="ar", direction="rtl")),
}


SEEN = {
    "digest": ["body", "body > div.paper", "td.card", "td.why"],
    "compact": ["body", "body > div.paper", "td.sponsor", "pre"],
    "letter": ["body", "body > div.paper", "td.sponsor", "pre"],
}
"""What has a ground of its own, by theme."""
READ = {
    "digest": ["h1", "td.card h3 a", "td.card li", "td.why p", "td.footer p", "td.section h2"],
    "compact": ["h1", "h2 a", "li", "p.facts", "p.facts b", "td.footer p", "td.brand strong", "td.sponsor h2 a"],
    "letter": ["h1", "h2", "li", "p.label", "td.footer p", "p.signed", "p.brand", "td.sponsor h2 a", "pre code"],
}
"""What is read, by theme."""
SHOWN = {"digest": "eight", "compact": "essay", "letter": "essay"}
"""The issue that has all of it."""


@cache
def mail(name: str, theme: str = "digest") -> str:
    issue, options = ISSUES[name]
    return filled(Renderer(replace(options, theme=theme), [builtin_templates()]).render(issue))


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize("width", [320, *WIDTHS])
@pytest.mark.parametrize("name", ISSUES)
def test_nothing_is_wider_than_the_window(
    open_mail: Callable[..., Page], name: str, width: int, scheme: str, theme: str
) -> None:
    page = open_mail(mail(name, theme), width, scheme)
    wide = page.evaluate("[document.documentElement.scrollWidth, document.body.scrollWidth, innerWidth]")
    assert max(wide[:2]) <= wide[2]


def brightness(page: Page, selector: str, style: str) -> float:
    colour = page.evaluate(f"getComputedStyle(document.querySelector('{selector}')).{style}")
    red, green, blue = (int(part) for part in colour.removeprefix("rgb(").removesuffix(")").split(","))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


@pytest.mark.parametrize(("theme", "selector"), [(theme, one) for theme in THEMES for one in SEEN[theme]])
def test_dark_is_dark_and_light_is_light(open_mail: Callable[..., Page], theme: str, selector: str) -> None:
    html = mail(SHOWN[theme], theme)
    assert brightness(open_mail(html, 700, "dark"), selector, "backgroundColor") < 50
    assert brightness(open_mail(html, 700, "light"), selector, "backgroundColor") > 230


@pytest.mark.parametrize(("theme", "selector"), [(theme, one) for theme in THEMES for one in READ[theme]])
def test_text_is_bright_on_dark_and_dark_on_bright(open_mail: Callable[..., Page], theme: str, selector: str) -> None:
    html = mail(SHOWN[theme], theme)
    assert brightness(open_mail(html, 700, "dark"), selector, "color") > 150
    assert brightness(open_mail(html, 700, "light"), selector, "color") < 110


def test_every_entry_of_the_contents_leads_to_its_article(open_mail: Callable[..., Page]) -> None:
    page = open_mail(mail("eight"))
    entries = page.evaluate(
        "[...document.querySelectorAll('ol a')].map(a => [a.textContent, document.querySelector("
        "a.getAttribute('href'))?.textContent])"
    )
    assert len(entries) == 8
    assert all(told == heading for told, heading in entries)


@pytest.mark.parametrize("theme", THEMES)
def test_of_two_logos_the_one_for_the_scheme_is_seen(
    open_mail: Callable[..., Page], theme: str, tmp_path: Path
) -> None:
    for name in ("day", "night"):
        Image.new("RGB", (40, 20), "navy" if name == "day" else "white").save(tmp_path / f"{name}.png")
    look = Look(logo=Logo(file="media/day.png", alt="Moka", dark="media/night.png"))
    renderer = Renderer(replace(OPTIONS, theme=theme, look=look), [builtin_templates()], tmp_path)
    html = re.sub(r'src="cid:[^"]*"', "", filled(renderer.render(essay())))
    for scheme in SCHEMES:
        shown = open_mail(html, 700, scheme).evaluate(
            "[...document.images].filter(one => one.getClientRects().length).map(one => one.className)"
        )
        assert shown == [{"light": "mark day", "dark": "mark night"}[scheme]]


@pytest.mark.npm
@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("name", ISSUES)
def test_axe_finds_no_serious_fault(
    open_mail: Callable[..., Page], name: str, width: int, scheme: str, theme: str
) -> None:
    page = open_mail(mail(name, theme), width, scheme)
    page.evaluate(axe())
    found = page.evaluate("axe.run().then(result => result.violations)")
    grave = [
        f"{one['id']}: {one['nodes'][0]['html'][:200]}" for one in found if one["impact"] in ("serious", "critical")
    ]
    assert grave == []
    # What axe cannot see through (a background picture, say) it calls incomplete; there is none of it in these themes.
    contrast = page.evaluate("axe.run({runOnly: ['color-contrast']}).then(result => result.incomplete.length)")
    assert contrast == 0


@cache
def page_html(name: str, theme: str) -> str:
    issue, options = ISSUES[name]
    return Renderer(replace(options, theme=theme), [builtin_templates()]).render_web(issue).html


@pytest.mark.npm
@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("name", ISSUES)
def test_a_web_page_has_no_serious_fault_and_is_never_wider_than_the_window(
    open_mail: Callable[..., Page], name: str, theme: str
) -> None:
    for width, scheme in ((320, "light"), (1000, "dark"), (1000, "light"), (375, "dark")):
        page = open_mail(page_html(name, theme), width, scheme)
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), (width, scheme)
        page.evaluate(axe())
        found = page.evaluate("axe.run().then(result => result.violations)")
        faults = [f"{one['id']}: {one['nodes'][0]['html'][:200]}" for one in found]
        assert faults == [], (width, scheme)


@pytest.mark.parametrize("theme", THEMES)
def test_a_web_page_is_dark_in_the_dark_and_black_on_white_on_paper(open_mail: Callable[..., Page], theme: str) -> None:
    html = page_html("essay", theme)
    page = open_mail(html, 1000, "dark")
    assert brightness(page, "body", "backgroundColor") < 50
    assert brightness(page, "h1", "color") > 150
    page.emulate_media(media="print")
    assert brightness(page, "body", "backgroundColor") > 254
    assert brightness(page, "h1", "color") == 0
