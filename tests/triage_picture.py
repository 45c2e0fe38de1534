"""The README's picture of a triage on the full screen; ``make picture`` makes it."""

import asyncio
import io
import re
import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path

from chromium import arguments, find_chromium
from PIL import Image
from playwright.sync_api import sync_playwright

from newsletter.app.deciding import Decided
from newsletter.app.deliberation import Deliberation
from newsletter.app.triaging import Outcome
from newsletter.cli.triage_screen import TriageScreen
from newsletter.composer.shortlist import Choice, Repeat, RepeatKind, Score, Suggestion
from newsletter.composer.sitting import Room, Sitting
from newsletter.model.article import Article

ROOT = Path(__file__).parents[1]
PICTURE = ROOT / "media" / "triage.png"
NOW = datetime(2026, 11, 24, 12, 40, tzinfo=UTC)
PLATFORMS, SEARCH, EXPERIENCE = "Data platforms", "Search", "Developer experience"
STORIES = [
    ("Next Gen Data Processing at Massive Scale With Moka (Part 2)", "Pinterest Engineering", PLATFORMS, 2),
    ("Debugging the One-in-a-Million Failure: Search Moves to Kubernetes", "Pinterest Engineering", SEARCH, 1),
    ("The Journey to PinConsole, a Desk for Every Developer", "Pinterest Engineering", EXPERIENCE, 0),
    ("Unlocking Efficient Ad Retrieval: Offline Nearest Neighbours", "Pinterest Engineering", SEARCH, 0),
    ("Queues That Fill at Night, and Why Nobody Saw It", "Acme Blog", PLATFORMS, 0),
    ("Ten Tricks That Vendors Hate", "Vendor Blog", "", 0),
    ("Migrating Hadoop Clusters While They Run", "Pinterest Engineering", PLATFORMS, 0),
    ("A Build in Four Minutes Instead of Forty", "Example Engineering", EXPERIENCE, 0),
    ("Replication Slots That Do Not Wait", "Database Weekly", PLATFORMS, 0),
]
SUMMARY = (
    "A node in a million answered late, every few minutes, and only after the move. What the team measured, what they "
    "ruled out, and which well-meant monitor it was in the end."
)


def sitting() -> Sitting:
    """Return stories that are made up after the sample's."""
    stories = []
    for number, (title, source, section, outlets) in enumerate(STORIES):
        article = Article(id=f"{number:013d}", title=title, source=source, link=f"https://example.com/{number}",
                          summary=SUMMARY, minutes=12, published="2026-11-20", note="Ann asked for it")  # fmt: skip
        others = ("The Register", "InfoQ")[:outlets]
        ran = Repeat(kind=RepeatKind.STORY, issue=41, words="follow-up to #41")
        stories.append(
            Suggestion(
                choice=Choice(article=article, held=number == 6, since=(NOW - timedelta(days=12)).isoformat()),
                also=tuple(Choice(article=Article(id=o, source=o, title="The same story")) for o in others),
                score=Score(terms={"feed": 0.42 - number * 0.03, "story": outlets * 0.1, "new": 0.2 - number * 0.02}),
                section=section,
                repeats=(ran,) if number == 1 else (),
            )
        )
    rooms = (Room(name=PLATFORMS, count=1, cap=3), Room(name=SEARCH, cap=2), Room(name=EXPERIENCE))
    return Sitting(path=Path("issues/042.md"), list_name="weekly", suggestions=tuple(stories), rooms=rooms, now=NOW,
                   deadline=NOW + timedelta(days=2, hours=3, minutes=20))  # fmt: skip


async def screen(journal: Path) -> str:
    """Return the screen as SVG, after some decisions."""
    app = TriageScreen(Deliberation(sitting(), journal), lambda verdicts: Outcome(decided=Decided()), lambda: NOW)
    async with app.run_test(size=(100, 28)) as pilot:
        for keys in ("p", "down", "3", "h", "p", "d", "a d v e r t", "enter", "up up up up up", "enter"):
            await pilot.press(*keys.split())
            await pilot.pause()
        return app.export_screenshot(title="newsletter triage --tui")


def main() -> None:
    """Decide about some stories, and photograph the screen."""
    with tempfile.TemporaryDirectory() as name:
        svg = asyncio.run(screen(Path(name, "decisions.jsonl")))
    svg = re.sub(r'url\("https://[^"]*"\)', "local(monospace)", svg)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find_chromium(), args=arguments())
        page = browser.new_page(viewport={"width": 1400, "height": 860})
        page.set_content(f"<style>body {{ margin: 0 }} svg {{ width: 100% }}</style>{svg}")
        data = page.locator("svg").screenshot()
        browser.close()
    Image.open(io.BytesIO(data)).convert("RGB").quantize(32, dither=Image.Dither.NONE).save(PICTURE, optimize=True)
    print(f"wrote {PICTURE.relative_to(ROOT)}")


if __name__ == "__main__":
    main()
