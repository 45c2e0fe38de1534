"""Send: the week at a glance, as `newsletter status` shows it."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from newsletter.cli.output import moment, plural, say

if TYPE_CHECKING:
    from newsletter.app.week import NextIssue, Week

LISTED = 5
"""Held articles and broken feeds that are named; --json has all of them."""


def say_week(week: "Week") -> None:
    """Say how the week stands, and what to do next."""
    for line in (*_time(week), *_collected(week), *_held(week), *_issue(week.issue), *_feeds(week)):
        say(line)


def _time(week: "Week") -> Iterator[str]:
    from newsletter.composer.sitting import time_left

    if week.deadline:
        yield f"deadline   {week.deadline:%a %Y-%m-%d %H:%M}, {time_left(week.deadline, week.now)} left"


def _collected(week: "Week") -> Iterator[str]:
    since = f", {week.fresh:,} of them since the last issue" if week.last_sent and week.candidates else ""
    if week.candidates or week.feeds:
        yield f"candidates {week.candidates:,}{since}{'; newsletter triage decides' if week.candidates else ''}"
    yield f"pool       {week.new:,} new, {len(week.held):,} held"
    if week.muted:
        yield f"muted      {week.muted:,} passed over: newsletter pool mutes and feeds list say by what"


def _held(week: "Week") -> Iterator[str]:
    from newsletter.model.excerpt import excerpt

    for one in week.held[:LISTED]:
        age = "today" if not one.days else plural(one.days, "day")
        why = f"  ({excerpt(one.reason, 40)})" if one.reason else ""
        yield f"  held     {one.id}  {age:<8}  {excerpt(one.title or '(no title)', 60)}{why}"
    if len(week.held) > LISTED:
        yield f"           and {len(week.held) - LISTED:,} more: newsletter pool list --state held"


def _issue(issue: "NextIssue | None") -> Iterator[str]:
    if issue is None:
        yield "next issue none yet; newsletter triage, pick or new makes it"
        return
    if issue.error:
        yield f"next issue {issue.path} cannot be read: {issue.error}"
        return
    subject = f'"{issue.subject}", ' if issue.subject else ""
    proposal = ", a proposal that nobody has agreed to" if issue.proposal else ""
    yield f"next issue {issue.path}: {subject}{plural(issue.articles, 'article')}{proposal}"
    for room in issue.rooms:
        yield f"  section  {room}{', too many' if 0 < room.cap < room.count else ''}"
    if issue.drafts:
        yield f"  drafts   {issue.drafts:,} that nobody has reviewed: newsletter review {issue.number}"
    yield f"  findings newsletter check {issue.number} looks for them"


def _feeds(week: "Week") -> Iterator[str]:
    from newsletter.model.excerpt import excerpt

    if not week.feeds:
        return
    when = f"last fetched {moment(week.fetched, week.now.tzinfo)}" if week.fetched else "never fetched"
    yield f"feeds      {week.feeds:,}, {when}{f', {len(week.broken):,} broken' if week.broken else ''}"
    for one in week.broken[:LISTED]:
        what = "gone for good" if one.gone else f"failed {plural(one.failures, 'time')}"
        yield f"  broken   {one.name}: {what}{f'; {excerpt(one.words, 80)}' if one.words else ''}"
    if len(week.broken) > LISTED:
        yield f"           and {len(week.broken) - LISTED:,} more: newsletter feeds list"
