"""Takes the articles of a file into the pool."""

from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from newsletter.app.adding import Noted
from newsletter.app.newsletter import Newsletter
from newsletter.composer.pool import excess
from newsletter.errors import InputError
from newsletter.model.article import Article
from newsletter.model.excerpt import excerpt
from newsletter.sources.reader import read_source
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


def read(name: str, data: bytes, links: Path | None) -> Reading:
    """Read *data* of the file *name*; nothing is added yet."""
    return replace(read_source(data, name, (read_file(links), links.name) if links else None), name=name)


def collect(
    newsletter: Newsletter,
    reading: Reading,
    *,
    source: str,
    section: str,
    note: str = "",
    tags: tuple[str, ...] = (),
) -> Collection:
    """Put the articles of *reading* into the pool, with what an editor says of all of them."""
    noted = Noted(note=note, tags=tags, section=" ".join(section.split()), source=" ".join(source.split()))
    entries = [replace(entry, article=_meant(entry.article, noted)) for entry in reading.collected]
    collected = [entry for entry in entries if not excess(entry.article)]
    remarks = [*reading.remarks, *(_too_long(entry) for entry in entries if excess(entry.article))]
    additions = newsletter.pool().add([entry.article for entry in collected])
    rows = tuple(
        Row(article=addition.article, outcome=addition.outcome, first_line=entry.first_line, last_line=entry.last_line)
        for entry, addition in zip(collected, additions, strict=True)
    )
    return Collection(name=reading.name, rows=rows, remarks=tuple(sorted(remarks, key=lambda remark: remark.line)))


def _meant(article: Article, noted: Noted) -> Article:
    return replace(
        article,
        source=article.source or noted.source,
        section=article.section or noted.section,
        note=article.note or noted.note,
        tags=tuple(dict.fromkeys([*article.tags, *noted.tags])),
    )


def _too_long(entry: Collected) -> Remark:
    name = excerpt(entry.article.title or entry.article.why, 50)
    what = f'"{name}" (to line {entry.last_line}) has {excess(entry.article):,} bytes too many for the pool'
    return Remark(line=entry.first_line, what=what)
