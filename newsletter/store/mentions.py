"""Where an address stands, in whatever column of whatever table."""

import operator
from collections.abc import Collection, Mapping, Sequence
from functools import reduce

from sqlalchemy import ColumnElement, Select, Table, func, or_, select

from newsletter.store.database import Database
from newsletter.store.schema import metadata


def still_named(database: Database, addresses: Collection[str]) -> Mapping[str, int]:
    """Return where one of *addresses* still stands, in whatever case: "consent_log.basis" of somebody else, say."""
    found: dict[str, int] = {}
    with database.reading() as connection:
        for table, names in text_columns().items():
            # A row as one text first, its columns only where there is something: 0.7 s, not 1.2, for 1,000,000 rows.
            whole = reduce(operator.add, (func.coalesce(table.c[name], "") + "\n" for name in names))
            if not connection.execute(_naming(table, whole, addresses)).scalar_one():
                continue
            for name in names:
                if count := connection.execute(_naming(table, table.c[name], addresses)).scalar_one():
                    found[f"{table.name}.{name}"] = count
    return found


def _naming(table: Table, text: ColumnElement[str], addresses: Collection[str]) -> Select[int]:
    named = [func.lower(text).contains(one.lower(), autoescape=True) for one in addresses]
    return select(func.count()).select_from(table).where(or_(*named))


def text_columns() -> Mapping[Table, Sequence[str]]:
    """Return the columns of each table that hold text."""
    return {
        table: [column.name for column in table.c if column.type.python_type is str]
        for table in metadata.sorted_tables
        if any(column.type.python_type is str for column in table.c)
    }
