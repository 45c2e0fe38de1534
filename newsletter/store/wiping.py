"""Leaves nothing of those who were forgotten in what the database file has between its rows."""

from sqlalchemy import Connection, bindparam, select, update

from newsletter.store.database import Database
from newsletter.store.schema import forgotten


def is_unwiped(database: Database) -> bool:
    """Whether something of those who were forgotten may be left in the file's free space."""
    with database.reading() as connection:
        return bool(_unwiped(connection))


def wipe_forgotten(database: Database) -> bool:
    """Leave nothing of those who were forgotten in the file's free space and its log; say whether it is done.

    The file is written anew for it, which takes a few seconds for each gigabyte. Only for the holder of the
    coordinator's lock: a mailing would have to wait.

    :raises StoreError: when there is no room on the disk for a second one.
    """
    with database.reading() as connection:
        hashes = _unwiped(connection)
    if not hashes:
        return True
    if not database.wipe():
        return False
    with database.writing() as connection:
        done = update(forgotten).where(forgotten.c.hash == bindparam("of")).values(wiped=1)
        connection.execute(done, [{"of": one} for one in hashes])
    return True


def _unwiped(connection: Connection) -> list[str]:
    return list(connection.execute(select(forgotten.c.hash).where(forgotten.c.wiped == 0)).scalars())
