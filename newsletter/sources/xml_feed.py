"""Reads RSS, RDF and Atom by feedparser, whose input is mended first.

feedparser reads well-formed XML fast and well, and the rest slowly and nearly as well. Most broken feeds are broken in
one of four ways that can be mended beforehand: the wrong charset, bare ampersands, HTML's entities, control characters.
"""

import re
from calendar import timegm
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from html import escape, unescape
from io import BytesIO
from itertools import islice
from typing import Any

from newsletter.errors import InputError
from newsletter.model.excerpt import excerpt
from newsletter.sources.charset import decoded
from newsletter.sources.context import Context
from newsletter.sources.dates import day_of, read_day
from newsletter.sources.entities import spelled_out
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
from newsletter.sources.plain import one_line, visible
from newsletter.sources.reading import Remark

MARK_LIMITS = {"<": 300_000, "&": 600_000}
"""What is read of each: thrice what 5 MB of real feeds have. feedparser takes 13 s and 600 MB for a million tags."""
_ROOT = re.compile(r"<(?:[\w.-]+:)?(?:rss|feed|RDF|channel)[\s>/]", re.I)
_PAGE = re.compile(r"<(?:!doctype\s+html|html)[\s>]", re.I)
_ENTRY = re.compile(r"<(?:[\w.-]+:)?(?:item|entry)[\s>]")
# XML 1.0 §2.2 allows none of these, nor may a character reference stand for one of them.
_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_MAILED = re.compile(r"\S+@\S+(?:\s+\((.*)\))?|(.*?)\s*<\S+@\S+>")  # RSS 2.0 <author>: lawyer@boyer.net (Lawyer Boyer)
_REFERENCE = re.compile(r"&#(?:x([\da-f]+)|(\d+));", re.I)


def read_xml_feed(data: bytes, context: Context) -> Read:
    """Return what the feed says of itself, its articles, and what was odd about it; InputError if it is no feed."""
    text, remarks = _mended(data, context)
    parsed = _parsed(text)
    entries = parsed["entries"][:ENTRY_LIMIT]
    if not entries and not parsed.get("version") and not _ROOT.search(text[:100_000]):
        raise _no_feed(context)
    head = _head(parsed["feed"], context)
    read = []
    for entry in entries:
        published, odd = _published(entry, context.now)
        if odd:
            what = f'"{excerpt(odd, 40)}" is no date of {excerpt(_text(entry, "title"), 40) or "an entry"}'
            remarks.append(Remark(line=0, what=what, harmless=True))
        read.append(_entry(entry, head, published))
    return head, collected_of(read, head), remarks


def _no_feed(context: Context) -> InputError:
    todo = "give the address of its feed (RSS, Atom or JSON Feed)"
    return InputError("there is no feed in this", todo, where=context.name)


def _mended(data: bytes, context: Context) -> tuple[str, list[Remark]]:
    """Return the text of *data* from its root on, as near to well-formed XML as can be had without reading it."""
    text = decoded(data, context.headers.get("content-type", ""))
    root = _ROOT.search(text)
    if (page := _PAGE.search(text[:2000])) and not (root and root.start() < page.start()):
        raise InputError("this is a web page, not a feed", "give the address of its feed", where=context.name)
    remarks = []
    text = text[root.start() :] if root else text  # and no DTD: entities of its own are what bombs are made of
    if extra := next(islice(_ENTRY.finditer(text), ENTRY_LIMIT, None), None):
        text = text[: extra.start()]
        remarks.append(Remark(line=0, what=f"it has more than {ENTRY_LIMIT:,} entries; the rest was not read"))
    for mark, limit in MARK_LIMITS.items():
        if text.count(mark) > limit:
            text = text[: -len(text.split(mark, limit)[-1]) - 1]
            remarks.append(Remark(line=0, what=f"it has more than {limit:,} times {mark}; the rest was not read"))
    text = _REFERENCE.sub(_allowed, _FORBIDDEN.sub("", text))
    return "".join(spelled_out(part) if bare else part for part, bare in _parts(text)), remarks


def _parts(text: str) -> Iterator[tuple[str, bool]]:
    """Yield the stretches of *text*, and of each whether it is markup: ``<![CDATA[`` has none in it."""
    at = 0
    while (begin := text.find("<![CDATA[", at)) >= 0 and (end := text.find("]]>", begin)) >= 0:
        yield text[at:begin], True
        yield text[begin : end + 3], False
        at = end + 3
    yield text[at:], True


def _allowed(match: re.Match[str]) -> str:
    code = int(match[1], 16) if match[1] else int(match[2])
    return match[0] if code <= 0x10FFFF and not _FORBIDDEN.match(chr(code)) else ""


def _parsed(text: str) -> Mapping[str, Any]:
    import feedparser

    headers = {"content-type": "application/xml; charset=utf-8"}
    # Links are made absolute in one place, web_link: feedparser would make one of a guid like "42" too.
    return feedparser.parse(  # type: ignore[no-any-return]
        BytesIO(text.encode()), response_headers=headers, sanitize_html=False, resolve_relative_uris=False
    )


def _head(feed: Mapping[str, Any], context: Context) -> FeedHead:
    links = [link.get("href", "") for link in _get(feed, "links", []) if link.get("rel") == "self"]
    home = web_link(_get(feed, "link", ""), context.address)
    return FeedHead(
        address=context.address or next((link for link in links if web_link(link, "")), ""),
        title=_text(feed, "title"),
        home=home,
        language=language_tag(_get(feed, "language", "")),
    )


def _entry(entry: Mapping[str, Any], head: FeedHead, published: str) -> Entry:
    base = head.address or head.home
    contents = [_html(content) for content in _get(entry, "content", [])]
    return Entry(
        guid=visible(_get(entry, "id", ""))[:GUID_LIMIT],
        links=[(web_link(link, base), how) for link, how in _links(entry)],
        title=_text(entry, "title"),
        author=_author(entry),
        source=_text(_get(entry, "source", {}), "title"),
        language=language_tag(str((_get(entry, "title_detail", {}) or {}).get("language") or "")),
        published=published,
        image=_image(entry),
        summary=_html(_get(entry, "summary_detail", {})) or escape(_get(entry, "summary", "")),
        content=max(contents, key=len, default=""),
    )


def _get(values: Mapping[str, Any], name: str, default: Any) -> Any:
    """Return what is kept under *name* itself: feedparser's own lookup warns of its renamed keys."""
    return dict.get(values, name) or default  # type: ignore[call-overload]


def _html(detail: Mapping[str, Any]) -> str:
    value = str(_get(detail, "value", ""))
    return escape(value).replace("\n", "<br>") if _get(detail, "type", "text/html") == "text/plain" else value


def _text(values: Mapping[str, Any], name: str) -> str:
    """Return the title under *name*. RSS does not say what is HTML: entities that are left are meant as such."""
    detail = _get(values, f"{name}_detail", {})
    if not detail or _get(detail, "type", "text/html") == "text/plain":
        return visible(unescape(str(_get(values, name, ""))))
    return one_line(_html(detail))


def _links(entry: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    guid, permanent = _get(entry, "id", ""), _get(entry, "guidislink", False)
    is_address = re.match(r"https?://", guid, re.I)
    yield _get(entry, "feedburner_origlink", ""), "feed"
    links = _get(entry, "links", [])
    yield from ((link.get("href", ""), "feed") for link in links if link.get("rel", "alternate") == "alternate")
    if not permanent:
        yield _get(entry, "link", ""), "feed"
    elif is_address:
        yield guid, "guid"
    yield from ((link.get("href", ""), "enclosure") for link in links if link.get("rel") == "enclosure")
    if is_address:
        yield guid, "guid"


def _author(entry: Mapping[str, Any]) -> str:
    """Return the names of who wrote it, without their addresses."""
    written = visible(str(_get(entry, "author", ""))[:1000])
    if match := _MAILED.fullmatch(written):  # feedparser cuts such an address where its domain is none that it knows
        return match[1] or match[2] or ""
    people = _get(entry, "authors", []) or [_get(entry, "author_detail", {})]
    names = [visible(str(person.get("name") or "")) for person in people if person]
    return ", ".join(dict.fromkeys(name for name in names if name and "@" not in name))


def _image(entry: Mapping[str, Any]) -> str:
    for name in ("media_content", "media_thumbnail", "links"):
        for media in _get(entry, name, []):
            kind = f"{media.get('medium', '')} {media.get('type', '')}"
            if name == "media_thumbnail" or "image" in kind:
                return str(media.get("url") or media.get("href") or "")
    image = _get(entry, "image", {})
    return str(image.get("href", "")) if isinstance(image, Mapping) else ""


def _published(entry: Mapping[str, Any], now: datetime) -> tuple[str, str]:
    """Return the day of *entry*, and the date that is none."""
    odd = ""
    for name in ("published", "updated", "created"):
        if parts := _get(entry, f"{name}_parsed", None):
            if day := day_of(datetime.fromtimestamp(timegm(parts), UTC), now):
                return day, odd
        elif day := read_day(visible(_get(entry, name, "")), now):
            return day, odd
        odd = odd or visible(_get(entry, name, ""))
    return "", odd
