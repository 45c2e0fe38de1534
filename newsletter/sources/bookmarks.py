"""Reads bookmarks in HTML: the Netscape format of all browsers, Pinboard, Raindrop and linkding, and Pocket's own.

::

    <DT><H3>Folder</H3> <DL><p>                                      a folder is a tag of all that is in it
      <DT><A HREF="…" ADD_DATE="1478739709" TAGS="a,b">Title</A>     seconds since 1970
      <DD>a note[linkding-notes]more of it[/linkding-notes]
    <li><a href="…" time_added="1478739709" tags="a,b">Title</a>     Pocket's ril_export.html

Source: learn.microsoft.com/previous-versions/windows/internet-explorer/ie-developer/platform-apis/aa753582; Firefox and
Chrome write TAGS, and mark their own folders by PERSONAL_TOOLBAR_FOLDER and UNFILED_BOOKMARKS_FOLDER.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from lxml import etree

from newsletter.model.article import Article
from newsletter.model.excerpt import excerpt
from newsletter.sources.dates import read_day
from newsletter.sources.entry import TITLE_LIMIT, web_link
from newsletter.sources.fields import SUMMARY_LIMIT
from newsletter.sources.plain import parsed, visible
from newsletter.sources.reading import Collected, Reading, Remark, clean, identified
from newsletter.sources.services import split_tags

# What browsers call folders of their own making, in English; in other languages the attributes tell.
_OWN = re.compile(
    r"(?:other |mobile )?bookmarks(?: bar| menu| toolbar)?|favorites bar|unsorted|unread|read archive|pocket export",
    re.I,
)
_ARCHIVED = "linkding:bookmarks.archived"
_ITEM = re.compile(r"<(/?)(dt|dd)\b", re.I)
_LINK = re.compile(r"<a\s[^<>]*?\bhref\b", re.I)


@dataclass
class _Mark:
    attributes: Mapping[str, str]
    line: int
    folders: tuple[str, ...]
    title: list[str] = field(default_factory=list)
    note: list[str] = field(default_factory=list)
    last: int = 0


class _Reader:
    """Goes through the file once; what is open is a folder's name, a title, a note, or nothing."""

    def __init__(self) -> None:
        self.marks: list[_Mark] = []
        self.folders: list[str] = []  # one for each open list; empty where it is no folder of the person's
        self.folder: list[str] = []
        self.own = False
        self.into: list[str] | None = None
        self.line = 1

    def start(self, element: etree._Element) -> None:
        tag, known = element.tag, element.attrib
        self.line = max(self.line, element.sourceline or 1)
        match tag:
            case "h1" | "h3":
                self.folder = self.into = []
                self.own = tag == "h1" or any(name.endswith("_folder") for name in known)
            case "dl" | "ul":
                name = visible("".join(self.folder))
                self.folders.append("" if self.own or _OWN.fullmatch(name) else name)
                self.folder, self.own, self.into = [], False, None
            case "a":
                folders = tuple(name for name in self.folders if name)
                self.marks.append(_Mark(dict(known), self.line, folders, last=self.line))
                self.into = self.marks[-1].title
            case "hr" if known.get("class") == "dd" and self.marks:
                self.into = self.marks[-1].note
            case "hr" | "li":
                self.into = None
        self._text(element.text)

    def end(self, element: etree._Element) -> None:
        if element.tag in ("a", "h1", "h3"):
            self.into = None
        elif element.tag in ("dl", "ul"):
            self.into = None
            if self.folders:
                self.folders.pop()
        self._text(element.tail)

    def _text(self, text: str | None) -> None:
        if text and self.into is not None:
            self.into.append(text)
            if self.marks and text.strip():
                self.marks[-1].last = self.line + text.rstrip().count("\n")
        self.line += text.count("\n") if text else 0


def read_bookmarks(text: str, name: str, now: datetime) -> Reading:
    """Read one article from each bookmark of an address on the web."""
    reader = _Reader()
    text = clean(text)
    tree = parsed(_flat(text))  # html.parser takes a minute for a megabyte of tags that do not end
    for event, element in etree.iterwalk(tree, events=("start", "end")) if tree is not None else ():
        (reader.start if event == "start" else reader.end)(element)
    collected, remarks = [], []
    if (lost := len(_LINK.findall(text)) - len(reader.marks)) > 0:
        what = f"{lost:,} of the links are in folders in folders without end, or in comments"
        remarks.append(Remark(line=0, what=what))
    for mark in reader.marks:
        link = mark.attributes.get("href", "")
        if not web_link(link, ""):
            what = f"this is no address on the web: {excerpt(visible(link), 60)}"
            remarks.append(Remark(line=mark.line, what=what, harmless=True))
            continue
        article = _article(mark, name, now)
        collected.append(Collected(article=article, first_line=mark.line, last_line=mark.last))
    return Reading(name=name, collected=tuple(collected), remarks=tuple(remarks))


def _flat(text: str) -> str:
    """Return *text* with a rule before each title and note in place of an item that nobody closes.

    libxml2 takes a <DT> for a part of the one before it, and gives up 2,048 levels below: a browser has more bookmarks.
    """
    return _ITEM.sub(lambda found: f'<hr class="{"dt" if found[1] else found[2].lower()}"', text)


def _article(mark: _Mark, name: str, now: datetime) -> Article:
    link, title = web_link(mark.attributes["href"], ""), visible("".join(mark.title))
    tags = [*mark.folders, *split_tags(mark.attributes.get("tags", ""))]
    note = visible(re.sub(r"\[/?linkding-notes\]", " ", "".join(mark.note)))
    saved = mark.attributes.get("add_date", "") or mark.attributes.get("time_added", "")
    return identified(
        Article(
            id="",
            title="" if title == link else excerpt(title, TITLE_LIMIT),
            link=link,
            tags=tuple(dict.fromkeys(tag for one in tags if (tag := visible(one)) and tag != _ARCHIVED)),
            note=excerpt(note, SUMMARY_LIMIT),
            saved=read_day(saved, now),
            found=f"bookmarks:{name}",
        )
    )
