"""HTML of mails and posts as blocks of text: the words and what they are, nothing of how they look.

Tables are how mails are laid out, so each cell is a block of its own. What is the tool's own business, like a button to
subscribe or a footer to leave the list, is left out.
"""

import re
from dataclasses import replace

from lxml import etree

from newsletter.model.rich_text import Block, BlockKind, Span, words_of
from newsletter.sources.entry import web_link
from newsletter.sources.invisible import line_of, seen
from newsletter.sources.mail_links import MailLink, is_business
from newsletter.sources.plain import INLINE, SKIPPED, is_hidden, parsed

_WIDGETS = re.compile(r"\b(?:subscription-widget|subscribe-widget|poll-embed|install-substack|comments?-|share-dialog)")
_WITHIN = INLINE | {"br"}
_HEADINGS = {f"h{level}": level for level in range(1, 7)}
_BOLD, _ITALIC, _CODE = (
    frozenset(("b", "strong")),
    frozenset(("i", "em", "cite")),
    frozenset(("code", "kbd", "tt", "samp")),
)


def blocks_of(html: str) -> tuple[Block, ...]:
    """Return the blocks of *html*, whatever is wrong with it."""
    tree = parsed(html)
    if tree is None:
        return ()
    walker = _Walker()
    skipping: etree._Element | None = None
    for event, element in etree.iterwalk(tree, events=("start", "end")):
        if event == "start" and skipping is None and _is_left_out(element):
            skipping = element
        elif event == "start" and skipping is None:
            walker.start(element)
        elif skipping is not None and skipping is element:
            skipping = None
            walker.text(element.tail)
        elif event == "end" and skipping is None:
            walker.end(element)
            walker.text(element.tail)
    walker.flush()
    return tuple(walker.blocks)


def _is_left_out(element: etree._Element) -> bool:
    return element.tag in SKIPPED or is_hidden(element) or bool(_WIDGETS.search(element.get("class", "")))


class _Walker:
    """Where the walk through the elements is: what is open around the next words."""

    def __init__(self) -> None:
        self.blocks: list[Block] = []
        self.spans: list[Span] = []
        self.own: list[Span] = []  # those of the spans that are the tool's own business
        self.links: list[str] = []
        self.open = dict.fromkeys(("bold", "italic", "code", "heading", "quote", "pre", "list"), 0)
        self.items: list[list[Span]] = []
        self.ordered = False
        self.business = 0

    def start(self, element: etree._Element) -> None:
        tag = element.tag
        if tag not in _WITHIN:
            self.flush()
        if tag == "a":
            address = web_link(element.get("href", ""), "")
            words = line_of("".join(element.itertext()))
            self.business += is_business(MailLink(address=address, words=words))
            self.links.append("" if self.business else address)
        elif tag == "br":
            self.spans.append(self._span("\n"))
        elif tag == "img":
            self._picture(element)
        elif tag == "hr":
            self.blocks.append(Block(kind=BlockKind.RULE))
        elif tag in ("ul", "ol"):
            self.ordered = tag == "ol" if not self.open["list"] else self.ordered
        elif tag == "li":
            self.items.append([])
        self._count(tag, 1)
        self.text(element.text)

    def end(self, element: etree._Element) -> None:
        tag = element.tag
        if tag not in _WITHIN:
            self.flush()
        self._count(tag, -1)
        if tag == "a" and self.links:
            self.business -= bool(self.business)
            self.links.pop()
        elif tag in ("ul", "ol") and not self.open["list"]:
            items = tuple(tuple(item) for item in self.items if item)
            if items:
                self.blocks.append(Block(kind=BlockKind.LIST, items=items, ordered=self.ordered))
            self.items = []

    def text(self, text: str | None) -> None:
        if not text:
            return
        text = seen(text) if self.open["pre"] else re.sub(r"\s+", " ", seen(text))
        span = self._span(text)
        self.spans.append(span)
        if self.business:
            self.own.append(span)

    def flush(self) -> None:
        """End the block that is open."""
        spans, own = self.spans, self.own
        self.spans, self.own = [], []
        if self.open["pre"]:
            if code := "".join(span.text for span in spans).strip("\n"):
                self.blocks.append(Block(kind=BlockKind.CODE, text=code))
            return
        if own and not words_of(tuple(span for span in spans if span not in own)).strip(" |·•-–—,.:"):
            return
        if trimmed := _trimmed(spans):
            self._close(trimmed)

    def _close(self, spans: tuple[Span, ...]) -> None:
        if self.open["list"]:
            if not self.items:
                self.items.append([])
            self.items[-1] += [Span(text="\n"), *spans] if self.items[-1] else spans
        elif level := self.open["heading"]:
            self.blocks.append(Block(kind=BlockKind.HEADING, level=level, spans=spans))
        else:
            kind = BlockKind.QUOTE if self.open["quote"] else BlockKind.PARAGRAPH
            self.blocks.append(Block(kind=kind, spans=spans))

    def _span(self, text: str) -> Span:
        link = self.links[-1] if self.links else ""
        state = {name: bool(self.open[name]) for name in ("bold", "italic", "code")}
        return Span(text=text, link=link, **state)

    def _count(self, tag: str, step: int) -> None:
        for name, tags in (("bold", _BOLD), ("italic", _ITALIC), ("code", _CODE)):
            self.open[name] += step if tag in tags else 0
        self.open["heading"] += step * _HEADINGS.get(tag, 0)
        self.open["quote"] += step if tag == "blockquote" else 0
        self.open["pre"] += step if tag == "pre" else 0
        self.open["list"] += step if tag in ("ul", "ol") else 0

    def _picture(self, element: etree._Element) -> None:
        address = web_link(element.get("src", ""), "")
        sizes = [element.get(name, "").removesuffix("px") for name in ("width", "height")]
        if not address or any(size.isdigit() and int(size) < 3 for size in sizes):
            return  # a data: address, or what counts who opens the mail
        if self.open["list"] or self.open["heading"]:
            return
        self.flush()
        link = self.links[-1] if self.links else ""
        alt = line_of(element.get("alt", ""))
        self.blocks.append(Block(kind=BlockKind.PICTURE, text=alt, address=address, link=link))


def _trimmed(spans: list[Span]) -> tuple[Span, ...]:
    """Return *spans* without space at their ends and around their line breaks; () for nothing but space."""
    found: list[Span] = []
    for span in spans:
        text = span.text
        before = found[-1].text if found else "\n"
        if before.endswith(("\n", " ")):
            text = text.lstrip(" ") if text != "\n" else text
        if text == "\n" and found:
            found[-1] = replace(found[-1], text=found[-1].text.rstrip(" "))
        if text and not (text == "\n" and not found):
            found.append(replace(span, text=text))
    while found and not found[-1].text.strip():
        found.pop()
    if found:
        found[-1] = replace(found[-1], text=found[-1].text.rstrip())
    return tuple(span for span in found if span.text)
