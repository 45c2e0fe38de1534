"""Reads people from a CSV file: each row is a person, or is rejected with its line and the reason."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain

from newsletter.errors import InputError, SubscriberError
from newsletter.model.address import Address
from newsletter.model.canonical import fold_address
from newsletter.subscribers.address import shown, validate
from newsletter.subscribers.columns import Columns, find_columns
from newsletter.subscribers.encoding import decode
from newsletter.subscribers.exporting import without_guard
from newsletter.subscribers.records import DELIMITERS, Record, Records

_SAMPLE = 20
"""Rows that are looked at to find the delimiter."""


@dataclass(frozen=True, kw_only=True, slots=True)
class ImportRow:
    """A person in a file.

    :param line: where the row begins, counted from 1.
    """

    line: int
    person: Address


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

    :param encoding: in words: "UTF-8", "UTF-16", "Windows-1252".
    :param columns: what is read from it, and what is ignored.
    """

    name: str
    encoding: str
    delimiter: str
    columns: Columns
    text: str
    first_line: int

    def rows(self, *, confirmed: bool = False) -> Iterator[ImportRow | RejectedRow]:
        """Yield each row in turn; no row raises.

        Of two rows with one address the first counts, and neither does when one of them says that the person left.

        :param confirmed: somebody vouches for the consent of these people, and a row that says otherwise is rejected.
        """
        told = self.columns.status is not None or self.columns.out is not None
        left = frozenset(self._left()) if told else frozenset()
        seen: dict[str, int] = {}
        for record in self._records():
            yield self._judge(record, seen, left, confirmed=confirmed)

    def _records(self) -> Iterator[Record]:
        records = Records(self.text, delimiter=self.delimiter, first_line=self.first_line)
        first = next(records)
        records.width = len(first.cells)
        return records if self.columns.header else chain([first], records)

    def _left(self) -> Iterator[str]:
        for record in self._records():
            cells = tuple(map(without_guard, record.cells))
            if cells and self.columns.says_no(cells):
                yield fold_address(cells[self.columns.address].strip(" \t"))

    def _judge(
        self, record: Record, seen: dict[str, int], left: frozenset[str], *, confirmed: bool
    ) -> ImportRow | RejectedRow:
        try:
            return ImportRow(line=record.line, person=self._person(record, seen, left, confirmed=confirmed))
        except SubscriberError as cause:
            return RejectedRow(line=record.line, reason=cause.what, text=shown(record.text))

    def _person(self, record: Record, seen: dict[str, int], left: frozenset[str], *, confirmed: bool) -> Address:
        """Return who a row is; *seen* has the lines of the addresses above it, and gets this one."""
        if record.fault:
            raise SubscriberError(record.fault)
        cells = tuple(map(without_guard, record.cells))
        person = validate(cells[self.columns.address], self.columns.name(cells))
        folded = fold_address(person.address)
        if folded in left:
            raise SubscriberError(f"{person.address} left, as this file says")
        if doubt := self.columns.doubt(cells, confirmed=confirmed):
            raise SubscriberError(doubt)
        above = seen.setdefault(folded, record.line)
        if above != record.line:
            raise SubscriberError(f"the same address as in line {above}")
        return person


def open_import(data: bytes, name: str) -> ImportFile:
    """Find out how the CSV file *name* is written: encoding, delimiter, columns.

    The first row names the columns; when an address stands in it, there are no names and it is a person. Quotes, tabs,
    semicolons and a first line ``sep=;`` as Excel writes them are understood.

    :raises InputError: when it is empty, or no column has addresses.
    """
    text, encoding = decode(data, name)
    first_line = 1
    delimiters = DELIMITERS
    if match := re.match(r"\s*sep=([,;|:\t])[ \t]*(\n|$)", text, re.IGNORECASE):
        delimiters, first_line = match[1], match[0].count("\n") + 1
        text = text[match.end() :]
    if not text.strip():
        raise InputError("it is empty", 'the first line names the columns, one of them "email"', where=name)
    delimiter = max(delimiters, key=lambda candidate: _fitness(text, candidate))
    first = next(Records(text, delimiter=delimiter))
    columns = find_columns(first.cells)
    if columns is None:
        found = shown(", ".join(cell.strip() for cell in first.cells) or first.text)
        line = first_line + first.line - 1
        raise InputError(f"no column has addresses: {found}", 'name one "email"', where=name, line=line)
    return ImportFile(
        name=name, encoding=encoding, delimiter=delimiter, columns=columns, text=text, first_line=first_line
    )


def _fitness(text: str, delimiter: str) -> tuple[bool, int]:
    """Say how well a delimiter fits: it shows a column of addresses; so many rows are as wide as the first."""
    records = Records(text, delimiter=delimiter)
    first = next(records)
    width = len(first.cells)
    sample = [record for record, _ in zip(records, range(_SAMPLE), strict=False)]
    alike = sum(len(record.cells) == width for record in sample) + 1 if width > 1 else 0
    return find_columns(first.cells) is not None, alike
