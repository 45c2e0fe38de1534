"""The data folder of a newsletter: the database, its secret key and its backups.

::

    DATA/newsletter.sqlite3   subscribers, consent, ledger
    DATA/secret.key           32 random bytes; the database knows their fingerprint
    DATA/newsletter.lock      held by the coordinator of a mailing
    DATA/backups/             made before each migration and each mailing
"""

import shutil
import sqlite3
import tempfile
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Self

from sqlalchemy import Connection, Engine, insert, select

from newsletter.errors import StoreError
from newsletter.store.backup import backup_path, copy_database
from newsletter.store.engine import PATIENCE, connect, sqlite_engine
from newsletter.store.failure import said_plainly
from newsletter.store.key import fingerprint_of, make_key, read_key
from newsletter.store.moment import utc_now, written
from newsletter.store.schema import VERSION, meta, metadata, version_table
from newsletter.store.upgrade import bring_up_to_date

DATABASE_FILE = "newsletter.sqlite3"


class Database:
    """An open database.

    :ivar id: its own random name, which a receipt calls the ledger.
    :ivar key: the secret that all tokens are made with.
    :ivar folder: the data folder.
    """

    def __init__(self, engine: Engine, *, folder: Path, database_id: str, key: bytes) -> None:
        self._engine = engine
        self._writing = engine.execution_options(writing=True)
        self.folder = folder
        self.id = database_id
        self.key = key

    @property
    def is_sqlite(self) -> bool:
        """Whether it is a file on this machine, and goes where the machine goes."""
        return True

    @property
    def path(self) -> Path:
        """The database file."""
        return self.folder / DATABASE_FILE

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """Give a connection that sees the database as it is at one moment, whatever others write meanwhile."""
        with said_plainly(self.path), self._engine.begin() as connection:
            yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """Give the one connection that may write; all of the block is committed, or nothing."""
        with said_plainly(self.path), self._writing.begin() as connection:
            yield connection

    def driver(self) -> sqlite3.Connection:
        """Return a connection of the driver, for what is done thousands of times a second; the caller closes it."""
        with said_plainly(self.path):
            return connect(self.path)

    def backup(self, to: Path) -> None:
        """Copy the database, without the key, into the new file *to*, while others may go on using it."""
        copy_database(self.path, to)

    def backup_before(self, occasion: str) -> Path:
        """Make a backup among the others, named after its time and the *occasion*, and return where it is."""
        path = backup_path(self.folder, f"before {occasion}")
        self.backup(path)
        return path

    def close(self) -> None:
        """Let go of the file."""
        self._engine.dispose()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def create(folder: Path) -> Database:
    """Make the data folder *folder* with an empty database and a new key, and open it.

    :raises StoreError: when there is something already, or it cannot be written; then all is as it was.
    """
    if folder.is_dir() and any(folder.iterdir()):
        there = "a database" if (folder / DATABASE_FILE).exists() else "something"
        raise StoreError(
            f"there is {there} already", "nothing was changed; give the newsletter another id", where=folder
        )
    try:
        _make_folder(folder)
    except OSError as cause:
        what = f"the data folder cannot be made: {cause.strerror}"
        raise StoreError(what, "NEWSLETTER_HOME can name another place", where=folder) from cause
    return open_database(folder)


def _make_folder(folder: Path) -> None:
    """Make everything under another name first, so that no half-made folder is ever found under its own."""
    missing = [parent for parent in folder.parents if not parent.exists()]
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        _make_aside(folder)
    except BaseException:
        for parent in missing:  # nearest first
            if parent.is_dir() and not any(parent.iterdir()):
                parent.rmdir()
        raise


def _make_aside(folder: Path) -> None:
    aside = Path(tempfile.mkdtemp(prefix=f".{folder.name}.", dir=folder.parent))  # 0700
    try:
        _make_database(aside / DATABASE_FILE, key=make_key(aside))
        if folder.is_dir():
            folder.rmdir()  # it is empty; Windows renames onto no folder
        aside.rename(folder)
    except BaseException:
        shutil.rmtree(aside)
        raise


def _make_database(path: Path, *, key: bytes) -> None:
    path.touch(mode=0o600)
    engine = sqlite_engine(path)
    row = {
        "id": 1,
        "database_id": uuid.uuid4().hex,
        "key_fingerprint": fingerprint_of(key),
        "created": written(utc_now()),
    }
    try:
        with said_plainly(path), engine.execution_options(writing=True).begin() as connection:
            metadata.create_all(connection)
            version_table.create(connection)
            connection.execute(insert(version_table).values(version_num=VERSION))
            connection.execute(insert(meta).values(row))
    finally:
        engine.dispose()


def open_database(folder: Path, *, patience: float = PATIENCE) -> Database:
    """Open the database in the data folder *folder*, migrated if it is older than this program.

    :param patience: seconds to wait while another program keeps it locked.
    :raises StoreError: when it is missing, locked, damaged, newer than this program or no newsletter's database, or
        when its key is missing or another's.
    """
    path = folder / DATABASE_FILE
    if not path.is_file():
        todo = "newsletter init makes one; if there was one, NEWSLETTER_HOME may name another place"
        raise StoreError("there is no database", todo, where=path)
    bring_up_to_date(path, patience=patience)
    engine = sqlite_engine(path, patience=patience)
    try:
        with said_plainly(path), engine.begin() as connection:
            row = connection.execute(select(meta.c.database_id, meta.c.key_fingerprint)).one_or_none()
        if row is None:
            raise StoreError("it does not say which database it is", "restore it from a backup", where=path)
        key = read_key(folder, fingerprint=row.key_fingerprint)
    except BaseException:
        engine.dispose()
        raise
    return Database(engine, folder=folder, database_id=row.database_id, key=key)
