"""Reads JSON Feed 1.0 and 1.1 (https://www.jsonfeed.org/version/1.1/)."""

import json
import re
from collections.abc import Iterator, Mapping
from html import escape
from itertools import islice
from typing import Any

from newsletter.errors import InputError
from newsletter.model.excerpt import excerpt
from newsletter.sources.charset import decoded
from newsletter.sources.context import Context
from newsletter.sources.dates import read_day
from newsletter.sources.entry import (
    ENTRY_LIMIT,
    GUID_LIMIT,
    Entry,
    FeedHead,
    Read,
    collected_of,
    language_tag,
    web_link,
)
from newsletter.sources.plain import visible
from newsletter.sources.reading import Remark


def read_json_feed(data: bytes, context: Context) -> Read:
    """Return what the feed says of itself, its articles, and what was odd about it; InputError if it is no feed."""
    text = decoded(data)
    remarks: list[Remark] = []
    try:
        feed = json.loads(text)
    except (ValueError, RecursionError) as cause:
        feed = _rescued(text)
        if not feed["items"]:
            todo = "give the address of its feed"
            raise InputError("this is neither JSON nor a feed", todo, where=context.name) from cause
        remarks.append(Remark(line=0, what=f"it breaks off; read {len(feed['items'])} entries of it"))
    if not isinstance(feed, dict) or not isinstance(feed.get("items"), list):
        raise InputError(
            'there is no feed in this JSON, which has no list "items"', "see jsonfeed.org", where=context.name
        )
    head = FeedHead(
        address=context.address or web_link(_text(feed, "feed_url"), ""),
        title=_text(feed, "title"),
        home=web_link(_text(feed, "home_page_url"), context.address),
        language=language_tag(_text(feed, "language")),
    )
    items = [item for item in feed["items"][:ENTRY_LIMIT] if isinstance(item, dict)]
    if len(feed["items"]) > ENTRY_LIMIT:
        remarks.append(Remark(line=0, what=f"it has more than {ENTRY_LIMIT:,} entries; the rest was not read"))
    read = []
    for item in items:
        date = _text(item, "date_published") or _text(item, "date_modified")
        published = read_day(date, context.now) or read_day(_text(item, "date_modified"), context.now)
        if date and not published:
            what = f'"{excerpt(date, 40)}" is no date of {excerpt(_text(item, "title"), 40) or "an entry"}'
            remarks.append(Remark(line=0, what=what, harmless=True))
        read.append(_entry(item, head, feed, published))
    return head, collected_of(read, head), remarks


def _entry(item: Mapping[str, Any], head: FeedHead, feed: Mapping[str, Any], published: str) -> Entry:
    base = head.address or head.home
    links = [(_text(item, "url"), "feed"), (_text(item, "external_url"), "feed"), *_more_links(item)]
    content = item.get("content_html") if isinstance(item.get("content_html"), str) else ""
    plain = item.get("content_text") if isinstance(item.get("content_text"), str) else ""
    return Entry(
        guid=_text(item, "id")[:GUID_LIMIT],
        links=[(web_link(link, base), how) for link, how in links],
        title=_text(item, "title"),
        author=", ".join(_authors(item) or _authors(feed)),
        language=language_tag(_text(item, "language")),
        published=published,
        image=_text(item, "image") or _text(item, "banner_image"),
        summary=escape(_text(item, "summary")),
        content=content or escape(plain or "").replace("\n", "<br>"),
    )


def _more_links(item: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    guid = _text(item, "id")
    if re.match(r"https?://", guid, re.I):  # §items: an id is ideally the full URL of the resource
        yield guid, "guid"
    attachments = item.get("attachments")
    for attachment in attachments if isinstance(attachments, list) else ():
        if isinstance(attachment, dict):
            yield _text(attachment, "url"), "enclosure"


def _authors(values: Mapping[str, Any]) -> list[str]:
    authors = values.get("authors")  # of 1.1; 1.0 had one "author"
    people = authors if isinstance(authors, list) else [values.get("author")]
    names = [_text(person, "name") for person in people if isinstance(person, dict)]
    return [name for name in dict.fromkeys(names) if name]


def _text(values: Mapping[str, Any], name: str) -> str:
    """Return the text, or the number, under *name* in one line; §items: an id that is a number is taken as its text."""
    value = values.get(name)
    return visible(str(value)) if isinstance(value, (str, int, float)) and not isinstance(value, bool) else ""


def _rescued(text: str) -> dict[str, Any]:
    """Return the items of a feed that breaks off, as far as they go."""
    decoder = json.JSONDecoder()
    head = {key: value for key in ("title", "home_page_url") if (value := _early(text, key))}
    begin = re.search(r'"items"\s*:\s*\[', text)
    return {**head, "items": list(islice(_values(decoder, text, begin.end()), ENTRY_LIMIT)) if begin else []}


def _early(text: str, key: str) -> str:
    match = re.match(r"\{[^\[]*?" + f'"{key}"' + r'\s*:\s*("(?:[^"\\]|\\.)*")', text)
    try:
        return str(json.loads(match[1])) if match else ""
    except ValueError:
        return ""


def _values(decoder: json.JSONDecoder, text: str, at: int) -> Iterator[Any]:
    try:
        while True:
            while text[at] in " \t\r\n,":
                at += 1
            value, at = decoder.raw_decode(text, at)
            yield value
    except (ValueError, IndexError, RecursionError):
        return
