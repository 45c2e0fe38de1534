"""Rules on what makes a mail end in the spam folder, or look as if it should."""

import re
from collections import Counter
from collections.abc import Iterator
from email import message_from_bytes
from email.message import Message
from email.policy import compat32
from email.utils import parseaddr
from urllib.parse import unquote

from lxml.html import HtmlElement

from newsletter.checks.cascade import VIEWS
from newsletter.checks.document import Document
from newsletter.checks.finding import Severity
from newsletter.checks.rule import Found, Subject, rule

IMAGE_RATIO = 0.006
"""Characters of text a pixel of image area: SpamAssassin's HTML_IMAGE_RATIO_06 (20_html_tests.cf)."""
PICTURES = 1_000_000
"""Octets of pictures in a mail that phones away from home load in some seconds."""

_LOADING = (
    *("img", "link", "td", "th", "table", "body", "div"),
    *("audio", "embed", "iframe", "input", "object", "script", "source", "track", "video"),
)
_REMOTE = re.compile(r"""(?:@import\s+(?:url\()?|url\()\s*["']?((?:https?:)?//[^"')\s]+)""", re.I)
_HIDDEN = re.compile(
    r"display\s*:\s*none|visibility\s*:\s*hidden|font-size\s*:\s*(?:0(?:\.0+)?[a-z%]*|1px)\s*(?:;|$)", re.I
)
_PREHEADER = "display:none;font-size:1px;"
"""How MJML begins the style of the hidden preheader, which inboxes show behind the subject."""


@rule("text-links", Severity.WARNING)
def text_links(subject: Subject) -> Found:
    """The plain-text part has each link of the HTML."""
    if not (document := subject.document) or not subject.rendered:
        return
    links = ((document.place(link), str(link.get("href") or "")) for link in document.root.iter("a"))
    for place, address in dict.fromkeys(links):  # MJML makes two of an <mj-social-element>: icon and words
        if address and not address.startswith("#") and not _has_link(subject.rendered.text, address):
            yield place, f"{address[:100]} is not in the plain-text part", "put it into the text template"


def _has_link(text: str, address: str) -> bool:
    """Whether *text* has the whole *address*, and not only the beginning of a longer one.

    What is not ASCII has become %-escapes in the HTML, which libxml2 writes into each address.
    """
    forms = "|".join(re.escape(form) for form in {address, unquote(address)})
    return bool(re.search(rf"(?:{forms})[.,;:)]*(?:[\s>)\"']|$)", text))


@rule("remote-load", Severity.WARNING)
def remote_load(subject: Subject) -> Found:
    """A theme loads nothing from elsewhere: it tells that server who reads, and some readers see nothing."""
    if not (document := subject.document):
        return
    loads = ((document.place(one), address) for one in document.root.iter(*_LOADING) for address in _addresses(one))
    for place, address in dict.fromkeys(loads):
        if re.match(r"(?:https?:)?//", address) and place.path != subject.issue.path and not _own(subject, address):
            yield place, f"{address[:100]} is loaded by each reader", "put the file into the mail, or leave it out"
    for element in document.root.xpath("//*[contains(@style, 'url(')]"):
        for found in _REMOTE.finditer(element.get("style")):
            what = f"{found[1][:100]} is loaded by each reader"
            yield document.place(element), what, "put the file into the mail, or leave it out"
    for sheet in (*document.sheets, *document.traced.inline_sheets):
        for found in _REMOTE.finditer(sheet.text):
            what = f"{found[1][:100]} is loaded by each reader"
            yield sheet.place(found.start()), what, "use fonts and colours that every machine has"


def _addresses(element: HtmlElement) -> Iterator[str]:
    """Yield what an element has a client fetch (HTML, §4.8 and §4.12; background is HTML 4's)."""
    yield from (str(element.get(name) or "") for name in ("src", "background", "poster"))
    yield from (part.split()[0] for part in str(element.get("srcset") or "").split(",") if part.strip())
    if element.tag == "object":
        yield str(element.get("data") or "")
    if element.tag == "link" and "stylesheet" in str(element.get("rel") or ""):
        yield str(element.get("href") or "")


def _own(subject: Subject, address: str) -> bool:
    return bool(subject.public_url) and address.startswith(f"{subject.public_url}/")


@rule("hidden-text", Severity.WARNING)
def hidden_text(subject: Subject) -> Found:
    """A mail hides no text but its preheader; filters take that for a trick."""
    if not (document := subject.document):
        return
    for element in document.root.body.iter("div", "p", "span", "td", "tr", "table", "li", "a"):
        style = str(element.get("style") or "")
        if style.startswith(_PREHEADER) or not (_HIDDEN.search(style) or _is_hidden(document, element)):
            continue
        shown = element.text or "" if "font-size" in style and "none" not in style else element.text_content()
        words = " ".join(shown.split())
        if re.search(r"\w", words):  # signs alone are the buttons of MJML's mj-navbar
            yield document.place(element), f'"{words[:60]}" is hidden from who reads', "show it, or take it out"


def _is_hidden(document: Document, element: HtmlElement) -> bool:
    """Whether an element is hidden on phone and desktop, in light and dark, and what is around it is not."""
    look = document.cascade.look
    around = element.getparent()
    return all(look(element, view).hidden for view in VIEWS) and not all(look(around, view).hidden for view in VIEWS)


@rule("image-heavy", Severity.WARNING)
def image_heavy(subject: Subject) -> Found:
    """A mail is more text than picture; filters take little text under large pictures for an advertisement."""
    if not (document := subject.document):
        return
    area = sum(_pixels(document))
    text = len(" ".join(document.root.body.text_content().split()))
    if area and text / area < IMAGE_RATIO:
        what = f"{text:,} characters of text stand beside {area:,} square pixels of pictures"
        yield 1, what, "say more, or show less"


def _pixels(document: Document) -> Iterator[int]:
    for image in document.root.iter("img"):
        sides = [str(image.get(side) or "") for side in ("width", "height")]
        if all(side.isdigit() for side in sides):
            yield int(sides[0]) * int(sides[1])


@rule("pictures-large", Severity.WARNING)
def pictures_large(subject: Subject) -> Found:
    """The pictures in a mail have no more than a megabyte together."""
    pictures = subject.rendered.pictures if subject.rendered and subject.rendered.embedded else ()
    size = sum(len(picture.data) for picture in pictures)
    if size > PICTURES:
        largest = max(pictures, key=lambda picture: len(picture.data))
        what = f"the pictures have {size:,} bytes; the largest is {largest.name} with {len(largest.data):,}"
        yield 1, what, 'make them smaller, or write pictures = "publish" in newsletter.toml'


_ONCE = ("From", "To", "Subject", "Date", "Message-ID", "MIME-Version", "List-Id", "List-Unsubscribe")


@rule("headers", Severity.ERROR)
def headers(subject: Subject) -> Found:
    """A message has each header that receivers ask for, once, as the settings say and as programs read them."""
    if not subject.message:
        return
    head = message_from_bytes(subject.message.partition(b"\r\n\r\n")[0] + b"\r\n\r\n", policy=compat32)
    counts = Counter(name.lower() for name in head)
    for name in _ONCE:
        if counts[name.lower()] != 1:
            yield 1, f"the message has {counts[name.lower()]} headers {name}", "look at the settings; this is our fault"
    unsubscribe = str(head["List-Unsubscribe"] or "")
    # RFC 2047 §5 (3): an encoded-word is not allowed inside an address in angle brackets; programs read it as none.
    if "=?" in unsubscribe or not re.fullmatch(r"\s*<[!-~\s]+>(\s*,\s*<[!-~\s]+>)*\s*", unsubscribe):
        yield 1, "List-Unsubscribe is not as programs read it", "shorten the addresses of newsletter.toml"
    if ("<https:" in unsubscribe) != bool(head["List-Unsubscribe-Post"]):
        yield 1, "List-Unsubscribe and List-Unsubscribe-Post do not agree", "look at public_url in newsletter.toml"
    yield from _not_as_configured(subject, head)


def _not_as_configured(subject: Subject, head: Message) -> Found:
    """Yield where From and List-Id differ from the settings: filters and readers sort by both."""
    author = parseaddr(_text_of(head, "From"))[1]
    if subject.author and author != subject.author:
        yield 1, f'From is "{author}", and the settings say "{subject.author}"', "look at from in newsletter.toml"
    list_id = re.search(r"<([^<>]*)>\s*$", _text_of(head, "List-Id"))
    if subject.list_id and list_id and list_id[1] != subject.list_id:
        what = f'List-Id names "{list_id[1]}", and the list is "{subject.list_id}"'
        yield 1, what, "look at [lists] in newsletter.toml"
    elif subject.list_id and head["List-Id"] is not None and not list_id:
        yield 1, "List-Id has no <list.domain> at its end (RFC 2919)", "look at [lists] in newsletter.toml"


def _text_of(head: Message, name: str) -> str:
    """Return a header as it is written; addresses beyond ASCII stand in UTF-8 (RFC 6532)."""
    found = next((value for key, value in head.raw_items() if key.lower() == name.lower()), "")
    return str(found).encode("utf-8", "surrogateescape").decode("utf-8", "replace")
