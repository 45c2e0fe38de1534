"""What a search finds in articles and issues."""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path

from newsletter.composer.issue_file import parse_issue
from newsletter.composer.markdown import plain_text
from newsletter.composer.pool import Entry
from newsletter.errors import IssueError
from newsletter.model.article import Article
from newsletter.model.canonical import article_key, host_of, link_key
from newsletter.model.document import TEXT_LIMIT, Document, DocumentKind
from newsletter.model.issue import Issue, Passage, PickedArticle


def of_entry(entry: Entry, fingerprint: str) -> Document:
    """Return the document of an article of the pool."""
    return _of_article(
        entry.article,
        kind=DocumentKind.ARTICLE,
        state=entry.decision.value,
        reason=entry.reason,
        since=entry.decided or entry.added,
        fingerprint=fingerprint,
    )


def of_candidate(article: Article, seen_at: str) -> Document:
    """Return the document of an article that nobody has decided about."""
    return _of_article(article, kind=DocumentKind.CANDIDATE, state="candidate", since=seen_at)


def _of_article(
    article: Article, *, kind: DocumentKind, state: str, reason: str = "", since: str, fingerprint: str = ""
) -> Document:
    said = (article.note, article.why, *article.points, article.summary)
    return Document(
        kind=kind,
        id=article.id,
        key=article_key(article),
        link=article.link,
        title=article.title,
        source=article.source,
        about=_about(article.source, article.author, *article.tags, host_of(article.link)),
        text=_text(said),
        state=state,
        reason=reason,
        since=since,
        published=article.published,
        fingerprint=fingerprint,
    )


def of_issue(text: str, path: Path, *, number: int, state: str) -> Iterator[Document]:
    """Yield the documents of an issue file: its prose, and each article that it tells of.

    One that cannot be read is found by its lines as they stand.

    :param state: "sent" or "picked"; empty where it reached nobody.
    """
    file = path.name
    try:
        issue = parse_issue(text, path)
    except IssueError:
        lines = text.splitlines()
        yield Document(
            kind=DocumentKind.ISSUE, file=file, id=str(number), issue=number, title=f"Issue {number}",
            text=_text(lines), state=state,
        )  # fmt: skip
        return
    since = _iso(issue.date)
    prose = [issue.preheader, *_markdown(issue.intro)]
    for section in issue.sections:
        prose += _markdown(section.name)
    chapters = [article for article in issue.articles if article.is_chapter]
    for chapter in chapters:
        prose += [*_markdown(chapter.title), *_markdown(chapter.words)]
    yield Document(
        kind=DocumentKind.ISSUE, file=file, id=str(number), issue=number, title=issue.subject or f"Issue {number}",
        text=_text(prose), state=state, since=since,
    )  # fmt: skip
    for place, article in enumerate(issue.articles, 1):
        if article not in chapters:
            yield _of_item(article, issue, file=file, place=place, state=state, since=since)


def _of_item(article: PickedArticle, issue: Issue, *, file: str, place: int, state: str, since: str) -> Document:
    said = [*_markdown(article.words), *_markdown(article.why)]
    for point in article.points:
        said += _markdown(point)
    return Document(
        kind=DocumentKind.ITEM,
        file=file,
        id=article.id or f"#{place}",
        issue=issue.number,
        key=link_key(article.link) if article.link else "",
        link=article.link,
        title=plain_text(article.title.markdown),
        source=article.source,
        about=_about(article.source, host_of(article.link)),
        text=_text(said),
        state=state,
        since=since,
        published=article.published,
    )


def _markdown(passage: Passage | None) -> list[str]:
    return [plain_text(passage.markdown)] if passage else []


def _about(*parts: str) -> str:
    return " · ".join(part for part in parts if part)


def _text(parts: list[str] | tuple[str, ...]) -> str:
    return "\n".join(part for part in parts if part)[:TEXT_LIMIT].replace("\0", " ")


def _iso(day: date | datetime) -> str:
    moment = day if isinstance(day, datetime) else datetime(day.year, day.month, day.day, tzinfo=UTC)
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC).isoformat(timespec="seconds")
