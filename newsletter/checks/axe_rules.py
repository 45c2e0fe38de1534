"""Rules on what axe-core finds in the mail; they find nothing unless a Chromium was asked."""

import re
from collections import defaultdict
from collections.abc import Iterator
from typing import TYPE_CHECKING

from newsletter.checks.finding import Severity
from newsletter.checks.rule import Found, Subject, rule
from newsletter.model.traced import Place

if TYPE_CHECKING:  # for who asks a browser
    from newsletter.browser.axe import Violation


@rule("axe-serious", Severity.ERROR, asked="--browser")
def axe_serious(subject: Subject) -> Found:
    """Chromium and axe-core find nothing, in light or dark, that keeps readers out (impact serious or critical)."""
    yield from _found(subject, "serious", "critical")


@rule("axe-moderate", Severity.WARNING, asked="--browser")
def axe_moderate(subject: Subject) -> Found:
    """Chromium and axe-core find nothing, in light or dark, that is in a reader's way (impact moderate)."""
    yield from _found(subject, "moderate")


@rule("axe-minor", Severity.NOTE, asked="--browser")
def axe_minor(subject: Subject) -> Found:
    """Chromium and axe-core find nothing, in light or dark, that annoys a reader (impact minor)."""
    yield from _found(subject, "minor")


def _found(subject: Subject, *impacts: str) -> Iterator[tuple[Place, str, str]]:
    """Yield a finding for each line and rule of axe-core's, whatever the number of elements that the line made."""
    folded: dict[tuple[Place, str], list[Violation]] = defaultdict(list)
    for violation in subject.violations:
        if violation.impact in impacts:
            folded[_place(subject, violation), violation.rule].append(violation)
    for (place, name), violations in folded.items():
        elements = list(dict.fromkeys(violation.target for violation in violations))
        more = f" and {len(elements) - 1} more" if len(elements) > 1 else ""
        schemes = " and ".join(dict.fromkeys(violation.scheme for violation in violations))
        first = violations[0]
        what = f"axe-core's {name} in {schemes}: {_start_tag(first.html)}{more}"
        yield place, what, f"{first.help[:1].lower()}{first.help[1:]} (impact {first.impact})"


def _place(subject: Subject, violation: "Violation") -> Place:
    document = subject.document
    if document is None:
        return Place(path=subject.issue.path, line=1)
    places = document.traced.places
    known = violation.place is not None and violation.place < len(places)
    return places[violation.place or 0] if known else document.fallback


def _start_tag(html: str) -> str:
    """Return the beginning of an element's source, without what only says where it was written."""
    bare = re.sub(r'\s+(?:data-place|style)="[^"]*"', "", " ".join(html.split()))
    return bare if len(bare) <= 100 else f"{bare[:99]}…"
