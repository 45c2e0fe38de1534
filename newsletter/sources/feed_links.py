"""Where a web page says that its feeds are."""

from collections.abc import Mapping
from contextlib import suppress
from urllib.parse import urljoin

from lxml import etree

from newsletter.sources.feeds_file import is_address

KINDS = (
    "application/rss+xml",
    "application/atom+xml",
    "application/feed+json",
    "application/json",
    "application/rdf+xml",
)
USUAL = ("feed", "rss", "rss.xml", "feed.xml", "atom.xml", "index.xml", "feed.json")
"""Where sites have their feed that do not say so, from the page itself and from the site's root."""


def feed_links(page: str, address: str) -> dict[str, str]:
    """Return the feeds that *page*, which is at *address*, names, with their titles, in its order.

    ``<link rel=alternate>`` of a feed's type, wherever it stands (https://www.rssboard.org/rss-autodiscovery).
    """
    reader = _Links()
    # html.parser of Python 3.11 raises AssertionError at "<![x[", which a page of a word processor may have.
    parser = etree.HTMLParser(target=reader, encoding="utf-8", no_network=True, huge_tree=True)
    with suppress(etree.XMLSyntaxError):  # lxml's word for an empty document
        parser.feed(page.replace("\0", "\ufffd").encode("utf-8", "replace"))
        parser.close()
    base = urljoin(address, reader.base)
    found: dict[str, str] = {}
    for href, title in reader.found:
        try:
            link = urljoin(base, href.strip())
        except ValueError:  # "http://[::1"
            continue
        if is_address(link):
            found.setdefault(link, title)
    return found


def usual_links(address: str) -> list[str]:
    """Return the addresses where a feed may be, nearest first, for a page that names none."""
    page = address if address.endswith("/") else f"{address}/"
    return list(dict.fromkeys(urljoin(base, name) for base in (page, urljoin(address, "/")) for name in USUAL))


class _Links:
    """Hears of each tag of a page (https://lxml.de/parsing.html#the-target-parser-interface)."""

    def __init__(self) -> None:
        self.base = ""
        self.found: list[tuple[str, str]] = []

    def start(self, tag: str, facts: Mapping[str, str]) -> None:
        """Keep what is a feed, and what the page's own links are relative to."""
        if tag == "base":
            self.base = self.base or facts.get("href", "")
        kind = facts.get("type", "").partition(";")[0].strip().lower()
        if (
            tag == "link"
            and "alternate" in facts.get("rel", "").lower().split()
            and kind in KINDS
            and facts.get("href")
        ):
            self.found.append((facts["href"], " ".join(facts.get("title", "").split())))

    def close(self) -> None:
        """Do nothing: all was heard."""
