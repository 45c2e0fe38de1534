"""Bringing an older schema up to date: a backup first, then Alembic's steps in one transaction."""

import sqlite3
from contextlib import closing
from pathlib import Path

from sqlalchemy import Connection

from newsletter.errors import StoreError
from newsletter.store.backup import backup_path, copy_database
from newsletter.store.engine import PATIENCE, sqlite_engine
from newsletter.store.failure import Unusable, said_plainly
from newsletter.store.lock import coordinator_lock
from newsletter.store.schema import VERSION

SCRIPTS = Path(__file__).parent / "migrations"


def schema_version(path: Path, *, patience: float = PATIENCE) -> str:
    """Return the version of the schema in the database file *path*, by plain SQL: Alembic takes 0.3 s to import.

    :raises StoreError: when it is no newsletter's database.
    """
    with (
        said_plainly(path),
        closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=rw", uri=True, timeout=patience)) as file,
    ):
        tables = {name for (name,) in file.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
        if not {"meta", "alembic_version"} <= tables:
            raise Unusable("this is not a newsletter's database", "restore it from a backup", where=path)
        (version,) = file.execute("SELECT max(version_num) FROM alembic_version").fetchone()
    return str(version or "")


def require_sound(path: Path) -> None:
    """Refuse a database file whose pages do not hold together.

    :raises StoreError: when it is damaged.
    """
    with said_plainly(path), closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=rw", uri=True)) as file:
        (said,) = file.execute("PRAGMA quick_check(1)").fetchone()
    if said != "ok":
        raise Unusable("the database is damaged", "restore it from a backup", where=path)


def bring_up_to_date(
    path: Path, *, version: str = VERSION, scripts: Path = SCRIPTS, patience: float = PATIENCE
) -> Path | None:
    """Migrate the database file *path* to *version* if it is older; return the backup that was made before.

    :param scripts: Alembic's folder.
    :raises StoreError: when the database is newer than *version*, is in use by a coordinator, or cannot be migrated;
        then it is as it was.
    """
    if not _is_older(path, version, patience):
        return None
    with coordinator_lock(path.parent):
        if not _is_older(path, version, patience):
            return None  # another process was faster
        backup = backup_path(path.parent, f"before schema {version}")
        copy_database(path, backup)
        _migrate(path, version, scripts, patience)
    return backup


def _is_older(path: Path, version: str, patience: float) -> bool:
    return judge_version(schema_version(path, patience=patience), version, path)


def judge_version(found: str, version: str, where: str | Path) -> bool:
    """Whether a schema that was *found* is older than *version*.

    :raises StoreError: when it is newer.
    """
    if found > version:
        what = f"a newer newsletter made this database (schema {found}; this program knows {version})"
        raise StoreError(what, "install the newer program again", where=where)
    return found < version


def _migrate(path: Path, version: str, scripts: Path, patience: float) -> None:
    engine = sqlite_engine(path, patience=patience, foreign_keys=False)
    try:
        with said_plainly(path), engine.execution_options(writing=True).begin() as connection:
            run_migrations(connection, version=version, scripts=scripts)
            if broken := connection.exec_driver_sql("PRAGMA foreign_key_check").first():
                what = f"the migration to schema {version} broke a row of {broken[0]}"
                raise StoreError(what, "the database is as it was; please report this", where=path)
    finally:
        engine.dispose()


def run_migrations(connection: Connection, *, version: str, scripts: Path = SCRIPTS) -> None:
    """Run Alembic's steps up to *version* inside the transaction of *connection*."""
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(scripts).replace("%", "%%"))  # it is a configparser's value
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    command.upgrade(config, version)
