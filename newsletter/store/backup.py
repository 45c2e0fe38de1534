"""Copies of the database, made while others use it (https://www.sqlite.org/backup.html)."""

import os
import re
import sqlite3
import tempfile
from contextlib import closing
from pathlib import Path

from newsletter.errors import StoreError
from newsletter.store.failure import said_plainly
from newsletter.store.moment import utc_now

BACKUPS = "backups"


def backup_path(folder: Path, occasion: str, *, suffix: str = ".sqlite3") -> Path:
    """Return a free name in the backups of the data folder *folder*: its time and the *occasion*."""
    stem = f"{utc_now():%Y%m%dT%H%M%SZ}-{re.sub(r'[^a-z0-9]+', '-', occasion.lower()).strip('-')}"
    path = folder / BACKUPS / f"{stem}{suffix}"
    again = 1
    while path.exists():
        again += 1
        path = path.with_name(f"{stem}-{again}{suffix}")
    return path


def copy_database(source: Path, to: Path) -> None:
    """Copy the database file *source* as it is at one moment into the new file *to*, readable by its owner alone.

    :raises StoreError: when *to* is there already or cannot be written; nothing half-written is left.
    """
    try:
        to.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        if to.exists():
            raise StoreError("there is a file already", "give another name", where=to)
        with said_plainly(to):
            _copy_whole(source, to)
    except OSError as cause:
        raise StoreError(
            f"the backup cannot be written: {cause.strerror}", "check folder and disk", where=to
        ) from cause


def _copy_whole(source: Path, to: Path) -> None:
    handle, name = tempfile.mkstemp(prefix=f".{to.name}.", dir=to.parent)  # 0600
    os.close(handle)
    part = Path(name)
    try:
        _copy(source, part)
        part.replace(to)
    finally:
        part.unlink(missing_ok=True)


def _copy(source: Path, part: Path) -> None:
    uri = f"{source.absolute().as_uri()}?mode=rw"
    with closing(sqlite3.connect(uri, uri=True)) as old, closing(sqlite3.connect(part)) as new:
        old.backup(new)
        new.execute("PRAGMA journal_mode = DELETE")  # a backup is one file, without a log beside it
    with part.open("rb+") as file:
        os.fsync(file.fileno())
