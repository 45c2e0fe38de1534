"""How each feed stands, kept with the articles that it brought."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, delete, insert, select, update

from newsletter.model.article import Article
from newsletter.model.feed import FeedState
from newsletter.store.candidates import take_in
from newsletter.store.database import Database
from newsletter.store.moment import Clock, read, utc_now, written
from newsletter.store.schema import candidate, feed

_TIMES = ("asked_at", "answered_at", "next_at", "retry_at", "gone_at")


@dataclass(frozen=True, kw_only=True, slots=True)
class Fetched:
    """What became of asking a feed: how it stands now, and the articles that it has and nobody knows."""

    state: FeedState
    articles: Sequence[Article] = ()


class FeedStore:
    """The feeds, by address.

    :param clock: tells when an article is first seen.
    """

    def __init__(self, database: Database, *, clock: Clock = utc_now) -> None:
        self._database = database
        self._clock = clock

    def states(self) -> dict[str, FeedState]:
        """Return how each feed stands that was ever asked."""
        with self._database.reading() as connection:
            return {row.address: _state(row) for row in connection.execute(select(feed))}

    def keep(self, fetched: Iterable[Fetched]) -> list[tuple[str, ...]]:
        """Keep what became of some feeds, of all or of none; return the ids of what is new, feed by feed.

        A feed's state and its articles are in one transaction: whatever kills us, what is not here is asked for again.
        """
        now = self._clock()
        with self._database.writing() as connection:
            new = []
            for one in fetched:
                connection.execute(delete(feed).where(feed.c.address == one.state.address))
                connection.execute(insert(feed).values(_values(one.state)))
                new.append(take_in(connection, one.articles, now))
            return new

    def move(self, addresses: Sequence[tuple[str, str]]) -> None:
        """Give feeds that are at another address now, (old, new), what was known of them; their articles too."""
        with self._database.writing() as connection:
            for old, new in addresses:
                connection.execute(delete(feed).where(feed.c.address == new))
                connection.execute(update(feed).where(feed.c.address == old).values(address=new, moved_to=""))
                connection.execute(update(candidate).where(candidate.c.feed == old).values(feed=new))

    def forget(self, addresses: Iterable[str]) -> None:
        """Forget how feeds stand that nobody asks any more; what they brought stays."""
        with self._database.writing() as connection:
            for address in addresses:
                connection.execute(delete(feed).where(feed.c.address == address))


def _values(state: FeedState) -> dict[str, Any]:
    values = asdict(state)
    times: dict[str, datetime | None] = {name: values[name] for name in _TIMES}
    return {
        **values,
        **{name: written(at) if at else None for name, at in times.items()},
        "timings": json.dumps(state.timings),
    }


def _state(row: Row[Any]) -> FeedState:
    values = dict(row._mapping)
    times = {name: read(values[name]) if values[name] else None for name in _TIMES}
    return FeedState(**{**values, **times, "timings": tuple(json.loads(row.timings))})
