"""Articles that sources brought, until somebody decides about them."""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Any

from sqlalchemy import Connection, Row, and_, delete, insert, or_, select, update

from newsletter.model.article import Article
from newsletter.model.canonical import article_key, link_key
from newsletter.store.database import Database
from newsletter.store.moment import Clock, read, utc_now, written
from newsletter.store.schema import candidate

_AT_ONCE = 500
"""Ids of one question: SQLite takes 999 in its oldest versions."""


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

    def find(self, prefix: str) -> list[Candidate]:
        """Return the waiting ones whose id begins with *prefix*, ten at most."""
        asked = select(candidate).where(
            candidate.c.id.startswith(prefix.lower(), autoescape=True), candidate.c.left_at.is_(None)
        )
        with self._database.reading() as connection:
            return [_candidate(row) for row in connection.execute(asked.limit(10))]

    def of_link(self, link: str) -> Candidate | None:
        """Return the waiting one of an address, the oldest; None if there is none."""
        same = and_(candidate.c.link_key == link_key(link), candidate.c.left_at.is_(None))
        with self._database.reading() as connection:
            row = connection.execute(select(candidate).where(same).order_by(candidate.c.seen_at).limit(1)).first()
        return _candidate(row) if row else None

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
    now, new = written(at), []
    for article in articles:
        row = _known(connection, article)
        facts = json.dumps(article.facts(), ensure_ascii=False, sort_keys=True)
        if row is None:
            values = {"feed": article.feed, "guid": article.guid, "link_key": article_key(article)}
            connection.execute(insert(candidate).values(id=article.id, facts=facts, seen_at=now, **values))
            new.append(article.id)
        elif row.left_at is None and row.facts != facts and row.feed == article.feed:  # two feeds say two things of one
            connection.execute(update(candidate).where(candidate.c.id == row.id).values(facts=facts, indexed=0))
    return tuple(new)


def _known(connection: Connection, article: Article) -> Row[Any] | None:
    same = [candidate.c.id == article.id]
    if article.feed and article.guid:
        same.append(and_(candidate.c.feed == article.feed, candidate.c.guid == article.guid))
    if key := article_key(article):
        same.append(candidate.c.link_key == key)
    return connection.execute(select(candidate).where(or_(*same)).order_by(candidate.c.seen_at).limit(1)).first()


def _candidate(row: Row[Any]) -> Candidate:
    facts = json.loads(row.facts)
    return Candidate(article=Article(id=row.id).with_facts(facts), seen_at=read(row.seen_at))
