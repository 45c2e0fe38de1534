"""Articles that sources brought, until somebody decides about them."""

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, and_, bindparam, delete, func, insert, select, update

from newsletter.model.article import Article
from newsletter.model.canonical import ID_LENGTH, article_key, link_key
from newsletter.store.database import Database
from newsletter.store.moment import Clock, read, utc_now, written
from newsletter.store.schema import candidate

_AT_ONCE = 500
"""Values of one question: SQLite takes 999 in its oldest versions."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Candidate:
    """An article that nobody has decided about.

    :param seen_at: when a source first had it.
    """

    article: Article
    seen_at: datetime


class CandidateStore:
    """The candidates.

    :param clock: tells when one is seen, or leaves.
    """

    def __init__(self, database: Database, *, clock: Clock = utc_now) -> None:
        self._database = database
        self._clock = clock

    def take_in(self, articles: Iterable[Article]) -> tuple[str, ...]:
        """Keep those that are new, and what is new about the others; return the ids of the new ones.

        One that was decided about stays decided: it never comes back as a candidate.
        """
        with self._database.writing() as connection:
            return take_in(connection, articles, self._clock())

    def waiting(self) -> Iterator[Candidate]:
        """Yield all that wait for a decision, oldest first."""
        asked = select(candidate).where(candidate.c.left_at.is_(None))
        with self._database.reading() as connection:
            for row in connection.execute(asked.order_by(candidate.c.seen_at, candidate.c.id)).yield_per(1000):
                yield _candidate(row)

    def count(self, *, seen_since: datetime | None = None) -> int:
        """Return how many wait for a decision, or how many of them were seen since then."""
        waiting = select(func.count()).select_from(candidate).where(candidate.c.left_at.is_(None))
        if seen_since:
            waiting = waiting.where(candidate.c.seen_at >= written(seen_since))
        with self._database.reading() as connection:
            return connection.execute(waiting).scalar_one()

    def find(self, prefix: str) -> list[Candidate]:
        """Return the waiting ones whose id begins with *prefix*, ten at most."""
        wanted = prefix.lower()
        # A whole id is found by its index; a beginning of one is looked for in all of them, 14 ms among 10,000.
        is_it = (
            candidate.c.id == wanted if len(wanted) == ID_LENGTH else candidate.c.id.startswith(wanted, autoescape=True)
        )
        asked = select(candidate).where(is_it, candidate.c.left_at.is_(None))
        with self._database.reading() as connection:
            return [_candidate(row) for row in connection.execute(asked.limit(10))]

    def of_link(self, link: str) -> Candidate | None:
        """Return the waiting one of an address, the oldest; None if there is none."""
        same = and_(candidate.c.link_key == link_key(link), candidate.c.left_at.is_(None))
        with self._database.reading() as connection:
            row = connection.execute(select(candidate).where(same).order_by(candidate.c.seen_at).limit(1)).first()
        return _candidate(row) if row else None

    def of_feed(self, address: str, most: int) -> list[Candidate]:
        """Return the newest waiting ones of a feed, *most* at most."""
        same = and_(candidate.c.feed == address, candidate.c.left_at.is_(None))
        asked = select(candidate).where(same).order_by(candidate.c.seen_at.desc(), candidate.c.id)
        with self._database.reading() as connection:
            return [_candidate(row) for row in connection.execute(asked.limit(most))]

    def of(self, ids: Iterable[str]) -> list[Candidate]:
        """Return the waiting ones of these *ids*."""
        rest, found = iter(ids), []
        with self._database.reading() as connection:
            while some := list(islice(rest, _AT_ONCE)):
                asked = select(candidate).where(candidate.c.id.in_(some), candidate.c.left_at.is_(None))
                found += [_candidate(row) for row in connection.execute(asked)]
        return found

    def leave(self, ids: Iterable[str]) -> None:
        """Note that these were decided about: what was decided stands in the pool."""
        now = written(self._clock())
        with self._database.writing() as connection:
            for id in ids:
                left = and_(candidate.c.id == id, candidate.c.left_at.is_(None))
                connection.execute(update(candidate).where(left).values(left_at=now))

    def forget(self, *, seen_before: datetime) -> int:
        """Delete the waiting ones that were seen before then, and return how many they were."""
        old = and_(candidate.c.left_at.is_(None), candidate.c.seen_at < written(seen_before))
        with self._database.writing() as connection:
            return connection.execute(delete(candidate).where(old)).rowcount


def take_in(connection: Connection, articles: Iterable[Article], at: datetime) -> tuple[str, ...]:
    """Do what :meth:`CandidateStore.take_in` does, in a transaction of somebody else's."""
    articles = list(articles)
    known = _Known(connection, articles)
    new: list[dict[str, Any]] = []
    changed: list[dict[str, Any]] = []
    for article in articles:
        row = known.of(article)
        facts = json.dumps(article.facts(), ensure_ascii=False, sort_keys=True)
        if row is None:
            key = article_key(article)
            values = {"id": article.id, "feed": article.feed, "guid": article.guid, "link_key": key, "facts": facts}
            new.append({**values, "seen_at": written(at), "left_at": None})
            known.add(new[-1])
        elif row["left_at"] is None and row["facts"] != facts and row["feed"] == article.feed:
            row["facts"] = facts  # what another feed says of it is another matter
            changed.append({"of": row["id"], "facts": facts, "indexed": 0})
    fresh: list[str] = [row["id"] for row in new]
    if new:
        connection.execute(insert(candidate), new)
    if changed := [row for row in changed if row["of"] not in fresh]:
        connection.execute(update(candidate).where(candidate.c.id == bindparam("of")), changed)
    return tuple(fresh)


class _Known:
    """The candidates that some articles may be: of the same id, the same guid of their feed, or the same address."""

    def __init__(self, connection: Connection, articles: Sequence[Article]) -> None:
        self._by: dict[tuple[str, ...], dict[str, Any]] = {}
        guids: dict[str, list[str]] = defaultdict(list)
        for article in articles:
            if article.feed and article.guid:
                guids[article.feed].append(article.guid)
        self._look(connection, candidate.c.id, [article.id for article in articles])
        self._look(connection, candidate.c.link_key, [key for article in articles if (key := article_key(article))])
        for address, of in guids.items():
            self._look(connection, candidate.c.guid, of, candidate.c.feed == address)

    def _look(
        self, connection: Connection, column: ColumnElement[str], values: Sequence[str], *also: ColumnElement[bool]
    ) -> None:
        for at in range(0, len(values), _AT_ONCE):
            asked = select(candidate).where(column.in_(values[at : at + _AT_ONCE]), *also)
            for row in connection.execute(asked.order_by(candidate.c.seen_at, candidate.c.id)).mappings():
                self.add(dict(row))

    def add(self, row: dict[str, Any]) -> None:
        """Know *row*; of two that an article may be it is the first."""
        for key in (("id", row["id"]), ("guid", row["feed"], row["guid"]), ("link", row["link_key"])):
            self._by.setdefault(key, row)

    def of(self, article: Article) -> dict[str, Any] | None:
        """Return what *article* is known as."""
        found = self._by.get(("id", article.id))
        if found is None and article.feed and article.guid:
            found = self._by.get(("guid", article.feed, article.guid))
        if found is None and (key := article_key(article)):
            found = self._by.get(("link", key))
        return found


def _candidate(row: Row[Any]) -> Candidate:
    facts = json.loads(row.facts)
    return Candidate(article=Article(id=row.id).with_facts(facts), seen_at=read(row.seen_at))
