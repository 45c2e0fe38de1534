"""Rules on a theme's MJML: mjml-python accepts or swallows most mistakes without a word."""

from newsletter.checks.finding import Severity
from newsletter.checks.mail_made import stopping
from newsletter.checks.rule import Found, Subject, rule


def _told(subject: Subject, name: str) -> Found:
    """Yield the faults of a rule, but for the one that keeps the issue from being rendered: ``render`` has that."""
    stopped = stopping(subject)
    for fault in subject.mjml:
        if fault.rule == name and fault is not stopped:
            yield fault.place, fault.what, fault.todo


@rule("mjml-unknown", Severity.ERROR)
def unknown(subject: Subject) -> Found:
    """A theme uses elements and attributes that MJML has, and classes that it has named."""
    return _told(subject, "mjml-unknown")


@rule("mjml-nesting", Severity.ERROR)
def nesting(subject: Subject) -> Found:
    """An element of MJML stands in one that may hold it, and text in one that holds text."""
    return _told(subject, "mjml-nesting")


@rule("mjml-tags", Severity.ERROR)
def tags(subject: Subject) -> Found:
    """Each tag of a theme is whole, and each element is closed where it is due."""
    return _told(subject, "mjml-tags")


@rule("mjml-raw", Severity.ERROR)
def raw(subject: Subject) -> Found:
    """What stands in an <mj-raw> is balanced within it, or all that follows is swallowed."""
    return _told(subject, "mjml-raw")


@rule("mjml-value", Severity.ERROR)
def value(subject: Subject) -> Found:
    """The value of an MJML attribute is of its type: a length with its unit, a colour, one of its words."""
    return _told(subject, "mjml-value")


@rule("mjml-ignored", Severity.WARNING)
def ignored(subject: Subject) -> Found:
    """A theme uses nothing that MJML has and this program does not read."""
    return _told(subject, "mjml-ignored")
