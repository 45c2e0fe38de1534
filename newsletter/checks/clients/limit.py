"""What support in part means for a use: caniemail.com's notes, and the uses that each concerns.

A style attribute's declaration has its tag before it, "div padding:0 9px"; one of a style sheet has none. What MJML
does for Outlook by tables is left out (``margin: auto`` beside ``align``), as is what only some accounts lack.
"""

import re
from dataclasses import dataclass

from newsletter.checks.clients.use import Use


@dataclass(frozen=True, slots=True)
class Limit:
    """What a note concerns.

    :param feature: its slug.
    :param notes: the numbers of the notes that say so.
    :param uses: what they concern, as a pattern.
    """

    feature: str
    notes: tuple[str, ...]
    uses: re.Pattern[str]


_TYPES_ONLY = {
    **dict.fromkeys(("first-child", "first-of-type", "last-child", "last-of-type", "only-child", "only-of-type"), "1"),
    **dict.fromkeys(("active", "checked", "focus", "focus-visible", "target", "visited"), "1"),
    "hover": "2",
}
"""Pseudo-classes that some allow behind a tag alone, and the note that says so."""

LIMITS = tuple(
    Limit(feature, tuple(notes.split()), re.compile(pattern))
    for feature, notes, pattern in (
        ("css-at-font-face", "4", r""),
        ("css-at-media", "2", r"\(\s*(?!(min|max)-(width|height)\b|prefers-|orientation|(any-)?hover|-webkit)"),
        ("css-at-media", "7", r"\(\s*(min-|max-)?height\b"),
        ("css-at-media-orientation", "2", r"portrait"),
        ("css-background", "1", r"url\(.*,.*url\("),
        ("css-background", "2", r"background\s*:.*[\w%]\s*/\s*[\w.]+(\s|$)"),
        ("css-background", "3", r"url\(|gradient\("),
        ("css-background-image", "3", r"url\(.*,.*url\("),
        ("css-border", "1", r"\b(9|\d\d+)px"),
        ("css-border-radius", "2", r"/"),
        ("css-clear", "1", r"inline-(start|end)"),
        ("css-cursor", "1", r"url\("),
        ("css-display", "1 5 6", r"\b(flow-root|contents|inline-(flex|grid))\b"),
        ("css-float", "2", r"inline-(start|end)"),
        ("css-font-size", "1", r"[\d.]rem\b"),
        ("css-font-weight", "1", r":\s*\d{0,2}(\d[1-9]|[1-9]\d)\b"),
        ("css-font-weight", "2", r":\s*(?!400\b|700\b)\d+"),
        ("css-gap", "1", r"\b(?<!column-)gap\s*:"),
        ("css-height", "2", r"^(body|span|div|p) height\s*:"),
        ("css-important", "1", r"!\s*(?!important)(?i:important)"),
        ("css-important", "4", r"\S!"),
        ("css-important", "5", r"^\w+ .*!"),
        ("css-letter-spacing", "1", r"-(0?\.[1-9]|[1-9])"),
        ("css-list-style", "1 2 3", r"url\("),
        ("css-margin", "1", r"[\s:]-\.?\d"),
        ("css-margin", "2", r"^span margin[\w-]*\s*:.*[1-9]"),
        ("css-max-width", "1", r"^(?!table )\w+ max-width\s*:\s*[1-9]"),
        ("css-overflow", "4", r"overflow-(block|inline)"),
        ("css-padding", "1", r"^(?!t[dh] )\w+ padding[\w-]*\s*:.*[1-9]"),
        ("css-position", "1", r"\b(sticky|fixed)\b"),
        ("css-position", "2", r"\b(relative|absolute|fixed)\b"),
        ("css-position", "3", r"\b(absolute|sticky|fixed)\b"),
        ("css-rgb", "1 3", r"rgb\(\s*[\d.%]+\s+[\d.]"),
        ("css-rgb", "2", r"rgb\([^)]*(,[^)]*){3}\)|rgb\([^)]*/"),
        ("css-rgba", "1 2", r"rgba\(\s*[\d.%]+\s+[\d.]"),
        ("css-selector-attribute", "1", r"\.[\w-]+\["),
        ("css-selector-attribute", "2", r"[*^$]="),
        ("css-selector-attribute", "4", r"\[[\w-]+\s*(\]|[~|^$*]=)"),
        ("css-selector-attribute", "5", r"\[[\w-]+\s*(\]|[|^$*]?=)"),
        ("css-sytem-ui", "1", r"\bui-"),
        ("css-text-align", "1", r":\s*(start|end)\b"),
        ("css-text-align", "3", r"match-parent"),
        ("css-text-decoration", "2", r":\s*[\w-]+\s+[\w#]"),
        ("css-text-decoration", "3", r"overline"),
        ("css-text-indent", "1", r"-\.?\d"),
        ("css-text-transform", "1", r"lowercase"),
        ("css-text-underline-position", "1", r"left|right"),
        ("css-transition", "1", r"transition-"),
        ("css-white-space", "2", r":\s*pre\b(?!-)"),
        ("css-width", "1", r"^(body|span|div|p|img) width\s*:\s*(?!100%|auto)"),
        ("css-word-spacing", "1", r"\d(rem|ch)\b"),
        ("html-background", "2", r"^(?!body$)"),
        ("html-semantics", "1", r"^(?!time$)"),
        ("html-semantics", "2", r"^(details|main|nav|summary)$"),
        *((f"css-pseudo-class-{name}", note, rf"[.#\]][^,\s]*:{name}") for name, note in _TYPES_ONLY.items()),
        *((f"css-pseudo-element-{name}", "3", rf"[.#\]][^,\s]*::?{name}") for name in ("after", "before")),
        *((f"css-pseudo-element-{name}", "2", rf"[.#\]][^,\s]*::?{name}") for name in ("first-letter", "first-line")),
    )
)


def met(feature: str, use: Use) -> dict[str, list[str]]:
    """Return the numbers of the feature's notes that concern a use of it, each with the texts that it means."""
    found: dict[str, list[str]] = {}
    for limit in LIMITS:
        if limit.feature == feature and (meant := [text for text in use.texts if limit.uses.search(text)]):
            for note in limit.notes:
                found.setdefault(note, []).extend(meant)
    return found
