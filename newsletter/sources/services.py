"""What the exports of bookmark services call things, by the columns or keys that tell which one it is.

::

    Pocket          CSV   title, url, time_added (seconds), tags (a|b), status
    Raindrop.io     CSV   id, title, note, excerpt, url, folder, tags (a, b), created, cover, highlights, favorite;
                          the export of one collection has no folder
    Readwise Reader CSV   Title, URL, ID, Document tags (['a', 'b']), Saved date, Reading progress, Location, Seen
    Pinboard        JSON  href, description (its title, or false), extended, meta, hash, time, shared, toread, tags
    linkding        JSON  url, title, description, notes, tag_names, date_added, is_archived, unread, shared; of older
                          ones what the page says of itself, where the person said nothing: website_title

Sources: what converters and tests in public repositories read and write in 2024 to 2026; pinboard.in/api; linkding's
docs/api. Pocket was shut in July 2025, so its files change no more.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, kw_only=True, slots=True)
class Service:
    """How one service exports bookmarks.

    :param marks: the columns that are in its exports and in no other's, in lower case.
    :param names: what its columns are here; empty for what means nothing to an article.
    :param separator: between tags.
    """

    name: str
    marks: frozenset[str]
    names: Mapping[str, str]
    separator: str = ","


_POCKET = {"time_added": "saved", "status": ""}
_RAINDROP = {
    **{"excerpt": "summary_text", "created": "saved", "cover": "image", "folder": "tags"},
    **dict.fromkeys(("id", "highlights", "favorite"), ""),
}
_READWISE = {
    **{"document tags": "tags", "saved date": "saved"},
    **dict.fromkeys(("id", "reading progress", "location", "seen"), ""),
}
_PINBOARD = {
    **{"description": "title", "extended": "note", "time": "saved"},
    **dict.fromkeys(("meta", "hash", "shared", "toread"), ""),
}
_LINKDING = {
    **{"description": "note", "notes": "note", "tag_names": "tags", "date_added": "saved"},
    **dict.fromkeys(("id", "date_modified", "is_archived", "unread", "shared", "web_archive_snapshot_url"), ""),
    **{"website_title": "title", "website_description": "summary_text"},
    **dict.fromkeys(("favicon_url", "preview_image_url"), ""),
}
_UNSORTED = "Unsorted"
"""Raindrop's folder of what is in none."""
SERVICES = (
    Service(name="pocket", marks=frozenset(("url", "time_added", "status")), names=_POCKET, separator="|"),
    Service(name="raindrop", marks=frozenset(("url", "excerpt", "created", "cover")), names=_RAINDROP),
    Service(name="readwise", marks=frozenset(("url", "document tags", "saved date")), names=_READWISE),
    Service(
        name="pinboard", marks=frozenset(("href", "description", "extended", "time")), names=_PINBOARD, separator=" "
    ),
    Service(name="linkding", marks=frozenset(("url", "description", "notes", "tag_names")), names=_LINKDING),
)


def service_of(columns: Iterable[object]) -> Service | None:
    """Return the service whose export has these *columns* or keys; None for no one's."""
    there = {str(column).strip().lower() for column in columns}
    return next((service for service in SERVICES if service.marks <= there), None)


def renamed(values: Mapping[str, Any], service: Service | None) -> dict[str, Any]:
    """Return *values* of a bookmark by the names that they have here."""
    if service is None:
        return dict(values)
    found: dict[str, Any] = {}
    for column, value in values.items():
        name = service.names.get(column.strip().lower(), column)
        if not name or value in (None, "", [], False):
            continue
        if column.strip().lower() == "folder" and value == _UNSORTED:
            continue
        if name == "tags":
            tags = value if isinstance(value, list) else split_tags(str(value), _separator(column, service))
            found["tags"] = [*found.get("tags", []), *tags]
        elif name == "note" and found.get("note"):
            found["note"] = f"{found['note']} {value}"
        else:
            found.setdefault(name, value)
    return found


def split_tags(text: str, separator: str = ",") -> list[str]:
    """Return the tags in *text*: parted by *separator*, or a list as Python writes it."""
    if re.fullmatch(r"\s*\[.*\]\s*", text, re.S):
        return [one or other for one, other in re.findall(r"'((?:[^'\\]|\\.)*)'|\"((?:[^\"\\]|\\.)*)\"", text)]
    return [tag for part in text.split(separator) if (tag := " ".join(part.split()).lstrip("#"))]


def _separator(column: str, service: Service) -> str:
    return "/" if column.strip().lower() == "folder" else service.separator  # of Raindrop: nested folders
