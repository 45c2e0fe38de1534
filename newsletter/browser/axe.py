"""What axe-core finds in a mail, in light and in dark: faults that keep a reader out."""

import os
from dataclasses import dataclass
from pathlib import Path

from newsletter.browser.chromium import Chromium
from newsletter.errors import BrowserError

_CALL = """() => axe.run(document, {resultTypes: ['violations'], elementRef: true}).then(found => found.violations.map(
  ({id, impact, help, nodes}) => ({id, impact, help, nodes: nodes.map(({impact, html, target, element}) => ({
    impact, html, target, place: (element ?? document.body).closest('[data-place]')?.dataset.place ?? '',
  }))})
))"""
# Rules for web pages: a mail has the client's landmarks around it.
_PAGES_ONLY = frozenset({"landmark-one-main", "region", "page-has-heading-one", "bypass"})


@dataclass(frozen=True, kw_only=True, slots=True)
class Violation:
    """One element that breaks one of axe-core's rules.

    :param impact: minor, moderate, serious or critical.
    :param html: the element's source, as axe-core shortens it.
    :param target: a CSS selector of the element.
    :param scheme: light or dark.
    :param place: the ``data-place`` of the element, or of the nearest one around it; None if there is none.
    """

    rule: str
    impact: str
    help: str
    html: str
    target: str
    scheme: str
    place: int | None = None


def axe_source(folder: Path) -> str:
    """Return axe-core's script: that of $AXE_CORE, or the one in *folder*'s node_modules."""
    path = Path(os.environ.get("AXE_CORE") or folder / "node_modules" / "axe-core" / "axe.min.js")
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as cause:
        todo = "npm install axe-core in the newsletter's folder, or put the path of axe.min.js into AXE_CORE"
        raise BrowserError("axe-core is not found", todo, where=path) from cause


def run_axe(chromium: Chromium, html: str, source: str) -> list[Violation]:
    """Return what axe-core's script *source* finds in *html*, in light and in dark."""
    return [
        Violation(
            rule=found["id"],
            impact=node.get("impact") or found.get("impact") or "minor",
            help=found["help"],
            html=node["html"],
            target=" ".join(map(str, node["target"])),
            scheme=scheme,
            place=int(node["place"]) if node["place"].isdecimal() else None,
        )
        for scheme in ("light", "dark")
        for found in chromium.run(html, source, _CALL, dark=scheme == "dark")
        if found["id"] not in _PAGES_ONLY
        for node in found["nodes"]
    ]
