"""Markdown as a person writes it in a plain-text mail."""

import re
from collections.abc import Iterator, Sequence

from markdown_it.token import Token

WIDTH = 72
"""Columns of the text part: RFC 3676 §4.2 asks for at most 78, and 72 leaves room for the marks of a reply."""


def wrap(text: str, first: str = "", rest: str | None = None, width: int = WIDTH) -> str:
    """Return *text* in lines of *width*, the first with *first* before it and each other with *rest*.

    Words are never broken, so a link stays one word however long it is. Line breaks of *text* are kept.
    """
    rest = first if rest is None else rest
    lines: list[str] = []
    for line in str(text).split("\n"):
        lead = rest if lines else first
        if len(lead) + len(line) <= width:
            lines.append(lead + line)
        else:
            lines.extend(_fill(line, lead, rest, width))
    return "\n".join(line.rstrip(" ") for line in lines)


def _fill(line: str, first: str, rest: str, width: int) -> Iterator[str]:
    """Greedy filling; the standard library's textwrap takes ten times as long for what we need of it."""
    indent = re.match(r" *", line)[0]  # type: ignore[index]
    filled, empty = first + indent, True
    for word in filter(None, line.split(" ")):  # a space that does not break is part of its word
        if empty:
            filled, empty = filled + word, False
        elif len(filled) + 1 + len(word) <= width:
            filled = f"{filled} {word}"
        else:
            yield filled
            filled = rest + indent + word
    yield filled


def blocks_text(tokens: Sequence[Token]) -> str:
    """Return markdown-it's block *tokens* as paragraphs, lists and quotes in lines of 72 columns."""
    return _Blocks(tokens).text()


def inline_text(tokens: Sequence[Token]) -> str:
    """Return markdown-it's inline *tokens* as text, each link as ``words <address>``."""
    parts: list[str] = []
    links: list[tuple[int, str]] = []
    for token in tokens:
        if token.type == "link_open":
            links.append((len(parts), str(token.attrs["href"])))
        elif token.type == "link_close":
            start, address = links.pop()
            words = "".join(parts[start:])
            parts[start:] = [words if address in (words, f"mailto:{words}") else f"{words} <{address}>".lstrip()]
        else:
            parts.append(_inline_piece(token))
    return "".join(parts)


def _inline_piece(token: Token) -> str:
    if token.type in ("em_open", "em_close", "strong_open", "strong_close"):
        return "*" if token.type.startswith("strong") else "_"
    if token.type == "code_inline":
        return f"`{token.content}`"
    if token.type == "image":
        return inline_text(token.children or ())
    return {"softbreak": " ", "hardbreak": "\n"}.get(token.type, token.content)


class _Blocks:
    """Walks block tokens and keeps what stands before each line: quote marks, bullets, numbers."""

    def __init__(self, tokens: Sequence[Token]) -> None:
        self._tokens = tokens
        self._leads: list[list[str]] = []
        self._numbers: list[int | None] = []
        self._row: list[str] = []
        self._parts: list[str] = []
        self._apart = False

    def text(self) -> str:
        for token in self._tokens:
            if handle := getattr(self, f"_{token.type}", None):
                handle(token)
        return "\n\n".join(self._parts)

    def _write(self, text: str, *, tight: bool = False, verbatim: bool = False) -> None:
        first = "".join(lead[0] for lead in self._leads)
        for lead in self._leads:
            lead[0] = lead[1]
        rest = "".join(lead[0] for lead in self._leads)
        lines = wrap(text, first, rest, width=10**9 if verbatim else WIDTH)
        apart, self._apart = self._apart, False
        if tight and self._parts and not apart:
            self._parts[-1] += "\n" + lines
        else:
            self._parts.append(lines)

    def _inline(self, token: Token) -> None:
        text = inline_text(token.children or ())
        if self._row:
            self._row[-1] += text
        else:
            self._write(text, tight=bool(self._leads) and self._leads[-1][0].strip() not in ("", ">"))

    def _fence(self, token: Token) -> None:
        indented = "\n".join(f"    {line}" for line in token.content.rstrip("\n").split("\n"))
        self._write(indented, verbatim=True)

    _code_block = _fence

    def _hr(self, token: Token) -> None:
        self._write("* * *")

    def _blockquote_open(self, token: Token) -> None:
        self._leads.append(["> ", "> "])

    def _close(self, token: Token) -> None:
        self._leads.pop()

    _blockquote_close = _list_item_close = _close

    def _bullet_list_open(self, token: Token) -> None:
        self._apart = not self._leads
        self._numbers.append(None)

    def _ordered_list_open(self, token: Token) -> None:
        self._apart = not self._leads
        self._numbers.append(int(token.attrs.get("start", 1)))

    def _list_close(self, token: Token) -> None:
        self._numbers.pop()

    _bullet_list_close = _ordered_list_close = _list_close

    def _list_item_open(self, token: Token) -> None:
        number = self._numbers[-1]
        mark = "- " if number is None else f"{number}. "
        if number is not None:
            self._numbers[-1] = number + 1
        self._leads.append([mark, " " * len(mark)])

    def _table_open(self, token: Token) -> None:
        self._apart = True

    def _tr_open(self, token: Token) -> None:
        self._row = []

    def _cell_open(self, token: Token) -> None:
        self._row.append("")

    _th_open = _td_open = _cell_open

    def _tr_close(self, token: Token) -> None:
        self._write(" | ".join(self._row), tight=True)
        self._row = []
