"""The data folder of a newsletter: the database, its secret key and its backups.

::

    DATA/newsletter.sqlite3   subscribers, consent, ledger
    DATA/secret.key           the keys, 32 random bytes each; the database knows the newest one's fingerprint
    DATA/newsletter.lock      held by the coordinator of a mailing
    DATA/fetching.lock        held by who fetches feeds
    DATA/backups/             made before each migration and each mailing

With a PostgreSQL server that is named by an address, the key alone is in the folder, and the rest is there.
"""

import shutil
import tempfile
import uuid
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from pathlib import Path
from threading import Lock
from types import TracebackType
from typing import Self

from sqlalchemy import Connection, Engine, insert, select

from newsletter.errors import StoreError
from newsletter.model.hook import NO_HOOKS, Hooks
from newsletter.store.backend import Backend
from newsletter.store.engine import PATIENCE
from newsletter.store.failure import Unusable
from newsletter.store.key import KEY_FILE, Keys, fingerprint_of, make_key, read_keys
from newsletter.store.moment import utc_now, written
from newsletter.store.schema import VERSION, meta, metadata, version_table
from newsletter.store.sqlite_file import DATABASE_FILE, SqliteFile
from newsletter.store.statements import Moves


class Database:
    """An open database.

    :ivar id: its own random name, which a receipt calls the ledger.
    :ivar hooks: who is told what; it goes into the outbox with what it tells.
    :ivar folder: the data folder.
    """

    def __init__(
        self, backend: Backend, engine: Engine, *, folder: Path, database_id: str, keys: Keys, hooks: Hooks = NO_HOOKS
    ) -> None:
        self._backend = backend
        self._engine = engine
        self._writing = engine.execution_options(writing=True)
        self._turns = Lock()
        self.folder = folder
        self.id = database_id
        self._keys = keys
        self._keys_written = _moment_of(folder / KEY_FILE)
        self.hooks = hooks

    @property
    def key(self) -> bytes:
        """The secret that new tokens are made with."""
        return self._fresh_keys().newest

    @property
    def keys(self) -> tuple[bytes, ...]:
        """All that tokens may have been made with, newest first: a token is good if one of them proves it."""
        return self._fresh_keys().all

    @property
    def oldest_key(self) -> bytes:
        """The secret that those who are forgotten are known by: it stays the same when the key is rotated."""
        return self._fresh_keys().oldest

    def key_with(self, fingerprint: str) -> bytes:
        """Return the key that *fingerprint* is of; that of nothing is the oldest.

        :raises StoreError: when it is not on this machine.
        """
        key = self._fresh_keys().with_fingerprint(fingerprint) if fingerprint else self.oldest_key
        if key is None:
            todo = "put it back from a backup, or from the machine that began the mailing"
            raise StoreError("the key that this mailing began with is missing", todo, where=self.folder / KEY_FILE)
        return key

    def _fresh_keys(self) -> Keys:
        """Read them again when the file has changed: a server that runs for months learns of a rotation so."""
        if _moment_of(self.folder / KEY_FILE) not in (self._keys_written, GONE):
            with suppress(StoreError):  # somebody is just copying it: those that were read are still good
                self.reload_keys()
        return self._keys

    def reload_keys(self) -> None:
        """Read the keys again, as the database and the file have them now.

        :raises StoreError: when they do not belong together; then those that were read before are kept.
        """
        written = _moment_of(self.folder / KEY_FILE)
        with self.reading() as connection:
            fingerprint = connection.execute(select(meta.c.key_fingerprint)).scalar_one()
        self._keys, self._keys_written = read_keys(self.folder, fingerprint=fingerprint), written

    @property
    def is_sqlite(self) -> bool:
        """Whether it is a file on this machine, and goes where the machine goes."""
        return self._backend.is_sqlite

    @property
    def where(self) -> str | Path:
        """The file, or the address of the server without its password."""
        return self._backend.where

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """Give a connection that sees the database as it is at one moment, whatever others write meanwhile."""
        with self._backend.said_plainly(), self._engine.begin() as connection:
            yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """Give the one connection that may write; all of the block is committed, or nothing."""
        with self._turn(), self._backend.said_plainly(), self._writing.begin() as connection:
            yield connection

    @contextmanager
    def _turn(self) -> Iterator[None]:
        """Let the threads of this process write to a file one after the other.

        SQLite's own way to wait is to sleep and look again (sqlite3_busy_timeout): with eight threads that write, most
        of the time nobody does, and all of them together get a third as much done as one.
        """
        mine = self.is_sqlite and self._turns.acquire(timeout=PATIENCE)  # then SQLite says that it is locked
        try:
            yield
        finally:
            if mine:
                self._turns.release()

    def moves(self) -> Moves:
        """Return a connection of its own, for what is done thousands of times a second; the caller closes it."""
        return self._backend.moves()

    def coordinator_lock(self) -> AbstractContextManager[None]:
        """Be the only one who starts mailings, sends and settles, until the block ends.

        :raises CoordinatorBusy: when another process is it.
        """
        return self._backend.coordinator_lock()

    def fetching_lock(self) -> AbstractContextManager[None]:
        """Be the only one who fetches feeds, until the block ends.

        :raises FetchingBusy: when another process does.
        """
        return self._backend.fetching_lock()

    def backup(self, to: Path) -> None:
        """Copy the database, without the key, into the new file *to*, while others may go on using it.

        :raises StoreError: when it cannot be written, or is on a server, which has tools of its own for that.
        """
        self._backend.backup(to)

    def backup_before(self, occasion: str) -> Path | None:
        """Make a backup among the others, named after its time and the *occasion*, and return where it is.

        None on a server: there the backups of whoever runs it are relied on.
        """
        return self._backend.backup_before(occasion)

    def wipe(self) -> bool:
        """Leave nothing of deleted rows in free space and log; only for the holder of the coordinator's lock.

        Say whether it is done: whoever reads may keep the log from being emptied.
        """
        return self._backend.wipe()

    def close(self) -> None:
        """Let go of it."""
        self._engine.dispose()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


GONE = (0, 0, 0)


def _moment_of(path: Path) -> tuple[int, int, int]:
    """Return what tells that the file at *path* is another one than before: nothing is written into it in place."""
    try:
        found = path.stat()
    except OSError:
        return GONE
    return (found.st_ino, found.st_mtime_ns, found.st_size)


def backend_of(folder: Path, url: str = "", *, patience: float = PATIENCE) -> Backend:
    """Return where the database of the data folder *folder* is: on the server at *url*, if that is given."""
    if not url:
        return SqliteFile(folder, patience=patience)
    from newsletter.store.postgresql import PostgresqlServer  # its library is an extra

    return PostgresqlServer(url, patience=patience)


def is_there(folder: Path, url: str = "") -> bool:
    """Whether this machine has what it needs to open the database: its file, or the key to that on the server."""
    return (folder / (KEY_FILE if url else DATABASE_FILE)).is_file()


def create(folder: Path, url: str = "") -> Database:
    """Make the data folder *folder* with a new key and an empty database, there or at *url*, and open it.

    :raises StoreError: when there is something already, or it cannot be written; then all is as it was.
    """
    if folder.is_dir() and any(folder.iterdir()):
        there = "a database" if (folder / DATABASE_FILE).exists() else "something"
        raise StoreError(
            f"there is {there} already", "nothing was changed; give the newsletter another id", where=folder
        )
    try:
        _make_folder(folder, url)
    except OSError as cause:
        what = f"the data folder cannot be made: {cause.strerror}"
        raise StoreError(what, "NEWSLETTER_HOME can name another place", where=folder) from cause
    return open_database(folder, url)


def _make_folder(folder: Path, url: str) -> None:
    """Make everything under another name first, so that no half-made folder is ever found under its own."""
    missing = [parent for parent in folder.parents if not parent.exists()]
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        _make_aside(folder, url)
    except BaseException:
        for parent in missing:  # nearest first
            if parent.is_dir() and not any(parent.iterdir()):
                parent.rmdir()
        raise


def _make_aside(folder: Path, url: str) -> None:
    aside = Path(tempfile.mkdtemp(prefix=f".{folder.name}.", dir=folder.parent))  # 0700
    try:
        key = make_key(aside)
        if url:
            # The key is in its place before the tables are: tables without a key are no use to anybody.
            _make_tables(backend_of(folder, url), key, last=lambda: _put(aside, folder))
        else:
            (aside / DATABASE_FILE).touch(mode=0o600)
            _make_tables(SqliteFile(aside), key)
            _put(aside, folder)
    except BaseException:
        shutil.rmtree(aside if aside.exists() else folder)
        raise


def _put(aside: Path, folder: Path) -> None:
    if folder.is_dir():
        folder.rmdir()  # it is empty; Windows renames onto no folder
    aside.rename(folder)


def _make_tables(backend: Backend, key: bytes, *, last: Callable[[], None] = lambda: None) -> None:
    """Make the tables, and say in them whose they are; *last* is done before that is committed."""
    row = {
        "id": 1,
        "database_id": uuid.uuid4().hex,
        "key_fingerprint": fingerprint_of(key),
        "created": written(utc_now()),
    }
    engine = backend.engine()
    try:
        with backend.said_plainly(), engine.execution_options(writing=True).begin() as connection:
            backend.require_empty(connection)
            metadata.create_all(connection, checkfirst=False)
            version_table.create(connection)
            connection.execute(insert(version_table).values(version_num=VERSION))
            connection.execute(insert(meta).values(row))
            last()
    finally:
        engine.dispose()


def take_back(folder: Path, url: str = "") -> None:
    """Undo what :func:`create` did a moment ago: nobody is in the database yet."""
    if url:
        with open_database(folder, url) as database, database.writing() as connection:
            metadata.drop_all(connection)
            version_table.drop(connection)
    shutil.rmtree(folder)


def open_database(folder: Path, url: str = "", *, patience: float = PATIENCE, hooks: Hooks = NO_HOOKS) -> Database:
    """Open the database of the data folder *folder*, migrated if it is older than this program.

    :param url: of the PostgreSQL server that has it; empty for the file in the folder.
    :param patience: seconds to wait while another program keeps it locked.
    :param hooks: who is told what.
    :raises StoreError: when it is missing, locked, damaged, newer than this program or no newsletter's database, or
        when its key is missing or another's.
    """
    backend = backend_of(folder, url, patience=patience)
    backend.bring_up_to_date()
    engine = backend.engine()
    try:
        with backend.said_plainly(), engine.begin() as connection:
            row = connection.execute(select(meta.c.database_id, meta.c.key_fingerprint)).one_or_none()
        if row is None:
            raise Unusable("it does not say which database it is", "restore it from a backup", where=backend.where)
        keys = read_keys(folder, fingerprint=row.key_fingerprint)
    except BaseException:
        engine.dispose()
        raise
    return Database(backend, engine, folder=folder, database_id=row.database_id, keys=keys, hooks=hooks)
