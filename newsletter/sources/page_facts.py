"""What a page says about itself: Open Graph, JSON-LD, other meta elements, its HTML; each fact with where it is from.

::

    title       og · json-ld · twitter · h1 · title           source    og · json-ld · meta · title
    author      json-ld · meta · html                         published json-ld · meta · html
    image       og · json-ld · twitter · html                 summary   og · json-ld · meta
    canonical   html · og                                     language  html · json-ld · og
    minutes     page · json-ld                                kind      og · json-ld

The order is that of the columns: the first that says something is believed.
"""

import math
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from html import unescape
from urllib.parse import urljoin, urlsplit

from lxml.html import HtmlElement

from newsletter.model.canonical import link_key
from newsletter.model.excerpt import excerpt
from newsletter.sources.invisible import line_of
from newsletter.sources.json_ld import Thing, text_of, types_of
from newsletter.sources.marked_page import Page
from newsletter.sources.same_site import is_same_site
from newsletter.sources.written_day import written_day

TITLE_LIMIT, NAME_LIMIT, SUMMARY_LIMIT, ADDRESS_LIMIT = 300, 120, 400, 600
"""Characters of each; an article's line in the pool holds 4 KB in all."""

_HEADS = frozenset(["article", "main", "header"])
_MINUTES = re.compile(r"\W*(\d{1,3})[\s-]*min(?:ute)?s?\.?[\s-]+read(?:ing)?(?:\s+time)?\W*", re.I)

Said = Iterable[tuple[str, str]]
"""Where it stands, and what it says: ("og", "A title")."""


@dataclass(frozen=True, kw_only=True, slots=True)
class PageFacts:
    """The facts of a page by their names in an article, where each is from, and what was not believed.

    :param remarks: what was passed over, and why, for a person.
    :param locked: the page says that not everybody may read all of it.
    :param expected: how many words the page says that its article has; 0 if it does not say.
    """

    values: Mapping[str, str | int] = field(default_factory=dict)
    origins: Mapping[str, str] = field(default_factory=dict)
    remarks: tuple[str, ...] = ()
    locked: bool = False
    expected: int = 0


def facts_of(page: Page) -> PageFacts:
    """Return what *page* says about itself."""
    thing = page.linked.article(frozenset([page.address, page.first("og:url")]))
    remarks: list[str] = []
    values: dict[str, str | int] = {}
    origins: dict[str, str] = {}
    source = _first(_sources(page, thing), NAME_LIMIT)
    said = {
        "source": source,
        "title": _without_site(_first(_titles(page, thing), TITLE_LIMIT), source[1]),
        "author": _first(_authors(page, thing), NAME_LIMIT),
        "published": _first((where, written_day(text, page.now)) for where, text in _days(page, thing)),
        "language": _first((where, _language(text)) for where, text in _languages(page, thing)),
        "image": _first((where, web_address(text, page.address)) for where, text in _images(page, thing)),
        "summary": _first(_summaries(page, thing), SUMMARY_LIMIT),
        "canonical": _first(_canonicals(page, remarks)),
    }
    for name, (where, text) in said.items():
        if text:
            values[name], origins[name] = text, where
    where, minutes = _minutes(page, thing)
    if minutes:
        values["minutes"], origins["minutes"] = minutes, where
    return PageFacts(
        values=values,
        origins=origins,
        remarks=tuple(remarks),
        locked=_is_locked(page, thing),
        expected=_expected(thing),
    )


def _first(said: Said, limit: int = ADDRESS_LIMIT) -> tuple[str, str]:
    for where, text in said:
        # Texts inside of scripts are written by templates that escape them as if they stood in the page.
        if text := line_of(unescape(text) if where == "json-ld" else text):
            return where, excerpt(text, limit) if limit != ADDRESS_LIMIT else text if len(text) <= limit else ""
    return "", ""


def _titles(page: Page, thing: Thing) -> Iterator[tuple[str, str]]:
    yield "og", page.first("og:title")
    yield "json-ld", text_of(thing.get("headline")) or text_of(thing.get("name"))
    yield "twitter", page.first("twitter:title")
    yield "meta", page.first("citation_title", "dc.title", "parsely-title")
    headings = [element for element in page.root.iter("h1") if line_of(element.text_content())]
    if len(headings) == 1:
        yield "h1", headings[0].text_content()
    for element in page.root.iter("title"):
        yield "title", element.text_content()
    if headings:
        yield "h1", headings[0].text_content()


def _without_site(title: tuple[str, str], source: str) -> tuple[str, str]:
    """Return *title* without " | Name of the site" at its end."""
    where, text = title
    begin, _, end = re.sub(r"\s+([|·»—–-])\s+(?=[^|·»—–-]*$)", r"\0", text).partition("\0")
    if (
        begin
        and source
        and end
        and line_of(end).casefold() in (source.casefold(), source.casefold().removeprefix("the "))
    ):
        return where, begin.rstrip()
    return where, text


def _sources(page: Page, thing: Thing) -> Iterator[tuple[str, str]]:
    yield "og", page.first("og:site_name")
    yield "json-ld", ", ".join(page.linked.names(thing.get("publisher"))[:1])
    yield "json-ld", page.linked.site()
    yield "meta", page.first("application-name", "citation_journal_title", "dc.publisher", "publisher")
    yield "address", (urlsplit(page.address).hostname or "").removeprefix("www.") if page.address else ""


def _authors(page: Page, thing: Thing) -> Iterator[tuple[str, str]]:
    yield "json-ld", _people(page.linked.names(thing.get("author") or thing.get("creator")))
    for name in ("author", "article:author", "parsely-author", "dc.creator", "citation_author", "sailthru.author"):
        yield "meta", _people(page.meta.get(name, ()))
    for element in page.marked.get("author", ()):
        named = next(
            (one for one in element.iter("*") if one is not element and one.get("itemprop") == "name"), element
        )
        yield "html", _people([named.text_content()])
    for element in page.root.iter("a"):
        if "author" in _relations(element):
            yield "html", _people([element.text_content()])


def _people(names: Iterable[str]) -> str:
    """Return names with commas between, each once; a link to somebody's page is no name."""
    clean = (re.sub(r"^(written\s+)?by:?\s+", "", line_of(name), flags=re.I) for name in names)
    return ", ".join(dict.fromkeys(name for name in clean if name and "://" not in name and not name.startswith("@")))


def _days(page: Page, thing: Thing) -> Iterator[tuple[str, str]]:
    for name in ("datePublished", "uploadDate", "dateCreated"):
        yield "json-ld", text_of(thing.get(name))
    for name in (
        "article:published_time", "og:published_time", "datepublished", "parsely-pub-date", "citation_publication_date",
        "citation_date", "dc.date.issued", "dc.date", "sailthru.date", "publish-date", "pubdate", "date",
    ):  # fmt: skip
        yield "meta", page.first(name)
    times = [element for element in page.root.iter("time") if element.get("datetime") or element.get("pubdate")][:50]
    best = [element for element in times if element.get("pubdate") is not None or _stands_in(element, _HEADS)]
    for element in [*page.marked.get("datepublished", ()), *(best or times)[:3]]:
        yield "html", element.get("datetime") or element.get("content") or element.text_content()


def _stands_in(element: HtmlElement, tags: frozenset[str]) -> bool:
    return any(one.tag in tags for one in element.iterancestors())


def _languages(page: Page, thing: Thing) -> Iterator[tuple[str, str]]:
    yield "html", page.root.get("lang", "") or page.root.get("{http://www.w3.org/XML/1998/namespace}lang", "")
    yield "meta", page.first("content-language")
    yield "json-ld", text_of(thing.get("inLanguage"))
    yield "og", page.first("og:locale")


def _language(text: str) -> str:
    """Return a BCP 47 tag: language, script and region; empty for what is none."""
    found = re.fullmatch(
        r"([a-zA-Z]{2,3})(?:[-_]([a-zA-Z]{4}))?(?:[-_]([a-zA-Z]{2}|\d{3}))?(?:[-_.@].*)?", text.strip()
    )
    if not found:
        return ""
    script, region = found[2], found[3]
    return "-".join(part for part in (found[1].lower(), script and script.title(), region and region.upper()) if part)


def _images(page: Page, thing: Thing) -> Iterator[tuple[str, str]]:
    yield "og", page.first("og:image:secure_url", "og:image", "og:image:url")
    image = thing.get("image") or thing.get("thumbnailUrl")
    yield "json-ld", text_of(page.linked.whole(image[0] if isinstance(image, list) and image else image))
    yield "twitter", page.first("twitter:image", "twitter:image:src")
    for element in page.root.iter("link"):
        if "image_src" in _relations(element):
            yield "html", element.get("href", "")


def _summaries(page: Page, thing: Thing) -> Iterator[tuple[str, str]]:
    yield "og", page.first("og:description")
    yield "json-ld", text_of(thing.get("description"))
    yield "meta", page.first("description", "twitter:description", "dc.description")


def _canonicals(page: Page, remarks: list[str]) -> Iterator[tuple[str, str]]:
    """Yield addresses that the page gives as its right one, if they can be believed; else say in *remarks* why not."""
    given = [
        ("html", element.get("href", "")) for element in page.root.iter("link") if "canonical" in _relations(element)
    ]
    for where, written in [*given[:1], ("og", page.first("og:url"))]:
        address = web_address(written, page.address).partition("#")[0]
        if address and (doubt := _doubt(address, page.address)):
            if doubt not in remarks:
                remarks.append(doubt)
        elif address:
            yield where, address


def _doubt(address: str, found_at: str) -> str:
    """Return why *address* is not believed to be the right one of a page found at *found_at*; empty if it is."""
    if not found_at:
        return ""  # a saved page that says nothing else
    if not is_same_site(address, found_at):
        return f"it calls {excerpt(address, 100)} its address, which is another site's: not believed"
    # Many a site gives its front page as the right address of all its pages.
    if not link_key(address).partition("/")[2] and link_key(found_at).partition("/")[2]:
        return "it calls the site's front page its address: not believed"
    return ""


def web_address(written: str, base: str) -> str:
    """Return *written*, relative to *base*, as an address of the web; empty if it is none."""
    if not written.strip():
        return ""
    try:
        address = urljoin(base, line_of(written).replace(" ", "%20"))
        parts = urlsplit(address)
        good = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.username is None
        good = good and (parts.port is None or parts.port > 0)
    except ValueError:
        return ""
    return address if good and len(address) <= ADDRESS_LIMIT else ""


def _relations(element: HtmlElement) -> list[str]:
    return str(element.get("rel", "")).lower().split()


def _minutes(page: Page, thing: Thing) -> tuple[str, int]:
    """Return how long the page says that it takes: to be read, or to be watched."""
    for number in (1, 2, 3):
        if re.search(r"read|lese|lecture|lectura|lettura", page.first(f"twitter:label{number}"), re.I):
            written = re.search(r"(\d{1,3})\s*(min|m\b)", page.first(f"twitter:data{number}"), re.I)
            if written and int(written[1]):
                return "page", int(written[1])
    for name in ("timeRequired", "duration"):
        if minutes := _duration(text_of(thing.get(name))):
            return "json-ld", minutes
    for element in page.root.iter("span", "p", "time", "div", "li", "small"):
        if len(element) == 0 and (written := _MINUTES.fullmatch((element.text or "")[:60])):
            return ("page", int(written[1])) if _stands_in(element, _HEADS) else ("", 0)
    return "", 0


def _duration(text: str) -> int:
    """Return the minutes, rounded up, of an ISO 8601 duration: PT1H12M30S; 0 for what is none."""
    found = re.fullmatch(r"P(?:0D)?T(?:(\d{1,3})H)?(?:(\d{1,4})M)?(?:(\d{1,6})(?:\.\d+)?S)?", text.strip().upper())
    if not found:
        return 0
    hours, minutes, seconds = (int(part or 0) for part in found.groups())
    return min(hours * 60 + minutes + math.ceil(seconds / 60), 9999)


def _is_locked(page: Page, thing: Thing) -> bool:
    free = thing.get("isAccessibleForFree")
    tier = page.first("article:content_tier", "og:article:content_tier").lower()
    return str(free).lower() in ("false", "http://schema.org/false", "https://schema.org/false") or tier in (
        "locked",
        "metered",
    )


def _expected(thing: Thing) -> int:
    written = text_of(thing.get("wordCount"))
    return int(written) if re.fullmatch(r"\d{1,6}", written) else 0


def is_video(page: Page) -> bool:
    """Return whether the page is about something to be watched or heard."""
    thing = page.linked.article(frozenset([page.address]))
    return page.first("og:type").startswith(("video", "music")) or bool(
        {"VideoObject", "PodcastEpisode"} & types_of(thing)
    )
