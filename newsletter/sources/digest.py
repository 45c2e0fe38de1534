"""Reads a digest: plain text in which each article is a "Why it matters:" and some key points.

::

    digest  := { noise | article } [ page ]
    article := [ title { title } ] [ link ] why { blank } point { blank | point }
    why     := "Why it matters:" text { continuation }
    point   := ( • ‣ ◦ ▪ · - * – | 1. | 1) ) text { continuation }
    page    := "Page 2 of 2", anywhere
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from enum import Enum

from newsletter.model.article import Article
from newsletter.model.excerpt import excerpt
from newsletter.sources.reading import Collected, Reading, Remark, identified, numbered_lines


class Kind(Enum):
    """What a line is, as far as the line alone tells."""

    BLANK = "blank"
    PAGE = "page"
    WHY = "why"
    POINT = "point"
    LINK = "link"
    HEADING = "heading"
    TEXT = "text"


_SHAPES = (
    # The word "page" is required: "Part 2 of 2" and a bare "2 of 2" stand in real titles.
    (Kind.PAGE, re.compile(r"[-–— ]*page\s+(?P<text>\d{1,6})\s*(?:of|/)\s*\d{1,6}[-–— ]*$", re.I)),
    (
        Kind.WHY,
        re.compile(r"[*_]*why\s+(?:it|this)\s+matters\s*(?:[*_]*\s*[::—–-]+\s*[*_]*|[*_]+)\s*(?P<text>.*)$", re.I),
    ),
    (Kind.HEADING, re.compile(r"#{1,6}\s+(?P<text>.+?)(?:\s+#+)?$")),
    (Kind.POINT, re.compile(r"(?P<marker>[•‣◦▪●○·]|[*–—-](?=\s)|\d{1,2}[.)](?=\s))\s*(?P<text>.*)$")),
    (Kind.LINK, re.compile(r"(?:link|url)?:?\s*<?(?P<text>https?://[^\s<>]+)>?$", re.I)),
)
# What stands under a title in an issue: "Acme · 5 min · 2025-09-10"; or a line "Source: Acme".
_BYLINE = re.compile(
    r"(?=source:|.* · )(?P<named>source:\s*)?(?P<source>[^·]{1,120}?)(?: · (?P<minutes>\d{1,4}) min(?:utes?|\.)?)?"
    r"(?: · (?P<published>\d{4}(?:-\d\d){0,2}))?",
    re.I,
)
_LINKED_TITLE = re.compile(
    r"\[(?P<title>(?:[^\[\]\\]|\\.|\[[^\]]*\])+)\]\((?P<link>https?://[^\s()]+(?:\([^\s()]*\)[^\s()]*)*)\)$"
)


@dataclass(frozen=True, slots=True)
class Line:
    """One line, named."""

    number: int
    kind: Kind
    text: str
    marker: str = ""


@dataclass
class _Draft:
    """An article while its lines are still coming in."""

    titles: list[Line] = field(default_factory=list)
    link: str = ""
    why: list[str] | None = None
    points: list[list[str]] = field(default_factory=list)
    first: int = 0
    last: int = 0
    marker: str = ""  # of the last point

    def article(self, found: str) -> Article:
        lines = [line.text for line in self.titles]
        byline = _BYLINE.fullmatch(lines[-1]) if lines else None
        if byline and (len(lines) > 1 or byline["named"]):
            lines.pop()
        else:
            byline = None
        title, link = " ".join(lines), self.link
        if match := _LINKED_TITLE.match(title):
            title, link = match["title"], match["link"]
        elif bold := re.fullmatch(r"(\*\*|__)(.+)\1", title):
            title = bold[2]
        return identified(
            Article(
                id="",
                title=title,
                link=link,
                why=" ".join(self.why or ()).strip(),
                found=found,
                drafted_by="imported",
                points=tuple(text for point in self.points if (text := " ".join(point).strip())),
                source=byline["source"] if byline else "",
                minutes=int(byline["minutes"] or 0) if byline else 0,
                published=(byline["published"] or "") if byline else "",
            )
        )


def name_line(number: int, text: str) -> Line:
    """Say what one line of a digest is; runs of white space become one space."""
    text = " ".join(text.split())
    if not text:
        return Line(number, Kind.BLANK, "")
    for kind, shape in _SHAPES:
        if match := shape.match(text):
            return Line(number, kind, match["text"], match.groupdict().get("marker") or "")
    return Line(number, Kind.TEXT, text)


def read_digest(text: str, name: str) -> Reading:
    """Read the articles of a digest; what is in none of them comes back as remarks, line by line."""
    return _Reader(name).read([name_line(number, line) for number, line in numbered_lines(text)])


class _Reader:
    """Goes through the lines once, looking ahead where one line alone does not tell."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.collected: list[Collected] = []
        self.remarks: list[Remark] = []
        self.draft: _Draft | None = None
        self.waiting: list[Line] = []  # text that may become the title of the next article
        self.link: Line | None = None
        self.ahead: Kind | None = None  # what the next line is that is no text
        self.blank = True  # a blank line, or nothing, was just before
        self.paged = False  # a page footer was there

    def read(self, lines: Sequence[Line]) -> Reading:
        for line, self.ahead in zip(lines, _upcoming(lines), strict=True):
            self._take(line)
            if line.kind is not Kind.PAGE:
                self.blank = line.kind is Kind.BLANK
        self._finish()
        self._reject(self.waiting, "text that belongs to no article")
        if self.link:
            self._reject([self.link], "a link without an article")
        remarks = tuple(sorted(self.remarks, key=lambda remark: remark.line))
        return Reading(name=self.name, collected=tuple(self.collected), remarks=remarks)

    def _take(self, line: Line) -> None:
        match line.kind:
            case Kind.BLANK:
                return
            case Kind.PAGE:
                self._page(line)
            case Kind.WHY:
                self._begin(line)
            case Kind.LINK:
                self._finish()
                if self.link:
                    self._reject([self.link], "a link without an article")
                self.link = line
            case Kind.POINT if not self._is_title(line):
                self._point(line)
            case Kind.HEADING:
                self._title(line)
            case _:
                self._text(line)

    def _page(self, line: Line) -> None:
        earlier = "" if self.paged or int(line.text) <= 1 else "; earlier pages are not in this file"
        self.paged = True
        self.remarks.append(Remark(line=line.number, what=f"a page footer{earlier}", harmless=True))

    def _begin(self, line: Line) -> None:
        self._finish()
        self.draft = _Draft(first=line.number, last=line.number, why=[line.text] if line.text else [])
        self._claim_title(self.draft)

    def _claim_title(self, draft: _Draft) -> None:
        if self.waiting:
            draft.titles, draft.first = self.waiting, self.waiting[0].number
        if self.link:
            draft.link, draft.first = self.link.text, min(draft.first, self.link.number)
        self.waiting, self.link = [], None

    def _point(self, line: Line) -> None:
        if self.waiting or self.link:  # an article without a "why": title, link, points
            self._finish()
            self.draft = _Draft(first=line.number)
            self._claim_title(self.draft)
        if self.draft is None:
            self._reject([line], "a key point without an article")
            return
        self.draft.points.append([line.text])
        self.draft.marker = line.marker
        self.draft.last = line.number

    def _text(self, line: Line) -> None:
        draft = self.draft
        if draft and self._continues(line, draft):
            (draft.points[-1] if draft.points else draft.why if draft.why is not None else []).append(line.text)
            draft.last = line.number
        else:
            self._title(line)

    def _continues(self, line: Line, draft: _Draft) -> bool:
        """Whether *line* goes on with the last point or the why, rather than being the next title."""
        if draft.why == [] and not draft.points:
            return True  # "Why it matters:" alone on its line
        upcoming = self.ahead
        if self.blank:
            # A second paragraph between the why and its points is more why; before the next why it is a title.
            more = not draft.points and draft.why is not None and upcoming is Kind.POINT
            if more:
                what = "a second paragraph was taken as more of why it matters"
                self.remarks.append(Remark(line=line.number, what=what, harmless=True))
            return more
        # Directly below a sentence's end and directly above a why or a link stands a title, not a wrapped line.
        before = (draft.points[-1] if draft.points else draft.why or [""])[-1]
        is_title = (
            upcoming in (Kind.WHY, Kind.LINK) and re.search(r"[.!?…][\"')”’]*$", before) and line.text[-1] not in ".,;"
        )
        return not is_title

    def _is_title(self, line: Line) -> bool:
        """Whether a numbered line is the title of the next article: "2. Moka", above its why or link."""
        if not line.marker[:1].isdigit():
            return False
        before = self.draft.marker[:-1] if self.draft else ""
        counts_on = before.isdigit() and int(line.marker[:-1]) == int(before) + 1
        return self.ahead in (Kind.WHY, Kind.LINK) and not counts_on

    def _title(self, line: Line) -> None:
        self._finish()
        if self.waiting and (self.blank or line.kind is Kind.HEADING):
            self._reject(self.waiting, "text that belongs to no article")
            self.waiting = []
        self.waiting.append(line)

    def _finish(self) -> None:
        if self.draft:
            article = self.draft.article(f"digest:{self.name}")
            self.collected.append(Collected(article=article, first_line=self.draft.first, last_line=self.draft.last))
        self.draft = None

    def _reject(self, lines: Iterable[Line], why: str) -> None:
        self.remarks += [Remark(line=line.number, what=f"{why}: {excerpt(line.text, 60)}") for line in lines]


def _upcoming(lines: Sequence[Line]) -> list[Kind | None]:
    """Return for each line the kind of the next one that says where an article begins or goes on."""
    kinds: list[Kind | None] = []
    ahead: Kind | None = None
    for line in reversed(lines):
        kinds.append(ahead)
        if line.kind not in (Kind.TEXT, Kind.BLANK, Kind.PAGE):
            ahead = line.kind
    return kinds[::-1]
