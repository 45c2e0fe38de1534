"""Many rows in one statement, given to the driver past SQLAlchemy, which takes longer than the database does.

SQLite takes a list of rows, and a group of values as JSON; PostgreSQL takes arrays, since each row of a list would be
a message to the server.
"""

import json
from collections.abc import Sequence
from typing import Any

from sqlalchemy import BigInteger, Connection, Integer, Row, Table

# ruff: noqa: S608 - the statements are put together from names of our own tables, and from nothing else


class Bulk:
    """A connection that takes many rows at once."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._is_sqlite = connection.dialect.name == "sqlite"

    def insert(
        self, table: Table, names: Sequence[str], rows: Sequence[tuple[Any, ...]], *, skip_known: bool = False
    ) -> int:
        """Insert *rows*, each with the values of the columns *names*; return how many are new.

        :param skip_known: pass over those that are there; otherwise one of them is an error.
        """
        if not rows:
            return 0
        columns = ", ".join(f'"{name}"' for name in names)
        end = " ON CONFLICT DO NOTHING" if skip_known else ""
        if self._is_sqlite:
            marks = ", ".join("?" * len(names))
            statement = f'INSERT INTO "{table.name}" ({columns}) VALUES ({marks}){end}'
            return self._connection.exec_driver_sql(statement, list(rows)).rowcount
        arrays = ", ".join(f"%s::{_type(table, name)}[]" for name in names)
        statement = f'INSERT INTO "{table.name}" ({columns}) SELECT * FROM unnest({arrays}){end}'
        values = tuple(map(list, zip(*rows, strict=True)))
        return self._connection.exec_driver_sql(statement, values).rowcount

    def select(self, table: Table, names: Sequence[str], key: str, values: Sequence[Any]) -> Sequence[Row[Any]]:
        """Return the columns *names* of the rows whose column *key* has one of *values*."""
        if not values:
            return []
        columns = ", ".join(f'"{name}"' for name in names)
        where, given = "IN (SELECT value FROM json_each(?))", json.dumps(list(values), ensure_ascii=False)
        if not self._is_sqlite:
            return self._connection.exec_driver_sql(
                f'SELECT {columns} FROM "{table.name}" WHERE "{key}" = ANY(%s::{_type(table, key)}[])', (list(values),)
            ).all()
        return self._connection.exec_driver_sql(
            f'SELECT {columns} FROM "{table.name}" WHERE "{key}" {where}', (given,)
        ).all()


def _type(table: Table, name: str) -> str:
    kind = table.c[name].type
    return "bigint" if isinstance(kind, BigInteger) else "integer" if isinstance(kind, Integer) else "text"
