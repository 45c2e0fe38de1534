"""The names that other tools give to what an article has."""

import re
from collections.abc import Iterator, Mapping
from datetime import date
from email.utils import parsedate_to_datetime
from typing import Any

from newsletter.errors import InputError
from newsletter.model.article import Article
from newsletter.model.excerpt import excerpt
from newsletter.sources.dates import read_moment
from newsletter.sources.invisible import line_of
from newsletter.sources.reading import clean, identified
from newsletter.sources.services import split_tags

NAMES = {
    "title": ("title", "headline", "name"),
    "link": ("link", "url", "canonical_url", "external_url", "href", "address"),
    "source": ("source", "publication", "publisher", "site", "feed"),
    "minutes": ("minutes", "reading_time", "min"),
    "published": ("published", "date", "date_published", "year", "published_at"),
    "why": ("why", "why_it_matters", "summary", "description"),
    "points": ("points", "key_points", "takeaways", "key_takeaways"),
    "section": ("section", "category"),
    "author": ("author", "authors", "creator"),
    "language": ("language", "lang"),
    "image": ("image", "cover", "thumbnail"),
    "summary": ("summary_text",),
    "tags": ("tags", "labels", "keywords"),
    "note": ("note", "notes", "comment"),
    "saved": ("saved", "time_added", "date_added", "created"),
}
"""Field of an article: the column or key names that mean it, best first."""

SOURCE_LIMIT = 120
"""Characters of a source's name."""
SUMMARY_LIMIT = 600
"""Characters of a summary, or of a note: a line of the pool holds 4 KB with all else."""

_FIELDS = {name: field for field, names in NAMES.items() for name in names}


def field_of(name: str) -> str:
    """Return the field that a column called *name* fills, or an empty text."""
    return _FIELDS.get(re.sub(r"[\s-]+", "_", name.strip().lower()), "")


def article_of(values: Mapping[str, Any], *, found: str, where: str, line: int) -> tuple[Article, list[str]]:
    """Return the article that *values* tell of, and the names in them that mean nothing here.

    :raises InputError: for a value of the wrong kind.
    """
    known: dict[str, Any] = {}
    unknown = []
    for name, value in values.items():
        field = field_of(str(name))
        if field and field not in known:
            known[field] = _value(field, value, where, line)
            if field == "published" and value and not known[field]:
                unknown.append(f"{name}: {value}")
        elif value not in (None, "", []):
            unknown.append(str(name))
    if known.get("title") == known.get("link"):  # Pocket and Pinboard write it where they know none
        known["title"] = ""
    known = {field: value for field, value in known.items() if value}
    drafted_by = "imported" if known.get("why") or known.get("points") else ""
    return identified(Article(id="", found=found, drafted_by=drafted_by, **known)), unknown


def _value(field: str, value: Any, where: str, line: int) -> Any:
    if field == "points":
        return _points(value, where, line)
    if field == "tags":
        listed = value if isinstance(value, list) else split_tags(str(value or ""))
        return tuple(dict.fromkeys(tag for one in listed if (tag := line_of(str(one)).lstrip("#"))))
    if field == "author":
        return excerpt(", ".join(_names(value)), SOURCE_LIMIT)
    if isinstance(value, (dict, list)):
        raise InputError(f'"{field}" is not a text', "give it one text", where=where, line=line)
    text = " ".join(clean(str("" if value is None else value)).split())
    if field == "minutes":
        match = re.fullmatch(r"(\d{1,4})(\s*min.*)?", text or "0")
        if not match:
            raise InputError(f'"{text}" is no number of minutes', "write a whole number", where=where, line=line)
        return int(match[1])
    if field == "source" and len(text) > SOURCE_LIMIT:
        what = f"the source has {len(text)} characters; a line under a title holds {SOURCE_LIMIT}"
        raise InputError(what, "give its short name", where=where, line=line)
    if field in ("note", "summary"):
        return excerpt(text, SUMMARY_LIMIT)
    if field == "image":
        return text if re.match(r"https?://", text) else ""
    return _day(text) if field in ("published", "saved") else text


def _names(value: Any) -> Iterator[str]:
    """Yield the names in *value*: a text, a list of them, or JSON Feed's objects; Obsidian's [[Name]] is a name."""
    for one in value if isinstance(value, list) else [value]:
        name = one.get("name") if isinstance(one, dict) else one
        if name and isinstance(name, (str, int)):
            yield line_of(str(name)).removeprefix("[[").removesuffix("]]")


def _day(text: str) -> str:
    """Return the day of an ISO 8601 or RFC 5322 date, or what is known of it: 2025, 2025-09; empty if it is none.

    Seconds since 1970, as bookmarks have them, are a date too.
    """
    try:
        if re.fullmatch(r"[0-9]{9,17}", text) and (moment := read_moment(text)):
            return moment.date().isoformat()
        if match := re.match(r"[0-9]{4}(?:-[0-9]{2}(?:-[0-9]{2}(?=$|[T ]))?)?(?=$|[T ])", text):
            date.fromisoformat(match[0] + "-01-01"[len(match[0]) - 4 :])
            return match[0]
        return parsedate_to_datetime(text).date().isoformat()
    except (ValueError, OverflowError):  # the 31st of September, the year 99999999999
        return ""


def _points(value: Any, where: str, line: int) -> tuple[str, ...]:
    if isinstance(value, str):
        value = re.split(r"\n+|\s+\|\s+", value)
    if not isinstance(value, (list, type(None))) or not all(isinstance(point, str) for point in value or ()):
        raise InputError('"points" is not a list of texts', "give a list of texts", where=where, line=line)
    points = (re.sub(r"^([•‣◦▪●○*–-]|\d{1,2}[.)])\s+", "", " ".join(clean(point).split())) for point in value or ())
    return tuple(point for point in points if point)
