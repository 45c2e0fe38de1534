"""Rules on words that no person has written."""

import re

from newsletter.checks.finding import Severity
from newsletter.checks.rule import Found, Subject, rule
from newsletter.model.draft import EXCERPT, UNSUPPORTED, is_draft, is_edited, told_by, waits_for_review
from newsletter.model.excerpt import excerpt
from newsletter.model.issue import Passage, PickedArticle

# What a model says that had nothing to read: engineered.at published "Insufficient Content: the provided article body
# contains only the title" as a takeaway of 2026.
_TALK = re.compile(
    r"\b(?:the|this) (?:provided|given|supplied) (?:text|article|content|body|excerpt|information|context)\b"
    r"|\b(?:insufficient|limited|no) (?:content|information|(?:technical )?details?)\b[^.]{0,30}\b(?:provided|"
    r"available|given|included|mentioned|in the (?:text|article))\b"
    r"|\binsufficient content\b|\bno (?:specific |further |technical )+details?\b"
    r"|\b(?:does|did) not (?:provide|contain|include|specify|mention) (?:any |enough |specific |further )?"
    r"(?:technical |more )?(?:details?|information|content)\b"
    r"|\bbody contains only the title\b"
    r"|\bas an ai\b|\blanguage model\b[^.]{0,20}\b(?:cannot|can't|unable)\b"
    r"|\bi (?:cannot|can't|am unable to) (?:access|read|summari[sz]e|open)\b|\bbased on the (?:title|headline) alone\b"
    r"|\b(?:here is|here's|here are) (?:a|the|your|some) (?:brief |short )?(?:summary|key points?)\b"
    r"|\bder (?:bereitgestellte|vorliegende|angegebene) (?:text|artikel)\b"
    r"|\bkeine (?:technischen |weiteren )+details\b",
    re.I,
)
_OPENING = re.compile(
    r"(?:this|the) (?:article|post|blog post|text|author|excerpt)s? (?:also )?(?:details?|discuss(?:es)?|describes?|"
    r"explores?|explains?|covers?|highlights?|outlines?|mentions?|provides?|states?)\b"
    r"|(?:dieser|der) (?:artikel|beitrag|text|autor) \w+",
    re.I,
)


def _name(article: PickedArticle) -> str:
    title = article.title.markdown
    return f'"{excerpt(title, 50)}"' if title else "this article"


def _words(article: PickedArticle) -> tuple[Passage, ...]:
    return (*((article.why,) if article.why else ()), *article.points)


@rule("unreviewed", Severity.ERROR)
def unreviewed(subject: Subject) -> Found:
    """Words that a machine drafted were read by a person, or changed by one."""
    for article in subject.issue.articles:
        known = subject.issue.provenance.get(article.id)
        if known and waits_for_review(article, known):
            flagged = f" ({excerpt(known.flagged, 120)})" if known.flagged else ""
            by = f"was drafted by {known.drafted_by} and reviewed by nobody"
            state = "has excerpts that nobody has reviewed" if known.drafted_by == EXCERPT else by
            what = f"{_name(article)} {state}{flagged}"
            todo = f"newsletter review {subject.issue.number} {article.id}, or write it in your own words"
            yield article.line, what, todo


@rule("draft-unsupported", Severity.ERROR)
def draft_unsupported(subject: Subject) -> Found:
    """No sentence has the mark of one that the article does not bear out."""
    for article in subject.issue.articles:
        for passage in _words(article):
            if passage.markdown.startswith(UNSUPPORTED.strip()):
                what = f'"{excerpt(passage.markdown.removeprefix(UNSUPPORTED), 60)}" is not in the article, by its mark'
                yield passage.line, what, "mend it and take its mark off, or take it out"


@rule("draft-truncated", Severity.WARNING)
def draft_truncated(subject: Subject) -> Found:
    """A draft is of the whole article."""
    for article in subject.issue.articles:
        known = subject.issue.provenance.get(article.id)
        if known and known.truncated and is_draft(known) and not is_edited(article, known):
            what = f"{_name(article)} was drafted by {told_by(article, known)} from a text that ends too early"
            yield article.line, what, "read how it ends, and add what the draft could not know"


@rule("draft-talk", Severity.WARNING)
def draft_talk(subject: Subject) -> Found:
    """No sentence is about the text that a machine was given instead of what is in it."""
    for article in subject.issue.articles:
        for passage in _words(article):
            opening = _OPENING.match(passage.markdown) if passage is not article.why else None
            if found := _TALK.search(passage.markdown) or opening:
                yield passage.line, f'it says "{found[0]}"', "say what the article says, or take it out"
