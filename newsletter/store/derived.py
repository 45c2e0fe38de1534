"""What was derived from something else, by the hash of what it was derived from: it may be deleted at any time.

::

    .newsletter/derived.sqlite3
        extract   sha256 of a page and of how it was read   →  what was read in it, as JSON
        text      sha256 of the text                        →  the text
        vector    sha256 of the text and of how it was made →  weights of its words, as JSON
        draft     sha256 of prompt, model and text          →  the draft, as JSON

It is no part of the database of readers: nothing in it is about a person, and no backup needs it.
"""

import sqlite3
import zlib
from collections.abc import Iterable, Mapping
from contextlib import closing, suppress
from pathlib import Path
from typing import Self

from newsletter.errors import FileError

_TABLE = """CREATE TABLE IF NOT EXISTS derived (
    kind TEXT NOT NULL, key TEXT NOT NULL, value BLOB NOT NULL, PRIMARY KEY (kind, key)) WITHOUT ROWID"""
_AT_ONCE = 500
"""Keys of one question: SQLite takes 999 in its oldest versions."""


_UNWRITABLE = (sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_READONLY, sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR)
"""What SQLite says where it can write nothing (https://www.sqlite.org/rescode.html)."""


class Derived:
    """Values by kind and key, in the file *path*, which is made when the first one is kept.

    A file that is damaged counts as an empty one, and is made anew.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._open: sqlite3.Connection | None = None

    def get(self, kind: str, key: str) -> bytes | None:
        """Return one value; None when there is none."""
        return self.get_many(kind, [key]).get(key)

    def get_many(self, kind: str, keys: Iterable[str]) -> dict[str, bytes]:
        """Return those of *keys* that there are."""
        wanted = list(dict.fromkeys(keys))
        found: dict[str, bytes] = {}
        if not self.path.exists():
            return {}
        try:
            for at in range(0, len(wanted), _AT_ONCE):
                some = wanted[at : at + _AT_ONCE]
                asked = f"SELECT key, value FROM derived WHERE kind = ? AND key IN ({', '.join('?' * len(some))})"  # noqa: S608
                rows = self._reading().execute(asked, [kind, *some])
                found |= {key: zlib.decompress(value) for key, value in rows}
        except (sqlite3.DatabaseError, zlib.error) as cause:
            # What waits for another process, for room or for permissions is whole: drafts in it were paid for.
            if isinstance(cause, sqlite3.OperationalError) and _code(cause) != sqlite3.SQLITE_ERROR:
                raise FileError(f"it cannot be read ({cause})", "try it again", where=self.path) from cause
            self._begin_anew()
            return {}
        return found

    def put(self, kind: str, values: Mapping[str, bytes]) -> None:
        """Keep *values*, all of them or none.

        :raises FileError: when they cannot be written.
        """
        rows = [(kind, key, zlib.compress(value, 6)) for key, value in values.items()]
        try:
            with self._connection() as connection:
                connection.executemany("INSERT OR REPLACE INTO derived VALUES (?, ?, ?)", rows)
        except (sqlite3.DatabaseError, OSError) as cause:
            todo = "make room, or look at the folder and its permissions; the file may be deleted"
            raise FileError(f"it cannot be written ({cause})", todo, where=self.path) from cause

    def keep(self, kind: str, values: Mapping[str, bytes]) -> None:
        """Keep *values* if they can be kept: for what is quickly made again, on a disk that is full or read-only."""
        with suppress(FileError):
            self.put(kind, values)

    def _reading(self) -> sqlite3.Connection:
        """Return what reads the file: where nothing can be written beside it, as it was when it was last closed."""
        try:
            return self._connection()
        except sqlite3.OperationalError as cause:
            if _code(cause) not in _UNWRITABLE:
                raise
        self.close()
        self._open = sqlite3.connect(f"{self.path.resolve().as_uri()}?immutable=1", uri=True, check_same_thread=False)
        return self._open

    def _connection(self) -> sqlite3.Connection:
        if self._open is None:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            connection = sqlite3.connect(self.path, timeout=30, check_same_thread=False)
            try:
                connection.execute("PRAGMA journal_mode = WAL")
                connection.execute("PRAGMA synchronous = NORMAL")  # a power cut may cost the last values, not the file
                connection.execute(_TABLE)
            except BaseException:
                connection.close()
                raise
            self._open = connection
        return self._open

    def _begin_anew(self) -> None:
        self.close()
        for name in (self.path, *(self.path.with_name(self.path.name + end) for end in ("-wal", "-shm"))):
            name.unlink(missing_ok=True)

    def close(self) -> None:
        """Let go of the file."""
        if self._open is not None:
            with closing(self._open):
                self._open = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self.close()


def _code(error: sqlite3.OperationalError) -> int:
    """Return the primary result code of *error*; SQLITE_ERROR is that of a file that has other tables."""
    return error.sqlite_errorcode & 0xFF
