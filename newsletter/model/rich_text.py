"""Text with its structure, whatever it was written in: what HTML of other tools becomes before it is Markdown."""

from dataclasses import dataclass
from enum import StrEnum


class BlockKind(StrEnum):
    """What a block is."""

    HEADING = "heading"
    PARAGRAPH = "paragraph"
    LIST = "list"
    QUOTE = "quote"
    CODE = "code"
    PICTURE = "picture"
    RULE = "rule"


@dataclass(frozen=True, kw_only=True, slots=True)
class Span:
    """A stretch of text of one kind; a line break in it is a line break.

    :param link: where it leads; empty where it leads nowhere.
    """

    text: str
    bold: bool = False
    italic: bool = False
    code: bool = False
    link: str = ""


Spans = tuple[Span, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Block:
    """One block, top to bottom.

    :param level: of a heading, from 1.
    :param spans: of a heading, a paragraph, or a quote.
    :param items: of a list, one paragraph each.
    :param text: of code; the alternative text of a picture.
    :param address: of a picture; *link* is where it leads.
    """

    kind: BlockKind
    level: int = 0
    spans: Spans = ()
    items: tuple[Spans, ...] = ()
    ordered: bool = False
    text: str = ""
    address: str = ""
    link: str = ""


def words_of(spans: Spans) -> str:
    """Return the words of *spans* in one line."""
    return " ".join("".join(span.text for span in spans).split())
