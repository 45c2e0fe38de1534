"""Rules on what a screen reader makes of the mail, after the audit of the Email Markup Consortium."""

import re
from collections.abc import Iterator

from lxml.html import HtmlElement

from newsletter.checks.document import Document
from newsletter.checks.finding import Severity
from newsletter.checks.link_words import say_nothing
from newsletter.checks.rule import Found, Subject, rule
from newsletter.model.excerpt import excerpt

# BCP 47, §2.1: what a language tag looks like.
_LANGUAGE = re.compile(r"[a-zA-Z]{2,8}(-[a-zA-Z\d]{1,8})*$")


def spoken(element: HtmlElement) -> str:
    """Return what a screen reader says of an element: its label, or its text and the words for its images."""
    if label := element.get("aria-label", "").strip():
        return str(label)
    parts = []
    for one in element.iter():
        if isinstance(one.tag, str):
            parts += [one.get("alt", "") if one.tag == "img" else "", one.text or ""]
        parts.append(one.tail or "" if one is not element else "")
    return " ".join("".join(parts).split())


def _said_twice(document: Document, attribute: str) -> Iterator[tuple[HtmlElement, str]]:
    """Yield <html>, and what stands for it in webmail, which drops it: with the value of an attribute of both."""
    root = document.root
    yield root, root.get(attribute, "")
    body = root.find("body")
    if body is not None:
        values = [value for one in body if isinstance(one.tag, str) and (value := one.get(attribute))]
        yield body, values[0] if values else ""


@rule("a11y-lang", Severity.ERROR)
def lang(subject: Subject) -> Found:
    """The mail says its language, in <html> and in the element below <body> that webmail keeps."""
    if subject.document:
        for element, said in _said_twice(subject.document, "lang"):
            value = "" if said.lower() == "und" else said  # "undetermined": what MJML writes where a theme says none
            if not _LANGUAGE.match(value):
                where = "<html>" if element.tag == "html" else "no element directly in <body>"
                verb = f'has lang="{value}", which is no language' if value else "says its language"
                what = f"{where} {verb}" if value or element.tag == "body" else f"{where} does not say its language"
                yield subject.document.place(element), what, 'write <mjml lang="en">, or the language you write in'
                return


@rule("a11y-dir", Severity.WARNING)
def direction(subject: Subject) -> Found:
    """The mail says its direction of writing, in <html> and in the element below <body> that webmail keeps."""
    if subject.document:
        for element, value in _said_twice(subject.document, "dir"):
            if value.lower() not in ("ltr", "rtl", "auto"):
                where = "<html>" if element.tag == "html" else "the element in <body> that webmail keeps"
                what = f'{where} has dir="{value}"' if value else f"{where} does not say its direction of writing"
                yield subject.document.place(element), what, 'write <mjml dir="ltr">, or dir="rtl"'
                return


@rule("a11y-title", Severity.ERROR)
def title(subject: Subject) -> Found:
    """The mail has a <title> that says what it is."""
    if subject.document and subject.issue.subject.strip():  # without one, subject-missing says it
        found = subject.document.root.find("head/title")
        text = "" if found is None else (found.text or "").strip()
        if not text or text.casefold() in ("untitled", "title", "newsletter", "email", "document"):
            what = f'the <title> is "{text}", which says nothing' if text else "the mail has no <title>"
            place = subject.document.place(subject.document.root if found is None else found)
            yield place, what, "write <mj-title>{{ issue.subject }}</mj-title> in <mj-head>"


def _own(table: HtmlElement, *tags: str) -> bool:
    """Whether a table has an element of these tags that is not a table's in it."""
    return any(next(one.iterancestors("table")) is table for one in table.iter(*tags))


def _is_layout(table: HtmlElement) -> bool:
    return table.get("role", "").lower() in ("presentation", "none")


def _is_data(table: HtmlElement) -> bool:
    return table.get("role", "").lower() in ("table", "grid") or _own(table, "th", "caption", "thead")


_ROLE = "add it; a table of data has <th> cells instead, and one that MJML writes is better written in an <mj-text>"


@rule("a11y-table-role", Severity.ERROR)
def table_role(subject: Subject) -> Found:
    """A table for layout has role="presentation", or a screen reader counts its rows aloud."""
    if subject.document:
        for table in subject.document.cascade.shown("table"):
            if not _is_layout(table) and not _is_data(table):
                what = 'a table for layout has no role="presentation"'
                yield subject.document.place(table), what, _ROLE


@rule("a11y-table-headers", Severity.ERROR)
def table_headers(subject: Subject) -> Found:
    """A table of data has header cells, and its role does not hide them."""
    if subject.document:
        for table in subject.document.cascade.shown("table"):
            headed = _own(table, "th")
            if _is_layout(table) and headed:
                what = f'role="{table.get("role")}" hides the header cells of a table of data'
                yield subject.document.place(table), what, "take the role off, or make the <th> cells <td>"
            elif _is_data(table) and not _is_layout(table) and not headed:
                yield subject.document.place(table), "a table of data has no header cells", "make them <th>"


@rule("a11y-alt", Severity.ERROR)
def alt(subject: Subject) -> Found:
    """An image in the mail has an alt attribute, an empty one if it only decorates."""
    if subject.document:
        for image in subject.document.cascade.shown("img"):
            if "alt" not in image.attrib:
                what = f"the image {excerpt(image.get('src', ''), 60)} has no alt attribute"
                yield subject.document.place(image), what, 'say what it shows: alt="…"; if nothing, alt=""'


@rule("a11y-headings", Severity.ERROR)
def headings(subject: Subject) -> Found:
    """The mail has one <h1>, and no heading is more than one level below the one before it."""
    if not subject.document:
        return
    found = list(subject.document.cascade.shown("h1", "h2", "h3", "h4", "h5", "h6"))
    first = [one for one in found if one.tag == "h1"]
    if not first:
        place = subject.document.place(found[0] if found else subject.document.root)
        yield place, "the mail has no <h1>", "make its most important line one, such as the subject"
    for one in first[1:]:
        what = f'"{excerpt(spoken(one), 40)}" is another <h1>'
        yield subject.document.place(one), what, "a mail has one; make this an <h2>"
    before = 0
    for one in found:
        level = int(one.tag[1])
        if not spoken(one) and (level > 1 or subject.issue.subject.strip()):
            yield subject.document.place(one), f"an <{one.tag}> is empty", "fill it or take it out"
        if before and level > before + 1:
            what = f'"{excerpt(spoken(one), 40)}" is an <{one.tag}> below an <h{before}>'
            yield subject.document.place(one), what, f"make it an <h{before + 1}>"
        before = level


@rule("a11y-link-text", Severity.WARNING)
def link_text(subject: Subject) -> Found:
    """A link says where it leads, also to who hears nothing but the links."""
    if not subject.document:
        return
    # The rule link-words says it of what the editor wrote.
    known = {reference.text.strip() for reference in subject.issue.references if not reference.image}
    for link in subject.document.cascade.shown("a"):
        if "href" not in link.attrib:
            continue
        text = spoken(link)
        if not text:
            what = f"the link to {excerpt(link.get('href'), 60)} has no text"
            yield subject.document.place(link), what, "say where it leads; for an image, in its alt"
        elif say_nothing(text) and text not in known:
            yield subject.document.place(link), f'the link "{text}" does not say where it leads', "name what is there"
        elif re.match(r"(?:https?://|www\.)\S+$", text):
            what = f'the link "{excerpt(text, 60)}" is a bare address, which is read out letter by letter'
            yield subject.document.place(link), what, "name what is there: [name](address)"
