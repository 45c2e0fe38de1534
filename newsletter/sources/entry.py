"""An entry of a feed, and the article that it becomes.

::

    entry ──► link (its own, else a guid that is an address, else an enclosure) ──► Article
              title (else the first words of its text)
              text  (its content, else a description that is longer than a teaser)
"""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from urllib.parse import urldefrag, urljoin, urlsplit

from newsletter.model.article import Article
from newsletter.model.canonical import article_id, keys_of, link_key
from newsletter.model.excerpt import excerpt
from newsletter.sources.fields import SOURCE_LIMIT, SUMMARY_LIMIT
from newsletter.sources.plain import plain
from newsletter.sources.reading import Collected, Remark

TITLE_LIMIT = 300
GUID_LIMIT = 500
ENTRY_LIMIT = 10_000
"""Entries of a feed that are read."""
_FIRST_WORDS = 80
_TEASER_WORDS = 100
_LINK_LIMIT = 2048


@dataclass(frozen=True, kw_only=True, slots=True)
class Entry:
    """What a feed says in one entry, its texts plain, but for *summary* and *content*, which are HTML.

    :param links: where it may be read, best first, each with what it was found as.
    :param published: as :attr:`Article.published`.
    """

    guid: str = ""
    links: Sequence[tuple[str, str]] = ()
    title: str = ""
    author: str = ""
    source: str = ""
    language: str = ""
    published: str = ""
    image: str = ""
    summary: str = ""
    content: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class FeedHead:
    """What a feed says of itself.

    :param address: of the feed; *home* is the page that it is the feed of.
    """

    address: str = ""
    title: str = ""
    home: str = ""
    language: str = ""


Read = tuple[FeedHead, list[Collected], list[Remark]]
"""What a feed says of itself, its articles, and what was odd about it."""


def web_link(link: str, base: str) -> str:
    """Return *link* as an absolute http(s) address, relative to *base*; empty where it is none."""
    link = re.sub(r"[\t\r\n]", "", link.strip())  # as browsers do, and with them controls: URL Standard §4.4, §1.3
    link = re.sub(r"[\x00-\x20\x7f]", lambda odd: f"%{ord(odd[0]):02X}", link)
    try:
        if not link or len(link) > _LINK_LIMIT:
            return ""
        link = urljoin(base, link) if base else link.replace("//", "https://", 1) if link.startswith("//") else link
        parts = urlsplit(link)
        return link if parts.scheme.lower() in ("http", "https") and parts.hostname and parts.port != 0 else ""
    except ValueError:  # "http://[::1/", a port of letters
        return ""


def language_tag(text: str) -> str:
    """Return *text* as a BCP 47 tag; empty where it is none."""
    tag = text.strip().replace("_", "-")
    return tag if re.fullmatch(r"[A-Za-z]{2,3}(?:-[A-Za-z0-9]{2,8}){0,3}", tag) else ""


def collected_of(entries: Iterable[Entry], head: FeedHead) -> list[Collected]:
    """Return the articles of a feed's *entries*, each once; an entry with neither link nor words is none."""
    found = [one for entry in entries if (one := _collected(entry, head)).article.title or one.article.link]
    return _told_apart(_once(found))


def _collected(entry: Entry, head: FeedHead) -> Collected:
    link, found_as = next(((link, how) for address, how in entry.links if (link := web_link(address, ""))), ("", ""))
    content, teaser = plain(entry.content), plain(entry.summary)
    text = content or (teaser if len(teaser.split()) >= _TEASER_WORDS else "")
    facts = {
        "title": excerpt(entry.title or excerpt(teaser or content, _FIRST_WORDS), TITLE_LIMIT),
        "link": link,
        "source": excerpt(entry.source or head.title, SOURCE_LIMIT),
        "author": excerpt(entry.author, SOURCE_LIMIT),
        "language": entry.language or head.language,
        "published": entry.published,
        "image": web_link(entry.image, link or head.address),
        "summary": excerpt(teaser or content, SUMMARY_LIMIT),
    }
    origins = {name: "feed" for name, value in facts.items() if value}
    origins |= {"title": "summary"} if facts["title"] and not entry.title else {}
    origins |= {"link": found_as} if link and found_as else {}
    article = Article(
        id="", feed=head.address, guid=entry.guid, origins=tuple(f"{name}:{origin}" for name, origin in origins.items())
    ).with_facts(facts)
    return Collected(article=article, text=text)


def _once(found: Sequence[Collected]) -> list[Collected]:
    """Keep the first of those that are the same entry; an id that two different entries have is no id."""
    first: dict[tuple[str, str, str], Collected] = {}
    for one in found:
        article = one.article
        same = (article.guid, article.link, "" if article.guid else article.title)
        first.setdefault(same, one)
    uses = Counter(one.article.guid for one in first.values())
    return [
        replace(one, article=replace(one.article, guid="")) if uses[one.article.guid] > 1 else one
        for one in first.values()
    ]


def _told_apart(found: Sequence[Collected]) -> list[Collected]:
    """Give each its id, and those that share an address but for its fragment an address of their own.

    Dropping the fragment of every address merged 81 different items of 200 real feeds: a page of many dated notes.
    """
    uses = Counter(link_key(one.article.link) for one in found if one.article.link)
    apart = []
    for one in found:
        article = one.article
        if article.link and uses[link_key(article.link)] > 1:
            own = article.link if urldefrag(article.link).fragment else web_link(article.guid, "")
            article = replace(article, canonical=own)
            key = keys_of(own)[-1] if own else article.title
            article = replace(article, id=article_id("", key, ()))
        else:
            article = replace(article, id=article_id(article.link, article.title, ()))
        apart.append(replace(one, article=article))
    return apart
