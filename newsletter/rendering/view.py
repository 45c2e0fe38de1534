"""What a theme sees of an issue: values ready to be shown, the same for both parts of the mail."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from html import escape

from newsletter.model.issue import Issue, PickedArticle
from newsletter.model.mail import Slot
from newsletter.rendering.markdown import Prose, block_prose, inline_prose, is_mailable_link
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
    """Articles under one heading; *name* is None above the first heading."""

    name: Prose | None
    articles: tuple[ArticleView, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class IssueView:
    """The issue as a theme tells it.

    :param label: "042".
    :param day: "27 November 2026".
    """

    number: int
    label: str
    day: str
    subject: str
    preheader: str
    intro: Prose | None
    sections: tuple[SectionView, ...]

    @property
    def articles(self) -> tuple[ArticleView, ...]:
        """All articles, top to bottom, without the sponsors."""
        return tuple(article for section in self.sections for article in section.articles if not article.sponsor)


def theme_values(issue: Issue, options: RenderingOptions, tokens: Mapping[Slot, str]) -> dict[str, object]:
    """Return the variables of a theme: newsletter, issue, slots, words; a slot that may not be used is undefined.

    :raises RenderError: a text of the issue is nested too deep.
    """
    words = words_for(options.language)
    return {
        "newsletter": options,
        "issue": view_issue(issue, words),
        "slots": {slot.value: token for slot, token in tokens.items()},
        "words": words,
    }


def view_issue(issue: Issue, words: Words) -> IssueView:
    """Return *issue* with its Markdown turned into prose and its dates and minutes into *words*."""
    numbers = iter(range(1, len(issue.articles) + 1))
    return IssueView(
        number=issue.number,
        label=issue.label,
        day=say_day(issue.date, words),
        subject=issue.subject,
        preheader=issue.preheader,
        intro=block_prose(issue.intro, issue.path) if issue.intro else None,
        sections=tuple(
            SectionView(
                name=inline_prose(section.name, issue.path, links=False) if section.name else None,
                articles=tuple(_view_article(article, issue, words, numbers) for article in section.articles),
            )
            for section in issue.sections
        ),
    )


def _view_article(article: PickedArticle, issue: Issue, words: Words, numbers: Iterator[int]) -> ArticleView:
    number = 0 if article.sponsor else next(numbers)
    # A link that mail cannot carry is not shown; the checks name it.
    link = article.link if is_mailable_link(article.link) else ""
    return ArticleView(
        number=number,
        anchor=f"a{number}",
        title=inline_prose(article.title, issue.path, links=False) or Prose(escape(link), link),
        link=link,
        facts=_facts(article, words),
        words=block_prose(article.words, issue.path) if article.words else None,
        why=inline_prose(article.why, issue.path) if article.why else None,
        points=tuple(inline_prose(point, issue.path) for point in article.points),
        sponsor=article.sponsor,
    )


def _facts(article: PickedArticle, words: Words) -> tuple[str, ...]:
    minutes = words.minutes.format(article.minutes) if article.minutes else ""
    return tuple(fact for fact in (article.source, minutes, say_published(article.published, words)) if fact)


def own_words(issue: Issue, options: RenderingOptions) -> Iterator[str]:
    """Every text that goes into the mail of *issue*, so that a token can keep clear of them."""
    yield from (options.name, options.tagline, options.postal_address, options.theme, options.language)
    yield from (issue.label, issue.date.isoformat(), issue.subject, issue.preheader)
    yield from (passage.markdown for passage in issue.passages())
    for article in issue.articles:
        yield from (article.link, article.source, article.published, str(article.minutes))
