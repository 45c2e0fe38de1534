"""The README's picture of the built issue, desktop and phone, light and dark: ``make picture`` makes it."""

import base64
from pathlib import Path

from chromium import arguments, find_chromium
from playwright.sync_api import Browser, sync_playwright

from newsletter.app import open_newsletter
from newsletter.app.building import build

ROOT = Path(__file__).parents[1]
PICTURE = ROOT / "media" / "issue-001.png"
PAGE = """
<body style="margin:0;padding:36px;background:#cfd6dc;display:flex;gap:36px;align-items:flex-start;width:1083px">
<img style="width:700px;border-radius:8px;box-shadow:0 6px 30px #0003" src="data:image/png;base64,{desktop}">
<img style="width:347px;border-radius:22px;box-shadow:0 6px 30px #0005" src="data:image/png;base64,{phone}">
"""


def shot(browser: Browser, html: str, width: int, height: int, scheme: str, top: str = "body") -> str:
    """Return *html* from the element *top* on as a PNG in base64."""
    page = browser.new_page(viewport={"width": width, "height": height}, color_scheme=scheme, device_scale_factor=1.5)
    page.set_content(html)
    page.locator(top).first.evaluate("element => element.scrollIntoView()")
    data = page.screenshot()
    page.close()
    return base64.b64encode(data).decode()


def main() -> None:
    """Build the repository's own issue and photograph it."""
    newsletter = open_newsletter(ROOT)
    built = build(newsletter, newsletter.issues.find("1"))
    html = next(path for path in built.files if path.suffix == ".html").read_text(encoding="utf-8")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find_chromium(), args=arguments())
        desktop, phone = shot(browser, html, 700, 900, "light"), shot(browser, html, 375, 973, "dark", ".section")
        page = browser.new_page(viewport={"width": 1155, "height": 972})
        page.set_content(PAGE.format(desktop=desktop, phone=phone))
        PICTURE.parent.mkdir(exist_ok=True)
        page.screenshot(path=PICTURE)
        browser.close()
    print(f"wrote {PICTURE.relative_to(ROOT)}")


if __name__ == "__main__":
    main()
