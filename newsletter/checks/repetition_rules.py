"""Rules on what readers get twice, or too much of."""

from collections.abc import Iterator

from newsletter.checks.finding import Severity
from newsletter.checks.link_rules import fault, links_of
from newsletter.checks.rule import Found, Subject, rule
from newsletter.model.canonical import link_key
from newsletter.model.excerpt import excerpt
from newsletter.model.issue import PickedArticle
from newsletter.model.trackers import printed_link, trackers_of


@rule("link-twice", Severity.WARNING)
def link_twice(subject: Subject) -> Found:
    """A link stands once in an issue."""
    first: dict[str, int] = {}
    for line, link in sorted(links_of(subject)):
        key = link_key(link)
        if key in first and first[key] != line:
            yield line, f"{link[:100]} stands at line {first[key]} already", "take one of them out"
        first.setdefault(key, line)


@rule("link-tracked", Severity.WARNING)
def link_tracked(subject: Subject) -> Found:
    """A link does not tell its server which way the reader came."""
    for line, link in links_of(subject):
        if not fault(link) and (names := trackers_of(link)):
            yield line, f"the link has {', '.join(dict.fromkeys(names))} in it", f"write {printed_link(link)}"


@rule("ran-before", Severity.ERROR)
def ran_before(subject: Subject) -> Found:
    """An article did not run in an issue that was sent, unless its entry says why it runs again."""
    for article in _without_reason(subject):
        if number := subject.ran.get(article.line):
            yield article.line, f"{_called(article)} ran in issue {number}", f"take it out, or {_say_why(article)}"


@rule("text-ran-before", Severity.WARNING)
def text_ran_before(subject: Subject) -> Found:
    """The text of an article did not run under another address, unless its entry says why it runs again."""
    for article in _without_reason(subject):
        if article.line in subject.texts_ran:
            number, share = subject.texts_ran[article.line]
            what = f"{_called(article)}: issue {number} told of {share * 100:.0f} % of the same text"
            yield article.line, what, f"look at both, and take it out, or {_say_why(article)}"


@rule("series-order", Severity.WARNING)
def series_order(subject: Subject) -> Found:
    """The parts of a series come in their order, and none is left out."""
    for article in _without_reason(subject):
        if article.line in subject.series and article.line not in subject.ran:  # that says it already
            todo = "put the earlier part first, or tell readers that they meet the series in its midst"
            yield article.line, f"{_called(article)} is {subject.series[article.line]}", todo


def _without_reason(subject: Subject) -> Iterator[PickedArticle]:
    """Yield the articles that nobody paid for, and of which nobody said why they run again; none of past issues."""
    for article in subject.issue.articles if not subject.issue.imported_from else ():
        known = subject.issue.provenance.get(article.id)
        if not article.sponsor and not (known and known.again):
            yield article


def _called(article: PickedArticle) -> str:
    return f'"{excerpt(article.title.markdown, 50)}"'


def _say_why(article: PickedArticle) -> str:
    return f'say why: again = "…" in [articles.{article.id or "ID"}]'


@rule("section-full", Severity.WARNING)
def section_full(subject: Subject) -> Found:
    """A section has no more articles than newsletter.toml allows it."""
    for line, name, count, cap in _full(subject):
        yield line, f'section "{name}" has {count} articles, its cap is {cap}', "move or drop some, or raise its cap"


def _full(subject: Subject) -> Iterator[tuple[int, str, int, int]]:
    for section in subject.issue.sections:
        name = section.name.markdown.strip() if section.name else ""
        count = sum(not article.sponsor for article in section.articles)
        if section.name and (cap := subject.caps.get(name)) and count > cap:
            yield section.name.line, name, count, cap
