"""Rules on what the editor wrote."""

import re

from newsletter.checks.finding import Severity
from newsletter.checks.rule import Found, Subject, rule
from newsletter.model.excerpt import excerpt

SUBJECT_LENGTH, PHONE_LENGTH = 70, 40
"""Characters: what inboxes show of a subject, on a desktop and on a phone held upright."""


def _words(text: str) -> list[str]:
    return re.findall(r"\w+", text.casefold())


def _name(title: str) -> str:
    return f'"{excerpt(title, 50)}"' if title else "this article"


@rule("no-articles", Severity.ERROR)
def no_articles(subject: Subject) -> Found:
    """An issue has at least one article."""
    if not subject.issue.articles:
        yield 1, "the issue has no articles", "newsletter pick adds some"


@rule("proposal", Severity.ERROR)
def proposal(subject: Subject) -> Found:
    """A person has agreed to an issue that was composed alone, by rules."""
    if subject.issue.proposal:
        what = "this issue was composed alone, and nobody has agreed to it"
        todo = f"newsletter review {subject.issue.number}, or take this line out"
        yield subject.issue.lines.get("proposal", 1), what, todo


@rule("subject-missing", Severity.ERROR)
def subject_missing(subject: Subject) -> Found:
    """An issue has a subject."""
    if not subject.issue.subject.strip():
        yield subject.issue.lines.get("subject", 1), "the subject is empty", 'write one: subject = "…"'


@rule("subject-long", Severity.WARNING)
def subject_long(subject: Subject) -> Found:
    """A subject is short enough to be read in an inbox."""
    length = len(subject.issue.subject)
    if length > SUBJECT_LENGTH:
        what = f"the subject has {length} characters, inboxes show about {SUBJECT_LENGTH}"
        yield subject.issue.lines.get("subject", 1), what, "shorten it, or put what matters first"


@rule("subject-cut", Severity.NOTE)
def subject_cut(subject: Subject) -> Found:
    """A phone shows the whole subject, or what matters is in what it shows."""
    text, line = subject.issue.subject, subject.issue.lines.get("subject", 1)
    if PHONE_LENGTH < len(text) <= SUBJECT_LENGTH:
        yield line, f'phones show "{text[:PHONE_LENGTH].rstrip()}…"', "put what matters there"


@rule("preheader-missing", Severity.WARNING)
def preheader_missing(subject: Subject) -> Found:
    """An issue has a preheader, or inboxes show the first words of its header."""
    if not subject.issue.preheader.strip():
        yield subject.issue.lines.get("preheader", 1), "the preheader is empty", 'write one: preheader = "…"'


@rule("preheader-repeats", Severity.WARNING)
def preheader_repeats(subject: Subject) -> Found:
    """A preheader says something else than the subject."""
    told, said = _words(subject.issue.preheader), _words(subject.issue.subject)
    if told and said and (told[: len(said)] == said or set(told) <= set(said)):
        yield subject.issue.lines.get("preheader", 1), "the preheader repeats the subject", "say something more in it"


@rule("list-unknown", Severity.ERROR)
def list_unknown(subject: Subject) -> Found:
    """An issue is for a list of newsletter.toml."""
    if subject.issue.list not in subject.lists:
        known = ", ".join(subject.lists) or "none yet: add [lists.weekly]"
        what = (
            f'"{subject.issue.list}" is no list of newsletter.toml'
            if subject.issue.list
            else "the issue is for no list"
        )
        yield subject.issue.lines.get("list", 1), what, f"lists there: {known}"


@rule("title-missing", Severity.ERROR)
def title_missing(subject: Subject) -> Found:
    """An article has a title."""
    for article in subject.issue.articles:
        if not article.title.markdown.strip():
            yield article.line, "this article has no title", "write it: ### [Title](link)"


@rule("link-missing", Severity.ERROR)
def link_missing(subject: Subject) -> Found:
    """An article has a link, unless it is the editor's own prose under a heading."""
    for article in subject.issue.articles:
        if not article.link and not article.is_chapter:
            yield article.line, f"{_name(article.title.markdown)} has no link", "write it: ### [Title](link)"


@rule("why-missing", Severity.ERROR)
def why_missing(subject: Subject) -> Found:
    """An article says why it matters; a sponsor's need not, nor prose under a heading, nor one that was imported."""
    for article in subject.issue.articles if not subject.issue.imported_from else ():
        if not article.sponsor and not article.is_chapter and not (article.why and article.why.markdown.strip()):
            todo = 'add a paragraph "**Why it matters:** …"'
            yield article.line, f"{_name(article.title.markdown)} does not say why it matters", todo


@rule("section-empty", Severity.WARNING)
def section_empty(subject: Subject) -> Found:
    """A section has articles; one without is left out of the mail."""
    for section in subject.issue.sections:
        if section.name and not section.articles:
            yield section.name.line, f'section "{section.name.markdown}" has no articles', "fill it or take it out"
