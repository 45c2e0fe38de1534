"""The README's pictures, desktop and phone, light and dark: ``make picture`` makes them of the built issues."""

import base64
from dataclasses import replace
from io import BytesIO
from pathlib import Path

from chromium import arguments, find_chromium
from PIL import Image
from playwright.sync_api import Browser, sync_playwright

from newsletter.app import Newsletter, open_newsletter
from newsletter.app.building import template_of
from newsletter.composer.issue_file import parse_issue
from newsletter.model.issue import Issue
from newsletter.sender.addressing import sample_message

ROOT = Path(__file__).parents[1]
MEDIA = ROOT / "media"
ESSAY = ROOT / "tests" / "data" / "essay.md"
PAGE = """
<body style="margin:0;padding:36px;background:#cfd6dc;display:flex;gap:36px;align-items:flex-start;width:1083px">
<img style="width:700px;border-radius:8px;box-shadow:0 6px 30px #0003" src="data:image/png;base64,{desktop}">
<img style="width:347px;border-radius:22px;box-shadow:0 6px 30px #0005" src="data:image/png;base64,{phone}">
"""
SIZE, THEME_SIZE = {"width": 1155, "height": 972}, {"width": 1155, "height": 772}
COLOURS = 255
"""As many as a picture has: enough for the edges of its letters, for a third of the bytes."""


def shot(browser: Browser, html: str, width: int, height: int, scheme: str, top: str = "body") -> str:
    """Return *html* from the element *top* on as a PNG in base64."""
    page = browser.new_page(viewport={"width": width, "height": height}, color_scheme=scheme, device_scale_factor=1.5)
    page.set_content(html)
    page.locator(top).first.evaluate("element => element.scrollIntoView()")
    data = page.screenshot()
    page.close()
    return base64.b64encode(data).decode()


def mail(newsletter: Newsletter, issue: Issue) -> str:
    """Return the HTML of *issue* as a sample reader gets it."""
    return sample_message(template_of(newsletter, issue, newsletter.render(issue))).alone


def themed(newsletter: Newsletter, theme: str, **values: str) -> Newsletter:
    """Return *newsletter* with another theme, and what else its mails say of it."""
    rendering = replace(newsletter.settings.rendering, theme=theme, **values)
    return Newsletter(replace(newsletter.settings, rendering=rendering), newsletter.shown)


def picture(browser: Browser, html: str, path: Path, size: dict[str, int], top: str) -> None:
    """Write the picture of *html*: its beginning on a desktop, and from the element *top* on on a phone at night."""
    height = size["height"] - 72
    desktop = shot(browser, html, 700, height, "light")
    phone = shot(browser, html, 375, round(height * 375 / 347), "dark", top)
    page = browser.new_page(viewport=size)  # type: ignore[arg-type]
    page.set_content(PAGE.format(desktop=desktop, phone=phone))
    image = Image.open(BytesIO(page.screenshot())).convert("RGB")
    page.close()
    MEDIA.mkdir(exist_ok=True)
    # Maximum coverage keeps a rare colour: the accent of a name.
    few = image.quantize(COLOURS, Image.Quantize.MAXCOVERAGE, dither=Image.Dither.NONE)
    few.save(path, optimize=True)
    print(f"wrote {path.relative_to(ROOT)}, {path.stat().st_size:,} bytes")


def main() -> None:
    """Build the repository's own issue and the tests' essay, and photograph them."""
    newsletter = open_newsletter(ROOT)
    issue = newsletter.issues.read(newsletter.issues.find("1"))
    essay = parse_issue(ESSAY.read_text(encoding="utf-8"), ESSAY)
    letter = themed(
        newsletter, "letter", name="Slow Shelves", tagline="A monthly letter on tools that last", author="Ines Falk"
    )
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find_chromium(), args=arguments())
        digest, compact = mail(newsletter, issue), mail(themed(newsletter, "compact"), issue)
        picture(browser, digest, MEDIA / "issue-001.png", SIZE, ".section")
        picture(browser, compact, MEDIA / "theme-compact.png", THEME_SIZE, ".section >> nth=1")
        picture(browser, mail(letter, essay), MEDIA / "theme-letter.png", THEME_SIZE, ".sheet >> nth=2")
        browser.close()


if __name__ == "__main__":
    main()
