"""Reads a file by what it is: what its name says, else how it begins."""

import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import PurePath
from typing import Final

from newsletter.errors import InputError
from newsletter.model.excerpt import excerpt
from newsletter.sources.context import Context
from newsletter.sources.digest import read_digest
from newsletter.sources.fields import field_of
from newsletter.sources.markdown import read_markdown
from newsletter.sources.reading import Reading, decode
from newsletter.sources.structured import read_json
from newsletter.sources.tabular import join_links, read_csv

Reader = Callable[[bytes, Context], Reading]


def _of_text(read: Callable[[str, str], Reading]) -> Reader:
    return lambda data, context: read(decode(data, context.name), PurePath(context.name).name)


def _read_feed(data: bytes, context: Context) -> Reading:
    from newsletter.sources.feed import read_feed  # feedparser takes 60 ms to import

    return read_feed(data, context)


def _read_bookmarks(data: bytes, context: Context) -> Reading:
    from newsletter.sources.bookmarks import read_bookmarks
    from newsletter.sources.charset import decoded

    return read_bookmarks(decoded(data), PurePath(context.name).name, context.now)


def _read_mail(data: bytes, context: Context) -> Reading:
    from newsletter.sources.mail import read_mail

    return read_mail(data, context)


READERS: Final[Mapping[str, Reader]] = {
    "digest": _of_text(read_digest),
    "markdown": _of_text(read_markdown),
    "json": _of_text(read_json),
    "csv": _of_text(read_csv),
    "feed": _read_feed,
    "bookmarks": _read_bookmarks,
    "mail": _read_mail,
}
"""The kinds of files, and what reads them."""
_BY_SUFFIX = {
    **dict.fromkeys((".json", ".jsonl"), "json"),
    **dict.fromkeys((".csv", ".tsv"), "csv"),
    **dict.fromkeys((".md", ".markdown"), "markdown"),
    **dict.fromkeys((".xml", ".rss", ".atom", ".rdf"), "feed"),
    **dict.fromkeys((".eml", ".mbox", ".mbx"), "mail"),
}
SUFFIXES: Final = frozenset((*_BY_SUFFIX, ".txt", ".text", ".html", ".htm"))
"""Names of files that end so are read where they lie in a folder."""
_JSON_FEED = re.compile(rb'\s*\{[^\[]{0,2000}"version"\s*:\s*"https?://(?:www\.)?jsonfeed\.org/version')
# A comment ends at its first "-->": where it may end later, too, many of them are tried in all ways.
_XML_FEED = re.compile(
    rb"\s*(?:<\?xml[^>]*>\s*)?(?:<!--(?:[^-]|-(?!->))*-->\s*)*<(?:[\w.-]+:)?(?:rss|feed|RDF)[\s>]", re.S
)
_BOOKMARKS = re.compile(rb"\s*<!DOCTYPE\s+NETSCAPE-Bookmark-file-1|[^\0]{0,4000}?<a[^>]{1,2000}\stime_added=", re.I)


def read_source(
    data: bytes, name: str, links: tuple[bytes, str] | None = None, *, kind: str = "", now: datetime | None = None
) -> Reading:
    """Read *data* of the file *name*; *links* is a table (bytes, name) that gives titles and links by position.

    A name that does not tell (standard input is "-") is judged by how the text begins.

    :param kind: of READERS, or the name of a third party's source; empty for what the file says itself.
    :raises InputError: when it cannot be read at all; what is merely not understood becomes remarks.
    """
    if not data.strip(b"\xef\xbb\xbf \t\r\n\f"):
        raise InputError("the file is empty", "give one with articles in it", where=name)
    context = Context(name=name, now=now or datetime.now(UTC))
    kind = kind or kind_of(data, name)
    reading = READERS[kind](data, context) if kind in READERS else _read_aside(kind, data, context)
    if links:
        reading = join_links(reading, decode(*links), links[1])
    return reading


def _read_aside(kind: str, data: bytes, context: Context) -> Reading:
    from newsletter.sources.plugins import names, run_aside  # finding what is installed takes 20 ms

    if kind not in names():
        known = ", ".join((*READERS, *names()))
        raise InputError(f'there is no kind "{excerpt(kind, 40)}"', f"there are {known}", where=context.name)
    return run_aside(kind, data, context)


def is_bookmarks(data: bytes) -> bool:
    """Whether *data* is bookmarks in HTML, and no page."""
    return _BOOKMARKS.match(data[:10_000].removeprefix(b"\xef\xbb\xbf")) is not None


def kind_of(data: bytes, name: str) -> str:
    """Return the kind of the file *name*, which has *data*, or the third party's source that says it can read it.

    :raises InputError: it is what another command reads.
    """
    suffix = PurePath(name).suffix.lower()
    if suffix == ".opml":
        raise InputError("this is a list of feeds", f"newsletter feeds import {name} takes them in", where=name)
    if data.startswith(b"PK\x03\x04"):
        todo = f"newsletter import {name} reads the export of past issues; else unpack it first"
        raise InputError("this is a ZIP archive", todo, where=name)
    if suffix in (".json", "") and _JSON_FEED.match(data[:10_000]) and b'"why' not in data:
        return "feed"  # one that somebody wrote a why into is a list of articles
    if suffix in _BY_SUFFIX:
        return _BY_SUFFIX[suffix]
    return _by_beginning(data) or _handler_of(data, name) or "digest"


def _handler_of(data: bytes, name: str) -> str:
    from newsletter.sources.plugins import handler_of

    return handler_of(name, data)


def _by_beginning(data: bytes) -> str:
    from newsletter.sources.mail import is_mail

    if is_bookmarks(data):
        return "bookmarks"
    if is_mail(data):
        return "mail"
    begin = data[:10_000].removeprefix(b"\xef\xbb\xbf").lstrip()
    if _XML_FEED.match(begin):
        return "feed"
    if re.match(rb"\{|\[\s*[{\]]", begin):
        return "json"
    first = begin.partition(b"\n")[0].decode("utf-8", "replace")
    columns = {field_of(cell.strip('" \r')) for cell in re.split(r"[,;\t]", first)}
    if len(columns) > 1 and columns & {"title", "link"}:
        return "csv"
    return "markdown" if begin.startswith((b"+++", b"---")) else ""
