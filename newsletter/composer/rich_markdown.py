"""Blocks of text as the Markdown of an issue file.

::

    before the first heading                      the intro
    a heading with something below it             ### Title, an article; ### [Title](link) where all of it is a link
    a heading with another heading right below    ## Section
    no heading at all                             ### the subject, above all of it
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import groupby

from newsletter.composer.escaping import escaped_heading, escaped_start, escaped_words
from newsletter.model.rich_text import Block, BlockKind, Span, Spans, words_of

_WHY = re.compile(r"\s*why\s+(?:it|this)\s+matters\b", re.I)
_LINK_ENDS = {" ": "%20", "<": "%3C", ">": "%3E", "(": "%28", ")": "%29", "\\": "%5C", '"': "%22"}


def markdown_of(blocks: Sequence[Block], subject: str) -> str:
    """Return the body of an issue that shows *blocks*; a first heading that repeats the *subject* is left out."""
    blocks = list(blocks)
    if blocks and blocks[0].kind is BlockKind.HEADING and _same(words_of(blocks[0].spans), subject):
        del blocks[0]
    last = len(blocks)
    while last and blocks[last - 1].kind is BlockKind.HEADING:  # of which nothing is told
        last -= 1
        blocks[last] = replace(blocks[last], kind=BlockKind.PARAGRAPH)
    parts = [] if any(block.kind is BlockKind.HEADING for block in blocks) else [_title(subject)]
    for at, block in enumerate(blocks):
        is_heading = block.kind is BlockKind.HEADING  # and never the last of them
        parts.append(_heading(block, blocks[at + 1]) if is_heading else _block(block))
    return "\n\n".join(part for part in parts if part) + "\n"


def _title(subject: str) -> str:
    return f"### {escaped_heading(subject)}"


def _same(heading: str, subject: str) -> bool:
    return heading.casefold().strip(" .!") == subject.casefold().strip(" .!")


def _heading(block: Block, following: Block) -> str:
    words = words_of(block.spans)
    if following.kind is BlockKind.HEADING:
        return f"## {escaped_heading(words)}"
    links = {span.link for span in block.spans if span.text.strip()}
    link = links.pop() if len(links) == 1 else ""
    return f"### [{escaped_heading(words)}]({_destination(link)})" if link else _title(words)


def _block(block: Block) -> str:
    match block.kind:
        case BlockKind.PARAGRAPH:
            return _lines(block.spans)
        case BlockKind.QUOTE:
            return "\n".join(f"> {line}" for line in _lines(block.spans).split("\n"))
        case BlockKind.LIST:
            return "\n".join(_items(block))
        case BlockKind.CODE:
            ticks = re.findall(r"^\s*(`{3,})", block.text, re.M)
            fence = "`" * (max(map(len, ticks), default=2) + 1)
            return f"{fence}\n{block.text}\n{fence}"
        case BlockKind.PICTURE:
            picture = f"![{escaped_words(block.text)}]({_destination(block.address)})"
            return f"[{picture}]({_destination(block.link)})" if block.link else picture
        case _:
            return "***"


def _items(block: Block) -> Iterator[str]:
    for number, spans in enumerate(block.items, 1):
        mark = f"{number}." if block.ordered else "-"
        yield f"{mark} " + _lines(spans).replace("\n", "\n" + " " * (len(mark) + 1))


def _lines(spans: Spans) -> str:
    """Return a paragraph; each of its lines but the last ends in a backslash, a hard break (CommonMark §6.7)."""
    lines = (escaped_start(line.strip()) for line in _inline(spans).split("\n"))
    return "\\\n".join(line for line in lines if line)


def _inline(spans: Spans) -> str:
    if spans and _WHY.match(words_of(spans)):  # a bold one would have to be the last thing but its key points
        spans = tuple(Span(text=span.text, link=span.link) for span in spans)
    written, at = [], 0
    for link, some in groupby(spans, lambda span: span.link):
        group = list(some)
        words = "".join(_marked(spans, at + number) for number in range(len(group)))
        at += len(group)
        before, inner, after = _parted(words)
        if link and inner:
            inner = re.sub(r"[ \n]+", " ", inner)
            words = f"{before}[{inner}]({_destination(link)}){after}"
        written.append(words)
    return "".join(written)


def _parted(text: str) -> tuple[str, str, str]:
    """Return the white space before *text*, what is between, and that behind it."""
    inner = text.strip()
    begin = text.find(inner) if inner else len(text)
    return text[:begin], inner, text[begin + len(inner) :]


def _marked(spans: Spans, at: int) -> str:
    span = spans[at]
    before, inner, after = _parted(span.text)
    if not inner:
        return span.text
    if span.code:
        ticks = "`" * (max((len(run) for run in re.findall("`+", inner)), default=0) + 1)
        pad = " " if inner.startswith("`") or inner.endswith("`") else ""
        inner = re.sub(r"\s+", " ", inner)
        return f"{before}{ticks}{pad}{inner}{pad}{ticks}{after}"
    words = escaped_words(inner)
    outer = (before or (spans[at - 1].text if at else ""))[-1:], (after or _text_at(spans, at + 1))[:1]
    # A mark with a letter on its outer and punctuation on its inner side marks nothing (CommonMark §6.2).
    holds = all(edge.isalnum() or not side.isalnum() for edge, side in zip((inner[0], inner[-1]), outer, strict=True))
    if (span.bold or span.italic) and "\n" not in inner and holds:
        mark = "*" * (span.italic + 2 * span.bold)
        words = f"{mark}{words}{mark}"
    return f"{before}{words}{after}"


def _text_at(spans: Spans, at: int) -> str:
    return spans[at].text if at < len(spans) else ""


def _destination(link: str) -> str:
    """Return *link* as a destination that needs no escapes: past issues are looked through for links as they stand."""
    return "".join(_LINK_ENDS.get(character, character) for character in link)


def plain_markdown(blocks: Sequence[Block], subject: str) -> str:
    """Return no more than the words and links of *blocks*: for what would not be an issue with its structure."""
    parts = [_title(subject)]
    for block in blocks:
        spans = [span for some in (block.spans, *block.items) for span in some]
        words = escaped_start(escaped_words(words_of(tuple(spans)) or " ".join(block.text.split())))
        links = dict.fromkeys([span.link for span in spans if span.link] + ([block.link] if block.link else []))
        parts += [words, *(f"[{escaped_words(link)}]({_destination(link)})" for link in links)]
    return "\n\n".join(part for part in parts if part) + "\n"
