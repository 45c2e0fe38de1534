"""Chromium, opened once for any number of pictures; it never asks the network for anything."""

import os
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from newsletter.errors import BrowserError

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
QUIET = (
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
"""What keeps it from asking the network by itself."""
NOWHERE = "--host-resolver-rules=MAP * ~NOTFOUND"
"""No host has an address: also for what no request handler hears of, such as preconnect and prefetch."""
_NO_SCRIPTS = """<meta http-equiv="Content-Security-Policy" content="script-src 'none'">"""
PATIENCE = 30_000
"""Milliseconds after which whatever Chromium was asked for counts as failed."""

REFUSED = "Unable to capture screenshot"
CAPTURES = 4
"""How often a picture is asked for that is refused."""
AGAIN = 250
"""Milliseconds between two of them."""


def find_chromium() -> str:
    """Return the path of Chromium: that of $CHROMIUM, or the first one of the usual names."""
    if found := os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, NAMES)), None):
        return found
    raise BrowserError("Chromium is not found", "install it, or put its path into the environment as CHROMIUM")


class Chromium:
    """An open Chromium; each page has a context of its own, so that none knows of another."""

    def __init__(self, browser: "Browser") -> None:
        self._browser = browser

    def picture(self, html: str, *, width: int, dark: bool = False, scale: float = 1) -> bytes:
        """Return a PNG of the whole page, *width* CSS pixels wide; *scale* device pixels each."""
        with self._page(html, width, dark, scale) as page:
            return _captured(page)

    def run(self, html: str, script: str, call: str, *, width: int = 700, dark: bool = False) -> Any:
        """Load *script* into the page of *html*, and return what the function *call* gives, as JSON takes it."""
        # Timers do not run where scripts are off (axe-core waits for them): a policy keeps the mail's own out instead.
        html = re.sub(r"(<html\b[^>]*>|\Z)", lambda match: match[0] + _NO_SCRIPTS, html, count=1, flags=re.I)
        with self._page(html, width, dark, scripts=True) as page:
            page.evaluate(f"() => {{ {script}\n }}")
            limit = f"new Promise((_, no) => setTimeout(() => no(new Error('too slow')), {PATIENCE}))"
            return page.evaluate(f"() => Promise.race([({call})(), {limit}])")

    @contextmanager
    def _page(self, html: str, width: int, dark: bool, scale: float = 1, *, scripts: bool = False) -> "Iterator[Page]":
        from playwright.sync_api import Error

        try:
            context = self._browser.new_context(
                viewport={"width": width, "height": 600},
                color_scheme="dark" if dark else "light",
                device_scale_factor=scale,
                java_script_enabled=scripts,
                service_workers="block",
                offline=True,
            )
            try:
                context.set_default_timeout(PATIENCE)
                context.route("**/*", lambda route: route.abort())  # data: and about: never come here
                page = context.new_page()
                page.set_content(html, wait_until="load")
                yield page
            finally:
                context.close()
        except Error as cause:
            raise BrowserError(f"Chromium failed: {_first_line(cause)}", "run it again") from cause


@contextmanager
def open_chromium() -> Iterator[Chromium]:
    """Open Chromium.

    :raises BrowserError: playwright or Chromium is missing, or it does not start.
    """
    try:
        from playwright.sync_api import Error, sync_playwright
    except ImportError as cause:
        raise BrowserError("playwright is not installed", "pip install 'newsletterpress[browser]'") from cause
    path = find_chromium()
    root = ["--no-sandbox"] if hasattr(os, "geteuid") and os.geteuid() == 0 else []  # it does not work for root
    with sync_playwright() as playwright:
        try:
            browser = playwright.chromium.launch(executable_path=path, args=[*root, *QUIET, NOWHERE], timeout=PATIENCE)
        except Error as cause:
            todo = "see whether it runs by itself, or name another one as CHROMIUM"
            raise BrowserError(f"Chromium does not start: {_first_line(cause)}", todo, where=path) from cause
        try:
            yield Chromium(browser)
        finally:
            if browser.is_connected():
                browser.close()


def _captured(page: "Page") -> bytes:
    """Take the picture; Chromium refuses one now and then, mostly its first, and takes it when it is asked again.

    https://github.com/MarketSquare/robotframework-browser/issues/5237 counts 21 of them in 287 runs of a test suite.
    """
    from playwright.sync_api import Error

    for _ in range(CAPTURES - 1):
        try:
            return page.screenshot(full_page=True, animations="disabled")
        except Error as cause:
            if REFUSED not in str(cause):
                raise
            page.wait_for_timeout(AGAIN)
    return page.screenshot(full_page=True, animations="disabled")


def _first_line(error: Exception) -> str:
    return next(iter(str(error).splitlines()), "no reason given")
