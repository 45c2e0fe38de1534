"""Markdown as blocks with their lines, and inline Markdown as plain text."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from newsletter.errors import IssueError
from newsletter.model.issue import Passage, Reference

if TYPE_CHECKING:  # 20 ms, a tenth of a command that reads no issue
    from markdown_it import MarkdownIt
    from markdown_it.token import Token

NESTING_LIMIT = 100
"""Levels of lists in quotes in lists: below it every library on the way to the mail is safe."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Block:
    """One top-level block.

    :param kind: markdown-it's name of it: heading, paragraph, bullet_list, fence …
    :param level: of a heading.
    :param markup: what marks it: "###", "-".
    :param text: inline source of a heading or paragraph, lines joined by LF.
    :param line: first line in the file, from 1; *end* is the last.
    """

    kind: str
    text: str
    line: int
    end: int
    level: int = 0
    markup: str = ""
    tokens: "Sequence[Token]" = field(default=(), repr=False)


@dataclass(frozen=True, kw_only=True, slots=True)
class Document:
    """A parsed text and its lines."""

    blocks: tuple[Block, ...]
    lines: tuple[str, ...]
    first_line: int

    def source(self, first: int, last: int) -> str:
        """Return the lines *first* to *last* as they stand in the file."""
        return "\n".join(self.lines[first - self.first_line : last - self.first_line + 1])

    def passage(self, blocks: Sequence[Block]) -> Passage | None:
        """Return the source from the first to the last of *blocks*."""
        if not blocks:
            return None
        return Passage(markdown=self.source(blocks[0].line, blocks[-1].end), line=blocks[0].line)


_MARKS = re.compile(r"[\\`*_\[\]<>&]")
"""What inline Markdown begins with; a text without any of it means what it says (CommonMark 0.31 §6)."""


def _markdown_it(*, html: bool) -> "MarkdownIt":
    from markdown_it import MarkdownIt

    return MarkdownIt("commonmark", {"html": html, "maxNesting": NESTING_LIMIT})


@cache
def _parser() -> "MarkdownIt":
    # html off: text about code is shown literally. A link is taken as typed; the checks judge it.
    parser = _markdown_it(html=False).enable("table")
    parser.normalizeLink = lambda url: url  # type: ignore[method-assign]
    parser.validateLink = lambda url: True  # type: ignore[method-assign]
    return parser


@cache
def _block_parser() -> "MarkdownIt":
    return _markdown_it(html=False).enable("table").disable("inline")


def parse_document(text: str, path: Path, first_line: int) -> Document:
    """Read *text*, which begins at *first_line* of the file *path*, into top-level blocks."""
    env: dict[str, dict[str, dict[str, object]]] = {}
    tokens = _block_parser().parse(text, env)
    for token in tokens:
        if token.level >= NESTING_LIMIT - 1 or token.content.count("[") > 10 * NESTING_LIMIT:
            line = first_line + (token.map or [0])[0]
            raise IssueError(f"more than {NESTING_LIMIT} levels of nesting", "write it flatter", where=path, line=line)
    for name, reference in env.get("references", {}).items():
        line = first_line + reference["map"][0]  # type: ignore[index]
        todo = "write [text](address) where it is used"
        raise IssueError(f"the link definition [{name.lower()}] cannot be kept apart", todo, where=path, line=line)
    return Document(blocks=tuple(_blocks(tokens, first_line)), lines=tuple(text.split("\n")), first_line=first_line)


def _blocks(tokens: "Sequence[Token]", first_line: int) -> list[Block]:
    blocks, begin = [], 0
    for at, token in enumerate(tokens):
        if token.level == 0 and token.nesting <= 0:
            opening, inside = tokens[begin], tokens[begin : at + 1]
            first, end = opening.map or [0, 0]
            blocks.append(
                Block(
                    kind=opening.type.removesuffix("_open"),
                    text=inside[1].content if len(inside) > 1 and inside[1].type == "inline" else "",
                    line=first + first_line,
                    end=_last_line(inside, end) + first_line,
                    level=int(opening.tag[1]) if opening.type == "heading_open" else 0,
                    markup=opening.markup,
                    tokens=inside,
                )
            )
            begin = at + 1
    return blocks


def _last_line(tokens: "Sequence[Token]", end: int) -> int:
    """Return the last line with something on it: markdown-it counts blank lines below a list to it."""
    if tokens[0].type in ("bullet_list_open", "ordered_list_open", "blockquote_open"):
        end = max(
            (token.map[1] for token in tokens if token.map and token.type in ("inline", "fence", "code_block", "hr")),
            default=end,
        )
    return end - 1


def html_of(markdown: str) -> str:
    """Return the HTML of *markdown* that another tool showed, HTML in it included: to be read, never to be sent."""
    parser = _markdown_it(html=True).enable(["table", "strikethrough"])
    return str(parser.render(markdown))


def inline_tokens(markdown: str) -> "Sequence[Token]":
    """Return the inline tokens of *markdown*."""
    return _parser().parseInline(markdown)[0].children or []


def plain_text(markdown: str) -> str:
    """Return what a reader sees of inline *markdown*, as one line."""
    if not _MARKS.search(markdown):
        return " ".join(markdown.split())
    return shown(inline_tokens(markdown))


def shown(tokens: "Sequence[Token]") -> str:
    """Return what a reader sees of inline *tokens*, as one line."""
    parts = []
    for token in tokens:
        if token.type in ("text", "code_inline", "text_special", "image"):
            parts.append(token.content)
        elif token.type in ("softbreak", "hardbreak"):
            parts.append(" ")
    return " ".join("".join(parts).split())


def references(passage: Passage) -> Iterator[Reference]:
    """Yield the links and images in *passage*, with their lines."""
    if "](" not in passage.markdown and "<" not in passage.markdown:
        return  # most passages have none, and parsing is what an issue spends its time on
    for block in _parser().parse(passage.markdown):
        if block.type == "inline":
            line = passage.line + (block.map or [0])[0]
            yield from _inline_references(block.children or [], line)


def _inline_references(tokens: "Sequence[Token]", line: int) -> Iterator[Reference]:
    target, words = None, ""
    for token in tokens:
        match token.type:
            case "link_open":
                target, words = str(token.attrGet("href") or ""), ""
            case "link_close":
                yield Reference(target=target or "", text=words.strip(), line=line)
                target = None
            case "image":
                words += token.content
                yield Reference(target=str(token.attrGet("src") or ""), text=token.content, line=line, image=True)
            case "softbreak" | "hardbreak":
                words += " "
                line += 1
            case _:
                words += token.content
