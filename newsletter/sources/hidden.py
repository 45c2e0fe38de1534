"""Text that a page has and that nobody who looks at it sees: no part of the article, and perhaps meant for machines.

Of five extractors measured none left out all of it, and most left out none. What is hidden by the page's attributes,
its inline styles and the plain rules of its own style sheets is taken out here. What a style sheet elsewhere hides
gets through: a person has the last word on what stands in an issue.
"""

import re
from collections.abc import Iterator

from lxml.html import HtmlElement

from newsletter.sources.invisible import seen
from newsletter.sources.unseen_style import Style, colour_of, first_colour, hides, style_of

_NEVER_SHOWN = frozenset(
    ["script", "style", "template", "noscript", "noframes", "iframe", "object", "embed", "svg", "canvas", "datalist",
     "select", "textarea", "audio", "video", "map"]
)  # fmt: skip
_SCAFFOLD = frozenset(["html", "body", "head"])
# What frameworks call text that screen readers alone are to say: Bootstrap, Tailwind, WordPress, HTML5 Boilerplate.
_BY_CUSTOM = frozenset([".sr-only", ".visually-hidden", ".visuallyhidden", ".screen-reader-text"])
_ROOMS = "descendant-or-self::*[self::article or self::main or self::h1 or self::body]"
"""What a style sheet hides only until a script shows the page: nobody hides an article from everybody."""


def remove_hidden(root: HtmlElement) -> None:
    """Take out of the tree below *root* what is not shown, and from its texts the characters that nobody sees."""
    sheet = _sheet(root)
    grounds: dict[HtmlElement, str] = {}
    doomed = []
    for element in root.iter("*"):  # a parent comes before its children
        style = style_of(element.get("style", "")) if element.get("style") else {}
        below = grounds.get(element.getparent(), "ffffff")
        grounds[element] = _ground(element, style, below)
        if element.tag not in _SCAFFOLD and ((style and hides(style, below)) or _is_hidden(element, sheet)):
            doomed.append(element)
    for element in root.iter("*"):  # before any is dropped: that joins texts, and lxml takes none with controls in it
        for judged in ("style", "aria-hidden"):  # trafilatura would leave out what has "overflow: hidden"
            element.attrib.pop(judged, None)
        if element.text:
            element.text = seen(element.text)
        if element.tail:
            element.tail = seen(element.tail)
    for element in doomed:
        if element.getparent() is not None:
            element.drop_tree()


def _is_hidden(element: HtmlElement, sheet: frozenset[str]) -> bool:
    if element.tag in _NEVER_SHOWN or element.get("hidden") is not None:
        return True
    if element.get("aria-hidden", "").strip().lower() == "true":
        return True
    if element.tag == "dialog" and element.get("open") is None:
        return True
    return not sheet.isdisjoint(_names(element)) and not element.xpath(_ROOMS)


def _names(element: HtmlElement) -> Iterator[str]:
    """Yield the plain selectors that are this element's: ``.class``, ``#id``, ``tag.class``, ``tag#id``."""
    names = [f".{name}" for name in element.get("class", "").split()]
    names += [f"#{element.get('id')}"] if element.get("id") else []
    for name in names:
        yield name
        yield element.tag + name


def _ground(element: HtmlElement, style: Style, below: str) -> str:
    """Return the colour that is below what stands in *element*, as far as its own style and attributes say.

    It is "clear" where nobody can tell, as on a picture; *below* is what is below the element itself.
    """
    written = style.get("background-color", "") or style.get("background", "") or element.get("bgcolor", "")
    if "url(" in written or "gradient" in written or "background-image" in style:
        return "clear"
    colour = colour_of(written) or first_colour(written) if written else ""
    return colour if colour and colour != "clear" else below


def _sheet(root: HtmlElement) -> frozenset[str]:
    """Return the plain selectors, like ``.trap``, that the page's own style sheets hide, whatever the screen.

    Those that hide by custom are among them: their style sheet is elsewhere.
    """
    found = set(_BY_CUSTOM)
    css_left = 300_000
    for element in root.iter("style"):
        written = (element.text or "")[:css_left]
        css_left -= len(written)
        css = re.sub(r"/\*.*?(\*/|$)", "", written, flags=re.S)
        for selectors, declarations in _outer_rules(css):
            if hides(style_of(declarations), "ffffff"):
                found.update(name for one in selectors.split(",") if (name := _plain(one)))
    return frozenset(found)


def _plain(selector: str) -> str:
    found = re.fullmatch(r"\s*([a-z]*)([.#])([\w-]+)\s*", selector, re.I)
    return found[1].lower() + found[2] + found[3] if found else ""


def _outer_rules(css: str) -> Iterator[tuple[str, str]]:
    """Yield selectors and declarations of the rules that stand in no @media or other block."""
    depth, begin, selectors = 0, 0, ""
    for brace in re.finditer(r"[{}]", css):
        if brace[0] == "{":
            if depth == 0:
                selectors, begin = css[begin : brace.start()], brace.end()
            depth += 1
        elif depth:
            depth -= 1
            if depth == 0:
                if not selectors.lstrip().startswith("@"):
                    yield selectors, css[begin : brace.start()]
                begin = brace.end()
        else:
            begin = brace.end()
