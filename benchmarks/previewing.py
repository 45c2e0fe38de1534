"""From a save to the new picture: the preview as a process, Chromium as the editor has it, fifty saves."""

import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from benchmarks.figure import Figure, sample
from newsletter.browser.chromium import QUIET, find_chromium

SAVES = 50
PAUSE = 0.3
"""Seconds between two saves, in which the page reads texts and findings: nobody saves faster than that."""

# A picture is there when its frame was loaded and painted: what runs behind an animation frame runs when that is drawn.
_WATCH = """() => {
  const frame = document.querySelector("iframe[title='The mail: desktop, light']");
  frame.addEventListener("load", () => requestAnimationFrame(() => setTimeout(() => {
    window.pictured = [frame.contentDocument.body.innerText.match(/save number (\\d+)/)?.[1], Date.now()];
  })));
}"""


def previewing() -> Iterator[Figure]:
    """A save of the eight-article issue, and when the two pictures beside it are painted; both schemes are four."""
    from playwright.sync_api import sync_playwright

    chromium = find_chromium()
    with sample() as folder, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(chromium), args=["--no-sandbox", *QUIET])
        command = [sys.executable, "-m", "newsletter", "-C", str(folder), "preview", "--no-open"]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
            try:
                page = browser.new_page(viewport={"width": 1600, "height": 1000})
                page.goto(process.stdout.readline().split()[-1])  # type: ignore[union-attr]
                page.wait_for_selector("body[data-version]")
                page.wait_for_timeout(1000)
                page.evaluate(_WATCH)
                times = [_save(page, folder / "issues" / "001.md", number) for number in range(SAVES)]
            finally:
                process.kill()
        browser.close()
    yield Figure(name="preview: save to picture", value=statistics.median(times), unit="ms", bar=100)
    yield Figure(name="preview: slowest of 50", value=max(times), unit="ms")


def _save(page: object, path: Path, number: int) -> float:
    """Return the milliseconds from a save until its picture is painted."""
    text = path.read_text(encoding="utf-8")
    head, mark, rest = text.partition("\n\n## ")
    head = head.partition("\n\nThis is save number")[0]
    begun = time.time() * 1000
    path.write_text(f"{head}\n\nThis is save number {number}.{mark}{rest}", encoding="utf-8")
    page.wait_for_function("(number) => window.pictured?.[0] === number", arg=str(number))  # type: ignore[attr-defined]
    shown: float = page.evaluate("window.pictured[1]")  # type: ignore[attr-defined]
    time.sleep(PAUSE)
    return shown - begun
