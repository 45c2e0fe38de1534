"""Where a web page says that its feeds are."""

from html.parser import HTMLParser
from urllib.parse import urljoin

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
    reader.feed(page)
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


class _Links(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.base = ""
        self.found: list[tuple[str, str]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        facts = {name: value or "" for name, value in reversed(attrs)}
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
