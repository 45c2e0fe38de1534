"""Tries the database as a change would use it, and changes nothing."""

from sqlalchemy import update

from newsletter.store.database import Database
from newsletter.store.schema import meta


def try_writing(database: Database) -> None:
    """Write a row, and take it back.

    :raises StoreError: the database cannot be written: it is locked, full, gone or damaged.
    """
    with database.writing() as connection:
        connection.execute(update(meta).values(created=meta.c.created))
        connection.rollback()
