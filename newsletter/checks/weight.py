"""The weight of a mail: its bytes by cause and by article, and the article in which Gmail would cut it off."""

import html as html_escapes
import re
from collections.abc import Sequence
from dataclasses import dataclass

from newsletter.model.issue import PickedArticle

GMAIL_CLIP = 102_400
"""Bytes of the HTML part beyond which Gmail cuts a mail off, the unsubscribe link with it."""

_HEAD = re.compile(r".*?<body\b", re.S | re.I)
_PIECE = re.compile(r"<!--.*?-->|<[^>]*>|[^<]+|<", re.S)
_STYLE = re.compile(r"""\sstyle\s*=\s*("[^"]*"|'[^']*')""", re.I)
_HEADING = re.compile(r"<h([1-6])\b[^>]*>(.*?)</h\1\s*>", re.S | re.I)
_CELL = re.compile(r"<!--.*?-->|<(/?)td\b[^>]*>", re.S | re.I)
_HREF = re.compile(r"""href\s*=\s*("[^"]*"|'[^']*')""", re.I)


@dataclass(frozen=True, kw_only=True, slots=True)
class Share:
    """The part of a mail that is one article: from its heading to the next one's, the last to the end of its cell.

    :param index: of the article in the issue, from 0.
    :param start: the byte in which it begins.
    """

    index: int
    start: int
    stop: int

    @property
    def size(self) -> int:
        """Bytes."""
        return self.stop - self.start


@dataclass(frozen=True, kw_only=True, slots=True)
class Weight:
    """Bytes of the HTML part.

    :param head: all that stands before the body.
    :param styles: style attributes in the body.
    :param comments: what only Outlook reads, and the marks of what it does not.
    :param text: what is read, entities as they are written.
    :param markup: the rest: tags, their other attributes, space between them.
    :param shares: the articles whose heading was found, top to bottom.
    """

    total: int
    head: int
    styles: int
    comments: int
    text: int
    markup: int
    shares: tuple[Share, ...]

    @property
    def clip(self) -> Share | None:
        """The article in or before whose end Gmail cuts; the last one if behind it; None if nowhere or unknown."""
        if self.total <= GMAIL_CLIP or not self.shares:
            return None
        return next((share for share in self.shares if share.stop > GMAIL_CLIP), self.shares[-1])

    def causes(self) -> str:
        """Return the causes, the heaviest first."""
        named = {
            "style attributes": self.styles,
            "Outlook comments": self.comments,
            "text": self.text,
            "head": self.head,
            "other markup": self.markup,
        }
        heavy = sorted((item for item in named.items() if item[1]), key=lambda item: -item[1])
        return ", ".join(f"{name} {size:,}" for name, size in heavy)


def weigh(html: str, articles: Sequence[PickedArticle]) -> Weight:
    """Return what the parts of *html* weigh."""
    head = match[0] if (match := _HEAD.match(html)) else ""
    styles = comments = text = 0
    for piece in _PIECE.findall(html, len(head) - len("<body") if head else 0):
        if piece.startswith("<!--"):
            comments += _bytes(piece)
        elif piece.startswith("<"):
            styles += sum(_bytes(one[0]) for one in _STYLE.finditer(piece))
        else:
            text += _bytes(piece.strip())
    total, before = _bytes(html), _bytes(head[: -len("<body")])
    return Weight(
        total=total,
        head=before,
        styles=styles,
        comments=comments,
        text=text,
        markup=total - before - styles - comments - text,
        shares=tuple(_shares(html, articles)),
    )


def _bytes(text: str) -> int:
    return len(text) if text.isascii() else len(text.encode())


def _shares(html: str, articles: Sequence[PickedArticle]) -> list[Share]:
    headings = list(_HEADING.finditer(html))
    starts: list[tuple[int, int]] = []
    nearest = 0
    for index, article in enumerate(articles):
        for number in range(nearest, len(headings)):
            if _is_heading(headings[number][2], article):
                starts.append((index, headings[number].start()))
                nearest = number + 1
                break
    ends = [start for _, start in starts[1:]] + [_cell_end(html, start) for _, start in starts[-1:]]
    return [
        Share(index=index, start=_bytes(html[:start]), stop=_bytes(html[:end]))
        for (index, start), end in zip(starts, ends, strict=True)
    ]


def _is_heading(inner: str, article: PickedArticle) -> bool:
    """Whether a heading is an article's: it has its title's letters, or leads to where it leads."""
    title = re.sub(r"\]\([^()]*\)", "", article.title.markdown)
    shown = html_escapes.unescape(re.sub(r"<[^>]*>", "", inner))
    if letters := _letters(html_escapes.unescape(title)):
        return letters == _letters(shown)
    link = match[1][1:-1] if (match := _HREF.search(inner)) else ""
    return bool(link) and html_escapes.unescape(link) == article.link


def _letters(text: str) -> str:
    return re.sub(r"[\W_]+", "", text).casefold()


def _cell_end(html: str, start: int) -> int:
    """Return where the table cell ends in which *start* lies, or the mail."""
    depth = 0
    for match in _CELL.finditer(html, start):
        if match[1] is not None:
            depth += -1 if match[1] else 1
            if depth < 0:
                return match.end()
    return len(html)
