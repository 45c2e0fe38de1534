"""What an issue says that its list's readers had before."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cache

from newsletter.app.newsletter import Newsletter
from newsletter.app.remembering import memory_of, repeats
from newsletter.composer.markdown import plain_text
from newsletter.composer.past import Past
from newsletter.composer.series import Part, faults, part_of
from newsletter.composer.shortlist import RepeatKind
from newsletter.model.article import Article
from newsletter.model.issue import Issue, PickedArticle


@dataclass(frozen=True, kw_only=True, slots=True)
class Repetition:
    """What of an issue is not new, by the lines of its articles.

    :param ran: the sent issue that had the article.
    :param texts: the sent issue that told of its text under another address, and the share.
    :param series: what is wrong with the order of a series' parts.
    """

    ran: Mapping[int, int] = field(default_factory=dict)
    texts: Mapping[int, tuple[int, float]] = field(default_factory=dict)
    series: Mapping[int, str] = field(default_factory=dict)


def repetition_in(newsletter: Newsletter, issue: Issue) -> Repetition:
    """Return what of *issue* is not new; a correction says again what it corrects, and no issue repeats itself."""
    told = [article for article in issue.articles if not article.is_chapter]
    if not told:
        return Repetition()
    pool = cache(newsletter.pool)
    past = Past(newsletter.issues, issue.list, lambda id: pool().article(id))
    if not past.has_sent:  # the pool may be large, and has nothing to say of the first issue
        return Repetition(series=_series(told, {}))
    memory = memory_of(newsletter, issue.list, pool=pool(), past=past)
    own = frozenset((issue.number, issue.correction_of))
    articles = {one.line: _whole(one, memory.known(one.id)) for one in told}
    ran = {line: number for line, one in articles.items() if (number := memory.ran_in(one, other_than=own))}
    found = repeats(newsletter, memory, [one for line, one in articles.items() if line not in ran], other_than=own)
    texts = {
        line: (repeat.issue, repeat.share)
        for line, one in articles.items()
        for repeat in found.get(one.id, ())
        if repeat.kind is RepeatKind.TEXT
    }
    parts = {line: memory.parts_that_ran(one, other_than=own) for line, one in articles.items()}
    return Repetition(ran=ran, texts=texts, series=_series(told, parts))


def _whole(picked: PickedArticle, known: Article | None) -> Article:
    """Return the article that *picked* tells of: its title and link as they stand, its text as the pool knows it."""
    title, link = plain_text(picked.title.markdown), picked.link
    if known:
        return replace(known, title=title, link=link or known.link)
    why = plain_text(picked.why.markdown) if picked.why else ""
    points = tuple(plain_text(point.markdown) for point in picked.points)
    return Article(id=picked.id or f"line {picked.line}", title=title, link=link, why=why, points=points)


def _series(told: list[PickedArticle], ran: Mapping[int, Mapping[int, int]]) -> dict[int, str]:
    parts: list[tuple[int, Part]] = []
    for one in told:
        if part := part_of(plain_text(one.title.markdown), one.link):
            parts.append((one.line, part))
    return faults(parts, {line: ran.get(line, {}) for line, _ in parts})
