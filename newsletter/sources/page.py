"""Reads a web page: what it says about itself, and the text of its article."""

import re
from dataclasses import dataclass, replace
from typing import Any, Final

from lxml.html import HtmlElement

from newsletter.model.article import Article
from newsletter.model.word_count import count_words
from newsletter.sources.context import Context
from newsletter.sources.cut_short import is_cut_short
from newsletter.sources.hidden import remove_hidden
from newsletter.sources.json_ld import read_json_ld
from newsletter.sources.marked_page import Page, marked_of, meta_of
from newsletter.sources.page_facts import PageFacts, facts_of, is_video, web_address
from newsletter.sources.page_text import article_text, minutes_of, reader_version
from newsletter.sources.page_tree import page_tree
from newsletter.sources.reading import identified

VERSION: Final = 2
"""Of this reader: a page that another version read is read anew."""
_FEEDS: Final = ("application/rss+xml", "application/atom+xml", "application/feed+json", "application/rdf+xml")


@dataclass(frozen=True, kw_only=True, slots=True)
class PageReading:
    """What was read from one page.

    :param article: with all that the page says about itself; its *link* is where the page is from.
    :param text: of the article, a line a paragraph; empty where there is none.
    :param feeds: the addresses of the feeds that the page names, in its order.
    :param remarks: what was not believed, and why.
    """

    article: Article
    text: str = ""
    feeds: tuple[str, ...] = ()
    remarks: tuple[str, ...] = ()


def version() -> str:
    """Return what names the way in which pages are read here."""
    return f"page {VERSION}, {reader_version()}"


def read_page(data: bytes, context: Context) -> PageReading:
    """Read the page in *data*; however broken, it gives what it has.

    A saved page says itself where it is from; what nobody says stays empty.

    :raises InputError: it is no page: a PDF, a feed, a video, nothing at all.
    """
    root, cut = page_tree(data, context)
    address = context.address or _saved_from(data, root)
    linked, meta = read_json_ld(root), meta_of(root)
    feeds = _feeds(root, address)
    remove_hidden(root)
    based = _based(root, address)
    page = Page(root=root, linked=linked, meta=meta, marked=marked_of(root), address=based, now=context.now)
    facts = facts_of(page)
    text = "" if is_video(page) else _without_title(article_text(root), str(facts.values.get("title", "")))
    shown = " ".join(root.text_content().split())
    short = bool(text) and is_cut_short(text, facts, shown=shown, cut=cut)
    article = _article(facts, text, address=address, truncated=short)
    return PageReading(article=article, text=text, feeds=feeds, remarks=facts.remarks)


def _article(facts: PageFacts, text: str, *, address: str, truncated: bool) -> Article:
    values: dict[str, Any] = dict(facts.values)
    origins = dict(facts.origins)
    if not address:
        address = values.get("canonical", "")
    if values.get("canonical") == address:
        del values["canonical"]
        origins.pop("canonical", None)
    words = count_words(text)
    if not values.get("minutes") and words and not truncated:
        values["minutes"], origins["minutes"] = minutes_of(words), "words"
    known = tuple(f"{name}:{where}" for name, where in sorted(origins.items()))
    found = Article(id="", link=address, words=words, truncated=truncated, origins=known, found="page", **values)
    return identified(found) if found.link or found.title else replace(found, id="")


def _without_title(text: str, title: str) -> str:
    first, _, rest = text.partition("\n")
    return rest if title and " ".join(first.split()).casefold() == title.casefold() else text


def _based(root: HtmlElement, address: str) -> str:
    """Return what relative links of the page are relative to."""
    base = next((element.get("href", "") for element in root.iter("base") if element.get("href")), "")
    return web_address(base, address) or address


def _feeds(root: HtmlElement, address: str) -> tuple[str, ...]:
    links = (
        web_address(element.get("href", ""), _based(root, address))
        for element in root.iter("link")
        if "alternate" in str(element.get("rel", "")).lower().split()
        and element.get("type", "").partition(";")[0].strip().lower() in _FEEDS
    )
    return tuple(dict.fromkeys(link for link in links if link))


_SAVED = (
    re.compile(rb"<!--\s*saved from url=\(\d+\)(\S+?)\s*-->"),  # Chrome, Edge
    re.compile(rb"<!--\s*Page saved with SingleFile\s+url:\s*(\S+)"),
)


def _saved_from(data: bytes, root: HtmlElement) -> str:
    """Return the address that a browser wrote into the page when it saved it; empty if it did not."""
    for mark in _SAVED:
        if found := mark.search(data[:10_000]):
            return web_address(found[1].decode("utf-8", "replace"), "")
    written = root.get("data-saved-from") or root.get("data-scrapbook-source") or ""
    return web_address(written, "")
