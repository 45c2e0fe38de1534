"""The README's picture of the studio; ``make picture`` makes it."""

import io
import sys
import tempfile
from pathlib import Path

from chromium import arguments, find_chromium
from PIL import Image
from playwright.sync_api import sync_playwright

ROOT = Path(__file__).parents[1]
PICTURE = ROOT / "media" / "studio.png"
sys.path.insert(0, str(ROOT / "tests" / "integration"))

from preview_process import make_sample, running_preview  # noqa: E402


def main() -> None:
    """Show the sample issue, point at its error, and photograph the page."""
    with tempfile.TemporaryDirectory() as name, sync_playwright() as playwright:
        folder = Path(name)
        make_sample(folder / "desk", folder / "home")
        browser = playwright.chromium.launch(executable_path=find_chromium(), args=arguments())
        with running_preview(folder / "desk", folder / "home") as running:
            page = browser.new_page(viewport={"width": 1600, "height": 1000})
            page.goto(running.address)
            page.wait_for_selector("#findings .place")
            page.wait_for_timeout(500)
            page.locator("#findings > li").first.hover()
            page.wait_for_timeout(1500)
            data = page.screenshot()
        browser.close()
    Image.open(io.BytesIO(data)).convert("RGB").quantize(96, dither=Image.Dither.NONE).save(PICTURE, optimize=True)
    print(f"wrote {PICTURE.relative_to(ROOT)}")


if __name__ == "__main__":
    main()
