"""Line marks: what a second, slower render writes before each stretch of text, so that its place is known."""

import re
from collections.abc import Iterator
from pathlib import Path

from jinja2.environment import Environment
from jinja2.ext import Extension
from jinja2.lexer import Token, TokenStream

from newsletter.model.traced import Place, TracedText

MARK = re.compile("\ue000(\\d+):(\\d+):([^\ue001]+)\ue001")
"""Line, column and file between characters of the private use area, so that no other rule of ours sees them."""


def mark(path: str | Path, line: int, column: int = 0) -> str:
    """Return the mark of a place."""
    return f"\ue000{line}:{column}:{path}\ue001"


def read_marks(marked: str) -> TracedText:
    """Return a *marked* text without its marks, which become its places."""
    pieces, starts, places = [], [], []
    length = behind = 0
    for found in MARK.finditer(marked):
        pieces.append(marked[behind : found.start()])
        length += len(pieces[-1])
        behind = found.end()
        starts.append(length)
        places.append(Place(path=Path(found[3]), line=int(found[1]), column=int(found[2])))
    pieces.append(marked[behind:])
    return TracedText(text="".join(pieces), starts=tuple(starts), places=tuple(places))


class LineMarks(Extension):
    """Writes the mark of each line of template text before it."""

    def __init__(self, environment: Environment) -> None:
        super().__init__(environment)
        self._source = ""

    def preprocess(self, source: str, name: str | None, filename: str | None = None) -> str:
        """Keep the *source* that is about to be read: tokens know their line, and not their column."""
        self._source = re.sub(r"\r\n|\r", "\n", source)
        return source

    def filter_stream(self, stream: TokenStream) -> Iterator[Token]:
        """Yield the tokens of a template, those that are its text with their marks."""
        reader = _Columns(self._source)
        for token in stream:
            if token.type != "data":
                reader.pass_by(token)
                yield token
                continue
            column = reader.column(token)
            lines = token.value.split("\n")
            pieces = (
                mark(stream.filename or "", token.lineno + index, 1 if index else column) + line
                for index, line in enumerate(lines)
            )
            yield Token(token.lineno, "data", "\n".join(pieces))


class _Columns:
    """Finds the tokens of a template in its source, one behind the other."""

    def __init__(self, source: str) -> None:
        self._source = source
        self._starts = [0, *(found.end() for found in re.finditer("\n", source))]
        self._behind = 0

    def pass_by(self, token: Token) -> None:
        """Go behind *token*, which ends a tag of Jinja or stands in one."""
        if token.type in ("variable_end", "block_end"):
            self._find(token)

    def column(self, token: Token) -> int:
        """Return the column of a stretch of text, counted from 1."""
        start = self._find(token)
        return start - self._source.rfind("\n", 0, start)

    def _find(self, token: Token) -> int:
        first = self._starts[min(token.lineno, len(self._starts)) - 1]
        start = self._source.find(token.value, max(self._behind, first))
        if start < 0:  # what Jinja has rewritten: an escape, or white space that it took away
            return first
        self._behind = start + len(token.value)
        return start
