"""HTML as plain text: what a reader sees of it, one paragraph a line."""

import re
from functools import cache

from lxml import etree

from newsletter.sources.invisible import line_of, seen
from newsletter.sources.unseen_style import hides, style_of

SKIPPED = frozenset(
    re.findall(
        r"\w+",
        "script style template noscript head title svg math iframe object embed audio video canvas select textarea",
    )
)
INLINE = frozenset(
    re.findall(
        r"\w+",
        "a abbr acronym b bdi bdo big cite code data del dfn em font i img ins kbd label mark q rp rt ruby s samp small"
        " span strike strong sub sup time tt u var wbr nobr",
    )
)


def plain(html: str) -> str:
    """Return what a reader sees of *html*, its paragraphs and list items one a line; hidden text is left out."""
    html = seen(html)
    if "<" not in html and "&" not in html:
        return _lines(html)
    return _lines("".join(_pieces(tree)) if (tree := parsed(html)) is not None else "")


def one_line(html: str) -> str:
    """Return what a reader sees of *html* in one line."""
    return " ".join(plain(html).split())


def visible(text: str) -> str:
    """Return plain *text* in one line, without the characters that nobody sees."""
    return line_of(text)


def parsed(html: str) -> etree._Element | None:
    """Return the tree of *html*, whatever is wrong with it; None where there is nothing in it."""
    try:
        return etree.fromstring(f"<div>{html}</div>".encode(), _parser())
    except etree.XMLSyntaxError:  # lxml's word for an empty document
        return None


@cache
def _parser() -> etree.HTMLParser:
    return etree.HTMLParser(encoding="utf-8", remove_comments=True, remove_pis=True, no_network=True, huge_tree=True)


def is_hidden(element: etree._Element) -> bool:
    """Whether *element* says of itself that no reader sees it."""
    style = element.get("style")
    return "hidden" in element.attrib or bool(style and hides(style_of(style), "ffffff"))


def _pieces(tree: etree._Element) -> list[str]:
    pieces: list[str] = []
    skipping: etree._Element | None = None
    for event, element in etree.iterwalk(tree, events=("start", "end")):
        tag = element.tag
        if event == "start":
            if skipping is None and (tag in SKIPPED or is_hidden(element)):
                skipping = element
            elif skipping is None:
                pieces += ["" if tag in INLINE else "\n", " ".join((element.text or "").split("\n"))]
            continue
        if skipping is element:
            skipping = None
        if skipping is None:
            pieces += ["" if tag in INLINE else "\n", " ".join((element.tail or "").split("\n"))]
    return pieces


def _lines(text: str) -> str:
    lines = (" ".join(line.split()) for line in text.split("\n"))
    return "\n".join(line for line in lines if line)
