"""Pictures of an issue as its readers see it: phone and desktop, light and dark, Outlook, images off, text."""

from collections.abc import Iterator
from pathlib import Path

from newsletter.app.building import template_of
from newsletter.app.newsletter import Newsletter
from newsletter.browser.chromium import open_chromium
from newsletter.files import write_whole
from newsletter.model.issue import Issue
from newsletter.rendering.scheme import in_scheme
from newsletter.rendering.views import as_outlook, text_page, without_images
from newsletter.sender.addressing import sample_message

PHONE, DESKTOP = 375, 700


def shoot(newsletter: Newsletter, issue: Issue, out: Path | None = None) -> Iterator[Path]:
    """Write a PNG a view into *out*, by default .newsletter/shots/NNN/; give each path when it is written."""
    sample = sample_message(template_of(newsletter, issue, newsletter.render(issue)))
    folder = out or newsletter.shown / ".newsletter" / "shots" / issue.label
    with open_chromium() as chromium:
        for name, (html, width, dark) in views(sample.alone, sample.text).items():
            path = folder / f"{name}.png"
            write_whole(path, chromium.picture(html, width=width, dark=dark), durable=False)
            yield path


def views(html: str, text: str) -> dict[str, tuple[str, int, bool]]:
    """Return the page of each view by its name, with its width in CSS pixels and whether it is dark."""
    light, dark = in_scheme(html, dark=False), in_scheme(html, dark=True)
    return {
        "phone-light": (light, PHONE, False),
        "phone-dark": (dark, PHONE, True),
        "desktop-light": (light, DESKTOP, False),
        "desktop-dark": (dark, DESKTOP, True),
        "outlook": (as_outlook(light), DESKTOP, False),
        "images-off": (without_images(light), DESKTOP, False),
        "text": (text_page(text), DESKTOP, False),
    }
