"""OPML 2.0: lists of feeds, as feed readers give and take them (http://opml.org/spec2.opml)."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from email.utils import format_datetime
from xml.etree.ElementTree import Element, ParseError, SubElement, indent, tostring

from newsletter.errors import InputError
from newsletter.model.feed import Feed
from newsletter.sources.reading import clean

_BARE = re.compile(rb"&(?!(?:amp|lt|gt|quot|apos|#\d{1,7}|#x[\da-fA-F]{1,6});)")
_ALLOWED = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")  # XML 1.0 §2.2


@dataclass(frozen=True, kw_only=True, slots=True)
class Outline:
    """A feed of an OPML file.

    :param path: the names of the outlines that it stands in, the outermost first.
    :param tags: its ``category`` (§Categories), each without slashes at its ends.
    """

    address: str
    title: str = ""
    path: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()


def read_opml(data: bytes, name: str) -> list[Outline]:
    """Return the feeds of the OPML file *name*, in its order.

    :raises InputError: when it is none; a bare ampersand, which many readers write, is no reason.
    """
    from defusedxml import DefusedXmlException
    from defusedxml.ElementTree import fromstring

    try:
        try:
            root = fromstring(data)
        except ParseError:
            root = fromstring(_BARE.sub(b"&amp;", data))
    except ParseError as cause:
        todo = "export it again from your feed reader"
        raise InputError("this is not XML", todo, where=name, line=cause.position[0]) from cause
    except DefusedXmlException as cause:
        what = "it declares entities, which no feed reader writes"
        raise InputError(what, "export it again from your feed reader", where=name) from cause
    except (ValueError, LookupError) as cause:  # an encoding that nobody knows
        raise InputError("this is not XML that can be read", "save the file as UTF-8", where=name) from cause
    if root.tag.lower() != "opml" or (body := root.find("body")) is None:
        raise InputError("this is no OPML", "give a file that a feed reader exported", where=name)
    return list(_outlines(body))


def _outlines(body: Element) -> Iterator[Outline]:
    """Yield the feeds in their order; a file may be nested more deeply than Python calls functions."""
    waiting: list[tuple[Element, tuple[str, ...]]] = [(outline, ()) for outline in reversed(body.findall("outline"))]
    while waiting:
        outline, path = waiting.pop()
        facts = {key.lower(): clean(" ".join(value.split())) for key, value in outline.attrib.items()}
        title = facts.get("title") or facts.get("text") or ""
        if address := facts.get("xmlurl", ""):
            tags = [tag.strip("/ ") for tag in facts.get("category", "").split(",")]
            yield Outline(address=address, title=title, path=path, tags=tuple(dict.fromkeys(filter(None, tags))))
        inner: tuple[str, ...] = path if address or not title else (*path, title)
        waiting += [(child, inner) for child in reversed(outline.findall("outline"))]


def write_opml(feeds: Iterable[Feed], *, title: str, now: datetime) -> bytes:
    """Return *feeds* as OPML: those of a section together, and their tags as categories."""
    root = Element("opml", version="2.0")
    head = SubElement(root, "head")
    SubElement(head, "title").text = _text(title)
    SubElement(head, "dateCreated").text = format_datetime(now)
    body = SubElement(root, "body")
    sections: dict[str, Element] = {"": body}
    for feed in feeds:
        if feed.section not in sections:
            sections[feed.section] = SubElement(body, "outline", text=_text(feed.section))
        _write(sections[feed.section], feed, feed.tags)
    indent(root)
    data: bytes = tostring(root, encoding="utf-8", xml_declaration=True)
    return data + b"\n"


def _write(parent: Element, feed: Feed, tags: Sequence[str]) -> None:
    outline = SubElement(parent, "outline", type="rss", text=_text(feed.name), title=_text(feed.name))
    outline.set("xmlUrl", _text(feed.address))
    if tags:
        outline.set("category", _text(",".join(tag.replace(",", " ") for tag in tags)))


def _text(text: str) -> str:
    return _ALLOWED.sub("\N{REPLACEMENT CHARACTER}", text)
