"""feeds.toml: the feeds that a newsletter is collected from, a table each.

::

    [feeds.pinterest-engineering]
    address = "https://medium.com/feed/pinterest-engineering"
    title = "Pinterest Engineering"
    section = "Data platforms"      # optional, as all but the address
    source = "Pinterest"
    tags = ["infra"]
    kind = "acme"                   # what reads it: the source of another package; not for RSS, Atom and JSON Feed
    muted = true
"""

import re
from pathlib import Path
from urllib.parse import urlsplit

from newsletter.errors import SettingsError
from newsletter.model.canonical import link_key
from newsletter.model.feed import Feed
from newsletter.model.table import Table, read_toml
from newsletter.sources.fields import SOURCE_LIMIT

FILE = "feeds.toml"
SLUG = re.compile(r"[a-z0-9][a-z0-9-]{0,62}")
"""What a feed is called in the file and on the command line."""


def parse_feeds(text: str, where: str | Path) -> dict[str, Feed]:
    """Return the feeds that *text* has, by slug, in its order.

    :raises SettingsError: with file and line.
    """
    table = read_toml(text, where=where, error=SettingsError)
    tables = table.table("feeds")
    table.close()
    feeds: dict[str, Feed] = {}
    known: dict[str, str] = {}
    for slug, values in tables.tables():
        if not SLUG.fullmatch(slug):
            raise tables.fail(slug, f'"{slug}" is no name of a feed', "lower-case letters, digits and hyphens")
        feeds[slug] = _feed(slug, values)
        key = link_key(feeds[slug].address)
        if key in known:
            what = f'"{slug}" and "{known[key]}" have one address'
            raise values.fail("address", what, "take one of the two tables out")
        known[key] = slug
    return feeds


def read_feeds(path: Path) -> dict[str, Feed]:
    """Return the feeds of the file *path*; none where it is not there.

    :raises SettingsError: with file and line.
    """
    return parse_feeds(read_text(path), path)


def read_text(path: Path) -> str:
    """Return what the file *path* says; nothing where it is not there."""
    try:
        return path.read_bytes().decode("utf-8-sig")
    except FileNotFoundError:
        return ""
    except OSError as cause:
        raise SettingsError(f"it cannot be read: {cause.strerror}", "look at its permissions", where=path) from cause
    except UnicodeDecodeError as cause:
        raise SettingsError("this is not UTF-8 text", "save the file as UTF-8", where=path) from cause


def is_address(text: str) -> bool:
    """Return whether *text* may be the address of a feed: of the web, and without a password, which git would keep."""
    try:
        parts = urlsplit(text)
        port = parts.port
    except ValueError:
        return False
    plain = not re.search(r"[\s\x00-\x1f\x7f]", text) and len(text) <= 2048
    return (
        plain and parts.scheme in ("http", "https") and bool(parts.hostname) and port != 0 and "@" not in parts.netloc
    )


def _feed(slug: str, values: Table) -> Feed:
    feed = Feed(
        slug=slug,
        address=values.text("address"),
        title=values.text("title", ""),
        section=values.text("section", ""),
        source=values.text("source", ""),
        tags=values.texts("tags"),
        kind=values.text("kind", ""),
        muted=values.get("muted", bool, False),
    )
    values.close()
    if not is_address(feed.address):
        raise values.fail(
            "address", "this is no address of a feed", "it begins with https://, and has no password in it"
        )
    if len(feed.source) > SOURCE_LIMIT:
        what = f"the source has {len(feed.source)} characters; a line under a title holds {SOURCE_LIMIT}"
        raise values.fail("source", what, "give its short name")
    return feed
