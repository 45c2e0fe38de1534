"""What a feed reader shows of an issue as it was sent: its words, links and pictures, without the mail's tables."""

from collections.abc import Mapping
from functools import cache
from html import escape
from html.parser import HTMLParser
from urllib.parse import urljoin

import nh3

PLAIN = (
    "h2", "h3", "h4", "p", "br", "hr", "ul", "ol", "li", "blockquote", "pre", "code", "em", "strong", "b", "i",
    "sub", "sup", "del",
)  # fmt: skip
KEPT: Mapping[str, frozenset[str]] = {
    "a": frozenset({"href"}),
    "img": frozenset({"src", "alt", "width", "height"}),
    **dict.fromkeys(PLAIN, frozenset()),
}
"""The elements that stay, with their attributes. Of a table the cells' words stay, each cell a line."""
_EMPTY = frozenset(("br", "hr", "img", "meta", "link", "input", "area", "base", "col", "embed", "source", "wbr"))
_DROPPED = frozenset(("head", "style", "script", "title", "template", "noscript", "h1"))
"""What is not shown; the subject (h1) is the entry's title already."""
_FRAMES = frozenset(("masthead", "footer"))
"""Classes of what a theme puts around the issue: whose it is, and why somebody got a mail."""
_BLOCKS = frozenset(("h2", "h3", "h4", "p", "hr", "ul", "ol", "li", "blockquote", "pre"))
_BOXES = frozenset(("div", "td", "th", "tr", "table"))
"""What ends a line without being kept: words that stand in them alone become paragraphs."""


def feed_content(html: str, address: str) -> str:
    """Return *html*, a whole page at *address*, as a fragment for feeds; its links and pictures have whole addresses.

    What is hidden is left out, and so is what a theme puts above and below an issue.
    """
    reader = _Reader(address)
    reader.feed(html)
    reader.close()
    return _cleaner().clean(reader.content()).strip()


class _Reader(HTMLParser):
    """Writes what is kept of a page. It looks away from where a hidden element begins until that ends."""

    def __init__(self, address: str) -> None:
        super().__init__(convert_charrefs=True)
        self._written: list[str] = []
        self._address = address
        self._open: list[str] = []
        self._hidden_from = 0  # how many were open; 0 while nothing is hidden
        self._in_words = False  # in a paragraph that is ours and not the page's

    def content(self) -> str:
        """Return what was written, whole."""
        self._end_words()
        return "".join(self._written)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {name: value or "" for name, value in attrs}
        hidden = _is_hidden(tag, values)
        if not self._hidden_from and not hidden:
            if tag in _BLOCKS or tag in _BOXES:
                self._end_words()
            elif tag in KEPT:
                self._begin_words()
            if tag in KEPT:
                self._written.append(self._tag(tag, values))
        if tag in _EMPTY:
            return
        self._open.append(tag)
        if hidden and not self._hidden_from:
            self._hidden_from = len(self._open)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in _EMPTY:
            self.handle_endtag(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag not in self._open:
            return
        if not self._hidden_from:
            if tag in _BLOCKS or tag in _BOXES:
                self._end_words()
            if tag in KEPT:
                self._written.append(f"</{tag}>" + ("\n" if tag in _BLOCKS else ""))
        while self._open.pop() != tag:
            pass
        if len(self._open) < self._hidden_from:
            self._hidden_from = 0

    def handle_data(self, data: str) -> None:
        if self._hidden_from:
            return
        if data.strip():
            self._begin_words()
        if self._in_words or any(tag in _BLOCKS for tag in self._open):
            self._written.append(escape(data, quote=False))

    def _begin_words(self) -> None:
        if not self._in_words and not any(tag in _BLOCKS for tag in self._open):
            self._written.append("<p>")
            self._in_words = True

    def _end_words(self) -> None:
        if self._in_words:
            self._written.append("</p>\n")
            self._in_words = False

    def _tag(self, tag: str, values: Mapping[str, str]) -> str:
        kept = {name: value for name, value in values.items() if name in KEPT[tag]}
        for name in ("href", "src"):
            if name in kept:
                kept[name] = self._joined(kept[name])
        said = "".join(f' {name}="{escape(value)}"' for name, value in kept.items())
        return f"<{tag}{said}>"

    def _joined(self, link: str) -> str:
        try:
            return urljoin(self._address, link)
        except ValueError:  # "http://[": what a person typed
            return link


def _is_hidden(tag: str, values: Mapping[str, str]) -> bool:
    style = values.get("style", "").replace(" ", "").lower()
    classes = set(values.get("class", "").split())
    return tag in _DROPPED or "display:none" in style or bool(classes & _FRAMES)


@cache
def _cleaner() -> nh3.Cleaner:
    """What stands behind the reader: only what is kept, and no address that a browser would run."""
    return nh3.Cleaner(
        tags=set(KEPT),
        attributes={tag: set(names) for tag, names in KEPT.items()},
        url_schemes={"http", "https", "mailto"},
        link_rel=None,
    )
