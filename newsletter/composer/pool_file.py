"""A file of the pool: lines of one writer, read where they stand and added at the end, whole or not at all.

::

    line ⏎ line ⏎ …  ⏎ rest without an end
                       ├── is an event: it counts, and gets its end before the next line
                       └── is torn: its writer puts it into WRITER.torn, says so, and goes on behind the last whole line
"""

import errno
import os
import stat
import sys
import weakref
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import NamedTuple

from newsletter.composer.pool_event import Head, head_of, is_whole
from newsletter.errors import FileError, PoolError
from newsletter.files import locked

Told = Callable[[str], None]
"""What is called with each thing that a person should know of."""


class Place(NamedTuple):
    """Where a line stands: offset and length in bytes."""

    offset: int
    length: int


class PoolFile:
    """The file *path*; its end is what was read of it so far.

    :param told: hears of a torn line; without it nothing is repaired until something is added.
    :param own: this process writes to it.
    """

    def __init__(self, path: Path, *, told: Told | None = None, own: bool = False) -> None:
        self.path = path
        self._told = told
        self._own = own
        self._handle = -1
        self._close: Callable[[], object] = lambda: None
        self._end = 0

    def news(self) -> Iterator[tuple[Head, Place, bytes]]:
        """Yield what stands behind the end so far.

        :raises PoolError: with file and line, when a line is no event.
        """
        if self._handle < 0:
            try:
                self._open(os.O_RDONLY)
            except FileNotFoundError:
                return
            except OSError as cause:
                what = f"it cannot be read: {cause.strerror}"
                raise PoolError(what, "look at its permissions", where=self.path) from cause
        yield from self._lines()
        if self._size() > self._end:  # somebody may be just writing it: whoever has the lock sees whole lines alone
            with locked(self._handle, shared=True):
                yield from self._lines()
                rest = self._at(Place(self._end, self._size() - self._end))
            yield from self._rest(rest)

    def _lines(self) -> Iterator[tuple[Head, Place, bytes]]:
        with os.fdopen(os.dup(self._handle), "rb") as file:
            file.seek(self._end)
            for line in file:
                if not line.endswith(b"\n"):
                    return
                place = Place(self._end, len(line))
                if not line.isspace():
                    yield self._head(line, place), place, line
                self._end += place.length

    def _head(self, line: bytes, place: Place) -> Head:
        try:  # and not said_of: it is asked of each line
            return head_of(line)
        except PoolError as error:
            raise self._said_of(error, place) from error

    def _rest(self, rest: bytes) -> Iterator[tuple[Head, Place, bytes]]:
        """Look at what has no line end."""
        if not rest.strip():
            return
        if is_whole(rest):
            place = Place(self._end, len(rest))
            yield self._head(rest, place), place, rest
            self._end += len(rest)
        elif self._told and self._own:
            try:
                with self._writing():
                    pass
            except OSError:  # a disk that nobody may write to
                self._tell_of_rest()
            yield from self._lines()
        elif self._told:
            self._tell_of_rest()

    def _tell_of_rest(self) -> None:
        if self._told:
            what = f"{self.path}:{self._line_at(self._end)}: the last line is torn, and counts for nothing"
            self._told(f"{what}; the next command of its writer repairs it")

    @contextmanager
    def said_of(self, place: Place) -> Iterator[None]:
        """Name the file and the line at *place* in what is raised about it."""
        try:
            yield
        except PoolError as error:
            raise self._said_of(error, place) from error

    def _said_of(self, error: PoolError, place: Place) -> PoolError:
        return PoolError(error.what, error.todo, where=self.path, line=self._line_at(place.offset))

    def line(self, place: Place) -> bytes:
        """Return the line at *place*."""
        return self._at(place)

    @contextmanager
    def adding(self) -> Iterator[Callable[[bytes], None]]:
        """Keep all others from adding, and give what adds whole lines, which are on the disk when it returns.

        What others have added until now is behind the end so far, and can be read in the block.

        :raises FileError: the system does not let us; then nothing was added.
        """
        try:
            with self._writing():
                yield self._add
        except OSError as cause:
            todo = "make room, or look at the folder and its permissions"
            raise FileError(f"it cannot be written ({cause.strerror or cause})", todo, where=self.path) from cause

    def _add(self, data: bytes) -> None:
        size = self._size()
        try:
            _write(self._handle, data)
        except BaseException:
            os.ftruncate(self._handle, size)
            raise

    @contextmanager
    def _writing(self) -> Iterator[None]:
        """Hold the file alone, opened for writing, its torn end repaired."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        while True:
            self._open(os.O_RDWR | os.O_CREAT | os.O_APPEND)
            with locked(self._handle):
                if not self._is_there():  # git has put another one in its place
                    continue
                self._repair()
                try:
                    yield
                finally:
                    if not self._size():  # nothing was added to a new one
                        with suppress(OSError):  # Windows deletes no file that is open
                            self.path.unlink()
                return

    def _is_there(self) -> bool:
        try:
            there = self.path.stat()
        except FileNotFoundError:
            return False
        mine = os.fstat(self._handle)
        return (there.st_ino, there.st_dev) == (mine.st_ino, mine.st_dev)

    def _repair(self) -> None:
        """Give a whole last line its end, and put a torn one aside."""
        size = self._size()
        begin = self._last_end(size)
        rest = self._at(Place(begin, size - begin))
        if not rest.strip() or is_whole(rest):
            _write(self._handle, b"\n" if rest else b"")
            return
        aside, line = self.path.with_suffix(".torn"), self._line_at(begin)
        with aside.open("ab") as file:
            file.write(rest + b"\n")
            file.flush()
            os.fsync(file.fileno())
        os.ftruncate(self._handle, begin)
        os.fsync(self._handle)
        if self._told:
            self._told(f"{self.path}:{line}: the last line was torn; it is in {aside} now, and all before it is whole")

    def _last_end(self, size: int) -> int:
        """Return where the last line that has an end ends."""
        begin = size
        while begin > 0:
            start = max(begin - 65536, 0)
            if (at := self._at(Place(start, begin - start)).rfind(b"\n")) >= 0:
                return start + at + 1
            begin = start
        return 0

    def _line_at(self, offset: int) -> int:
        return self._at(Place(0, offset)).count(b"\n") + 1

    def _size(self) -> int:
        return os.fstat(self._handle).st_size

    def _open(self, flags: int) -> None:
        handle = os.open(self.path, flags | getattr(os, "O_BINARY", 0), 0o644)
        if stat.S_ISDIR(os.fstat(handle).st_mode):  # it opens, and nothing in it can be read
            os.close(handle)
            raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR))
        if self._handle >= 0:
            replaced = self._end and not os.path.sameopenfile(self._handle, handle)
            self._close()
            if replaced:
                todo = "start the command again"
                raise PoolError("the file was replaced while it was read, as git does", todo, where=self.path)
        self._handle, self._close = handle, weakref.finalize(self, os.close, handle)

    def _at(self, place: Place) -> bytes:
        return _read(self._handle, place)


def _write(handle: int, data: bytes) -> None:
    """Add *data*, and wait until it is on the disk."""
    left = memoryview(data)
    while left:
        left = left[os.write(handle, left) :]
    os.fsync(handle)


if sys.platform == "win32":

    def _read(handle: int, place: Place) -> bytes:
        os.lseek(handle, place.offset, os.SEEK_SET)
        return os.read(handle, place.length)

else:

    def _read(handle: int, place: Place) -> bytes:
        return os.pread(handle, place.length, place.offset)
