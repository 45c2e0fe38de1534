"""The words of documents: SQLite's FTS5 or PostgreSQL's tsvector, made when somebody searches first.

They are no part of the schema: they can be made anew from the documents at any time, nothing in them is about a reader,
and a Python whose SQLite has no FTS5 can do all else. Both are given words that :func:`words_of` has made, so that both
find the same.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Protocol

from sqlalchemy import Connection, TextClause, inspect, text
from sqlalchemy.exc import OperationalError

from newsletter.errors import StoreError
from newsletter.model.search_query import Query, Term, words_of

TABLE = "document_words"
FIELDS = ("title", "about", "text")
WEIGHTS = (10.0, 4.0, 1.0)
"""How much more a word in the title counts, and one in source, author or tags, than one in the text."""


class Words(Protocol):
    """Where the words of documents are looked up."""

    def make(self, connection: Connection) -> bool:
        """Make the table unless it is there; say whether it was made."""

    def put(self, connection: Connection, documents: Sequence[Mapping[str, Any]]) -> None:
        """Keep the words of *documents*, by their numbers."""

    def take_out(self, connection: Connection, numbers: Iterable[int]) -> None:
        """Let go of them."""

    def matching(self, query: Query) -> TextClause:
        """Return what gives number and rank of all that *query* finds; a smaller rank is better."""


def words_for(connection: Connection) -> Words:
    """Return the way of the database of *connection*."""
    return SqliteWords() if connection.dialect.name == "sqlite" else PostgresqlWords()


class SqliteWords:
    """FTS5: https://www.sqlite.org/fts5.html."""

    def make(self, connection: Connection) -> bool:
        """Make the virtual table."""
        if inspect(connection).has_table(TABLE):
            return False
        try:
            columns = ", ".join(FIELDS)
            connection.exec_driver_sql(f"CREATE VIRTUAL TABLE {TABLE} USING fts5({columns}, tokenize = 'unicode61')")
        except OperationalError as cause:
            if "no such module" not in str(cause):
                raise
            what = "this Python's SQLite cannot search (it has no FTS5)"
            raise StoreError(what, "use a Python from python.org or your system") from cause
        return True

    def put(self, connection: Connection, documents: Sequence[Mapping[str, Any]]) -> None:
        """Keep their words, parted by spaces."""
        insert = text(f"INSERT INTO {TABLE} (rowid, title, about, text) VALUES (:number, :title, :about, :text)")  # noqa: S608
        rows = [
            {"number": one["number"], **{name: " ".join(words_of(one[name])) for name in FIELDS}} for one in documents
        ]
        if rows:
            connection.execute(insert, rows)

    def take_out(self, connection: Connection, numbers: Iterable[int]) -> None:
        """Delete them."""
        if rows := [{"number": number} for number in numbers]:
            connection.execute(text(f"DELETE FROM {TABLE} WHERE rowid = :number"), rows)  # noqa: S608

    def matching(self, query: Query) -> TextClause:
        """Return FTS5's own ranking, BM25; what it is asked has letters and digits in quotes alone."""
        asked = " AND ".join(map(self._term, query.asked))
        refused = "".join(f" NOT {self._term(term)}" for term in query.refused)
        weights = ", ".join(map(str, WEIGHTS))
        found = f"SELECT rowid AS number, bm25({TABLE}, {weights}) AS rank FROM {TABLE} WHERE {TABLE} MATCH :query"  # noqa: S608
        return text(found).bindparams(query=f"({asked}){refused}")

    def _term(self, term: Term) -> str:
        return f'"{" ".join(term.words)}"{" *" if term.prefix else ""}'


class PostgresqlWords:
    """Vectors of words that are written out: https://www.postgresql.org/docs/15/datatype-textsearch.html."""

    GAP = 10
    """Places between two fields, so that no phrase goes from one to the next."""
    LAST = 16383
    """The last place of a vector; what stands behind it counts as there."""

    def make(self, connection: Connection) -> bool:
        """Make the table and its index."""
        if inspect(connection).has_table(TABLE):
            return False
        connection.exec_driver_sql(f"CREATE TABLE {TABLE} (number bigint PRIMARY KEY, words tsvector NOT NULL)")
        connection.exec_driver_sql(f"CREATE INDEX {TABLE}_words ON {TABLE} USING gin (words)")
        return True

    def put(self, connection: Connection, documents: Sequence[Mapping[str, Any]]) -> None:
        """Keep their words with place and weight."""
        insert = text(f"INSERT INTO {TABLE} (number, words) VALUES (:number, CAST(:words AS tsvector))")  # noqa: S608
        if rows := [{"number": one["number"], "words": self._vector(one)} for one in documents]:
            connection.execute(insert, rows)

    def _vector(self, document: Mapping[str, Any]) -> str:
        words, at = [], 0
        for name, weight in zip(FIELDS, "ABC", strict=True):
            for word in words_of(document[name]):
                at = min(at + 1, self.LAST)
                words.append(f"'{word}':{at}{weight}")
            at += self.GAP
        return " ".join(words)

    def take_out(self, connection: Connection, numbers: Iterable[int]) -> None:
        """Delete them."""
        if rows := [{"number": number} for number in numbers]:
            connection.execute(text(f"DELETE FROM {TABLE} WHERE number = :number"), rows)  # noqa: S608

    def matching(self, query: Query) -> TextClause:
        """Return ts_rank's order; what it is asked has letters and digits in quotes alone."""
        asked = " & ".join([*map(self._term, query.asked), *(f"!{self._term(term)}" for term in query.refused)])
        weights = ", ".join(str(weight / WEIGHTS[0]) for weight in (0, *reversed(WEIGHTS)))
        rank = f"-ts_rank('{{{weights}}}', words, CAST(:query AS tsquery), 1)"
        found = f"SELECT number, {rank} AS rank FROM {TABLE} WHERE words @@ CAST(:query AS tsquery)"  # noqa: S608
        return text(found).bindparams(query=asked)

    def _term(self, term: Term) -> str:
        words = [f"'{word}'" for word in term.words]
        return f"({' <-> '.join(words)}{':*' if term.prefix else ''})"
