"""Reads articles, or the links of a digest's articles, from CSV and TSV."""

import csv
import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from io import StringIO

from newsletter.errors import InputError
from newsletter.model.article import Article
from newsletter.sources.fields import article_of, field_of
from newsletter.sources.reading import Collected, Reading, Remark, identified
from newsletter.sources.services import renamed, service_of

Row = tuple[int, dict[str, str]]


def read_rows(text: str, name: str) -> Iterator[Row]:
    """Yield each row by column name, with the line where it begins; the first row names the columns."""
    first = text.partition("\n")[0]
    delimiter = max("\t,;", key=first.count)
    reader = csv.reader(StringIO(text, newline=""), delimiter=delimiter, strict=True)
    columns: list[str] = []
    begin = 1
    try:
        for row in reader:
            if not columns:
                columns = [column.strip() for column in row]
                _require_known(columns, name)
            elif any(cell.strip() for cell in row):
                if len(row) > len(columns):
                    raise InputError(
                        f"{len(row)} cells under {len(columns)} columns", "mend that row", where=name, line=begin
                    )
                yield begin, dict(zip(columns, row, strict=False))
            begin = reader.line_num + 1
    except csv.Error as cause:
        raise InputError(f"this row cannot be read: {cause}", "mend its quotes", where=name, line=begin) from cause


def _require_known(columns: Sequence[str], name: str) -> None:
    if not {"title", "link"} & {field_of(column) for column in columns}:
        found = ", ".join(columns)
        raise InputError(f"no column is a title or a link: {found}", 'name one "title" or "link"', where=name, line=1)


def read_csv(text: str, name: str) -> Reading:
    """Read one article from each row."""
    collected, remarks, unknown = [], [], set()
    for line, row in read_rows(text, name):
        service = service_of(row)
        found = f"{service.name if service else 'csv'}:{name}"
        article, names = article_of(renamed(row, service), found=found, where=name, line=line)
        unknown.update(names)
        if article.title or article.link:
            collected.append(Collected(article=article, first_line=line, last_line=line))
        else:
            remarks.append(Remark(line=line, what="a row without title and link"))
    if unknown - {"position"}:
        strangers = ", ".join(sorted(unknown - {"position"}))
        remarks.insert(0, Remark(line=1, what=f"columns that mean nothing here: {strangers}"))
    return Reading(name=name, collected=tuple(collected), remarks=tuple(remarks))


def join_links(reading: Reading, text: str, name: str) -> Reading:
    """Give the articles of *reading* the titles and links of a table, by position; what an article has, it keeps."""
    rows: dict[int, Row] = {}
    for number, (line, row) in enumerate(read_rows(text, name), 1):
        position = row.pop("position", "") or str(number)
        if not re.fullmatch(r"\s*[0-9]{1,6}\s*", position) or int(position) in rows:
            what = f'"{position}" is no position, or stands twice'
            raise InputError(what, "number the rows 1, 2, 3 …", where=name, line=line)
        rows[int(position)] = line, row
    strangers = sorted({column for _, row in rows.values() for column in row if not field_of(column)})
    lacking = [number for number in range(1, len(reading.collected) + 1) if number not in rows]
    extra = (
        [Remark(line=1, what=f"{name}: columns that mean nothing here: {', '.join(strangers)}")] if strangers else []
    )
    if lacking:
        numbers = ", ".join(map(str, lacking))
        extra.append(Remark(line=1, what=f"{name} has nothing for {len(lacking)} of the articles: {numbers}"))
    collected = [
        replace(entry, article=_joined(entry, rows.pop(number, (0, {})), name))
        for number, entry in enumerate(reading.collected, 1)
    ]
    extra += [
        Remark(line=line, what=f"{name}:{line} has no article {number} to join") for number, (line, _) in rows.items()
    ]
    return replace(reading, collected=tuple(collected), remarks=(*reading.remarks, *extra))


def _joined(entry: Collected, row: Row, name: str) -> Article:
    line, values = row
    other, _ = article_of(values, found="", where=name, line=line)
    return identified(entry.article.with_facts({**other.facts(), **entry.article.facts()}))
