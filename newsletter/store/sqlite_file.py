"""A database in an SQLite file: the data folder holds all there is of it."""

import json
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, closing, contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine

from newsletter.store.backup import backup_path, copy_database
from newsletter.store.engine import PATIENCE, connect, sqlite_engine
from newsletter.store.failure import Unusable, said_plainly
from newsletter.store.lock import coordinator_lock, fetching_lock
from newsletter.store.statements import SQLITE, Facts, Outcome, Statements, statements
from newsletter.store.upgrade import bring_up_to_date

DATABASE_FILE = "newsletter.sqlite3"


class SqliteFile:
    """The database file of the data folder *folder*.

    :param patience: seconds to wait while another program keeps it locked.
    """

    is_sqlite = True

    def __init__(self, folder: Path, *, patience: float = PATIENCE) -> None:
        self.where = folder / DATABASE_FILE
        self._patience = patience

    def bring_up_to_date(self) -> None:
        """Migrate it, after a backup, if it is older than this program."""
        if not self.where.is_file():
            todo = "newsletter init makes one; if there was one, NEWSLETTER_HOME may name another place"
            raise Unusable("there is no database", todo, where=self.where)
        bring_up_to_date(self.where, patience=self._patience)

    def engine(self) -> Engine:
        """Return SQLAlchemy's connections to it."""
        return sqlite_engine(self.where, patience=self._patience)

    def require_empty(self, connection: Connection) -> None:
        """Nothing is to be refused: the file was made a moment ago."""

    def said_plainly(self) -> AbstractContextManager[None]:
        """Turn what it fails with into a StoreError."""
        return said_plainly(self.where)

    def coordinator_lock(self) -> AbstractContextManager[None]:
        """Be the only coordinator, by a lock on a file beside it."""
        return coordinator_lock(self.where.parent)

    def fetching_lock(self) -> AbstractContextManager[None]:
        """Be the only one who fetches feeds, by a lock on another file beside it."""
        return fetching_lock(self.where.parent)

    def moves(self) -> "SqliteMoves":
        """Return a connection for what is done thousands of times a second."""
        with self.said_plainly():
            return SqliteMoves(connect(self.where, patience=self._patience), self.where)

    def backup(self, to: Path) -> None:
        """Copy it into the new file *to*."""
        copy_database(self.where, to)

    def backup_before(self, occasion: str) -> Path:
        """Make a backup among the others of the data folder."""
        path = backup_path(self.where.parent, f"before {occasion}")
        self.backup(path)
        return path

    def wipe(self) -> bool:
        """Write the file anew, and empty the log.

        secure_delete overwrites what is deleted, and no copy of a row that an index page made when it was divided; a
        file that is written anew has neither (https://www.sqlite.org/pragma.html#pragma_secure_delete).
        """
        with self.said_plainly(), closing(connect(self.where, patience=self._patience)) as driver:
            driver.execute("VACUUM")
            busy, _, _ = driver.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        return not busy


class SqliteMoves:
    """A connection of the driver's, and the statements as SQLite understands them; groups are given as JSON."""

    say: Statements = statements(SQLITE)

    def __init__(self, driver: sqlite3.Connection, where: Path) -> None:
        self._driver = driver
        self._where = where

    @property
    def synchronous(self) -> int:
        """How much the disk is waited for at a commit: 2 is FULL (https://www.sqlite.org/pragma.html)."""
        return int(self._driver.execute("PRAGMA synchronous").fetchone()[0])

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All of the block is committed and on the disk at its end, or nothing."""
        with said_plainly(self._where):
            self._driver.execute("BEGIN IMMEDIATE")
            try:
                yield
                self._driver.execute("COMMIT")
            except BaseException:
                if self._driver.in_transaction:
                    self._driver.execute("ROLLBACK")
                raise

    def run(self, statement: str, facts: Facts) -> Sequence[tuple[Any, ...]]:
        """Run one statement; return its rows."""
        return self._driver.execute(statement, facts).fetchall()

    def group(self, numbers: Sequence[int]) -> Facts:
        """Return the fact ``numbers``."""
        return {"numbers": json.dumps(numbers)}

    def accepted(self, replies: Mapping[int, str]) -> Facts:
        """Return the facts of a group that was accepted."""
        return {"accepted": json.dumps(replies)}

    def outcomes(self, outcomes: Sequence[Outcome]) -> Facts:
        """Return the facts of a group of other outcomes."""
        return {"outcomes": json.dumps(outcomes)}

    def close(self) -> None:
        """Let go of the file."""
        self._driver.close()
