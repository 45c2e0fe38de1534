"""A database on a PostgreSQL server, shared by machines; of the data folder it needs the key alone.

What SQLite does by one writer at a time, flock and backups in a folder is done here by advisory locks of the server
(https://www.postgresql.org/docs/15/explicit-locking.html, 13.3.5) and by the backups of whoever runs it.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url
from sqlalchemy.exc import ArgumentError

from newsletter.errors import StoreError
from newsletter.store.engine import PATIENCE
from newsletter.store.lock import FETCHES, SENDS, CoordinatorBusy, FetchingBusy
from newsletter.store.schema import VERSION, metadata, version_table
from newsletter.store.server_failure import is_locked, said_plainly
from newsletter.store.statements import POSTGRESQL, Facts, Outcome, Statements, statements
from newsletter.store.upgrade import judge_version, run_migrations

if TYPE_CHECKING:  # the library is an extra
    import psycopg

OLDEST_SERVER = 13_00_00
"""The oldest PostgreSQL that was tried; its makers look after each for five years."""

CONNECTING = 10
"""Seconds to wait for a server that does not answer."""

DYING = 1.0
"""Seconds to wait for the coordinator's lock: the server takes a moment to notice that a process was killed."""

# A lock is of the whole database of the server; two newsletters may share one by schemas.
_LOCK = "hashtext('newsletter ' || current_schema())"
_WRITER, _COORDINATOR, _FETCHING = (f"{_LOCK}, {number}" for number in (1, 2, 3))

# synchronous_commit is what synchronous = FULL is for SQLite: an intent that is committed is on the disk. What a
# machine that went away has locked is free when the server notices, a minute later.
_SETTINGS = """SELECT
    set_config('synchronous_commit', CASE current_setting('synchronous_commit')
        WHEN 'remote_apply' THEN 'remote_apply' ELSE 'on' END, false),
    set_config('tcp_keepalives_idle', '30', false),
    set_config('tcp_keepalives_interval', '10', false),
    set_config('tcp_keepalives_count', '3', false),
    set_config('lock_timeout', %s, false)"""
# Whoever runs the server may have set these for everybody. The coordinator's connection says nothing for hours, and its
# lock goes with it (the setting is new in 14); a statement that has waited for a writer must see what that one wrote.
_STEADY = """SELECT set_config('default_transaction_isolation', 'read committed', false),
    CASE WHEN current_setting('idle_session_timeout', true) IS NOT NULL
    THEN set_config('idle_session_timeout', '0', false) END"""
_TABLES = """SELECT to_regclass('alembic_version') IS NOT NULL AND EXISTS (
    SELECT FROM pg_attribute WHERE attrelid = to_regclass('meta') AND attname = 'key_fingerprint')"""
_NAMES = """SELECT relname FROM pg_class JOIN pg_namespace ON pg_namespace.oid = relnamespace
    WHERE nspname = current_schema()"""
_VERSION = "SELECT max(version_num) FROM alembic_version"

_SHOWN = ("host", "hostaddr", "port", "options", "service")
"""What messages show of the options of an address: another one may be a password, or a mistyped one."""


class PostgresqlServer:
    """The database at *url*, "postgresql://user@host/name".

    :param patience: seconds to wait while another program keeps it locked.
    :raises StoreError: when that is no such address, or the library for it is missing.
    """

    is_sqlite = False

    def __init__(self, url: str, *, patience: float = PATIENCE) -> None:
        _require_library()
        self._url = _read(url)
        self._patience = patience
        options = {name: value for name, value in self._url.query.items() if name in _SHOWN}
        self.where = self._url.set(drivername="postgresql", query=options).render_as_string(hide_password=True)

    def bring_up_to_date(self) -> None:
        """Migrate it if it is older than this program, all in one transaction."""
        if not judge_version(self._version(), VERSION, self.where):
            return
        engine = self.engine().execution_options(writing=True)
        try:
            with self.coordinator_lock(), self.said_plainly(), engine.begin() as connection:
                found = connection.exec_driver_sql(_VERSION).scalar()
                if judge_version(str(found), VERSION, self.where):  # no other process was faster
                    run_migrations(connection, version=VERSION)
        finally:
            engine.dispose()

    def _version(self) -> str:
        """Return the version of the schema, by plain SQL: Alembic takes 0.3 s to import."""
        with self.said_plainly(), self._connect() as driver:
            if driver.execute(_TABLES).fetchone() != (True,):
                todo = "restore it there, if there was one; newsletter init makes one where no secret.key is left"
                raise StoreError("there is no newsletter's database", todo, where=self.where)
            return str((driver.execute(_VERSION).fetchone() or ("",))[0] or "")

    def engine(self) -> Engine:
        """Return SQLAlchemy's connections to it."""
        engine = create_engine(self._url, connect_args=self._options())
        event.listen(engine, "connect", lambda driver, _record: self._set_up(driver))
        event.listen(engine, "begin", _begin)
        return engine

    def _options(self) -> dict[str, Any]:
        return {} if "connect_timeout" in self._url.query else {"connect_timeout": CONNECTING}

    def _set_up(self, driver: "psycopg.Connection[tuple[Any, ...]]") -> None:
        if driver.info.server_version < OLDEST_SERVER:
            what = f"this PostgreSQL is too old: {driver.info.server_version // 10_000}"
            raise StoreError(what, f"{OLDEST_SERVER // 10_000} or later will do", where=self.where)
        driver.execute(_SETTINGS, [f"{self._patience * 1000:.0f}ms"])
        driver.execute(_STEADY)
        driver.commit()

    def require_empty(self, connection: Connection) -> None:
        """Refuse to make the tables where a newsletter's are already, or another program's of the same names."""
        if connection.exec_driver_sql(_TABLES).scalar():
            what = "there is a newsletter's database already"
            todo = "to use it from here, too, copy secret.key into the data folder from the machine that made it"
            raise StoreError(what, todo, where=self.where)
        names = set(connection.exec_driver_sql(_NAMES).scalars())
        if taken := sorted(names & {*metadata.tables, version_table.name}):
            what = f"another program has a table of the same name there: {', '.join(taken)}"
            todo = "make an empty database for the newsletter, or a schema: …?options=-csearch_path%3DNAME"
            raise StoreError(what, todo, where=self.where)

    def said_plainly(self) -> AbstractContextManager[None]:
        """Turn what it fails with into a StoreError."""
        return said_plainly(self.where)

    def _connect(self) -> "psycopg.Connection[tuple[Any, ...]]":
        import psycopg

        address = self._url.set(drivername="postgresql").render_as_string(hide_password=False)
        driver = psycopg.connect(address, **self._options())
        try:
            self._set_up(driver)
        except BaseException:
            driver.close()
            raise
        return driver

    def coordinator_lock(self) -> AbstractContextManager[None]:
        """Be the only coordinator, by a lock that the server holds for a connection of its own."""
        return self._held(_COORDINATOR, CoordinatorBusy(*SENDS, where=self.where))

    def fetching_lock(self) -> AbstractContextManager[None]:
        """Be the only one who fetches feeds, by another such lock."""
        return self._held(_FETCHING, FetchingBusy(*FETCHES))

    @contextmanager
    def _held(self, lock: str, busy: StoreError) -> Iterator[None]:
        with self.said_plainly():
            driver = self._connect()
        try:
            driver.autocommit = True
            self._take(driver, lock, busy)
            yield
        finally:
            driver.close()

    def _take(self, driver: "psycopg.Connection[tuple[Any, ...]]", lock: str, busy: StoreError) -> None:
        import psycopg

        try:
            driver.execute(f"SET lock_timeout = '{DYING * 1000:.0f}ms'")
            driver.execute(f"SELECT pg_advisory_lock({lock})")
        except psycopg.Error as cause:
            if is_locked(cause):
                raise busy from cause
            with self.said_plainly():
                raise

    def moves(self) -> "PostgresqlMoves":
        """Return a connection for what is done thousands of times a second."""
        with self.said_plainly():
            driver = self._connect()
            # An index has each claim in its order. Until the server has statistics of a mailing that has just begun,
            # it would sort all who wait instead: 360 ms for each claim out of 1,000,000.
            driver.execute("SET enable_sort = off")
            driver.commit()
            return PostgresqlMoves(driver, self.where)

    def wipe(self) -> bool:
        """Free what deleted rows took; the server's log and its backups are those of whoever runs it."""
        with self.said_plainly(), closing(self._connect()) as driver:
            driver.autocommit = True
            driver.execute(f"VACUUM {', '.join(metadata.tables)}")
        return True

    def backup(self, to: Path) -> None:
        """Refuse it: a copy of a server's database is made by the server's own tools."""
        what = "a database on a server is backed up there"
        raise StoreError(what, "pg_dump writes one into a file; keep a copy of secret.key with it", where=self.where)

    def backup_before(self, occasion: str) -> None:
        """Rely on the server's own backups."""


class PostgresqlMoves:
    """A connection of the driver's, and the statements as PostgreSQL understands them; groups are given as arrays."""

    say: Statements = statements(POSTGRESQL).in_style_of_psycopg()

    def __init__(self, driver: "psycopg.Connection[tuple[Any, ...]]", where: str) -> None:
        self._driver = driver
        self._where = where

    @property
    def synchronous(self) -> str:
        """How much the disk is waited for at a commit: "on", and "remote_apply" that of a standby, too."""
        with said_plainly(self._where), self._driver.transaction():
            return str(self.run("SHOW synchronous_commit", {})[0][0])

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All of the block is committed and on the disk at its end, or nothing."""
        with said_plainly(self._where), self._driver.transaction():
            yield

    def run(self, statement: str, facts: Facts) -> Sequence[tuple[Any, ...]]:
        """Run one statement; return its rows."""
        cursor = self._driver.execute(statement, facts)
        return cursor.fetchall() if cursor.description else []

    def group(self, numbers: Sequence[int]) -> Facts:
        """Return the fact ``numbers``."""
        return {"numbers": list(numbers)}

    def accepted(self, replies: Mapping[int, str]) -> Facts:
        """Return the facts of a group that was accepted."""
        return {"of": list(replies), "replies": [_storable(reply) for reply in replies.values()]}

    def outcomes(self, outcomes: Sequence[Outcome]) -> Facts:
        """Return the facts of a group of other outcomes."""
        of, states, replies, statuses, attempts, times = map(list, zip(*outcomes, strict=True))
        return {
            "of": of,
            "states": states,
            "replies": [_storable(reply) for reply in replies],
            "statuses": statuses,
            "attempts": attempts,
            "times": times,
        }

    def close(self) -> None:
        """Let go of the server."""
        self._driver.close()


def _storable(words: str) -> str:
    """Return the words of a server without NUL, which no text of PostgreSQL has."""
    return words.replace("\0", "\N{REPLACEMENT CHARACTER}")


def _begin(connection: Connection) -> None:
    # One writer at a time, as with SQLite: nobody decides on what another is just changing. Only the moves of
    # deliveries pass by it; their statements are guarded one by one.
    if connection.get_execution_options().get("writing", False):
        connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_WRITER})")
    else:
        connection.exec_driver_sql("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")


def _read(url: str) -> URL:
    try:
        read = make_url(url)
    except (ArgumentError, ValueError) as cause:
        raise _no_address(url) from cause
    if read.get_backend_name() not in ("postgresql", "postgres"):
        raise _no_address(url)
    if "@" in (read.host or ""):  # the end of a password would be looked up, and shown, as a server
        raise StoreError("the address has two @", 'write the one in the password as "%40"', where="database")
    _require_options(read)
    return read.set(drivername="postgresql+psycopg")


def _require_options(url: URL) -> None:
    """Refuse what the library cannot read, in words of ours: its own repeat the whole address, password and all."""
    from psycopg import ProgrammingError
    from psycopg.conninfo import conninfo_to_dict, timeout_from_conninfo
    from psycopg.pq import Conninfo

    try:
        timeout_from_conninfo(conninfo_to_dict(url.set(drivername="postgresql").render_as_string(hide_password=False)))
    except ProgrammingError:
        known = {option.keyword.decode() for option in Conninfo.get_defaults()}
        strange = ", ".join(sorted(url.query.keys() - known))
        what = f"PostgreSQL knows no option {strange}" if strange else "this is no address of a PostgreSQL"
        raise StoreError(what, "write it like postgresql://user@host/name?sslmode=require", where="database") from None


def _no_address(url: str) -> StoreError:
    scheme = url.partition("://")[0] if "://" in url else ""
    what = f'"{scheme}://…" is no address of a PostgreSQL' if scheme else "this is no address of a PostgreSQL"
    return StoreError(what, "write it like postgresql://user@host/name", where="database")


def _require_library() -> None:
    try:
        import psycopg  # noqa: F401
    except ImportError as cause:
        todo = "python -m pip install 'newsletterpress[postgresql]'"
        raise StoreError(f"PostgreSQL needs the library psycopg ({cause})", todo) from cause
