"""Rules on how well the mail's text can be seen, computed from the cascade in light and dark, on phone and desktop."""

import re
from collections.abc import Iterator
from math import floor

from lxml.html import HtmlElement

from newsletter.checks.cascade import VIEWS, Cascade, Look
from newsletter.checks.document import Document
from newsletter.checks.finding import Severity
from newsletter.checks.media_query import View
from newsletter.checks.rule import Found, Subject, rule
from newsletter.model.colour import contrast, readable

UNREADABLE = 3.0
"""Contrast below which no text passes, however large (WCAG 2.2, 1.4.3)."""

SMALL = 12
"""Pixels below which text is hard to read on a phone."""

_INLINE = frozenset(
    [
        "a",
        "abbr",
        "b",
        "br",
        "code",
        "del",
        "em",
        "font",
        "i",
        "ins",
        "kbd",
        "mark",
        "s",
        "samp",
        "small",
        "span",
        "strong",
        "sub",
        "sup",
        "u",
    ]
)


def _texts(cascade: Cascade, dark: bool) -> Iterator[tuple[Look, list[HtmlElement]]]:
    """Yield each look of text that is seen in a scheme, with the elements that have it."""
    for view in VIEWS:
        if view.dark is dark:
            looks = cascade.looks(view)
            for kind, elements in cascade.texts:
                look = looks[kind.index]
                if not look.hidden and not look.unseen and look.size >= 1:
                    yield look, elements


def _limit(look: Look) -> float:
    """Return the contrast that text must have: less if it is large, 18 points or 14 bold (WCAG 2.2, "large-scale")."""
    return 3.0 if look.size >= 24 or (look.size >= 18.66 and look.weight >= 700) else 4.5


_Pairs = dict[tuple[str, str, float], tuple[Look, dict[HtmlElement, None]]]
"""Text colour, ground and limit; with one look of theirs and the elements that have them."""


def _faint(cascade: Cascade, dark: bool) -> _Pairs:
    """Return the pairs of colours whose contrast is too low."""
    pairs: _Pairs = {}
    for look, elements in _texts(cascade, dark):
        limit = _limit(look)
        if contrast(look.colour, look.ground) < limit:
            key = (str(look.colour), str(look.ground), limit)
            pairs.setdefault(key, (look, {}))[1].update(dict.fromkeys(elements))
    return pairs


def _say(document: Document | None, dark: bool, least: float, below: float) -> Found:
    """Say each pair of colours with a contrast from *least* to *below*; what light has too is said of light alone."""
    if not document:
        return
    pairs = _faint(document.cascade, dark)
    known = _faint(document.cascade, False).keys() if dark else set()
    for (colour, ground, limit), (look, found) in pairs.items():
        exact = contrast(look.colour, look.ground)
        if (colour, ground, limit) not in known and least <= exact < below:
            times = f", here and {len(found) - 1} more times" if len(found) > 1 else ""
            what = (
                f"{'dark' if dark else 'light'} scheme: {colour} on {ground} has a contrast of "
                f"{floor(exact * 100) / 100:.2f}:1{times}; text of {look.size:g}px needs {limit:g}:1"
            )
            todo = f"{readable(look.colour, look.ground, limit)} would do"
            yield document.place(next(iter(found))), what, todo


@rule("a11y-contrast-light", Severity.WARNING)
def contrast_light(subject: Subject) -> Found:
    """Text has a contrast of 4.5:1 in the light scheme, large text 3:1 (WCAG 2.2, 1.4.3)."""
    return _say(subject.document, False, UNREADABLE, 4.5)


@rule("a11y-contrast-dark", Severity.WARNING)
def contrast_dark(subject: Subject) -> Found:
    """Text has a contrast of 4.5:1 in the dark scheme, large text 3:1 (WCAG 2.2, 1.4.3)."""
    return _say(subject.document, True, UNREADABLE, 4.5)


@rule("a11y-unreadable-light", Severity.ERROR)
def unreadable_light(subject: Subject) -> Found:
    """No text has a contrast below 3:1 in the light scheme."""
    return _say(subject.document, False, 0, UNREADABLE)


@rule("a11y-unreadable-dark", Severity.ERROR)
def unreadable_dark(subject: Subject) -> Found:
    """No text has a contrast below 3:1 in the dark scheme."""
    return _say(subject.document, True, 0, UNREADABLE)


@rule("a11y-small-text", Severity.NOTE)
def small_text(subject: Subject) -> Found:
    """Text has at least 12 pixels."""
    if not subject.document:
        return
    sizes: dict[float, dict[HtmlElement, None]] = {}
    for dark in (False, True):
        for look, elements in _texts(subject.document.cascade, dark):
            if look.size < SMALL:
                sizes.setdefault(round(look.size, 1), {}).update(dict.fromkeys(elements))
    for size, found in sizes.items():
        times = f", here and {len(found) - 1} more times" if len(found) > 1 else ""
        what = f"text has {size:g}px{times}"
        yield subject.document.place(next(iter(found))), what, f"{SMALL}px are read on a phone; give it that"


@rule("a11y-link-colour", Severity.WARNING)
def link_colour(subject: Subject) -> Found:
    """A link in running text is told from it by more than its colour (WCAG 2.2, 1.4.1)."""
    if not subject.document:
        return
    cascade = subject.document.cascade
    told: set[tuple[str, str]] = set()
    for link in cascade.shown("a"):
        if "href" not in link.attrib or not link.text_content().strip() or not _runs(link):
            continue
        for view in VIEWS:
            look, around = cascade.look(link, view), cascade.look(link.getparent(), view)
            pair = (str(look.colour), str(around.colour))
            if pair not in told and _is_alike(look, around) and not _has_line(cascade, link, view):
                told.add(pair)
                ratio = floor(contrast(look.colour, around.colour) * 100) / 100
                what = (
                    f"{'dark' if view.dark else 'light'} scheme: a link ({pair[0]}) has no underline and differs from "
                    f"the text around it ({pair[1]}) by {ratio:.2f}:1"
                )
                yield subject.document.place(link), what, "underline links in text"


def _runs(link: HtmlElement) -> bool:
    """Whether a link stands among words that are none of a link's."""
    block = link.getparent()
    while block is not None and block.tag in _INLINE:
        block = block.getparent()
    return block is not None and re.search(r"[^\W\d_]{2}", _beside_links(block)) is not None


def _beside_links(element: HtmlElement) -> str:
    parts = [element.text or ""]
    for child in element:
        if isinstance(child.tag, str) and child.tag in _INLINE and child.tag != "a":
            parts.append(_beside_links(child))
        parts.append(child.tail or "")
    return " ".join(parts)


def _is_alike(look: Look, around: Look) -> bool:
    bolder = abs(look.weight - around.weight) >= 200
    return not bolder and look.ground == around.ground and contrast(look.colour, around.colour) < 3


def _has_line(cascade: Cascade, link: HtmlElement, view: View) -> bool:
    return any(cascade.look(one, view).underlined for one in link.iter() if isinstance(one.tag, str))
