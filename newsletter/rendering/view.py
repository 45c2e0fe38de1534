"""What a theme sees of an issue: values ready to be shown, the same for both parts of the mail."""

import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from html import escape
from pathlib import Path

from newsletter.model.draft import MODEL, is_edited
from newsletter.model.issue import Issue, Passage, PickedArticle, Provenance
from newsletter.model.mail import Slot
from newsletter.rendering.look import Logo
from newsletter.rendering.markdown import Gallery, Prose, block_prose, inline_prose, is_mailable_link
from newsletter.rendering.options import RenderingOptions
from newsletter.rendering.words import Words, say_day, say_published, words_for


@dataclass(frozen=True, kw_only=True, slots=True)
class ArticleView:
    """One article as a theme tells it.

    :param number: its place in the issue, counted from 1; sponsors are not counted and have 0.
    :param anchor: an id for its heading.
    :param title: without links, since it is one itself; the link when the article has no title.
    :param facts: "Pinterest Engineering", "12 min", "2025": what is known, in the order it is shown.
    """

    number: int
    anchor: str
    title: Prose
    link: str
    facts: tuple[str, ...]
    words: Prose | None
    why: Prose | None
    points: tuple[Prose, ...]
    sponsor: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class SectionView:
    """Articles under one heading; *name* is None above the first heading.

    :param anchor: an id for the heading.
    """

    name: Prose | None
    anchor: str
    articles: tuple[ArticleView, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class IssueView:
    """The issue as a theme tells it.

    :param label: "042".
    :param drafted: names the articles that a machine drafted, where the footer is to say so; empty otherwise.
    :param day: "27 November 2026".
    :param isodate: "2026-11-27", for programs.
    """

    number: int
    label: str
    day: str
    isodate: str
    subject: str
    preheader: str
    intro: Prose | None
    sections: tuple[SectionView, ...]
    drafted: str = ""

    @property
    def articles(self) -> tuple[ArticleView, ...]:
        """All articles, top to bottom, without the sponsors."""
        return tuple(article for section in self.sections for article in section.articles if not article.sponsor)


@dataclass(frozen=True, kw_only=True, slots=True)
class LogoView:
    """The newsletter's logo, as wide as it is shown.

    :param source: its address.
    :param dark: the one for the dark scheme, if it is another.
    """

    source: str
    alt: str
    width: int
    height: int
    dark: "LogoView | None" = None


def theme_values(
    issue: Issue,
    options: RenderingOptions,
    tokens: Mapping[Slot, str],
    *,
    marked: bool = False,
    gallery: Gallery | None = None,
) -> dict[str, object]:
    """Return the variables of a theme: newsletter, issue, look, logo, slots, words.

    A slot that may not be used is undefined.

    :param marked: the HTML of the issue's prose has line marks.
    :param gallery: gives the pictures of media/ their addresses.
    :raises RenderError: a text of the issue is nested too deep.
    """
    words = words_for(options.language)
    return {
        "newsletter": options,
        "issue": view_issue(issue, words, marked=marked, gallery=gallery, mark=options.mark),
        "look": options.look,
        "logo": view_logo(options.look.logo, gallery),
        "slots": {slot.value: token for slot, token in tokens.items()},
        "words": words,
    }


def view_logo(logo: Logo | None, gallery: Gallery | None) -> LogoView | None:
    """Return *logo* with the address that *gallery* gives it; None where there is none."""
    if not logo or not gallery or not (shown := gallery(logo.file, logo.path, logo.line)):
        return None
    source, width, height = shown
    wanted = logo.width or width
    night = replace(logo, file=logo.dark, dark="", width=wanted) if logo.dark else None
    return LogoView(
        source=source,
        alt=logo.alt,
        width=wanted,
        height=max(1, round(height * wanted / width)),
        dark=view_logo(night, gallery),
    )


def view_issue(
    issue: Issue, words: Words, *, marked: bool = False, gallery: Gallery | None = None, mark: str = "item"
) -> IssueView:
    """Return *issue* with its Markdown turned into prose and its dates and minutes into *words*.

    :param mark: where it is said what a machine drafted, as :class:`RenderingOptions` has it.
    """
    numbers = iter(range(1, len(issue.articles) + 1))
    said = {one.id: drafted for one in issue.articles if (drafted := say_drafted(one, issue.provenance, words))}
    viewer = _Viewer(
        path=issue.path, words=words, marked=marked, gallery=gallery, drafted=said if mark == "item" else {}
    )
    return IssueView(
        number=issue.number,
        label=issue.label,
        day=say_day(issue.date, words),
        isodate=issue.date.isoformat()[:10],
        subject=issue.subject,
        preheader=issue.preheader,
        intro=viewer.blocks(issue.intro),
        sections=tuple(
            SectionView(
                name=viewer.line(section.name, links=False),
                anchor=f"s{place}",
                articles=tuple(viewer.article(article, numbers) for article in section.articles),
            )
            for place, section in enumerate(issue.sections, 1)
        ),
        drafted=viewer.names([one for one in issue.articles if one.id in said]) if mark == "footer" else "",
    )


@dataclass(frozen=True, kw_only=True, slots=True)
class _Viewer:
    """Turns the parts of one issue file into what a theme shows."""

    path: Path
    words: Words
    marked: bool
    gallery: Gallery | None
    drafted: Mapping[str, str]

    def names(self, articles: Sequence[PickedArticle]) -> str:
        """Return which articles a machine drafted, as the footer says it; empty for none."""
        titles = "; ".join(inline_prose(one.title, self.path, links=False).text or one.link for one in articles)
        return self.words.drafted_list.format(titles) if titles else ""

    def said(self, passage: Passage, *, links: bool = True) -> Prose:
        return inline_prose(passage, self.path, links=links, marked=self.marked, gallery=self.gallery)

    def line(self, passage: Passage | None, *, links: bool = True) -> Prose | None:
        return self.said(passage, links=links) if passage else None

    def blocks(self, passage: Passage | None) -> Prose | None:
        if passage is None:
            return None
        return block_prose(passage, self.path, marked=self.marked, gallery=self.gallery)

    def article(self, article: PickedArticle, numbers: Iterator[int]) -> ArticleView:
        number = 0 if article.sponsor else next(numbers)
        # A link that mail cannot carry is not shown; the checks name it.
        link = article.link if is_mailable_link(article.link) else ""
        return ArticleView(
            number=number,
            anchor=f"a{number}",
            title=self.line(article.title, links=False) or Prose(escape(link), link),
            link=link,
            facts=_facts(article, self.words, self.drafted.get(article.id, "")),
            words=self.blocks(article.words),
            why=self.line(article.why),
            points=tuple(
                inline_prose(point, self.path, marked=self.marked, gallery=self.gallery) for point in article.points
            ),
            sponsor=article.sponsor,
        )


def _facts(article: PickedArticle, words: Words, drafted: str) -> tuple[str, ...]:
    minutes = words.minutes.format(article.minutes) if article.minutes else ""
    facts = (_isolated(article.source), minutes, say_published(article.published, words), drafted)
    return tuple(fact for fact in facts if fact)


def _isolated(text: str) -> str:
    """Return *text*, which does not turn the facts beside it where it is written from right to left.

    Without it the 12 of "12 min" is drawn before an Arabic source (Unicode TR9 §2.4.2, first strong isolate).
    """
    turns = any(unicodedata.bidirectional(letter) in ("R", "AL") for letter in text)
    return f"\u2068{text}\u2069" if turns else text


def say_drafted(article: PickedArticle, provenance: Mapping[str, Provenance], words: Words) -> str:
    """Return what readers are told of a model's draft; empty for a person's words, and for the article's own."""
    known = provenance.get(article.id)
    if not known or not known.drafted_by.startswith(MODEL) or not (article.why or article.points):
        return ""
    if is_edited(article, known):
        return words.drafted_edited
    return words.drafted_reviewed if known.reviewed_by else words.drafted


def own_words(issue: Issue, options: RenderingOptions) -> Iterator[str]:
    """Every text that goes into the mail of *issue*, so that a token can keep clear of them."""
    yield from (options.name, options.author, options.tagline, options.postal_address, options.footer)
    yield from (options.theme, options.language)
    yield options.look.logo.alt if options.look.logo else ""
    yield from (issue.label, issue.date.isoformat(), issue.subject, issue.preheader)
    yield from (passage.markdown for passage in issue.passages())
    for article in issue.articles:
        yield from (article.link, article.source, article.published, str(article.minutes))
