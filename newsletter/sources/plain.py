"""HTML as plain text: what a reader sees of it, one paragraph a line."""

import re
from functools import cache

from lxml import etree

from newsletter.sources.reading import clean

_SKIPPED = frozenset(
    re.findall(
        r"\w+",
        "script style template noscript head title svg math iframe object embed audio video canvas select textarea",
    )
)
_INLINE = frozenset(
    re.findall(
        r"\w+",
        "a abbr acronym b bdi bdo big cite code data del dfn em font i img ins kbd label mark q rp rt ruby s samp small"
        " span strike strong sub sup time tt u var wbr nobr",
    )
)
# What a page hides and an extractor would read out (notes on injected text): its own words only, not its style sheet.
_HIDDEN = re.compile(
    r"display:none|visibility:hidden|font-size:0(?![.\d]*[1-9])|opacity:0(?![.\d]*[1-9])|text-indent:-\d{3,}", re.I
)
# Soft hyphens, zero-width characters, direction overrides, and the tag characters in which text can be hidden whole.
INVISIBLE = re.compile(
    "[\u00ad\u200b\u200c\u200e\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff\U000e0000-\U000e007f]"
)


def plain(html: str) -> str:
    """Return what a reader sees of *html*, its paragraphs and list items one a line; hidden text is left out."""
    html = INVISIBLE.sub("", clean(html))
    if "<" not in html and "&" not in html:
        return _lines(html)
    return _lines("".join(_pieces(tree)) if (tree := parsed(html)) is not None else "")


def one_line(html: str) -> str:
    """Return what a reader sees of *html* in one line."""
    return " ".join(plain(html).split())


def visible(text: str) -> str:
    """Return plain *text* in one line, without the characters that nobody sees."""
    return " ".join(INVISIBLE.sub("", clean(text)).split())


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
    return "hidden" in element.attrib or bool(style and _HIDDEN.search(re.sub(r"\s+", "", style)))


def _pieces(tree: etree._Element) -> list[str]:
    pieces: list[str] = []
    skipping: etree._Element | None = None
    for event, element in etree.iterwalk(tree, events=("start", "end")):
        tag = element.tag
        if event == "start":
            if skipping is None and (tag in _SKIPPED or is_hidden(element)):
                skipping = element
            elif skipping is None:
                pieces += ["" if tag in _INLINE else "\n", " ".join((element.text or "").split("\n"))]
            continue
        if skipping is element:
            skipping = None
        if skipping is None:
            pieces += ["" if tag in _INLINE else "\n", " ".join((element.tail or "").split("\n"))]
    return pieces


def _lines(text: str) -> str:
    lines = (" ".join(line.split()) for line in text.split("\n"))
    return "\n".join(line for line in lines if line)
