"""Rules on what the editor says of an article, and how."""

import re

from newsletter.checks.finding import Severity
from newsletter.checks.link_words import say_nothing
from newsletter.checks.rule import Found, Subject, rule
from newsletter.model.excerpt import excerpt
from newsletter.model.sentences import sentences_of

SENTENCES = (1, 2)
POINTS = (2, 6)

# What a text begins with that tells of the article rather than of what is in it.
_OPENING = re.compile(
    r"(?:this|the) (?:article|post|blog(?: post)?|paper|piece|talk|report|write-?up|episode|video|guide)s?"
    r"(?: \w+)? (?:details?|discuss(?:es)?|describes?|explores?|explains?|covers?|highlights?|outlines?|presents?|"
    r"examines?|introduces?|provides?|offers?|shows?|looks|walks|dives|delves|shares?|is about)\b"
    r"|(?:dieser|der) (?:artikel|beitrag|text|bericht|aufsatz|vortrag)\b|in diesem (?:artikel|beitrag|text)\b",
    re.I,
)
_SPONSORED = re.compile(
    r"\bsponsored\b|\badvertorial\b|\bpaid (?:partnership|promotion|post)\b|\bin partnership with\b"
    r"|\bbrought to you by\b|\bgesponsert\b"
    # A label stands alone; within a sentence these words are what the article is about.
    r"|(?:^|[(\[*_|])\s*(?:advertisement|advertising|anzeige|werbung)\s*(?=$|[)\]*_|:.–—-](?!\w))",
    re.I | re.M,
)
_AFFILIATE = re.compile(r"[?&](?:tag=[\w-]+-2\d|aff(?:iliate)?(?:_?id)?=|irclickid=|awc=|afftrack=)", re.I)


def sentences(text: str) -> int:
    """Return how many sentences *text* has, as one paragraph."""
    return sum(1 for _ in sentences_of(" ".join(text.split())))


def _titled(title: str) -> str:
    return f'"{excerpt(title, 50)}"' if title else "this article"


@rule("why-length", Severity.WARNING)
def why_length(subject: Subject) -> Found:
    """Why an article matters is said in one or two sentences."""
    for article in subject.issue.articles:
        if article.why and not article.sponsor and (count := sentences(article.why.markdown)) > SENTENCES[1]:
            what = f"why {_titled(article.title.markdown)} matters is said in {count} sentences"
            yield article.why.line, what, "one or two are read; the rest is for the key points"


@rule("why-opening", Severity.NOTE)
def why_opening(subject: Subject) -> Found:
    """Why an article matters begins with what matters, not with "This article details"."""
    for article in subject.issue.articles:
        if article.why and (found := _OPENING.match(article.why.markdown.strip())):
            yield article.why.line, f'it begins with "{found[0]}"', "begin with what happened, or what to do"


@rule("points-number", Severity.WARNING)
def points_number(subject: Subject) -> Found:
    """An article with key points has 2 to 6 of them."""
    for article in subject.issue.articles:
        count = len(article.points)
        if article.sponsor or not count or POINTS[0] <= count <= POINTS[1]:
            continue
        what = f"{_titled(article.title.markdown)} has {count} key point{'s' if count > 1 else ''}"
        todo = (
            "one alone is a sentence for the text above" if count == 1 else "keep the six that a reader will remember"
        )
        yield article.points[0].line if count == 1 else article.points[POINTS[1]].line, what, todo


@rule("points-missing", Severity.NOTE)
def points_missing(subject: Subject) -> Found:
    """An article has key points, for who does not follow the link; one that was imported need not."""
    for article in subject.issue.articles if not subject.issue.imported_from else ():
        if not (article.sponsor or article.is_chapter or article.points):
            yield article.line, f"{_titled(article.title.markdown)} has no key points", "add two to six: - …"


@rule("link-words", Severity.WARNING)
def link_words(subject: Subject) -> Found:
    """The words of a link say where it leads, also when they are read alone."""
    for reference in subject.issue.references:
        if not reference.image and say_nothing(reference.text):
            yield reference.line, f'the words of a link are "{reference.text.strip()}"', "name what is behind it"


@rule("sponsor-unlabelled", Severity.WARNING)
def sponsor_unlabelled(subject: Subject) -> Found:
    """What somebody paid for is labelled as a sponsor's."""
    for article in subject.issue.articles:
        if article.sponsor:
            continue
        said = next((found for passage in article.passages() if (found := _SPONSORED.search(passage.markdown))), None)
        if said or _AFFILIATE.search(article.link):
            reason = f'says "{said[0].strip(" ()[]*_|")}"' if said else "has an affiliate's link"
            what = f"{_titled(article.title.markdown)} {reason}, and is not marked as a sponsor's"
            yield article.line, what, "if it was paid for, write ### [Title](link) {.sponsor}"
