"""Gathers what the statistics of a newsletter are counted from."""

from collections.abc import Iterator
from dataclasses import asdict
from datetime import datetime
from typing import Any

from newsletter.app.newsletter import Newsletter
from newsletter.app.sections import name_of
from newsletter.composer.issue_file import parse_issue
from newsletter.composer.issues import read_text
from newsletter.composer.past import stands_as
from newsletter.composer.picking import source_of
from newsletter.composer.pool import Decision, Pool
from newsletter.composer.statistics import Pick, Statistics, count
from newsletter.errors import IssueError
from newsletter.model.article import Article
from newsletter.model.canonical import host_of


def statistics(newsletter: Newsletter, *, since: datetime, now: datetime) -> Statistics:
    """Return the statistics of the time from *since* to *now*.

    An issue that cannot be read counts for nothing; newsletter check says why.
    """
    pool, past = newsletter.pool(), newsletter.past()
    return count(
        list(_picks(newsletter, pool, since, now)),
        pool.since(since.isoformat(timespec="microseconds")),
        (entry for entry in pool.of(Decision.HELD) if not past.of(entry.article)),
        _candidates(newsletter, since),
        since=since,
        now=now,
    )


def values_of(found: Statistics) -> dict[str, Any]:
    """Return what a program reads."""
    values = asdict(found)
    for outlet, value in zip(found.outlets, values["outlets"], strict=True):
        value["rate"] = outlet.rate
    return values


def _picks(newsletter: Newsletter, pool: Pool, since: datetime, now: datetime) -> Iterator[Pick]:
    for path in newsletter.issues.paths().values():
        receipts, text = newsletter.issues.receipts(path), read_text(path, errors="replace")
        if stands_as(text, receipts) != "sent":
            continue
        try:
            issue = parse_issue(text, path)
        except IssueError:
            continue
        sent = min((receipt.started for receipt in receipts), default=newsletter.moment(issue))
        if not since <= sent <= now:
            continue
        for section in issue.sections:
            for article in section.articles:
                if not (article.is_chapter or article.sponsor):
                    known = pool.entries[article.id].article if article.id in pool.entries else None
                    yield Pick(
                        issue=issue.number,
                        sent=sent,
                        section=name_of(section),
                        source=source_of(known) if known else article.source or host_of(article.link),
                        published=(known.published if known else "") or article.published,
                    )


def _candidates(newsletter: Newsletter, since: datetime) -> Iterator[Article]:
    if not newsletter.has_database():
        return
    from newsletter.store.candidates import CandidateStore

    for candidate in CandidateStore(newsletter.database).waiting():
        if candidate.seen_at >= since:
            yield candidate.article
