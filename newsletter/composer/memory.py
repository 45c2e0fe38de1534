"""What a list's readers had already: asked of an article before it runs.

::

    same address, or id in its feed     ► SAME     refused, unless there is a reason
    half of its text, or more           ► TEXT     warned, with share and issue
    a story of the last four issues     ► STORY    "follow-up to #41"
    a part of a series                  ► SERIES   which parts ran, and which did not
"""

from collections.abc import Callable, Iterable, Sequence
from functools import cached_property

from newsletter.composer.boilerplate import Boilerplate, site_of
from newsletter.composer.past import Known, Past, Told
from newsletter.composer.sent_texts import SentText, SentTexts
from newsletter.composer.series import Part, SentParts, hint, part_of
from newsletter.composer.shortlist import Repeat, RepeatKind
from newsletter.model.article import Article
from newsletter.model.canonical import host_of

RECENT = 4
"""Sent issues back to which a story is the same one."""

Sketches = Callable[[Sequence[Told]], Sequence[str]]
"""Gives the sketches of articles that were sent, one for each."""

NONE: frozenset[int] = frozenset()


class Memory:
    """The sent issues of one list, and what is known of their articles.

    Each question's index is built when it is first asked.

    :param known: gives the article of an id, if more is known of it than the issue says.
    :param waiting: gives the parts of series that wait, with the articles' ids.
    """

    def __init__(
        self,
        past: Past,
        known: Known,
        sketches: Sketches,
        boilerplate: Boilerplate,
        waiting: Callable[[], Iterable[tuple[Part, str]]] = tuple,
    ) -> None:
        self._past = past
        self.known = known
        self._sketches = sketches
        self._boilerplate = boilerplate
        self._waiting = waiting
        self._recent: dict[frozenset[int], dict[str, int]] = {}

    def repeats_of(
        self,
        article: Article,
        sketch: str = "",
        story: frozenset[str] | None = None,
        *,
        other_than: frozenset[int] = NONE,
        beside: Iterable[Article] = (),
    ) -> tuple[Repeat, ...]:
        """Return what of *article* is not new, most severe first.

        :param sketch: of its text; empty where there is none to compare.
        :param story: the ids of the articles that tell the same story; None where nobody has looked.
        :param other_than: numbers of issues that do not count: its own, and the one that it corrects.
        :param beside: articles that run in the same issue: no part of a series is missing that is among them.
        """
        if number := self.ran_in(article, other_than=other_than):
            return (Repeat(kind=RepeatKind.SAME, issue=number, share=1.0, words=f"ran in #{number}"),)
        text = self._text(article, sketch, other_than) if sketch else None
        tale = self._story(article, story, other_than) if story else None
        if text and tale and text.issue == tale.issue:
            tale = None
        return tuple(repeat for repeat in (text, tale, self._series(article, other_than, beside)) if repeat)

    def ran_in(self, article: Article, *, other_than: frozenset[int] = NONE) -> int:
        """Return the last sent issue that had *article*, by its id, address or id in its feed; 0 where none had."""
        seen = (one.number for one in self._past.of(article) if one.sent)
        return max((number for number in seen if number not in other_than), default=0)

    def parts_that_ran(self, article: Article, *, other_than: frozenset[int] = NONE) -> dict[int, int]:
        """Return the last issue of each part of the series that *article* is a part of, by the part's number."""
        part = part_of(article.title, article.link)
        return self._parts.issues(part, other_than=other_than) if part else {}

    def recent(self, *, other_than: frozenset[int] = NONE) -> dict[str, int]:
        """Return the articles of the last four sent issues, by id, with the issue's number."""
        if other_than not in self._recent:
            issues = {(told.date, told.number) for told in self._past.told if told.number not in other_than}
            numbers = {number for _, number in sorted(issues)[-RECENT:]}
            told = (told for told in self._past.told if told.id and told.number in numbers)
            self._recent[other_than] = {one.id: one.number for one in told}
        return self._recent[other_than]

    def _text(self, article: Article, sketch: str, other_than: frozenset[int]) -> Repeat | None:
        number, share = self._texts.likest(sketch, site_of(article), other_than=other_than)
        words = f"ran in #{number}, {share * 100:.0f} % the same text"
        return Repeat(kind=RepeatKind.TEXT, issue=number, share=share, words=words) if number else None

    def _story(self, article: Article, story: frozenset[str], other_than: frozenset[int]) -> Repeat | None:
        recent = self.recent(other_than=other_than)
        number = max((recent[id] for id in story - {article.id} if id in recent), default=0)
        return Repeat(kind=RepeatKind.STORY, issue=number, words=f"follow-up to #{number}") if number else None

    def _series(self, article: Article, other_than: frozenset[int], beside: Iterable[Article]) -> Repeat | None:
        part = part_of(article.title, article.link)
        if not part:
            return None
        others = self._waiting_parts.get(part.series, ()) if part.number > 1 else ()
        waiting = [(other, id) for other, id in others if id != article.id and other.belongs_with(part)]
        parts = (part_of(one.title, one.link) for one in beside)
        here = {other.number for other in parts if other and other.belongs_with(part)}
        number, words = hint(part, self._parts.issues(part, other_than=other_than), waiting, here)
        return Repeat(kind=RepeatKind.SERIES, issue=number, words=words) if words else None

    @cached_property
    def _waiting_parts(self) -> dict[str, list[tuple[Part, str]]]:
        parts: dict[str, list[tuple[Part, str]]] = {}
        for part, id in self._waiting():
            parts.setdefault(part.series, []).append((part, id))
        return parts

    @cached_property
    def _texts(self) -> SentTexts:
        sketches = self._sketches(self._past.told)
        texts = (
            SentText(number=told.number, site=self._site(told), sketch=sketch)
            for told, sketch in zip(self._past.told, sketches, strict=True)
        )
        return SentTexts(texts, self._boilerplate)

    def _site(self, told: Told) -> str:
        article = self.known(told.id)
        return site_of(article) if article else host_of(told.link)

    @cached_property
    def _parts(self) -> SentParts:
        parts = SentParts()
        for told in self._past.told:
            article = self.known(told.id)
            parts.add(article.title if article and article.title else _plain(told.title), told.link, told.number)
        return parts


def _plain(markdown: str) -> str:
    return markdown.replace("\\", "").strip()
