"""Rules on links and images."""

import re
from collections.abc import Iterator
from urllib.parse import unquote, urlsplit

from newsletter.checks.finding import Severity
from newsletter.checks.rule import Found, Subject, rule
from newsletter.model.issue import Issue

MEDIA = re.compile(r"(?:\.\./|\./)?media/.")


def fault(link: str) -> str:
    """Return what is wrong with the form of *link*, an empty text when nothing is (RFC 3986, RFC 6068)."""
    if re.search(r"[\s<>\"{}|\\^`\x00-\x1f\x7f]", link):
        return "has a character that an address cannot have"
    try:
        parts = urlsplit(link)
        host, _ = parts.hostname or "", parts.port
    except ValueError as cause:
        return f"cannot be read: {cause}"
    if parts.scheme == "mailto":
        return "" if re.fullmatch(r"[^@\s]+@[^@\s]+", parts.path) else "has no e-mail address behind mailto:"
    if parts.scheme not in ("http", "https"):
        return "begins with neither https:// nor http:// nor mailto:"
    if parts.username is not None or parts.password is not None:
        return "has a user name or password in it"
    if not re.fullmatch(
        r"(?:[^\W_](?:[\w-]*[^\W_])?\.)+[^\W\d_][\w-]*[^\W_]|\d+(?:\.\d+){3}|localhost|[\da-f:]+", host
    ):
        return "has no host name as the web has them"
    return ""


def links_of(subject: Subject) -> Iterator[tuple[int, str]]:
    """Yield line and address of each link of the issue that is checked."""
    return links_of_issue(subject.issue)


def links_of_issue(issue: Issue) -> Iterator[tuple[int, str]]:
    """Yield line and address of each link: those of the articles, then those in the editor's words."""
    for article in issue.articles:
        if article.link:
            yield article.line, article.link
    for reference in issue.references:
        if not reference.image:
            yield reference.line, reference.target


@rule("link-malformed", Severity.ERROR)
def link_malformed(subject: Subject) -> Found:
    """A link is a well-formed address of a page or a mailbox."""
    for line, link in links_of(subject):
        if wrong := fault(link):
            yield line, f'the link "{link[:80]}" {wrong}', "copy it anew from the page"
    yield from dict.fromkeys(_of_theme(subject))


def _of_theme(subject: Subject) -> Found:
    """Yield the theme's own links that lead nowhere; what stands for a slot is filled in for each reader."""
    if not (document := subject.document):
        return
    slots = tuple(subject.rendered.tokens.values()) if subject.rendered else ()
    known = {unquote(link) for _, link in links_of(subject)}  # said at its line of the issue
    for element in document.root.iter("a"):
        # libxml2 writes %-escapes for what is not ASCII; in a path they are right, in a host they are none.
        link = re.sub(r"(?<=://)[^/?#]*", lambda host: unquote(host[0]), str(element.get("href") or ""), count=1)
        place = document.place(element)
        if place.path == subject.issue.path or link.startswith(("#", "tel:")) or any(slot in link for slot in slots):
            continue
        if "href" in element.attrib and unquote(link) not in known and (wrong := fault(link)):
            yield place, f'the link "{link[:80]}" {wrong}', "mend it in the theme"


@rule("alt-missing", Severity.ERROR)
def alt_missing(subject: Subject) -> Found:
    """An image has an alternative text for who does not see it."""
    for reference in subject.issue.references:
        if reference.image and not reference.text.strip():
            yield (
                reference.line,
                f"the image {reference.target[:80]} has no alternative text",
                "write it: ![what it shows](…)",
            )


@rule("image-address", Severity.ERROR)
def image_address(subject: Subject) -> Found:
    """An image has an https address, or is a file of media/."""
    for reference in subject.issue.references:
        if not reference.image or MEDIA.match(reference.target):  # one that is not there keeps the mail from being made
            continue
        if not reference.target.startswith("https://") or fault(reference.target):
            what = f'the image "{reference.target[:80]}" has no https address and is no file of media/'
            yield reference.line, what, "put it into media/ and write ![what it shows](media/NAME)"


@rule("image-remote", Severity.NOTE)
def image_remote(subject: Subject) -> Found:
    """An image is fetched from its server by each reader who shows images."""
    for reference in subject.issue.references:
        if reference.image and reference.target.startswith("https://"):
            yield (
                reference.line,
                f"readers load {reference.target[:80]} from its server",
                "make sure that it stays there",
            )
