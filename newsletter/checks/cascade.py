"""What each text of a mail looks like: the cascade of CSS as a browser decides it, for a window's width and scheme.

    <style>, style="", bgcolor  ──► kinds of elements with their rules ──► View(700, dark) ──► a Look for each kind

Pictures behind text are not looked at: many readers do not load them, and then the colour below is what they see.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from lxml.html import HtmlElement

from newsletter.checks.colour import CURRENT, read_colour
from newsletter.checks.css import SIZES, Declarations, StyleRule, read_sheet, read_style
from newsletter.checks.matching import Kind, sort_into_kinds
from newsletter.checks.media_query import View, holds
from newsletter.model.colour import BLACK, CLEAR, WHITE, Colour

_DARK_CANVAS, _DARK_LINK, _LINK = Colour(18, 18, 18), Colour(158, 158, 255), Colour(0, 0, 238)
"""What Chromium paints below a page that knows the dark scheme, and its links where nothing is said of them."""

_HEADINGS = {"h1": 2.0, "h2": 1.5, "h3": 1.17, "h4": 1.0, "h5": 0.83, "h6": 0.67}
"""Sizes in em (HTML, §15.3.6)."""

_MONOSPACE = frozenset(("code", "kbd", "samp", "tt", "pre"))
_HIDDEN_TAGS = frozenset(("head", "script", "style", "template", "title", "noscript"))


VIEWS = (View(375), View(700), View(375, dark=True), View(700, dark=True))
"""Phone and desktop, light and dark."""


@dataclass(frozen=True, slots=True)
class Look:
    """What an element looks like.

    :param colour: of its text, as seen above *ground*.
    :param ground: what is behind its text, all that shines through included.
    :param own: the colour that its children inherit, not mixed with anything.
    :param size: of its font, in pixels.
    :param weight: of its font: 400 is normal, 700 bold.
    :param underlined: it has a line below it, its own or an ancestor's.
    :param hidden: nothing of it is shown.
    :param unseen: by visibility, which a child may undo.
    """

    colour: Colour
    ground: Colour
    own: Colour
    size: float
    weight: int
    underlined: bool
    hidden: bool
    unseen: bool = False
    monospace: bool = False


@dataclass(frozen=True)
class Cascade:
    """The style sheets of a mail, decided.

    :param root: its ``html`` element.
    """

    root: HtmlElement

    @cached_property
    def rules(self) -> tuple[StyleRule, ...]:
        """The rules of all style sheets, in order."""
        sheets = self.root.iter("style")
        return tuple(rule for sheet in sheets for rule in read_sheet(sheet.text or "", sheet.get("media", "")))

    @cached_property
    def kinds(self) -> list[Kind]:
        """The elements, sorted into kinds."""
        return sort_into_kinds(self.root, self.rules)

    @cached_property
    def kind_of(self) -> dict[HtmlElement, Kind]:
        """The kind of each element."""
        return {element: kind for kind in self.kinds for element in kind.elements}

    @cached_property
    def texts(self) -> list[tuple[Kind, list[HtmlElement]]]:
        """The kinds that have text of their own, each with the elements that do."""
        found = ((kind, [one for one in kind.elements if has_text(one)]) for kind in self.kinds)
        return [(kind, elements) for kind, elements in found if elements]

    @cached_property
    def _looks(self) -> dict[View, list[Look]]:
        return {}

    def looks(self, view: View) -> list[Look]:
        """Return what each of the kinds looks like."""
        if view not in self._looks:
            self._looks[view] = self._decide(view)
        return self._looks[view]

    def look(self, element: HtmlElement, view: View) -> Look:
        """Return what *element* looks like."""
        return self.looks(view)[self.kind_of[element].index]

    def shown(self, *tags: str) -> Iterator[HtmlElement]:
        """Yield the elements of these tags that a reader sees in some view, in the mail's order."""
        for element in self.root.iter(*tags):
            looks = (self.look(element, view) for view in VIEWS)
            if not all(look.hidden or look.unseen for look in looks):
                yield element

    def _decide(self, view: View) -> list[Look]:
        active = [all(holds(query, view) for query in rule.media) for rule in self.rules]
        looks: list[Look] = []
        canvas: Look | None = None
        for kind in self.kinds:
            declared = self._declared(kind, active)
            if canvas is None:
                canvas = self._canvas(view, declared.get("color-scheme", ""))
            looks.append(_look(kind, declared, looks[kind.parent.index] if kind.parent else canvas, canvas))
        return looks

    def _declared(self, kind: Kind, active: list[bool]) -> dict[str, str]:
        """Return the value of each property that wins on elements of *kind* (CSS Cascade 4, §6)."""
        rules = sorted((self.rules[i].specificity, i) for i in kind.rules if active[i])
        layers: list[Declarations] = [self.rules[index].declarations for _, index in rules]
        if style := kind.values.get("style"):
            layers.append(read_style(style))
        declared = dict(_hints(kind))
        declared.update((name, value) for layer in layers for name, value, important in layer if not important)
        declared.update((name, value) for layer in layers for name, value, important in layer if important)
        return declared

    def _canvas(self, view: View, scheme: str) -> Look:
        """Return what a mail without any style looks like."""
        meta = self.root.xpath("//meta[@name='color-scheme']/@content")
        dark = view.dark and "dark" in (scheme or (meta[0] if meta else ""))
        ink, ground = (WHITE, _DARK_CANVAS) if dark else (BLACK, WHITE)
        return Look(ink, ground, ink, 16.0, 400, underlined=False, hidden=False)


def has_text(element: HtmlElement) -> bool:
    """Whether an element has text of its own, not only its children's."""
    return bool((element.text and element.text.strip()) or any(one.tail and one.tail.strip() for one in element))


def _hints(kind: Kind) -> Iterator[tuple[str, str]]:
    """Yield what HTML's own attributes say of an element's looks (HTML, §15.3: presentational hints)."""
    for name, property_ in (("bgcolor", "background-color"), ("text", "color"), ("color", "color")):
        if (value := kind.values.get(name)) and (name == "bgcolor" or kind.tag in ("body", "font")):
            bare = f"#{value}" if re.fullmatch(r"[\da-fA-F]{6}|[\da-fA-F]{3}", value) else value
            if read_colour(bare) is not None:
                yield property_, bare.lower()


def _look(kind: Kind, declared: dict[str, str], parent: Look, canvas: Look) -> Look:
    own = _colour(kind, declared.get("color", ""), parent, canvas)
    back = _ground(kind, declared.get("background-color", ""), own, parent)
    ground = back.over(parent.ground)
    family = declared.get("font-family", "")
    monospace = family == "monospace" or (not family and (parent.monospace or kind.tag in _MONOSPACE))
    size = _size(kind, declared.get("font-size", ""), parent, monospace)
    unseen = {"hidden": True, "collapse": True, "visible": False}.get(declared.get("visibility", ""), parent.unseen)
    gone = declared.get("display", "none" if "hidden" in kind.values else "") == "none"
    faded = re.fullmatch(r"0*\.?0*%?", declared.get("opacity", "1")) is not None
    return Look(
        colour=own.over(ground),
        ground=ground,
        own=own,
        size=size,
        weight=_weight(kind, declared.get("font-weight", ""), parent.weight),
        underlined=parent.underlined or _is_underlined(kind, declared),
        hidden=parent.hidden or gone or faded or kind.tag in _HIDDEN_TAGS,
        unseen=unseen,
        monospace=monospace,
    )


def _colour(kind: Kind, value: str, parent: Look, canvas: Look) -> Colour:
    if value == "initial":
        return canvas.own
    colour = read_colour(value) if value and value not in ("inherit", "unset", "revert") else None
    if isinstance(colour, Colour):
        return colour
    if not value or value == "revert":
        if "link" in kind.values:
            return _DARK_LINK if canvas.ground == _DARK_CANVAS else _LINK
        if kind.tag == "mark":
            return BLACK
    return parent.own


def _ground(kind: Kind, value: str, own: Colour, parent: Look) -> Colour:
    if value == "inherit":
        return CLEAR if parent.ground.alpha == 0 else parent.ground
    colour = read_colour(value) if value else None
    if colour == CURRENT:
        return own
    if isinstance(colour, Colour):
        return colour
    return Colour(255, 255, 0) if kind.tag == "mark" and not value else CLEAR


def _size(kind: Kind, value: str, parent: Look, monospace: bool) -> float:
    if not value:
        size = parent.size * _HEADINGS.get(kind.tag, 1)
        if kind.tag in ("small", "sub", "sup"):
            size = parent.size / 1.2
        # Browsers make the font 13/16 as large where "monospace" is all that is said of it.
        return size * (13 / 16 if monospace and not parent.monospace else 1)
    if value in SIZES:
        return SIZES[value]
    if match := re.fullmatch(r"(\d*\.?\d+)(px|pt|em|rem|%)?", value):
        number = float(match[1])
        factor = {"px": 1.0, "pt": 4 / 3, "em": parent.size, "rem": 16.0, "%": parent.size / 100}
        return number * factor[match[2]] if match[2] else (0.0 if number == 0 else parent.size)
    return {"smaller": parent.size / 1.2, "larger": parent.size * 1.2, "initial": 16.0}.get(value, parent.size)


def _weight(kind: Kind, value: str, parent: int) -> int:
    if value == "bolder" or (not value and kind.tag in ("b", "strong")):
        return 400 if parent < 350 else 700 if parent < 550 else 900 if parent < 900 else parent
    if value == "lighter":
        return parent if parent < 100 else 100 if parent < 550 else 400 if parent < 750 else 700
    if not value and (kind.tag == "th" or kind.tag in _HEADINGS):
        return 700
    return int(value) if value.isdecimal() else {"normal": 400, "initial": 400, "bold": 700}.get(value, parent)


def _is_underlined(kind: Kind, declared: dict[str, str]) -> bool:
    by_browser = "link" in kind.values or kind.tag in ("u", "ins")
    line = declared.get("underline", "yes" if by_browser else "no")
    return line == "yes" or ("link" in kind.values and declared.get("border-bottom") == "yes")
