"""The feeds of the archive: RSS 2.0, JSON Feed 1.1, and the site map that search engines read."""

import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from email.utils import format_datetime
from xml.etree.ElementTree import Element, SubElement, indent, register_namespace, tostring

from newsletter.model.sent_issue import SentIssue
from newsletter.model.site import SiteAddress
from newsletter.rendering.options import RenderingOptions

RSS, JSON_FEED, SITE_MAP = "feed.xml", "feed.json", "sitemap.xml"
TYPES = {RSS: "application/rss+xml", JSON_FEED: "application/feed+json", SITE_MAP: "application/xml"}
"""Where each stands, and its media type."""

ATOM = "http://www.w3.org/2005/Atom"
CONTENT = "http://purl.org/rss/1.0/modules/content/"
SITES = "http://www.sitemaps.org/schemas/sitemap/0.9"
LENGTH = 20
"""Issues in a feed: the latest."""
# XML 1.0 §2.2 has no place for these, and a reader would refuse the whole feed.
_NO_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


@dataclass(frozen=True, kw_only=True, slots=True)
class FeedItem:
    """An issue as feeds tell it.

    :param content: HTML, with whole addresses.
    :param image: the address of the picture that stands for it; may be empty.
    """

    issue: SentIssue
    content: str
    image: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Feed:
    """What both feeds say.

    :param id: the newsletter's id: what names an issue for ever begins with it, for addresses change.
    """

    id: str
    options: RenderingOptions
    address: SiteAddress
    items: Sequence[FeedItem]

    @property
    def description(self) -> str:
        """What the newsletter is, in a line."""
        return self.options.tagline or self.options.name

    def guid(self, item: FeedItem) -> str:
        """What names an issue wherever it is, and never changes."""
        return f"{self.id}/{item.issue.label}"


def rss(feed: Feed) -> bytes:
    """Return *feed* as RSS 2.0 (rssboard.org/rss-specification), with content:encoded and the Atom link to itself."""
    register_namespace("atom", ATOM)
    register_namespace("content", CONTENT)
    root = Element("rss", version="2.0")
    channel = SubElement(root, "channel")
    _say(channel, "title", feed.options.name)
    _say(channel, "link", feed.address.absolute(""))
    _say(channel, "description", feed.description)
    _say(channel, "language", feed.options.language)
    own = {"href": feed.address.absolute(RSS), "rel": "self", "type": TYPES[RSS]}
    SubElement(channel, f"{{{ATOM}}}link", own)
    if feed.items:
        # Of the newest issue, not of now: the same archive is the same file.
        _say(channel, "lastBuildDate", format_datetime(feed.items[0].issue.published))
    for item in feed.items:
        entry = SubElement(channel, "item")
        _say(entry, "title", item.issue.title)
        _say(entry, "link", feed.address.absolute(item.issue.path))
        _say(entry, "guid", feed.guid(item)).set("isPermaLink", "false")
        _say(entry, "pubDate", format_datetime(item.issue.published))
        if item.issue.summary:
            _say(entry, "description", item.issue.summary)
        _say(entry, f"{{{CONTENT}}}encoded", item.content)
    return _xml(root)


def json_feed(feed: Feed) -> bytes:
    """Return *feed* as JSON Feed 1.1 (jsonfeed.org/version/1.1)."""
    author = {"authors": [{"name": feed.options.author}]} if feed.options.author else {}
    values = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": feed.options.name,
        "home_page_url": feed.address.absolute(""),
        "feed_url": feed.address.absolute(JSON_FEED),
        "description": feed.description,
        "language": feed.options.language,
        **author,
        "items": [_json_item(feed, item) for item in feed.items],
    }
    return (json.dumps(values, ensure_ascii=False, indent=2) + "\n").encode()


def _json_item(feed: Feed, item: FeedItem) -> dict[str, str]:
    return {
        "id": feed.guid(item),
        "url": feed.address.absolute(item.issue.path),
        "title": item.issue.title,
        "content_html": item.content,
        "date_published": item.issue.published.isoformat(timespec="seconds"),
        **({"summary": item.issue.summary} if item.issue.summary else {}),
        **({"image": item.image} if item.image else {}),
    }


def site_map(address: SiteAddress, issues: Iterable[SentIssue]) -> bytes:
    """Return the addresses of all pages (sitemaps.org/protocol.html)."""
    register_namespace("", SITES)
    root = Element(f"{{{SITES}}}urlset")
    pages = [("", None), *((issue.path, issue.published) for issue in issues)]
    for path, published in pages:
        entry = SubElement(root, f"{{{SITES}}}url")
        _say(entry, f"{{{SITES}}}loc", address.absolute(path))
        if published:
            _say(entry, f"{{{SITES}}}lastmod", published.date().isoformat())
    return _xml(root)


def _say(parent: Element, name: str, text: str) -> Element:
    child = SubElement(parent, name)
    child.text = _NO_XML.sub("\ufffd", text)
    return child


def _xml(root: Element) -> bytes:
    indent(root)
    written: bytes = tostring(root, encoding="utf-8", xml_declaration=True)
    return written + b"\n"
