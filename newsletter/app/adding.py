"""Adds articles by their addresses: recorded first, whatever becomes of their pages."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path, PurePath
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from newsletter.app.newsletter import Newsletter
from newsletter.app.noting import note
from newsletter.composer.past import Past
from newsletter.composer.pool import Addition, Decision, Entry, Pool
from newsletter.errors import InputError
from newsletter.model.article import Article
from newsletter.model.canonical import article_id

if TYPE_CHECKING:  # heavy: imported by who asks for a candidate
    from newsletter.store.candidates import CandidateStore

FOUND = "page"
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")
_OTHER_SCHEME = re.compile(r"[a-z][a-z0-9+.-]+:", re.I)  # of two letters at least: C: is a disk
_NO_SCHEME = re.compile(r"(?:[\w-]+\.)+[a-z]{2,}(?::\d+)?(?:/.*)?", re.I)


@dataclass(frozen=True, kw_only=True, slots=True)
class Noted:
    """What an editor says of articles as they add them."""

    note: str = ""
    tags: tuple[str, ...] = ()
    section: str = ""
    source: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Added:
    """An address that was recorded.

    :param outcome: "added", "completed" or "known".
    :param notices: what an editor should know at once: where it ran, what was decided about it.
    :param wants_page: its page was not read yet.
    """

    address: str
    entry: Entry
    outcome: str
    notices: tuple[str, ...] = ()
    wants_page: bool = True


def record(newsletter: Newsletter, pool: Pool, addresses: Sequence[str], noted: Noted) -> list[Added]:
    """Put the articles of *addresses* into the pool; when it returns, they are on the disk."""
    articles = [
        Article(
            id=article_id(address, "", ()),
            link=address,
            note=noted.note,
            tags=noted.tags,
            section=noted.section,
            source=noted.source,
            found=FOUND,
        )
        for address in addresses
    ]
    additions = pool.add(articles)
    past = newsletter.past()
    added = []
    for address, addition in zip(addresses, additions, strict=True):
        outcome, entry = _noted(pool, addition, noted)
        notices = notices_of(entry, past, new=outcome == "added")
        wants = not entry.article.text_sha256
        added.append(Added(address=address, entry=entry, outcome=outcome, notices=notices, wants_page=wants))
    return added


def _noted(pool: Pool, addition: Addition, noted: Noted) -> tuple[str, Entry]:
    """Return what became of an article, and its entry; one that was known has the editor's note and tags too now."""
    known = addition.entry
    if addition.outcome == "added" or not note(pool, known, note=noted.note, tags=noted.tags):
        return addition.outcome, known
    return "completed", pool.entries[known.article.id]


def notices_of(entry: Entry, past: Past, *, new: bool) -> tuple[str, ...]:
    """Return what an editor should know who adds the article of *entry*."""
    found = []
    for seen in past.of(entry.article):
        found.append(f"ran in #{seen.number}" if seen.sent else f"picked for issue {seen.number}")
    if entry.decision is Decision.DROPPED:
        found.append(f"{entry.verdict}; newsletter pool restore {entry.article.id} takes it back")
    elif entry.decision is Decision.HELD:
        found.append(entry.verdict)
    if not new:
        found.append(f"in the pool since {entry.added[:10]}")
    return tuple(found)


def require_address(text: str) -> str:
    """Return *text*, an address of the web that can be asked; InputError for another."""
    try:
        parts = urlsplit(text)
        good = parts.scheme.lower() in ("http", "https") and bool(parts.hostname) and parts.port != 0
        good = good and not _CONTROL.search(text)
    except ValueError:  # "http://[::1/", a port of letters
        good = False
    if not good:
        raise InputError("this is no address of the web", "give one that begins with https://", where=text)
    if parts.username is not None or parts.password is not None:  # it would stand in the pool, and in git
        raise InputError("there is a name or password in this address", "take it out", where=parts.hostname or "")
    return text


def require_file(name: str) -> None:
    """Raise InputError where *name* is no file, and what was meant is an address."""
    if name == "-" or PurePath(name).is_absolute() or Path(name).exists():
        return
    if _OTHER_SCHEME.match(name):
        require_address(name)
    if _NO_SCHEME.fullmatch(name):
        todo = f"give one that is there; https://{name} if it is an address"
        raise InputError("there is no such file", todo, where=name)


def add_saved(newsletter: Newsletter, pool: Pool, past: Past, name: str, data: bytes, noted: Noted) -> Added:
    """Put the article of a page that a browser saved into the pool; it is as good as one that was fetched.

    :raises InputError: it is no page, or says neither its title nor its address.
    """
    from newsletter.app.page_reading import read_file
    from newsletter.app.page_taking import with_text
    from newsletter.composer.fitting import fitted
    from newsletter.sources.context import Context

    reading = read_file(newsletter, data, Context(name=name, now=datetime.now(UTC)))
    read = with_text(newsletter, reading)
    if not (read.title or read.link):
        raise InputError("the page says neither its title nor its address", "add it by its address", where=name)
    article = replace(
        read,
        note=noted.note,
        tags=noted.tags,
        section=noted.section,
        source=noted.source or read.source,
        found=f"{FOUND}:{PurePath(name).name}",
    )
    (addition,) = pool.add([fitted(article)])
    outcome, entry = _noted(pool, addition, noted)
    notices = (*notices_of(entry, past, new=outcome == "added"), *reading.remarks)
    return Added(address=name, entry=entry, outcome=outcome, notices=notices, wants_page=False)


_PROLOGUE = re.compile(rb"<!--.*?-->|<\?xml[^>]*>", re.S)
_PAGE = re.compile(rb"\s*<(?:!doctype\s+html|html|head|body)\b", re.I)


def is_saved_page(data: bytes) -> bool:
    """Return whether *data* is a page of the web, and not another thing in HTML, like bookmarks."""
    begin = data[:8192].removeprefix(b"\xef\xbb\xbf")
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):  # UTF-16
        begin = begin[2:].replace(b"\0", b"")
    return _PAGE.match(_PROLOGUE.sub(b"", begin)) is not None


def adopt_candidate(newsletter: Newsletter, pool: Pool, entry: Entry) -> str:
    """Complete *entry* with what a feed said of the same page, if one did, and return the name of that feed.

    The candidate leaves after the pool has its facts, so that neither is lost whenever we are killed.
    """
    from newsletter.composer.fitting import fitted

    if not newsletter.has_database():
        return ""
    store = _candidates(newsletter)
    candidate = store.of_link(entry.article.link)
    if candidate is None:
        return ""
    facts = {"id": entry.article.id, "link": entry.article.link, "found": entry.article.found}
    pool.add([fitted(Article(**{**_values(candidate.article), **facts}))])
    store.leave([candidate.article.id])
    return candidate.article.source or candidate.article.feed


def _values(article: Article) -> dict[str, Any]:
    return {name: getattr(article, name) for name in Article.__dataclass_fields__}


def _candidates(newsletter: Newsletter) -> "CandidateStore":
    from newsletter.store.candidates import CandidateStore

    return CandidateStore(newsletter.database)
