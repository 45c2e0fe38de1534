"""How each page stands that was added by its address and asked for."""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import Row, delete, insert, select

from newsletter.model.page_state import PageState
from newsletter.store.database import Database
from newsletter.store.moment import read, written
from newsletter.store.schema import page


class PageStore:
    """The pages, by the ids of their articles. One that has no row was not asked for yet, or is none."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def states(self) -> dict[str, PageState]:
        """Return how each page stands that was ever asked for."""
        with self._database.reading() as connection:
            return {row.id: _state(row) for row in connection.execute(select(page))}

    def keep(self, states: Iterable[PageState]) -> None:
        """Keep how some pages stand now, of all or of none."""
        with self._database.writing() as connection:
            for state in states:
                connection.execute(delete(page).where(page.c.id == state.id))
                connection.execute(insert(page).values(_values(state)))


def _state(row: Row[Any]) -> PageState:
    return PageState(
        id=row.id,
        link=row.link,
        attempts=row.attempts,
        next_at=read(row.next_at) if row.next_at else None,
        read_at=read(row.read_at) if row.read_at else None,
        words=row.words,
    )


def _values(state: PageState) -> dict[str, Any]:
    return {
        "id": state.id,
        "link": state.link,
        "attempts": state.attempts,
        "next_at": written(state.next_at) if state.next_at else None,
        "read_at": written(state.read_at) if state.read_at else None,
        "words": state.words,
    }
