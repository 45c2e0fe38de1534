"""What changed in a mail, as pictures: before and after side by side, the changes marked."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from newsletter.app.comparing import Version
from newsletter.app.newsletter import Newsletter
from newsletter.app.shots import DESKTOP, PHONE
from newsletter.browser.changes import Change, steady
from newsletter.browser.chromium import Chromium, open_chromium
from newsletter.browser.marking import mark_changes
from newsletter.files import write_whole
from newsletter.model.issue import Issue
from newsletter.rendering.scheme import in_scheme

WIDTHS = {"desktop": DESKTOP, "phone": PHONE}


@dataclass(frozen=True, kw_only=True, slots=True)
class Pictured:
    """What changed in one view.

    :param width: CSS pixels.
    :param file: the picture; None when nothing changed.
    """

    view: str
    width: int
    changes: tuple[Change, ...]
    file: Path | None

    def values(self) -> dict[str, Any]:
        """What a program reads; boxes are left, top, right, bottom in pixels of the mail's picture."""
        boxes = [{"before": change.before.values(), "after": change.after.values()} for change in self.changes]
        return {
            "view": self.view,
            "width": self.width,
            "file": self.file.as_posix() if self.file else None,
            "changes": boxes,
        }


def picture_differences(newsletter: Newsletter, issue: Issue, old: Version, new: Version) -> Iterator[Pictured]:
    """Write a PNG a view of what changed from *old* to *new* into .newsletter/diff/NNN/; give each when it is written.

    :raises BrowserError: playwright or Chromium is missing, or it fails.
    """
    folder = newsletter.shown / ".newsletter" / "diff" / issue.label
    with open_chromium() as chromium:
        for view, width in WIDTHS.items():
            path = folder / f"{view}.png"
            before, after = (_picture(chromium, version, width) for version in (old, new))
            data, found = mark_changes(before, after, names=(old.name, new.name))
            if found:
                write_whole(path, data, durable=False)
            else:
                path.unlink(missing_ok=True)  # one of an older comparison would say something else
            yield Pictured(view=view, width=width, changes=tuple(found), file=path if found else None)


def _picture(chromium: Chromium, version: Version, width: int) -> bytes:
    return chromium.picture(steady(in_scheme(version.alone or version.html, dark=False)), width=width)
