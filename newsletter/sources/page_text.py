"""The text of a page's article: what trafilatura finds, or, where it is not installed or finds nothing, our own."""

import math
import re
from collections.abc import Iterator
from copy import deepcopy
from functools import cache
from typing import Any, Final

from lxml.html import HtmlElement

from newsletter.model.word_count import count_words
from newsletter.sources.invisible import seen

WORDS_A_MINUTE: Final = 230
"""Words that adults read in a minute: 238 in Brysbaert's meta-analysis of 190 studies (2019), less for code."""
LARGE: Final = 30_000
"""Elements beyond which our own way is taken: trafilatura needs seconds for such a page."""

_BLOCKS = frozenset(
    ["p", "li", "h1", "h2", "h3", "h4", "h5", "h6", "pre", "blockquote", "td", "th", "dt", "dd", "figcaption", "div",
     "section", "article", "main", "table", "tr", "ul", "ol", "dl", "figure", "address", "details", "summary",
     "caption"]
)  # fmt: skip
_ASIDE = frozenset(["nav", "footer", "aside", "form", "button", "dialog", "menu"])
_ASIDE_NAMES = re.compile(
    r"(^|[\s_-])(comments?|sidebar|related|share|sharing|social|subscribe|newsletter|promo|cookies?|consent|breadcrumbs?|"
    r"pagination|recommend\w*|advert\w*|sponsor\w*|nav|navbar|menu|footer|toc|masthead|author-(bio|card)|byline|tags)($|[\s_-])",
    re.I,
)


def article_text(root: HtmlElement) -> str:
    """Return the text of the article in the page below *root*, a line a paragraph; empty if there is none."""
    found = _by_trafilatura(root) if sum(1 for _ in root.iter()) <= LARGE else ""
    own = "" if count_words(found) >= 50 else own_text(root)
    return found if count_words(found) * 2 > count_words(own) else own


def reader_version() -> str:
    """Return what names the way in which texts are found here; another version may find another text."""
    trafilatura = _trafilatura()
    return f"trafilatura {trafilatura.__version__}" if trafilatura else "own"


@cache
def _trafilatura() -> Any:
    """Return the library, or None where the extra "extract" is not installed."""
    try:
        import trafilatura
    except ImportError:
        return None
    return trafilatura


def _by_trafilatura(root: HtmlElement) -> str:
    trafilatura = _trafilatura()
    if trafilatura is None:
        return ""
    try:
        text = trafilatura.extract(deepcopy(root), favor_precision=True, include_comments=False, deduplicate=False)
    except (
        RecursionError,
        ValueError,
        TypeError,
        AttributeError,
        AssertionError,
    ):  # no page that it stumbles over fails
        return ""
    return _tidy(text or "")


def own_text(root: HtmlElement) -> str:
    """Return the text of the element that has most of the page's paragraphs, without what stands beside an article."""
    body = root.find("body")
    best = _article_of(root if body is None else body)
    return _tidy("\n".join(_lines(best)))


def _article_of(body: HtmlElement) -> HtmlElement:
    beside, letters = _weighed(body)
    scores, inside = _scores(body, letters)
    marked = [element for element in body.iter("article", "main") if element not in beside]
    marked += body.xpath(".//*[@role='main' or @itemprop='articleBody']")
    best = max(scores, key=lambda element: scores[element], default=body)
    most = max((inside.get(element, 0) for element in marked), default=0)
    if most and most >= 0.6 * inside.get(best, 0):
        return min((one for one in marked if inside.get(one, 0) >= 0.7 * most), key=lambda one: inside[one])
    return best


def _weighed(body: HtmlElement) -> tuple[set[HtmlElement], dict[HtmlElement, int]]:
    """Return what stands beside an article, all that is in it too, and the letters of each paragraph elsewhere.

    A paragraph inside another is a part of that. Each element is looked at once: pages are meant to be slow, too.
    """
    beside: set[HtmlElement] = set()
    within: set[HtmlElement] = set()
    letters: dict[HtmlElement, int] = {}
    for element in body.iter("*"):  # a parent comes before its children
        around = element.getparent()
        if around in beside or _stands_beside(element):
            beside.add(element)
        elif around in within:
            within.add(element)
        elif element.tag in ("p", "pre", "blockquote"):
            within.add(element)
            if (size := _plain_length(element)) >= 25:
                letters[element] = size
    return beside, letters


def _scores(
    body: HtmlElement, letters: dict[HtmlElement, int]
) -> tuple[dict[HtmlElement, float], dict[HtmlElement, int]]:
    """Return the score of each element, and how many letters of paragraphs are anywhere in it.

    A paragraph's letters count for the element right around it, and half of them for the one around that.
    """
    scores: dict[HtmlElement, float] = {}
    for paragraph, size in letters.items():
        for share, element in zip((1, 0.55), paragraph.iterancestors(), strict=False):
            scores[element] = scores.get(element, 0) + size * share
    inside = dict(letters)
    for element in reversed(list(body.iter("*"))):  # children come before their parent
        around = element.getparent()
        if around is not None and element in inside:
            inside[around] = inside.get(around, 0) + inside[element]
    return scores, inside


def _plain_length(element: HtmlElement) -> int:
    """Return the letters of *element* that are in no link."""
    linked = sum(len(link.text_content()) for link in element.iter("a"))
    return max(len(element.text_content()) - 2 * linked, 0)


def _stands_beside(element: HtmlElement) -> bool:
    if element.tag in _ASIDE or element.get("role") in (
        "navigation",
        "complementary",
        "contentinfo",
        "banner",
        "search",
    ):
        return True
    if element.tag in ("article", "main", "body", "html"):
        return False
    return _ASIDE_NAMES.search(f"{element.get('class', '')[:200]} {element.get('id', '')[:50]}") is not None


def _lines(element: HtmlElement) -> Iterator[str]:
    """Yield the text below *element*, a block a line; code keeps its lines, and what stands beside is passed over."""
    parts: list[str] = []
    waiting: list[Any] = [element]
    while waiting:
        one = waiting.pop()
        if isinstance(one, str):
            if one == "\n":
                yield "".join(parts)
                parts = []
            else:
                parts.append(one)
            continue
        if one is not element and _stands_beside(one):
            waiting.append(one.tail or "")
            continue
        if one.tag == "pre":
            inside: list[Any] = ["\n", *(line for row in one.text_content().split("\n") for line in (row, "\n"))]
        else:
            inside = [re.sub(r"\s+", " ", one.text or "")]
            for child in one:
                inside += [child]
            if one.tag in _BLOCKS:
                inside = ["\n", *inside, "\n"]
        if one.tag == "br":
            inside = ["\n"]
        tail = re.sub(r"\s+", " ", one.tail or "") if one is not element else ""
        waiting += reversed([*inside, tail])
    yield "".join(parts)


def _tidy(text: str) -> str:
    lines = (line.rstrip() for line in seen(text).replace("\r", "").split("\n"))
    return "\n".join(line for line in lines if line.strip())


def minutes_of(words: int) -> int:
    """Return how many minutes *words* take to read, rounded up; 0 for none."""
    return math.ceil(words / WORDS_A_MINUTE)
