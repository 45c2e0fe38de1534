"""Reads a file by what it is: digest text, Markdown, JSON or CSV."""

import re
from collections.abc import Callable
from pathlib import PurePath

from newsletter.errors import InputError
from newsletter.sources.digest import read_digest
from newsletter.sources.fields import field_of
from newsletter.sources.markdown import read_markdown
from newsletter.sources.reading import Reading, decode
from newsletter.sources.structured import read_json
from newsletter.sources.tabular import join_links, read_csv

Reader = Callable[[str, str], Reading]

_READERS: dict[str, Reader] = {
    ".json": read_json,
    ".jsonl": read_json,
    ".csv": read_csv,
    ".tsv": read_csv,
    ".md": read_markdown,
    ".markdown": read_markdown,
}


def read_source(data: bytes, name: str, links: tuple[bytes, str] | None = None) -> Reading:
    """Read *data* of the file *name*; *links* is a table (bytes, name) that gives titles and links by position.

    A name that does not tell (standard input is "-") is judged by how the text begins.

    :raises InputError: when it cannot be read at all; what is merely not understood becomes remarks.
    """
    text = decode(data, name)
    if not text.strip():
        raise InputError("the file is empty", "give one with articles in it", where=name)
    read = _READERS.get(PurePath(name).suffix.lower()) or _by_beginning(text)
    reading = read(text, PurePath(name).name)
    if links:
        reading = join_links(reading, decode(*links), links[1])
    return reading


def _by_beginning(text: str) -> Reader:
    begin = text.lstrip()
    if re.match(r"\{|\[\s*[{\]]", begin):
        return read_json
    columns = {field_of(cell.strip('" ')) for cell in re.split(r"[,;\t]", begin.partition("\n")[0])}
    if len(columns) > 1 and columns & {"title", "link"}:
        return read_csv
    return read_markdown if begin.startswith(("+++", "---")) else read_digest
