"""OPML 2.0: lists of feeds, as feed readers give and take them (http://opml.org/spec2.opml)."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from email.utils import format_datetime
from xml.etree.ElementTree import Element, ParseError, SubElement, indent, tostring

from newsletter.errors import InputError
from newsletter.model.feed import Feed
from newsletter.sources.charset import decoded
from newsletter.sources.entities import spelled_out
from newsletter.sources.reading import clean

_DECLARATION = re.compile(r"<\?xml[^>]*\?>")
_ODD = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")  # XML 1.0 §2.2


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

    :raises InputError: when it is none. What readers and editors do to such files is no reason: bare ampersands, a
        wrong charset, blank lines before the declaration, control characters.
    """
    from defusedxml import DefusedXmlException
    from defusedxml.ElementTree import fromstring

    text = decoded(data)
    begun = text.lstrip("\ufeff \t\r\n")
    before = text[: len(text) - len(begun)].count("\n")
    try:
        root = fromstring(spelled_out(_ODD.sub("", _DECLARATION.sub("", begun, count=1))).encode())
    except ParseError as cause:
        todo = "export it again from your feed reader"
        raise InputError("this is not XML", todo, where=name, line=before + cause.position[0]) from cause
    except DefusedXmlException as cause:
        what = "it declares entities, which no feed reader writes"
        raise InputError(what, "export it again from your feed reader", where=name) from cause
    bodies = _named(root, "body") if _name(root) == "opml" else []
    if not bodies:
        raise InputError("this is no OPML", "give a file that a feed reader exported", where=name)
    return [outline for body in bodies for outline in _outlines(body)]


def _name(element: Element) -> str:
    """Return what *element* is called, whatever namespace and capitals somebody gave it."""
    return element.tag.rpartition("}")[2].lower()


def _named(parent: Element, name: str) -> list[Element]:
    return [child for child in parent if _name(child) == name]


def _outlines(body: Element) -> Iterator[Outline]:
    """Yield the feeds in their order; a file may be nested more deeply than Python calls functions."""
    waiting: list[tuple[Element, tuple[str, ...]]] = [(outline, ()) for outline in reversed(_named(body, "outline"))]
    while waiting:
        outline, path = waiting.pop()
        facts = {key.lower(): clean(" ".join(value.split())) for key, value in outline.attrib.items()}
        title = facts.get("title") or facts.get("text") or ""
        if address := facts.get("xmlurl", ""):
            tags = [tag.strip("/ ") for tag in facts.get("category", "").split(",")]
            yield Outline(address=address, title=title, path=path, tags=tuple(dict.fromkeys(filter(None, tags))))
        inner: tuple[str, ...] = path if address or not title else (*path, title)
        waiting += [(child, inner) for child in reversed(_named(outline, "outline"))]


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
    return _ODD.sub("\N{REPLACEMENT CHARACTER}", text)
