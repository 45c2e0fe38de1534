"""The table of an export that names its issues."""

import csv
from collections.abc import Iterator, Mapping
from io import StringIO

from newsletter.errors import InputError
from newsletter.sources.charset import decoded
from newsletter.sources.reading import clean

Row = Mapping[str, str]


def table_rows(data: bytes, where: str, needed: tuple[str, ...]) -> Iterator[tuple[int, Row]]:
    """Yield each row, its columns in lower case, with the line where it begins.

    :param needed: columns without which it is another table.
    :raises InputError: it lacks one of them, or is no CSV.
    """
    reader = csv.reader(StringIO(clean(decoded(data)), newline=""))
    columns: list[str] = []
    begin = 1
    try:
        for row in reader:
            if not columns:
                columns = [column.strip().lower() for column in row]
                if lacking := [name for name in needed if name not in columns]:
                    what = f'there is no column "{lacking[0]}"'
                    raise InputError(what, "give the export as its tool made it", where=where, line=1)
            elif any(cell.strip() for cell in row):
                cells = [cell.strip() for cell in row] + [""] * (len(columns) - len(row))
                yield begin, dict(zip(columns, cells, strict=False))
            begin = reader.line_num + 1
    except csv.Error as cause:
        raise InputError(f"this row cannot be read: {cause}", "mend its quotes", where=where, line=begin) from cause
