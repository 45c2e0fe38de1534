"""Changes the text of feeds.toml: a table comes, goes or gets another value, and every other character stays.

A new table stands where its name belongs by the alphabet, so that two people who add feeds on two branches seldom write
into the same place. A comment right above a table belongs to it.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any

import tomlkit

from newsletter.model.feed import Feed

_HEADER = re.compile(r"^[ \t]*\[{1,2}[^\[\]\n]+\]{1,2}[ \t]*(?:#[^\n]*)?\r?$", re.M)
_FEED = re.compile(r"[ \t]*\[[ \t]*feeds[ \t]*\.[ \t]*[\"']?([^\"'\]\s]+)[\"']?[ \t]*\]")


def with_feeds(text: str, feeds: Iterable[Feed]) -> str:
    """Return *text* with the tables of new feeds."""
    places: dict[int, list[Feed]] = defaultdict(list)
    tables = _tables(text)
    for feed in sorted(feeds, key=lambda feed: feed.slug):
        places[next((begin for slug, begin, _ in tables if slug > feed.slug), len(text))].append(feed)
    for at, some in sorted(places.items(), reverse=True):
        text = _inserted(text, at, "\n".join(map(_table, some)))
    return text


def _inserted(text: str, at: int, tables: str) -> str:
    eol = "\r\n" if "\r\n" in text else "\n"
    before, behind = text[:at].rstrip("\r\n"), text[at:]
    return (before + 2 * eol if before else "") + tables.replace("\n", eol) + (eol + behind if behind else "")


def without_feed(text: str, slug: str) -> str:
    """Return *text* without the table of the feed *slug*; as it is where it has none of its own."""
    for name, begin, end in _tables(text):
        if name == slug:
            before, behind = text[:begin], text[end:]
            if behind:
                return before + behind
            last = re.search(r"\r?\n\Z", text)
            return before.rstrip() + (last[0] if last else "") if before.strip() else ""
    return text


def with_facts(text: str, slug: str, facts: Mapping[str, Any]) -> str:
    """Return *text* with other facts of the feed *slug*; an empty one is taken out."""
    begin, end = next(((begin, end) for name, begin, end in _tables(text) if name == slug), (0, len(text)))
    document = tomlkit.parse(text[begin:end])
    table: Any = document["feeds"][slug]
    for name, value in facts.items():
        if value:
            table[name] = value
        elif name in table:
            del table[name]
    return text[:begin] + tomlkit.dumps(document) + text[end:]


def _table(feed: Feed) -> str:
    values: dict[str, Any] = {
        "address": feed.address,
        "title": feed.title,
        "section": feed.section,
        "source": feed.source,
        "tags": list(feed.tags),
        "kind": feed.kind,
        "muted": feed.muted,
    }
    return tomlkit.dumps({"feeds": {feed.slug: {name: value for name, value in values.items() if value}}})


def _tables(text: str) -> list[tuple[str, int, int]]:
    """Return the tables of feeds: slug, where it begins, with its comment, and where the next table begins."""
    headers = list(_HEADER.finditer(text))
    begins = [_with_comment(text, match.start()) for match in headers]
    ends = [*begins[1:], len(text)]
    named = zip(headers, begins, ends, strict=False)  # without headers there is an end, and no beginning
    return [(found[1], begin, end) for match, begin, end in named if (found := _FEED.match(match[0]))]


def _with_comment(text: str, at: int) -> int:
    """Return where the comment begins that stands right above *at*."""
    while True:
        line = text.rfind("\n", 0, max(at - 1, 0)) + 1
        if line == at or not text[line:at].lstrip().startswith("#"):
            return at
        at = line
