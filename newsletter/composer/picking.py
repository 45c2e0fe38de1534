"""Decides which articles of the pool go into an issue."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from newsletter.composer.issue_file import parse_issue
from newsletter.composer.past import Past
from newsletter.composer.pool import Decision, Entry
from newsletter.errors import IssueError, PoolError
from newsletter.model.article import Article
from newsletter.model.canonical import article_key, host_of
from newsletter.model.excerpt import excerpt


@dataclass(frozen=True, kw_only=True, slots=True)
class Rules:
    """How many, and which first.

    :param limit: at most so many in all; 0 is no limit.
    :param per_source: at most so many of one source; 0 is no limit.
    :param newest: the newest first, by the day they were published, then by when they came in.
    """

    limit: int = 0
    per_source: int = 0
    newest: bool = False


class RanBefore(PoolError):
    """An article ran in an issue that was sent, and nobody has said why it runs anew."""


def source_of(article: Article) -> str:
    """Return the source of *article*, or the host of its link."""
    return article.source or host_of(article.link)


def choose(entries: Iterable[Entry], past: Past, rules: Rules) -> list[Article]:
    """Return the articles that *rules* take of those that are new and have run nowhere yet.

    Two writers may each have added one address under an id of its own: one of the two is taken.
    """
    free = [e for e in entries if e.decision is Decision.NEW and not past.of(e.article)]
    if rules.newest:
        free.sort(key=lambda entry: (entry.article.published, entry.added), reverse=True)
    chosen: list[Article] = []
    per_source: Counter[str] = Counter()
    keys: set[str] = set()
    for article in (entry.article for entry in free):
        if rules.limit and len(chosen) == rules.limit:
            break
        if (key := article_key(article)) in keys:
            continue
        if not rules.per_source or per_source[source_of(article)] < rules.per_source:
            per_source[source_of(article)] += 1
            chosen.append(article)
            keys.update(filter(None, [key]))
    return chosen


def state_of(entry: Entry, past: Past) -> str:
    """Return "picked 42" or "sent 41" for an article that an issue has, else what was decided about it."""
    if ran := past.of(entry.article):
        seen = next((one for one in reversed(ran) if not one.sent), ran[-1])
        return f"{'sent' if seen.sent else 'picked'} {seen.number}"
    return entry.decision.value


def require_free(entry: Entry, past: Past, number: int, again: str) -> None:
    """Refuse an article that was dropped, is in another issue, or ran before; *again* is the reason to run it anew.

    :raises PoolError: with what to do; a RanBefore where a reason helps.
    """
    article, name = entry.article, _name(entry.article)
    if entry.decision is Decision.DROPPED:
        raise PoolError(f"{name} was dropped: {entry.reason}", f"newsletter pool restore {article.id} takes it back")
    if (seen := past.picked(article)) and seen.number != number:
        raise PoolError(f"{name} is in issue {seen.number} already", f"take its block out of {seen.path} first")
    if (seen := past.sent(article)) and not again:
        raise RanBefore(f"{name} ran in issue {seen.number}", 'to run it anew, say why: --again "REASON"')


def require_readable(article: Article, block: str) -> None:
    """Refuse an article whose *block* could not be read in an issue: that error would name a line nobody has written.

    :raises PoolError: with what to do.
    """
    try:
        parse_issue(f"+++\nnumber = 1\ndate = 2026-01-01\n+++\n\n{block}", Path("1.md"))
    except IssueError as cause:
        what = f"{_name(article)} cannot stand in an issue: {cause.what}"
        raise PoolError(what, f"newsletter pool edit {article.id} mends it") from cause


def _name(article: Article) -> str:
    return f"{article.id} ({excerpt(article.title, 50) or 'no title'})"
