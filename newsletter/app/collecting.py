"""Takes the articles of a file into the pool."""

import os
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from newsletter.app.adding import Noted
from newsletter.app.newsletter import Newsletter
from newsletter.composer.fitting import fitted
from newsletter.composer.pool import Decision, Entry, Pool, excess
from newsletter.errors import InputError
from newsletter.model.article import Article
from newsletter.model.canonical import article_without_logins, scheme_of
from newsletter.model.excerpt import excerpt
from newsletter.sources.reader import SUFFIXES, read_source
from newsletter.sources.reading import Collected, Reading, Remark


@dataclass(frozen=True, kw_only=True, slots=True)
class Row:
    """One article that was read, and what became of it: "added", "completed" or "known"."""

    article: Article
    outcome: str
    first_line: int
    last_line: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Collection:
    """Everything that one file gave."""

    name: str
    rows: tuple[Row, ...]
    remarks: tuple[Remark, ...]

    def values(self) -> dict[str, Any]:
        """What a program reads."""
        return asdict(self)


def read_file(path: Path) -> bytes:
    """Return what is in *path*; InputError when it cannot be read."""
    try:
        return path.read_bytes()
    except OSError as cause:
        raise InputError(f"it cannot be read: {cause.strerror}", "give a file that is there", where=path) from cause


def read(name: str, data: bytes, links: Path | None, kind: str = "") -> Reading:
    """Read *data* of the file *name*; nothing is added yet.

    :param kind: what it is; empty for what it says itself.
    """
    table = (read_file(links), links.name) if links else None
    return replace(read_source(data, name, table, kind=kind), name=name)


def files_in(folder: Path) -> list[Path]:
    """Return the files of *folder* and the folders in it that may have articles, hidden ones apart.

    A Maildir's are all of those in its ``cur`` and ``new``.
    """
    if (folder / "cur").is_dir() and (folder / "new").is_dir():
        return sorted(path for part in ("cur", "new") for path in (folder / part).iterdir() if path.is_file())
    found = []
    for where, folders, files in os.walk(folder):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        found += [
            Path(where, name)
            for name in sorted(files)
            if not name.startswith(".") and Path(name).suffix.lower() in SUFFIXES
        ]
    return found


NOTES = frozenset((".md", ".markdown", ".txt", ".text"))
"""How names of files end that are in a folder for many reasons, as in a vault of Obsidian."""


def read_leniently(path: Path, kind: str = "") -> Reading | None:
    """Read one of many files; one that cannot be read is a remark, and stops nobody.

    :returns: None for a note that has no article in it.
    """
    try:
        reading = read(str(path), read_file(path), None, kind)
    except InputError as error:
        return unread(str(path), error)
    return reading if reading.collected or kind or path.suffix.lower() not in NOTES else None


def unread(name: str, error: InputError) -> Reading:
    """Return the reading of a file that cannot be read: a remark that says why."""
    what = "; ".join(part for part in (error.what, error.todo) if part)
    return Reading(name=name, collected=(), remarks=(Remark(line=error.line or 0, what=what),))


def collect(newsletter: Newsletter, pool: Pool, reading: Reading, noted: Noted) -> Collection:
    """Put the articles of *reading* into *pool*, with what an editor says of all of them."""
    read = [replace(entry, article=_meant(entry.article, noted)) for entry in _with_texts(newsletter, reading)]
    entries = [_readable(entry) for entry in read]
    collected = [entry for entry in entries if not excess(entry.article)]
    remarks = [*reading.remarks, *filter(None, map(_login, entries))]
    remarks += (_unreadable(one) for one, entry in zip(read, entries, strict=True) if one != entry)
    remarks += (_too_long(entry) for entry in entries if excess(entry.article))
    additions = pool.add([entry.article for entry in collected])
    remarks += [
        _dropped(entry, addition.entry)
        for entry, addition in zip(collected, additions, strict=True)
        if addition.entry.decision is Decision.DROPPED
    ]
    rows = tuple(
        Row(article=addition.article, outcome=addition.outcome, first_line=entry.first_line, last_line=entry.last_line)
        for entry, addition in zip(collected, additions, strict=True)
    )
    return Collection(name=reading.name, rows=rows, remarks=tuple(sorted(remarks, key=lambda remark: remark.line)))


def _with_texts(newsletter: Newsletter, reading: Reading) -> list[Collected]:
    """Return what was read, each article with the hash that its text is kept by, its sketch and its length."""
    have = [one for one in reading.collected if one.text]
    if not have:
        return list(reading.collected)
    from newsletter.app.texts import keep_texts
    from newsletter.composer.sketch import sketch_of
    from newsletter.model.word_count import count_words
    from newsletter.sources.page_text import minutes_of

    keys = dict(zip([one.text for one in have], keep_texts(newsletter, [one.text for one in have]), strict=True))
    found = []
    for one in reading.collected:
        if one.text:
            words = count_words(one.text)
            minutes = one.article.minutes or minutes_of(words)
            known = {"text_sha256": keys[one.text], "sketch": sketch_of(one.text), "words": words, "minutes": minutes}
            one = replace(one, article=fitted(one.article.with_facts(known)))
        found.append(one)
    return found


def _meant(article: Article, noted: Noted) -> Article:
    return replace(
        article,
        source=article.source or noted.source,
        section=article.section or noted.section,
        note=article.note or noted.note,
        tags=tuple(dict.fromkeys([*article.tags, *noted.tags])),
    )


def _readable(collected: Collected) -> Collected:
    """Leave out a link that is no web address: a reader's program may run it (javascript:) or open a file of theirs."""
    if scheme_of(collected.article.link) in ("http", "https", "mailto", ""):
        return collected
    return replace(collected, article=replace(collected.article, link=""))


def _unreadable(collected: Collected) -> Remark:
    name, link = excerpt(collected.article.title or collected.article.why, 50), excerpt(collected.article.link, 40)
    return Remark(line=collected.first_line, what=f'the link of "{name}" is no web address, and was left out: {link}')


def _login(collected: Collected) -> Remark | None:
    if article_without_logins(collected.article) == collected.article:
        return None
    name = excerpt(collected.article.title or collected.article.why, 50)
    what = f'an address of "{name}" has a name or password in it: that was left out'
    return Remark(line=collected.first_line, what=what, harmless=True)


def _dropped(collected: Collected, entry: Entry) -> Remark:
    name, id = excerpt(entry.article.title or entry.article.why, 50), entry.article.id
    what = f'"{name}" was {entry.verdict}; it stays so: newsletter pool restore {id} takes it back'
    return Remark(line=collected.first_line, what=what, harmless=True)


def _too_long(entry: Collected) -> Remark:
    name = excerpt(entry.article.title or entry.article.why, 50)
    what = f'"{name}" (to line {entry.last_line}) has {excess(entry.article):,} bytes too many for the pool'
    return Remark(line=entry.first_line, what=what)
