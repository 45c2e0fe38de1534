"""The links in a newsletter's mail, and the words that stand for each."""

import re
from collections.abc import Iterator

from lxml import etree

from newsletter.sources.entry import web_link
from newsletter.sources.mail_links import MailLink
from newsletter.sources.plain import is_hidden, parsed, visible

_LINK_LIMIT = 2_000
_GENERIC = re.compile(
    r"(?:(?:continue |keep )?(?:read|reading|learn|find out|see|discover|watch|listen)(?: more| now| it| on| the .*)?|"
    r"more|here|click here|this|link|source|via|weiterlesen|mehr|lire la suite|leer más|[→»>\W\d]*)[\s→»>.…]*",
    re.I,
)
_HEADINGS = ("h1", "h2", "h3", "h4")
_BLOCKS = frozenset(("p", "li", "td", "div", "tr", "h1", "h2", "h3", "h4", "h5", "h6", "table", "section", "article"))
_URL = re.compile(r"<?(https?://[^\s<>\"']+[^\s<>\"'.,;:!?)\]])>?")


def links_of_html(html: str) -> list[MailLink]:
    """Return each link of an HTML mail that has words, or has words beside it; an address that stands twice, once."""
    tree = parsed(html)
    return _best(_html_links(tree)) if tree is not None else []


def links_of_text(text: str) -> list[MailLink]:
    """Return each link of a plain mail, with the words before it on its line, or the line above it."""
    return _best(_text_links(text))


def _html_links(tree: etree._Element) -> Iterator[MailLink]:
    title = ""
    for element in tree.iter("a", *_HEADINGS):
        if any(is_hidden(above) for above in element.iterancestors()):
            continue
        words = visible("".join(element.itertext()))
        if element.tag != "a":
            title = words
            continue
        address, own = web_link(element.get("href", ""), ""), words
        words = words or visible(" ".join(image.get("alt", "") for image in element.iter("img")))
        if not (address and words):
            continue
        if len(words) < 60 and _GENERIC.fullmatch(words):  # "Read more": what it is about stands before it
            words = _above(element) or title
        if words:
            yield MailLink(address=address, words=words, borrowed=words != own)


def _above(element: etree._Element) -> str:
    """Return the first sentence of the block that *element* stands in, without its own words.

    Empty where the block has more than one thing in it, by its headings.
    """
    block = next((one for one in element.iterancestors() if one.tag in _BLOCKS), None)
    if block is None or next(block.iter(*_HEADINGS), None) is not None:
        return ""
    own = visible("".join(element.itertext()))
    words = visible("".join(block.itertext()))
    words = words.removesuffix(own).strip(" ·|–—-:")
    return re.split(r"(?<=[.!?])\s", words, maxsplit=1)[0] if len(words) > len(own) else ""


def _text_links(text: str) -> Iterator[MailLink]:
    above = ""
    for line in text.splitlines():
        end = 0
        for match in _URL.finditer(line):
            before = re.sub(r"^\s*(?:[*•-]|\d+[.)])\s+", "", line[end : match.start()])
            words = visible(before).strip(" :-–—([])<>|")
            if (address := web_link(match[1], "")) and (words or above):
                yield MailLink(address=address, words=words or above)
            end = match.end()
        if line.strip() and not end:
            above = visible(line).strip("#*=- ")


def _best(links: Iterator[MailLink]) -> list[MailLink]:
    """Keep of the links to one address the one with the most words of its own: a title's goes before a picture's."""
    best: dict[str, MailLink] = {}
    for link in links:
        known = best.setdefault(link.address, link)
        if len(link.words) <= 200 and (known.borrowed, -len(known.words)) > (link.borrowed, -len(link.words)):
            best[link.address] = link
        if len(best) >= _LINK_LIMIT:
            break
    return list(best.values())
