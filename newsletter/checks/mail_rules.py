"""Rules on the mail that an issue becomes."""

import re
from collections.abc import Iterator

from newsletter.checks.finding import Severity
from newsletter.checks.leftover import first_leftover, shown_html
from newsletter.checks.rule import Found, Subject, rule
from newsletter.model.traced import Place


@rule("leftover", Severity.ERROR)
def leftover(subject: Subject) -> Found:
    """No template syntax is left in the mail, but for what the articles themselves say."""
    if not subject.rendered:
        return
    own = tuple(_own(subject))
    for part, text in (
        ("subject", subject.rendered.subject),
        ("HTML", shown_html(subject.rendered.html)),
        ("text", subject.rendered.text),
    ):
        if left := first_leftover(text, own):
            place = _written(subject, left[0][1:-1]) if part == "HTML" else None
            yield place or 1, f"{left[0]} is left in the {part}: {left[1]}", "mend the theme, or what it was given"


def _written(subject: Subject, words: str) -> Place | None:
    """Return where a template of the theme wrote *words*; None if none did, or nobody knows."""
    if not subject.document:
        return None
    mjml = subject.document.traced.mjml
    spelled = r"\s+".join(map(re.escape, words.split()))
    for found in re.finditer(spelled, mjml.text):
        try:
            place = mjml.place(found.start())
        except LookupError:
            continue
        if place.path != subject.issue.path:
            return place
    return None


def _own(subject: Subject) -> Iterator[str]:
    """Yield every text that the editor wrote."""
    issue = subject.issue
    yield from (issue.subject, issue.preheader, *subject.own)
    for article in issue.articles:
        yield from (article.link, article.source)
    for passage in issue.passages():
        yield passage.markdown


@rule("public-url-unserved", Severity.WARNING, settings=True)
def public_url_unserved(subject: Subject) -> Found:
    """A public URL has somebody who answers at it: this version serves no pages."""
    if subject.public_url:
        what = f"the links of every mail lead to {subject.public_url}, and newsletter serves no pages yet"
        todo = "leave public_url empty, unless you answer there yourself"
        yield subject.settings_lines.get("public_url", 1), what, todo


@rule("postal-address-missing", Severity.WARNING, settings=True)
def postal_address_missing(subject: Subject) -> Found:
    """A newsletter says where its sender can be reached by post, as many laws ask."""
    if not subject.postal_address.strip():
        yield (
            subject.settings_lines.get("postal_address", 1),
            "there is no postal address",
            'write one: postal_address = "…"',
        )
