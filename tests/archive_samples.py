"""A newsletter of which issues were sent: files as git has them, without a database."""

from datetime import UTC, datetime
from pathlib import Path

from newsletter.app import Newsletter, open_newsletter
from newsletter.composer.receipt import Receipt, write_receipts
from newsletter.rendering.themes import builtin_templates

SETTINGS = """id = "engineering-digest-1234"
name = "Engineering <Digest>"
tagline = "What other teams learned"
from = "Engineering Digest <digest@example.com>"
postal_address = "1 Example Street"
{more}
[lists.weekly]
title = "Weekly"

[lists.inside]
title = "Inside"
public = false
"""
PIXEL = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
"""A PNG of one pixel."""
KEPT = """<!DOCTYPE html>
<html lang="en"><head><title>Moka &amp; more, {number}</title><style>p {{ margin: 0 }}</style></head>
<body style="background:#fff"><div style="display:none;font-size:1px">Eight write-ups, &lt;one&gt; team</div>
<div class="masthead"><strong>Engineering Digest</strong></div>
<h1>Moka &amp; more, {number}</h1>
<table><tr><td>Words in a cell with a <a href="https://example.com/a?b=1&amp;c=2">link</a></td></tr></table>
<h2 id="a1">Data</h2><p>Said <em>so</em>, see <a href="#a1">above</a>.</p>
<p><img src="data:image/png;base64,{pixel}" alt="A &quot;chart&quot;" width="536" height="268"></p>
<div class="footer"><p>You get this mail because</p></div>
</body></html>
"""
PUBLIC = 'public_url = "https://news.example.org/weekly"'


def kept_html(number: int) -> str:
    """Return what a mailing left of an issue."""
    return KEPT.format(number=number, pixel=PIXEL)


def sent_newsletter(folder: Path, *numbers: int, more: str = "") -> Newsletter:
    """Make a newsletter in *folder* of which issues *numbers* were sent to the list "weekly", one a month."""
    (folder / "issues").mkdir(parents=True, exist_ok=True)
    (folder / "newsletter.toml").write_text(SETTINGS.format(more=more), encoding="utf-8")
    for number in numbers:
        (folder / f"issues/{number:03d}.html").write_text(kept_html(number), encoding="utf-8")
        keep_receipt(folder, number, "weekly")
    return open_newsletter(folder)


def keep_receipt(folder: Path, number: int, *lists: str, segment: str = "") -> None:
    """Write the receipt of an issue that went to *lists*, or to a segment of them."""
    started = datetime(2026, number % 12 or 12, 3, 9, tzinfo=UTC)
    receipts = [
        Receipt(ledger="f00d", host="here", list=name, started=started, subject=f"Subject {number}", segment=segment)
        for name in lists
    ]
    write_receipts(folder / f"issues/{number:03d}.receipt.toml", receipts)


def theme_folders() -> list[Path]:
    """Return where the built-in templates are."""
    return [builtin_templates()]
