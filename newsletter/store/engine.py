"""Connections to the SQLite file: every setting that safety rests on, in one place."""

import sqlite3
from pathlib import Path

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.pool import QueuePool

from newsletter.errors import StoreError

PATIENCE = 10.0
"""Seconds that a statement waits for another program to finish writing."""

OLDEST_SQLITE = (3, 35, 0)
"""The first with RETURNING (https://www.sqlite.org/releaselog/3_35_0.html)."""


def sqlite_engine(path: Path, *, patience: float = PATIENCE, foreign_keys: bool = True) -> Engine:
    """Return an engine on the database file *path*, which must be there.

    :param patience: seconds to wait for a lock.
    :param foreign_keys: off only while a migration rebuilds tables (https://www.sqlite.org/lang_altertable.html, §7).
    """
    if sqlite3.sqlite_version_info < OLDEST_SQLITE:
        todo = "use a Python with SQLite 3.35 or later"
        raise StoreError(f"this Python's SQLite is too old: {sqlite3.sqlite_version}", todo)

    def opened() -> sqlite3.Connection:
        return connect(path, patience=patience, foreign_keys=foreign_keys)

    engine = create_engine("sqlite+pysqlite://", creator=opened, poolclass=QueuePool)
    event.listen(engine, "begin", _begin)
    return engine


def connect(path: Path, *, patience: float = PATIENCE, foreign_keys: bool = True) -> sqlite3.Connection:
    """Return a connection of the driver's to the database file *path*, set up as all of them are."""
    # mode=rw: a database that is not there is an error, never a new empty file.
    # isolation_level=None: the driver begins nothing by itself, _begin does.
    uri = f"{path.absolute().as_uri()}?mode=rw"
    connection = sqlite3.connect(uri, uri=True, timeout=patience, isolation_level=None, check_same_thread=False)
    try:
        _require_log(connection.execute("PRAGMA journal_mode = WAL").fetchone()[0], path)
        # FULL: a lost intent would be a silent duplicate after a power loss; NORMAL may lose the last commits.
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute(f"PRAGMA foreign_keys = {'ON' if foreign_keys else 'OFF'}")
        connection.execute("PRAGMA recursive_triggers = ON")  # else REPLACE deletes rows past a trigger
        # What is deleted is overwritten, so that who asks to be forgotten is; Debian's SQLite does so by itself.
        connection.execute("PRAGMA secure_delete = ON")
    except BaseException:
        connection.close()
        raise
    return connection


def _require_log(mode: str, path: Path) -> None:
    if mode != "wal":
        what = f"this disk cannot keep a write-ahead log (journal mode {mode})"
        raise StoreError(what, "NEWSLETTER_HOME can name a local disk", where=path)


def _begin(connection: Connection) -> None:
    # IMMEDIATE: a transaction that reads first and writes later would fail at once, whatever the patience, if another
    # wrote in between (SQLITE_BUSY_SNAPSHOT).
    writing = connection.get_execution_options().get("writing", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writing else "BEGIN")
