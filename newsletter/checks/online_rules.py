"""Rules on where the links of an issue lead today; they find nothing unless the links were asked."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from newsletter.checks.finding import Severity
from newsletter.checks.link_rules import links_of
from newsletter.checks.rule import Found, Subject, rule
from newsletter.model.canonical import link_key

if TYPE_CHECKING:  # 0.1 s to import, for who asks links
    from newsletter.net.links import LinkStatus

GONE = (404, 410)


def _asked(subject: Subject) -> Iterator["tuple[int, str, LinkStatus]"]:
    for line, link in links_of(subject):
        if link in subject.link_statuses:
            yield line, link[:120], subject.link_statuses[link]


@rule("link-dead", Severity.ERROR, asked="--online")
def link_dead(subject: Subject) -> Found:
    """A link leads to a page that is there."""
    for line, link, status in _asked(subject):
        if status.status in GONE:
            yield line, f"{link} answers {status.status}: there is no such page", "look for its new address"


@rule("link-unreachable", Severity.WARNING, asked="--online")
def link_unreachable(subject: Subject) -> Found:
    """A link's server answers, with a certificate that holds."""
    for line, link, status in _asked(subject):
        if status.fault:
            yield line, f"{link} cannot be reached: {status.fault}", "open it in a browser"


@rule("link-unsure", Severity.NOTE, asked="--online")
def link_unsure(subject: Subject) -> Found:
    """A link's page shows itself to a program, or a person has to look at it."""
    for line, link, status in _asked(subject):
        if status.status >= 400 and status.status not in GONE:
            what = f"{link} answers {status.status}, as many sites do to a program"
            yield line, what, "open it in a browser"


@rule("link-moved", Severity.NOTE, asked="--online")
def link_moved(subject: Subject) -> Found:
    """A link is the address where its page has moved to for good."""
    for line, link, status in _asked(subject):
        if status.permanent and status.status < 400:
            yield line, f"{link} has moved for good", f"write {status.end}"


@rule("link-canonical", Severity.NOTE, asked="--online")
def link_canonical(subject: Subject) -> Found:
    """A link is the address that its page gives as its own."""
    for line, link, status in _asked(subject):
        if status.canonical and link_key(status.canonical) != link_key(status.end):
            yield line, f"{link} calls itself {status.canonical[:120]}", "write that, if it is the same page"
