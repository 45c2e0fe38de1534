"""An issue: what the editor wrote in one Markdown file, each part with the line where it stands."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path

from newsletter.model.waiver import Waiver


@dataclass(frozen=True, kw_only=True, slots=True)
class Passage:
    """A stretch of the editor's Markdown.

    :param markdown: the source, without the marker that introduced it.
    :param line: where it begins in the file, counted from 1.
    """

    markdown: str
    line: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Reference:
    """A link or an image in the editor's Markdown.

    :param target: the address, as typed.
    :param text: what stands for it: the words of a link, the alternative text of an image.
    """

    target: str
    text: str
    line: int
    image: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Provenance:
    """What the tool knows of an article in an issue: the table ``[articles.ID]``.

    :param found: where it came from.
    :param drafted_by: whose words they are; empty for a person's.
    :param draft_sha256: of the drafted block, so that an edit is known from a review.
    :param reviewed_by: who read a draft; *reviewed_sha256* is of the words that they read.
    :param truncated: the draft is of a text that ended before the article did.
    :param flagged: what a reviewer should know of the draft.
    :param again: why it may run although a sent issue had it.
    """

    found: str = ""
    drafted_by: str = ""
    draft_sha256: str = ""
    reviewed_by: str = ""
    reviewed_sha256: str = ""
    truncated: bool = False
    flagged: str = ""
    again: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class PickedArticle:
    """An article as an issue tells it: the editor's Markdown.

    :param id: empty when the editor wrote the block by hand and gave it none.
    :param title: inline Markdown; its line is the heading's.
    :param source: who published it.
    :param minutes: reading time; 0 is unknown.
    :param published: "2025" or "2025-09-10"; empty is unknown.
    :param words: the editor's own blocks above the why, if any.
    :param why: inline Markdown behind "Why it matters:", if there is one.
    :param points: inline Markdown of each key point.
    :param sponsor: paid for, and labelled so by the theme.
    """

    id: str
    title: Passage
    link: str = ""
    source: str = ""
    minutes: int = 0
    published: str = ""
    words: Passage | None = None
    why: Passage | None = None
    points: tuple[Passage, ...] = ()
    sponsor: bool = False

    @property
    def line(self) -> int:
        """Where the article begins in the file."""
        return self.title.line

    @property
    def is_chapter(self) -> bool:
        """Whether it is the editor's own prose under a heading, which tells of nothing that is elsewhere."""
        return bool(self.words) and not (self.id or self.link or self.source or self.why or self.sponsor)

    def passages(self) -> Iterator[Passage]:
        """Every stretch of Markdown in it, top to bottom."""
        yield self.title
        yield from (passage for passage in (self.words, self.why) if passage)
        yield from self.points


@dataclass(frozen=True, kw_only=True, slots=True)
class Section:
    """Articles under one heading; the section of articles above the first heading has no name."""

    name: Passage | None
    articles: tuple[PickedArticle, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Issue:
    """One issue file, read.

    :param path: the file, as a person would name it.
    :param date: the day on it, or the moment.
    :param list: the mailing list it is for.
    :param correction_of: the number of the issue that it corrects: it goes only to those who got that; 0 for none.
    :param imported_from: the tool that sent it, and what it was called there: "substack:101"; empty for one of ours.
    :param archive: whether its page may be read by all; None leaves that to whom it was sent to.
    :param proposal: it was composed alone, and no person has agreed to it yet.
    :param intro: the editor's own words above the first heading.
    :param references: the links and images in all of its Markdown, article links apart.
    :param provenance: what the tool knows, by article id.
    :param waivers: the rules that do not count for it.
    :param lines: the line of each front matter key.
    """

    path: Path
    number: int
    date: date | datetime
    subject: str
    preheader: str = ""
    list: str = ""
    correction_of: int = 0
    imported_from: str = ""
    archive: bool | None = None
    proposal: bool = False
    intro: Passage | None = None
    sections: tuple[Section, ...] = ()
    references: tuple[Reference, ...] = ()
    provenance: Mapping[str, Provenance] = field(default_factory=dict)
    waivers: tuple[Waiver, ...] = ()
    lines: Mapping[str, int] = field(default_factory=dict)

    @property
    def label(self) -> str:
        """The number as folders and files have it: "042"."""
        return f"{self.number:03d}"

    @property
    def articles(self) -> tuple[PickedArticle, ...]:
        """All articles, top to bottom."""
        return tuple(article for section in self.sections for article in section.articles)

    def passages(self) -> Iterator[Passage]:
        """Every stretch of the editor's Markdown, top to bottom."""
        if self.intro:
            yield self.intro
        for section in self.sections:
            if section.name:
                yield section.name
            for article in section.articles:
                yield from article.passages()
