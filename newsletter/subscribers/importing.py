"""Reads people from a CSV file: each row is a person, or is rejected with its line and the reason."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from io import BytesIO
from itertools import chain, islice
from typing import Any, BinaryIO

from newsletter.errors import InputError, SubscriberError
from newsletter.model.address import Address
from newsletter.subscribers.address import shown, validate
from newsletter.subscribers.columns import Chosen, Columns, find_columns
from newsletter.subscribers.encoding import Encoding, find_encoding, lines_of
from newsletter.subscribers.exporting import without_guard
from newsletter.subscribers.judging import NOTHING, Verdict, judge_row
from newsletter.subscribers.particulars import (
    read_attributes,
    split_tags,
    valid_attributes,
    valid_language,
    valid_tags,
    valid_timezone,
)
from newsletter.subscribers.records import DELIMITERS, Record, Records

_SAMPLE = 20
"""Rows that are looked at to find the delimiter."""
_SAMPLE_LINES = 500


@dataclass(frozen=True, kw_only=True, slots=True)
class ImportRow:
    """A person in a file.

    :param line: where the row begins, counted from 1.
    :param list: the list that the row names, in our own format; empty elsewhere.
    :param attributes: a JSON object as text.
    """

    line: int
    person: Address
    verdict: Verdict = NOTHING
    list: str = ""
    language: str = ""
    timezone: str = ""
    attributes: str = "{}"
    tags: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class RejectedRow:
    """A row that gives nobody.

    :param text: the row in one short line, safe to print.
    """

    line: int
    reason: str
    text: str


@dataclass(frozen=True, kw_only=True, slots=True)
class ImportFile:
    """A file of people, known but not yet read.

    :param columns: what is read from it, and what is ignored.
    :param written: how its bytes are read.
    :param first_line: where its table begins, counted from 1.
    """

    name: str
    delimiter: str
    columns: Columns
    file: BinaryIO = field(repr=False)
    written: Encoding
    first_line: int

    @property
    def encoding(self) -> str:
        """How it is written, in words."""
        return self.written.words

    def rows(self, now: datetime | None = None) -> Iterator[ImportRow | RejectedRow]:
        """Yield each row in turn; no row raises.

        :param now: dates after it are none.
        """
        now = now or datetime.now(UTC)
        for record in self._records():
            try:
                yield self._read(record, now)
            except SubscriberError as cause:
                yield RejectedRow(line=record.line, reason=cause.what, text=shown(record.text))

    def _records(self) -> Iterator[Record]:
        lines = islice(lines_of(self.file, self.written), self.first_line - 1, None)
        records = Records(lines, delimiter=self.delimiter, first_line=self.first_line)
        first = next(records)
        records.width = len(first.cells)
        return records if self.columns.header else chain([first], records)

    def _read(self, record: Record, now: datetime) -> ImportRow:
        if record.fault:
            raise SubscriberError(record.fault)
        columns = self.columns
        cells = tuple(map(without_guard, record.cells))
        return ImportRow(
            line=record.line,
            person=validate(cells[columns.address], columns.name(cells)),
            verdict=judge_row(columns, cells, now),
            list=cells[columns.ours[0]].strip() if columns.ours else "",
            **_particulars(columns, cells),
        )


def _particulars(columns: Columns, cells: tuple[str, ...]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    if columns.language is not None and (text := cells[columns.language].strip()):
        found["language"] = _strictly(valid_language, text, strict=columns.is_strict("language"))
    if columns.timezone is not None and (text := cells[columns.timezone].strip()):
        found["timezone"] = _strictly(valid_timezone, text, strict=columns.is_strict("timezone"))
    if columns.tags and (tags := [tag for index in columns.tags for tag in split_tags(cells[index])]):
        found["tags"] = valid_tags(tags)
    attributes: dict[str, Any] = {}
    for index in columns.objects:
        attributes |= read_attributes(cells[index])
    attributes |= {key: cells[index] for key, index in (columns.attributes or {}).items() if cells[index]}
    if attributes:
        found["attributes"] = valid_attributes(attributes)
    return found


def _strictly(valid: Any, text: str, *, strict: bool) -> str:
    """Return *text* when it will do; nothing when it will not, unless somebody said what the column is."""
    try:
        return str(valid(text))
    except SubscriberError:
        if strict:
            raise
        return ""


def open_import(source: bytes | BinaryIO, name: str, *, chosen: Chosen = (), encoding: str = "") -> ImportFile:
    """Find out how the CSV file *name* is written: encoding, delimiter, columns.

    The first row names the columns; when an address stands in it, there are no names and it is a person. Quotes, tabs,
    semicolons and a first line ``sep=;`` as Excel writes them are understood.

    :param source: its bytes, or the file, which can be read again from its beginning.
    :param chosen: what somebody says of the columns.
    :param encoding: what somebody says that it is written in.
    :raises InputError: when it is empty, no column has addresses, or one that was chosen is missing.
    """
    file = BytesIO(source) if isinstance(source, bytes) else source
    written = find_encoding(file, name, encoding)
    text = "".join(islice(lines_of(file, written), _SAMPLE_LINES))
    first_line = 1
    delimiters = DELIMITERS
    if match := re.match(r"\s*sep=([,;|:\t])[ \t]*(\n|$)", text, re.IGNORECASE):
        delimiters, first_line = match[1], match[0].count("\n") + 1
        text = text[match.end() :]
    if not text.strip():
        raise InputError("it is empty", 'the first line names the columns, one of them "email"', where=name)
    lines = [f"{line}\n" for line in text.split("\n")]
    delimiter = max(delimiters, key=lambda candidate: _fitness(lines, candidate))
    first = next(Records(lines, delimiter=delimiter))
    line = first_line + first.line - 1
    try:
        columns = find_columns(first.cells, chosen)
    except InputError as cause:
        raise InputError(cause.what, cause.todo, where=name, line=line) from cause
    if columns is None:
        found = shown(", ".join(cell.strip() for cell in first.cells) or first.text)
        raise InputError(f"no column has addresses: {found}", 'name one "email"', where=name, line=line)
    return ImportFile(
        name=name, delimiter=delimiter, columns=columns, file=file, written=written, first_line=first_line
    )


def _fitness(lines: list[str], delimiter: str) -> tuple[bool, int]:
    """Say how well a delimiter fits: it shows a column of addresses; so many rows are as wide as the first."""
    records = Records(lines, delimiter=delimiter)
    first = next(records)
    width = len(first.cells)
    sample = [record for record, _ in zip(records, range(_SAMPLE), strict=False)]
    alike = sum(len(record.cells) == width for record in sample) + 1 if width > 1 else 0
    return find_columns(first.cells) is not None, alike
