"""The week at a glance: what came in, what is held, how the next issue stands, and how long there is."""

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from newsletter.app.feeds import standings
from newsletter.app.muting import Muting
from newsletter.app.newsletter import Newsletter
from newsletter.app.triaging import rooms_of
from newsletter.composer.issues import number_of
from newsletter.composer.past import Past
from newsletter.composer.pool import Decision, Pool
from newsletter.composer.sitting import Room, age_in_days
from newsletter.errors import IssueError
from newsletter.model.draft import waits_for_review


@dataclass(frozen=True, kw_only=True, slots=True)
class Held:
    """An article that waits for a later issue.

    :param days: since it was held.
    """

    id: str
    title: str
    source: str
    days: int
    reason: str


@dataclass(frozen=True, kw_only=True, slots=True)
class NextIssue:
    """The issue that is being made.

    :param articles: how many it has; *rooms* are its sections with theirs.
    :param drafts: how many of a machine's drafts nobody has reviewed or edited.
    :param proposal: it was composed alone, and nobody has agreed to it.
    :param error: why it cannot be read; empty when it can.
    """

    path: Path
    number: int
    subject: str = ""
    articles: int = 0
    rooms: tuple[Room, ...] = ()
    drafts: int = 0
    proposal: bool = False
    error: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class BrokenFeed:
    """A feed that gave no answer the last time, and its words."""

    name: str
    failures: int
    gone: bool
    words: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Week:
    """How things stand between two issues.

    :param last_sent: when the last mailing began; None before the first.
    :param candidates: articles that sources brought and nobody has decided about; *fresh* came since the last mailing.
    :param new: articles of the pool that nobody has decided about, and no issue has.
    :param muted: how many more wait that are passed over, here and there: their source, feed or a word is muted.
    :param held: longest first.
    :param deadline: when the next issue must be ready.
    :param feeds: how many are collected from; *fetched* is when one was asked last.
    """

    now: datetime
    last_sent: datetime | None
    candidates: int
    fresh: int
    new: int
    muted: int
    held: tuple[Held, ...]
    issue: NextIssue | None
    deadline: datetime | None
    feeds: int
    fetched: datetime | None
    broken: tuple[BrokenFeed, ...]

    def values(self) -> dict[str, Any]:
        """What a program reads."""
        issue = asdict(self.issue) if self.issue else None
        if issue:
            issue["path"] = Path(issue["path"]).as_posix()
            rooms = issue.pop("rooms")
            issue["sections"] = [{"section": r["name"], "articles": r["count"], "cap": r["cap"]} for r in rooms]
        return {
            "now": _iso(self.now),
            "last_sent": _iso(self.last_sent),
            "candidates": {"waiting": self.candidates, "since_last_issue": self.fresh},
            "pool": {"new": self.new, "held": [asdict(one) for one in self.held]},
            "muted": self.muted,
            "issue": issue,
            "deadline": _iso(self.deadline),
            "feeds": {
                "count": self.feeds,
                "fetched": _iso(self.fetched),
                "broken": [asdict(one) for one in self.broken],
            },
        }


def _iso(moment: datetime | None) -> str | None:
    return moment.isoformat(timespec="seconds") if moment else None


def week_of(newsletter: Newsletter, now: datetime | None = None) -> Week:
    """Return the week of *newsletter*; what its database knows is missing where it has none."""
    now = (now or datetime.now(UTC)).astimezone(newsletter.settings.timezone)
    pool, past = newsletter.pool(), newsletter.past()
    last_sent, deadline = last_sent_at(newsletter), newsletter.settings.picking.deadline
    muting = Muting.of(newsletter, pool)
    candidates, fresh, muted = _candidates(newsletter, last_sent, muting)
    new = [entry.article for entry in pool.of(Decision.NEW) if not past.of(entry.article)]
    passed_over = sum(article in muting for article in new)
    feeds = standings(newsletter)
    return Week(
        now=now,
        last_sent=last_sent.astimezone(newsletter.settings.timezone) if last_sent else None,
        candidates=candidates,
        fresh=fresh,
        new=len(new) - passed_over,
        muted=muted + passed_over,
        held=tuple(sorted(_held(pool, past, now), key=lambda one: (-one.days, one.id))),
        issue=_next_issue(newsletter),
        deadline=deadline.after(now) if deadline else None,
        feeds=len(feeds),
        fetched=max((one.state.asked_at for one in feeds if one.state.asked_at), default=None),
        broken=tuple(
            BrokenFeed(
                name=one.feed.name,
                failures=one.state.failures,
                gone=one.state.gone_at is not None,
                words=one.state.words,
            )
            for one in feeds
            if one.state.failures or one.state.gone_at
        ),
    )


def last_sent_at(newsletter: Newsletter) -> datetime | None:
    """Return when the last mailing began, as receipts tell it."""
    # Of all issues: one with a higher number may have been taken in from another tool, and be older.
    receipts = (receipt for path in newsletter.issues.paths().values() for receipt in newsletter.issues.receipts(path))
    return max((receipt.started for receipt in receipts), default=None)


def _candidates(newsletter: Newsletter, since: datetime | None, muting: Muting) -> tuple[int, int, int]:
    """Return how many candidates wait, how many of them came *since* then, and how many more are passed over."""
    if not newsletter.has_database():
        return 0, 0, 0
    from newsletter.store.candidates import CandidateStore

    store = CandidateStore(newsletter.database)
    count, fresh = store.count(), store.count(seen_since=since)
    if not muting:
        return count, fresh, 0
    muted = [one for one in store.waiting() if one.article in muting]
    return count - len(muted), fresh - sum(not since or one.seen_at >= since for one in muted), len(muted)


def _held(pool: Pool, past: Past, now: datetime) -> Iterator[Held]:
    for entry in pool.of(Decision.HELD):
        article = entry.article
        if not past.of(article):
            days = age_in_days(entry.decided, now)
            title = article.title or article.link  # of what was recorded, and not read yet
            yield Held(id=article.id, title=title, source=article.source, days=days, reason=entry.reason)


def _next_issue(newsletter: Newsletter) -> NextIssue | None:
    path = newsletter.issues.newest_unsent()
    if path is None:
        return None
    try:
        issue = newsletter.issues.read(path)
        return NextIssue(
            path=path,
            number=issue.number,
            subject=issue.subject,
            articles=sum(not article.is_chapter for article in issue.articles),
            rooms=rooms_of(newsletter, path),
            drafts=sum(waits_for_review(one, issue.provenance.get(one.id)) for one in issue.articles),
            proposal=issue.proposal,
        )
    except IssueError as error:
        return NextIssue(path=path, number=number_of(path), error=str(error))
