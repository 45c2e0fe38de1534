"""The archive in a real browser, as it is served: narrow and wide, light and dark, and for a screen reader."""

import io
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from archive_samples import keep_receipt
from needs import axe
from PIL import Image
from playwright.sync_api import Browser, Page

from newsletter.app import open_newsletter
from newsletter.app.sample import make_sample
from newsletter.app.web_versions import keep_web_version, web_version
from newsletter.web.serving import listen
from newsletter.web.site.request_log import RequestLog
from newsletter.web.site.running import PublicSite
from newsletter.web.site.site import SiteOptions

pytestmark = [pytest.mark.chromium, pytest.mark.npm]

ENDLESS = "Donaudampfschifffahrtsgesellschaft" * 6


@contextmanager
def served(folder: Path) -> Iterator[str]:
    """Serve the newsletter of *folder* in a thread, and give its address."""
    import uvicorn

    newsletter = open_newsletter(folder)
    site = PublicSite(newsletter, SiteOptions(), log=RequestLog(stream=io.StringIO()))
    config = uvicorn.Config(site.app, log_level="error", access_log=False, ws="none", proxy_headers=False)
    server = uvicorn.Server(config)
    with listen() as opened:
        thread = threading.Thread(target=server.run, kwargs={"sockets": [opened]})
        thread.start()
        try:
            yield f"http://127.0.0.1:{opened.getsockname()[1]}"
        finally:
            server.should_exit = True
            thread.join()
            newsletter.close()


def make(folder: Path, theme: str) -> None:
    """Make a newsletter of which three issues were sent: with a picture, an endless subject, and no page."""
    make_sample(folder)
    settings = folder / "newsletter.toml"
    text = (
        settings.read_text()
        .replace('theme = "digest"', f'theme = "{theme}"')
        .replace("# public_url =", "public_url =", 1)
    )
    settings.write_text(text)
    (folder / "media").mkdir()
    Image.new("RGB", (900, 300), (150, 60, 40)).save(folder / "media/chart.png")
    issue = folder / "issues/001.md"
    issue.write_text(issue.read_text().replace("\n## ", "\n![A chart](media/chart.png)\n\n## ", 1))
    newsletter = open_newsletter(folder)
    read = newsletter.issues.read(issue)
    html = web_version(newsletter, read, newsletter.render(read))
    for number in (1, 2):
        keep_web_version(newsletter, number, html.replace("Moka, PinConsole", ENDLESS) if number == 2 else html)
    for number in (1, 2, 3):
        keep_receipt(folder, number, "weekly")


def faults(page: Page) -> list[str]:
    page.evaluate(axe())
    found = page.evaluate("axe.run().then(result => result.violations)")
    return [
        f"{one['id']}: {one['nodes'][0]['html'][:200]}" for one in found if one["impact"] in ("serious", "critical")
    ]


@pytest.mark.parametrize("theme", ["digest", "compact", "letter"])
def test_the_archive_can_be_read_by_everybody(browser: Browser, tmp_path: Path, theme: str) -> None:
    make(tmp_path / "desk", theme)
    pictures = Path(os.environ["ARCHIVE_PICTURES"]) if "ARCHIVE_PICTURES" in os.environ else None
    with served(tmp_path / "desk") as address:
        for width, scheme in ((320, "light"), (375, "dark"), (700, "light"), (700, "dark")):
            context = browser.new_context(
                viewport={"width": width, "height": 900}, color_scheme=scheme, bypass_csp=False
            )
            page = context.new_page()
            refused: list[str] = []
            page.on(
                "console",
                lambda message, refused=refused: refused.append(message.text) if "Policy" in message.text else None,
            )
            page.goto(f"{address}/")
            for name in ("index", "issue", "long", "missing"):
                if name == "issue":
                    page.get_by_role("link", name="Moka, PinConsole").click()
                    page.wait_for_url(f"{address}/issues/001.html")
                    assert page.evaluate("document.images[0].naturalWidth") > 0
                elif name == "long":
                    page.get_by_role("link", name="Newer").click()
                    page.wait_for_url(f"{address}/issues/002.html")
                elif name == "missing":
                    page.get_by_role("link", name="All issues").first.click()
                    page.wait_for_url(f"{address}/")
                    page.goto(f"{address}/nothing/here")
                assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), (name, width)
                ground = page.evaluate("getComputedStyle(document.body).backgroundColor")
                assert (sum(map(int, ground[4:-1].split(","))) < 200) == (scheme == "dark"), (name, scheme, ground)
                assert refused == [], name
                if pictures:
                    page.screenshot(path=pictures / f"{theme}-{name}-{width}-{scheme}.png", full_page=name != "issue")
            context.close()


@pytest.mark.parametrize("theme", ["digest", "compact", "letter"])
def test_axe_finds_no_serious_fault_in_the_archive(browser: Browser, tmp_path: Path, theme: str) -> None:
    make(tmp_path / "desk", theme)
    with served(tmp_path / "desk") as address:
        for width, scheme in ((320, "dark"), (700, "light")):
            # axe is a script, and the pages allow none: only here is that switched off.
            context = browser.new_context(
                viewport={"width": width, "height": 900}, color_scheme=scheme, bypass_csp=True
            )
            page = context.new_page()
            for path in ("/", "/issues/001.html", "/issues/002.html", "/nothing"):
                page.goto(f"{address}{path}")
                assert faults(page) == [], (path, width, scheme)
            context.close()
