"""Collect: what `newsletter add` does with addresses and saved pages, and says of them."""

import re
import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import nullcontext, suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from newsletter.cli.output import plural, say
from newsletter.cli.progress import counting

if TYPE_CHECKING:
    from newsletter.app.adding import Added, Noted
    from newsletter.app.newsletter import Newsletter
    from newsletter.app.page_taking import Taken
    from newsletter.composer.pool import Pool
    from newsletter.model.article import Article
    from newsletter.sources.reading import Reading

MANY = 100
"""Files of a folder that are read in a moment, and need no bar."""
_BEGIN = re.compile(r"\s*https?:", re.I)
_ADDRESS = re.compile(r"(?:(?:[-*+•]|\d+[.)])\s+)?(<)?(?P<address>https?://[^\s<>]+)(?(1)>)", re.I)


@dataclass(frozen=True, kw_only=True, slots=True)
class Sorted:
    """What was given, by what it is; saved pages by their names.

    :param notes: files of folders that have no article in them.
    """

    addresses: "tuple[str, ...]"
    pages: "tuple[tuple[str, bytes], ...]" = ()
    readings: "tuple[Reading, ...]" = ()
    notes: tuple[Path, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Outcome:
    """What became of an address or a saved page.

    :param taken: what became of its page; None where it was not asked for, or did not answer in time.
    :param feed: the name of the feed that had it.
    """

    added: "Added"
    taken: "Taken | None" = None
    feed: str = ""

    @property
    def state(self) -> str:
        """Where its page stands: "read", "queued", "unread", or "known" where nobody needs to ask."""
        if not self.added.wants_page:
            return "known"
        if self.taken is None:
            return "queued"
        return "read" if self.taken.state.read_at else "queued" if self.taken.state.next_at else "unread"


def sort_out(items: Iterable[str], links: Path | None, kind: str = "") -> Sorted:
    """Read what was given; nothing is added yet.

    :param kind: what the files are; empty for what they say themselves.
    :raises InputError: one of them cannot be read; a source of another package that fails does not stop the others.
    """
    from newsletter.app.adding import is_saved_page, require_address, require_file
    from newsletter.errors import SourceError

    items = list(items)
    if all(map(_BEGIN.match, items)):  # nothing that only files need is loaded for them
        return Sorted(addresses=tuple(dict.fromkeys(require_address(item.strip()) for item in items)))
    from newsletter.app.collecting import read, read_file, unread
    from newsletter.sources.reader import is_bookmarks

    addresses: list[str] = []
    pages: list[tuple[str, bytes]] = []
    readings: list[Reading] = []
    notes: list[Path] = []
    for item in items:
        if _BEGIN.match(item):
            addresses.append(require_address(item.strip()))
            continue
        if item != "-" and Path(item).is_dir():
            inside = _sort_folder(Path(item), kind)
            pages += inside.pages
            readings += inside.readings
            notes += inside.notes
            continue
        require_file(item)
        data = sys.stdin.buffer.read() if item == "-" else read_file(Path(item))
        if not kind and (listed := addresses_in(data)) is not None:
            addresses += map(require_address, listed)
        elif not kind and is_saved_page(data) and not is_bookmarks(data):
            pages.append((item, data))
        else:
            try:
                readings.append(read(item, data, links, kind))
            except SourceError as error:
                if len(items) == 1:
                    raise
                readings.append(unread(item, error))
    found = tuple(dict.fromkeys(addresses))
    return Sorted(addresses=found, pages=tuple(pages), readings=tuple(readings), notes=tuple(notes))


def _sort_folder(folder: Path, kind: str) -> Sorted:
    """Read the files of a folder; notes with nothing in them for us are passed over, and no broken one stops it."""
    from newsletter.app.adding import is_saved_page
    from newsletter.app.collecting import files_in, read_file, read_leniently
    from newsletter.errors import InputError
    from newsletter.sources.reader import is_bookmarks

    files = files_in(folder)
    if not files:
        raise InputError("there is no file in this folder that may have articles", "give another", where=folder)
    pages, readings, notes = [], [], []
    with counting("reading files") if len(files) > MANY else nullcontext(lambda done, total: None) as told:
        for at, path in enumerate(files, 1):
            page = b""
            if not kind and path.suffix.lower() in (".html", ".htm"):
                with suppress(InputError):  # it is told below
                    page = read_file(path)
            if is_saved_page(page) and not is_bookmarks(page):
                pages.append((str(path), page))
            elif reading := read_leniently(path, kind):
                readings.append(reading)
            else:
                notes.append(path)
            told(at, len(files))
    return Sorted(addresses=(), pages=tuple(pages), readings=tuple(readings), notes=tuple(notes))


def addresses_in(data: bytes) -> list[str] | None:
    """Return the addresses in *data* if it is a list of them, one a line; None if it is something else.

    Empty lines and those that begin with # are passed over; the marks of a list of Markdown are no part of them.
    """
    try:
        lines = [line.strip() for line in data.decode("utf-8-sig").splitlines()]
    except UnicodeDecodeError:
        return None
    lines = [line for line in lines if line and not line.startswith("#")]
    found = [match["address"] for line in lines if (match := _ADDRESS.fullmatch(line))]
    return found if found and len(found) == len(lines) else None


def add_saved_pages(
    newsletter: "Newsletter", pages: Sequence[tuple[str, bytes]], noted: "Noted", *, quiet: bool
) -> list[Outcome]:
    """Add pages that a browser saved, and say so."""
    from newsletter.app.adding import add_saved

    if not pages:
        return []
    pool, past = newsletter.pool(), newsletter.past()
    outcomes = []
    for name, data in pages:
        outcomes.append(Outcome(added=add_saved(newsletter, pool, past, name, data, noted)))
        if not quiet:
            added = outcomes[-1].added
            say(f"{added.outcome:<9}  {added.entry.article.id}  {name}")
            _say_below([summary_of(added.entry.article), *added.notices, *_shortcomings(added.entry.article)])
    return outcomes


def add_addresses(
    newsletter: "Newsletter", addresses: Sequence[str], noted: "Noted", *, wait: float, quiet: bool
) -> list[Outcome]:
    """Record *addresses* and say so; then read as many of their pages as answer within *wait* seconds, and say that."""
    from newsletter.app.adding import record

    if not addresses:
        return []
    pool = newsletter.pool()
    added = record(newsletter, pool, addresses, noted)
    if not quiet:
        for one in added:
            say(f"{one.outcome:<9}  {one.entry.article.id}  {one.address}")
            _say_below(one.notices)
    if wait <= 0:
        return [Outcome(added=one) for one in added]
    outcomes = _read(newsletter, pool, added, wait=wait, quiet=quiet)
    if not quiet:
        for outcome in outcomes:
            _say_read(outcome, wait)
    return outcomes


def _read(newsletter: "Newsletter", pool: "Pool", added: "list[Added]", *, wait: float, quiet: bool) -> list[Outcome]:
    from newsletter.app.adding import adopt_candidate
    from newsletter.app.page_queue import put_off, read_pages
    from newsletter.model.page_state import PageState

    feeds = {one.entry.article.id: adopt_candidate(newsletter, pool, one.entry) for one in added if one.wants_page}
    states = [PageState(id=one.entry.article.id, link=one.entry.article.link) for one in added if one.wants_page]
    states = [state for state in states if not pool.entries[state.id].article.text_sha256]
    if not states:
        read = []
    elif len(states) > 1 and not quiet:
        with counting("reading pages") as told:
            read = read_pages(newsletter, pool, states, seconds=wait, told=told)
    else:
        read = read_pages(newsletter, pool, states, seconds=wait)
    taken = {one.state.id: one for one in read}
    put_off(newsletter, [state for state in states if state.id not in taken], datetime.now(UTC))
    asked = {state.id for state in states}
    return [
        Outcome(
            added=replace(one, wants_page=one.entry.article.id in asked),
            taken=taken.get(one.entry.article.id),
            feed=feeds.get(one.entry.article.id, ""),
        )
        for one in added
    ]


def _say_read(outcome: Outcome, wait: float) -> None:
    id, taken = outcome.added.entry.article.id, outcome.taken
    if outcome.feed:
        say(f"adopted    {id}  {outcome.feed} had it: what that said is kept")
    if outcome.state == "read" and taken:
        say(f"read       {id}  {summary_of(taken.entry.article)}")
        _say_below(line for line in remarks_of(taken) if line not in outcome.added.notices)
    elif outcome.state == "queued":
        words = taken.state.words if taken else f"no answer within {wait:g} s"
        say(f"queued     {id}  {words}; newsletter fetch asks again")
    elif outcome.state == "unread" and taken:
        say(f"unread     {id}  {taken.state.words}; newsletter pool edit {id} fills in what you know")


def say_pages(pages: "Sequence[Taken]") -> None:
    """Say what became of pages that waited to be read."""
    read = [page for page in pages if page.state.read_at]
    if pages:
        say(f"{plural(len(pages), 'page')} that waited: {len(read)} read")
    for page in pages:
        if page.state.read_at:
            say(f"  {page.entry.article.id}  {summary_of(page.entry.article)}")
            _say_below(remarks_of(page))
        else:
            again = "asked again later" if page.state.next_at else f"given up; newsletter pool edit {page.state.id}"
            say(f"  {page.state.id}  {page.state.link}: {page.state.words}; {again}")


def page_values(page: "Taken") -> dict[str, Any]:
    """Return what a program reads of a page that waited to be read."""
    state = "read" if page.state.read_at else "queued" if page.state.next_at else "unread"
    values = {"id": page.state.id, "link": page.state.link, "state": state, "words": page.state.words}
    return {**values, "remarks": list(remarks_of(page)) if page.state.read_at else []}


def remarks_of(taken: "Taken") -> Iterator[str]:
    """Yield what an editor should know of a page that was read."""
    yield from (repeat.words for repeat in taken.repeats)
    yield from taken.remarks
    if same := taken.same_as:
        yield f"the same page as {same.article.id} {same.article.title}: that one stays, with your note"
    yield from _shortcomings(taken.entry.article)


def _shortcomings(article: "Article") -> Iterator[str]:
    if article.truncated:
        yield "what was read ends before the article does"
    if not article.link:
        yield f"the page does not say its address; newsletter pool edit {article.id} --link fills it in"


def _say_below(lines: Iterable[str]) -> None:
    for line in lines:
        say(f"           {line}")


def summary_of(article: "Article") -> str:
    """Return an article in one line: title, source, author, day, minutes and words."""
    from newsletter.model.excerpt import excerpt

    about = [article.source, article.author, article.published, f"{article.minutes} min" if article.minutes else ""]
    about += [plural(article.words, "word") if article.words else "no text"]
    return f"{excerpt(article.title, 70) or '(no title)'} ({', '.join(part for part in about if part)})"


def values_of(outcome: Outcome) -> dict[str, Any]:
    """Return what a program reads of one address or saved page."""
    added, taken = outcome.added, outcome.taken
    entry = taken.entry if taken else added.entry
    words = taken.state.words if taken else ""
    remarks = list(remarks_of(taken)) if taken and outcome.state == "read" else []
    return {
        "name": added.address,
        "rows": [{"article": {"id": entry.article.id, **entry.article.facts()}, "outcome": added.outcome}],
        "remarks": list(dict.fromkeys([*added.notices, *remarks])),
        "page": {"state": outcome.state, "words": words},
        "feed": outcome.feed,
    }


def has_failed(outcome: Outcome) -> bool:
    """Return whether a page was asked for and will never be read."""
    return outcome.state == "unread"
