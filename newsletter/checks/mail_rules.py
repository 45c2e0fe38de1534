"""Rules on the mail that an issue becomes."""

import re

from newsletter.checks.finding import Severity
from newsletter.checks.rule import Found, Subject, rule

GMAIL_CLIP = 102_400
"""Bytes of the HTML part beyond which Gmail cuts a mail off, the unsubscribe link with it."""

# What Jinja, Mailchimp and MJML leave behind when something was not filled in.
_LEFTOVER = re.compile(r"\{\{|\}\}|\{%|%\}|\*\||\|\*|<mj-|</mj-")


@rule("size", Severity.ERROR)
def size(subject: Subject) -> Found:
    """The HTML part stays below the 102,400 bytes at which Gmail clips."""
    if (weight := _weight(subject)) > GMAIL_CLIP:
        yield 1, f"the HTML has {weight:,} bytes; Gmail clips at {GMAIL_CLIP:,}", "take articles out, or shorten some"


@rule("size-near", Severity.WARNING)
def size_near(subject: Subject) -> Found:
    """The HTML part keeps a tenth of its room free."""
    if GMAIL_CLIP * 0.9 <= (weight := _weight(subject)) <= GMAIL_CLIP:
        what = f"the HTML has {weight:,} bytes, {weight / GMAIL_CLIP:.0%} of what Gmail shows"
        yield 1, what, "an article less keeps the unsubscribe link visible"


def _weight(subject: Subject) -> int:
    return len(subject.rendered.html.encode()) if subject.rendered else 0


@rule("leftover", Severity.ERROR)
def leftover(subject: Subject) -> Found:
    """No template syntax is left in the mail, but for what the articles themselves say."""
    if not subject.rendered:
        return
    own = "\n".join([subject.issue.subject, *(passage.markdown for passage in subject.issue.passages())])
    own += "\n".join([subject.issue.preheader, *(article.link for article in subject.issue.articles)])
    own = re.sub(r"\\(?=[^\w\s])", "", own)  # an escape of Markdown is no part of the text
    said = {match[0] for match in _LEFTOVER.finditer(own)}
    for part, text in (
        ("subject", subject.rendered.subject),
        ("HTML", subject.rendered.html),
        ("text", subject.rendered.text),
    ):
        if part == "HTML":
            text = re.sub(r"<style.*?</style>", "", text, flags=re.S)
        for match in _LEFTOVER.finditer(text):
            if match[0] not in said:
                around = " ".join(text[max(0, match.start() - 20) : match.end() + 30].split())
                yield 1, f'"{match[0]}" is left in the {part}: …{around}…', "mend the theme, or what it was given"
                break


@rule("postal-address-missing", Severity.WARNING, settings=True)
def postal_address_missing(subject: Subject) -> Found:
    """A newsletter says where its sender can be reached by post, as many laws ask."""
    if not subject.postal_address.strip():
        yield (
            subject.settings_lines.get("postal_address", 1),
            "there is no postal address",
            'write one: postal_address = "…"',
        )
