"""The rows of a CSV file, where one bad quote costs one line and not the rest of the file."""

import csv
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from newsletter.subscribers.encoding import LONGEST_LINE

DELIMITERS = ",;\t|"

LONGEST_ROW = 50
"""Lines of one row at most: without an end, a stray quote would swallow what follows it."""

OPEN_QUOTE = "a quote is open at its end"
_FAULTS = {
    "unexpected end of data": OPEN_QUOTE,
    "expected after": "a quote stands where none may",
    "new-line character": "a quote stands where none may",
    "field larger than": f"a cell has more than {csv.field_size_limit()} characters",
}
"""What is wrong with a row, by words of Python's csv module."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Record:
    """One row.

    :param line: where it begins, counted from 1.
    :param fault: why it cannot be read.
    """

    line: int
    text: str
    cells: tuple[str, ...] = ()
    fault: str = ""


class Records:
    """Yields the rows of a text in turn; blank lines are passed over.

    :param lines: of the text, each with its end.
    :param first_line: the number of the first one.
    :ivar width: how many cells a row should have; 0 until it is known.
    """

    def __init__(self, lines: Iterable[str], *, delimiter: str, first_line: int = 1) -> None:
        self._lines = iter(lines)
        self._put_back: deque[str] = deque()
        self._delimiter = delimiter
        self._line = first_line - 1
        self.width = 0

    def __iter__(self) -> Iterator[Record]:
        return self

    def __next__(self) -> Record:
        while line := self._next_line():
            if line.strip():
                return self._record(line)
        raise StopIteration

    def _next_line(self) -> str:
        line = self._put_back.popleft() if self._put_back else next(self._lines, "")
        self._line += 1
        return line

    def _record(self, first: str) -> Record:
        begin, text = self._line, first.rstrip("\n")
        if len(first) > LONGEST_LINE:
            return Record(line=begin, text=text, fault=f"the line has more than {LONGEST_LINE:,} characters")
        if "\0" in first:
            return Record(line=begin, text=text, fault="there is a NUL character in it")
        row = split_row(first, self._delimiter, begin)
        if row.fault != OPEN_QUOTE:
            return self._counted(row)
        rest = self._until_closed(first)
        row = split_row("".join([first, *rest]), self._delimiter)
        if row.cells and self.width in (0, len(row.cells)):
            # Whether the rows in it are meant is for a person to say: a guess could mail somebody out of a note.
            swallowed = f"a quote opens here and runs to line {self._line}, over what looks like rows"
            return replace(row, line=begin, fault=swallowed if any(map(self._is_row, rest)) else "")
        self._put_back.extendleft(reversed(rest))
        self._line -= len(rest)
        return Record(line=begin, text=text, fault=OPEN_QUOTE)

    def _is_row(self, line: str) -> bool:
        cells = split_row(line, self._delimiter).cells
        return len(cells) == self.width and any("@" in cell for cell in cells)

    def _counted(self, record: Record) -> Record:
        if record.fault or self.width in (0, len(record.cells)):
            return record
        fault = f"{_cells(len(record.cells))} where the first row has {self.width}"
        return Record(line=record.line, text=record.text, fault=fault)

    def _until_closed(self, first: str) -> list[str]:
        """Return the lines that follow *first* up to the one that closes its quote; all that may be when none does."""
        rest: list[str] = []
        while len(rest) < LONGEST_ROW - 1 and _is_open([first, *rest], self._delimiter):
            line = self._next_line()
            if not line:
                self._line -= 1
                break
            rest.append(line)
        return rest


def split_row(text: str, delimiter: str, line: int = 0) -> Record:
    """Return *text*, which should be one row and begins at *line*, as a record."""
    row = text.rstrip("\n")
    try:
        # One string, line breaks and all: csv takes those in quotes, and no others.
        cells = next(csv.reader([text], delimiter=delimiter, skipinitialspace=True, strict=True), [])
    except csv.Error as cause:
        known = (fault for words, fault in _FAULTS.items() if words in str(cause))
        return Record(line=line, text=row, fault=next(known, f"it cannot be read: {cause}"))
    return Record(line=line, text=row, cells=tuple(cells))


def _is_open(lines: Sequence[str], delimiter: str) -> bool:
    return split_row("".join(lines), delimiter).fault == OPEN_QUOTE


def _cells(count: int) -> str:
    return "1 cell" if count == 1 else f"{count} cells"
