"""The index of what can be searched: documents made from files and candidates, and their words."""

import json
from collections.abc import Collection, Generator, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import asdict
from itertools import islice
from typing import Any, Protocol

from sqlalchemy import (
    Connection,
    Row,
    Select,
    column,
    create_engine,
    delete,
    exists,
    insert,
    select,
    update,
)

from newsletter.model.article import Article
from newsletter.model.document import Document, DocumentKind
from newsletter.model.search_query import Query
from newsletter.store.schema import candidate, document, document_file, metadata
from newsletter.store.search_words import words_for

AT_ONCE = 500
_SHOWN = [each for each in document.c if each.name != "text"]


class Opened(Protocol):
    """A database, as far as the index needs one."""

    def reading(self) -> AbstractContextManager[Connection]:
        """Give a connection that reads."""

    def writing(self) -> AbstractContextManager[Connection]:
        """Give the one connection that may write."""


class InMemory:
    """A database for one search: a clone of a newsletter may have none of its own."""

    def __init__(self) -> None:
        self._engine = create_engine("sqlite://")
        metadata.create_all(self._engine, tables=[document, document_file, candidate])

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """Give a connection."""
        with self._engine.begin() as connection:
            yield connection

    writing = reading

    def close(self) -> None:
        """Let go of it."""
        self._engine.dispose()


class SearchIndex:
    """The documents in *database*."""

    def __init__(self, database: Opened) -> None:
        self._database = database

    def stamps(self) -> dict[str, str]:
        """Return the files that documents were made from, with size and time as they were then."""
        with self._database.reading() as connection:
            return {row.name: row.stamp for row in connection.execute(select(document_file))}

    def is_current(self) -> bool:
        """Whether all candidates that wait are known, and no others."""
        with self._database.reading() as connection:
            asked = (_new_candidates().limit(1), _left_candidates().limit(1))
            return not any(connection.execute(each).first() for each in asked)

    @contextmanager
    def changing(self) -> Iterator["Change"]:
        """Give what changes the index; all of the block is committed, or nothing."""
        with self._database.writing() as connection:
            yield Change(connection)

    def hits(self, query: Query) -> Generator[Row[Any], None, None]:
        """Yield what *query* finds without its text, best first, newest first among equals."""
        with self._database.reading() as connection:
            found = words_for(connection).matching(query).columns(column("number"), column("rank")).subquery()
            asked = select(*_SHOWN).join(found, found.c.number == document.c.number)
            order = (found.c.rank, document.c.since.desc(), document.c.number)
            yield from connection.execute(asked.order_by(*order)).yield_per(AT_ONCE)

    def texts(self, numbers: Iterable[int]) -> dict[int, str]:
        """Return the texts of the documents with these numbers."""
        asked = select(document.c.number, document.c.text).where(document.c.number.in_(list(numbers)))
        with self._database.reading() as connection:
            return {row.number: row.text for row in connection.execute(asked)}

    def items(self) -> list[Row[Any]]:
        """Return id, key, issue and state of each article that an issue tells of."""
        asked = select(document.c.id, document.c.key, document.c.issue, document.c.state)
        with self._database.reading() as connection:
            return list(connection.execute(asked.where(document.c.kind == DocumentKind.ITEM)))

    def article(self, id: str, key: str) -> Row[Any] | None:
        """Return the article of the pool with this id, or else of this address."""
        with self._database.reading() as connection:
            pooled = select(*_SHOWN).where(document.c.kind == DocumentKind.ARTICLE)
            found = connection.execute(pooled.where(document.c.id == id)).first()
            if found is None and key:
                found = connection.execute(pooled.where(document.c.key == key).limit(1)).first()
            return found


class Change:
    """One change of the index.

    :ivar anew: nothing of it was there before.
    """

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._words = words_for(connection)
        self.anew = self._words.make(connection)
        if self.anew:
            connection.execute(delete(document))
            connection.execute(delete(document_file))
            connection.execute(update(candidate).values(indexed=0))

    def fingerprints(self, kind: DocumentKind) -> dict[str, str]:
        """Return the fingerprints of the documents of one kind, by id."""
        asked = select(document.c.id, document.c.fingerprint).where(document.c.kind == kind)
        return {row.id: row.fingerprint for row in self._connection.execute(asked)}

    def put(self, documents: Iterable[Document]) -> None:
        """Add documents, instead of those that were of the same kind, file and id."""
        rest = iter(documents)
        while some := list(islice(rest, AT_ONCE)):
            for kind in {one.kind for one in some}:
                self.take_out(kind, {one.id for one in some if one.kind is kind and not one.file})
            rows = [asdict(one) for one in some]
            given = insert(document).returning(document.c.number, sort_by_parameter_order=True)
            numbers = self._connection.execute(given, rows).scalars().all()
            self._words.put(self._connection, [{"number": n, **row} for n, row in zip(numbers, rows, strict=True)])

    def take_out(self, kind: DocumentKind, ids: Collection[str]) -> None:
        """Take out the articles or candidates with these ids."""
        left = list(ids)
        for at in range(0, len(left), AT_ONCE):
            some = left[at : at + AT_ONCE]
            self._take_out(document.c.kind == kind, document.c.file == "", document.c.id.in_(some))

    def take_out_file(self, file: str) -> None:
        """Take out what was made from the issue *file*."""
        self._take_out(document.c.file == file)

    def _take_out(self, *which: Any) -> None:
        numbers = self._connection.execute(delete(document).where(*which).returning(document.c.number)).scalars().all()
        self._words.take_out(self._connection, numbers)

    def candidates(self) -> Iterator[tuple[Article, str]]:
        """Yield the waiting candidates that are not known yet, with when they were seen; those that left go."""
        gone = list(self._connection.execute(_left_candidates()).scalars())
        self.take_out(DocumentKind.CANDIDATE, gone)
        rows = self._connection.execute(_new_candidates()).all()
        known = update(candidate).where(candidate.c.indexed == 0, candidate.c.left_at.is_(None))
        self._connection.execute(known.values(indexed=1))
        for row in rows:
            yield Article(id=row.id).with_facts(json.loads(row.facts)), row.seen_at

    def note(self, stamps: Mapping[str, str]) -> None:
        """Note which files the documents were made from."""
        self._connection.execute(delete(document_file))
        if rows := [{"name": name, "stamp": stamp} for name, stamp in stamps.items()]:
            self._connection.execute(insert(document_file), rows)


def _new_candidates() -> Select[Any]:
    asked = select(candidate.c.id, candidate.c.facts, candidate.c.seen_at)
    return asked.where(candidate.c.indexed == 0, candidate.c.left_at.is_(None))


def _left_candidates() -> Select[Any]:
    waits = exists().where(candidate.c.id == document.c.id, candidate.c.left_at.is_(None))
    return select(document.c.id).where(document.c.kind == DocumentKind.CANDIDATE, ~waits)


__all__: Sequence[str] = ("Change", "InMemory", "SearchIndex")
