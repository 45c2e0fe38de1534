"""What the database says when it fails, in words that a person can act on."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy.exc import DBAPIError, IntegrityError, ProgrammingError

from newsletter.errors import StoreError


class Unusable(StoreError):
    """The database is gone, damaged, without its key or none of ours: only a backup helps."""


_BROKEN = (sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_CORRUPT)

# https://www.sqlite.org/rescode.html: the low byte is the primary code.
_WORDS = {
    sqlite3.SQLITE_BUSY: ("another program keeps it locked", "try again when that one has ended"),
    sqlite3.SQLITE_FULL: ("the disk is full", "make room and try again; what was recorded is safe"),
    sqlite3.SQLITE_READONLY: ("it cannot be written", "check the permissions of the folder and its files"),
    sqlite3.SQLITE_CANTOPEN: ("it cannot be opened", "check the permissions of the folder and its files"),
    sqlite3.SQLITE_PERM: ("it cannot be opened", "check the permissions of the folder and its files"),
    sqlite3.SQLITE_NOTADB: ("this is not a newsletter's database", "restore it from a backup"),
    sqlite3.SQLITE_CORRUPT: ("the database is damaged", "restore it from a backup"),
    sqlite3.SQLITE_IOERR: ("the disk fails", "check the disk; what was recorded before is safe"),
}


def failure(cause: BaseException | None, where: Path) -> StoreError:
    """Return the error that says what the database said."""
    code = getattr(cause, "sqlite_errorcode", None)
    if code == sqlite3.SQLITE_IOERR_SHMSIZE:  # no room for the file that goes with the log, before anything is written
        code = sqlite3.SQLITE_FULL
    what, todo = _WORDS.get(
        code & 0xFF if code else -1, (f"the database failed: {cause}", "newsletter doctor looks at it")
    )
    broken = code is not None and code & 0xFF in _BROKEN
    return (Unusable if broken else StoreError)(what, todo, where=where)


@contextmanager
def said_plainly(where: Path) -> Iterator[None]:
    """Turn what the database at *where* fails with into a StoreError, and text that it cannot keep.

    A broken constraint or statement is our own mistake and passes through: no words of ours could help with it.
    """
    try:
        yield
    except (IntegrityError, ProgrammingError):
        raise
    except DBAPIError as cause:
        raise failure(cause.orig, where) from cause
    except sqlite3.Error as cause:
        raise failure(cause, where) from cause
    except UnicodeEncodeError as cause:
        # Bytes of a command line that are no UTF-8 come as lone surrogates (PEP 383); SQLite keeps UTF-8 alone.
        given = cause.object.encode("utf-8", "backslashreplace").decode()
        raise StoreError(f'"{given}" has bytes in it that are no text', "type it in UTF-8") from cause
