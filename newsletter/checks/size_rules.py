"""Rules on the size of the mail."""

from newsletter.checks.finding import Severity
from newsletter.checks.rule import Found, Subject, rule
from newsletter.checks.weight import GMAIL_CLIP, Weight, weigh
from newsletter.model.excerpt import excerpt

NEAR = GMAIL_CLIP * 9 // 10
"""Bytes from which it is worth a warning."""


@rule("size", Severity.ERROR)
def size(subject: Subject) -> Found:
    """The HTML part stays below the 102,400 bytes at which Gmail clips."""
    weight = _weight(subject)
    if weight and weight.total > GMAIL_CLIP:
        what = f"{weight.total:,} bytes: {weight.total - GMAIL_CLIP:,} too many; Gmail clips{_where(subject, weight)}"
        todo = f"take articles out, or shorten some{_articles(weight)}"
        yield _line(subject, weight), f"{what}; {weight.causes()}", todo


@rule("size-near", Severity.WARNING)
def size_near(subject: Subject) -> Found:
    """The HTML part keeps a tenth of its room free."""
    weight = _weight(subject)
    if weight and NEAR <= weight.total <= GMAIL_CLIP:
        what = f"{weight.total:,} bytes: {weight.total / GMAIL_CLIP:.0%} of what Gmail shows; {weight.causes()}"
        yield 1, what, f"an article less keeps the unsubscribe link visible{_articles(weight)}"


def _weight(subject: Subject) -> Weight | None:
    if not subject.rendered or len(subject.rendered.html.encode()) < NEAR:
        return None
    return weigh(subject.rendered.html, subject.issue.articles)


def _line(subject: Subject, weight: Weight) -> int:
    return subject.issue.articles[weight.clip.index].line if weight.clip else 1


def _where(subject: Subject, weight: Weight) -> str:
    if not (clip := weight.clip):
        return " its end"
    title = excerpt(subject.issue.articles[clip.index].title.markdown, 50)
    return f' {"in" if clip.stop > GMAIL_CLIP else "behind"} article {clip.index + 1}, "{title}"'


def _articles(weight: Weight) -> str:
    """Say what the articles weigh, behind a semicolon."""
    if not weight.shares:
        return ""
    mean = sum(share.size for share in weight.shares) // len(weight.shares)
    heaviest = max(weight.shares, key=lambda share: share.size)
    most = f", article {heaviest.index + 1} has {heaviest.size:,}" if heaviest.size > mean else ""
    return f"; an article has {mean:,} bytes on average{most}"
