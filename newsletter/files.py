"""Writes a file whole or not at all."""

import errno
import os
import secrets
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from newsletter.errors import FileError

_NO_LOCKS = {errno.ENOLCK, errno.ENOTSUP}
"""What the system says where a disk has no locks: some network disks."""

if sys.platform == "win32":
    import msvcrt

    FAR = 1 << 40  # a lock keeps others from reading what it is on: it is on what no file has

    def _lock(handle: int, *, shared: bool) -> None:
        os.lseek(handle, FAR, os.SEEK_SET)
        msvcrt.locking(handle, msvcrt.LK_LOCK, 1)

    def _unlock(handle: int) -> None:
        os.lseek(handle, FAR, os.SEEK_SET)
        msvcrt.locking(handle, msvcrt.LK_UNLCK, 1)

else:
    import fcntl

    def _lock(handle: int, *, shared: bool) -> None:
        fcntl.flock(handle, fcntl.LOCK_SH if shared else fcntl.LOCK_EX)

    def _unlock(handle: int) -> None:
        fcntl.flock(handle, fcntl.LOCK_UN)


@contextmanager
def locked(handle: int, *, shared: bool = False) -> Iterator[None]:
    """Wait until no other process writes to the open file *handle*, and keep it so until the block ends.

    Where the disk has no locks it goes on without.

    :param shared: others may read meanwhile.
    """
    try:
        _lock(handle, shared=shared)
    except OSError as cause:
        if cause.errno not in _NO_LOCKS:
            raise
        yield
        return
    try:
        yield
    finally:
        _unlock(handle)


@contextmanager
def alone_in(folder: Path) -> Iterator[None]:
    """Wait until no other process of ours changes files of *folder*, and keep them out until the block ends.

    Who reads a file and writes it anew would else undo what was written in between. It must not be nested. Where a
    folder is not there or cannot be opened (Windows), it goes on without.
    """
    try:
        handle = os.open(folder, os.O_RDONLY)
    except OSError:
        yield
        return
    try:
        with locked(handle):
            yield
    finally:
        os.close(handle)


@contextmanager
def lock_file(path: Path) -> Iterator[None]:
    """Wait until no other process has the lock that is called *path*, and keep it until the block ends.

    The file is empty and stays; the system lets go of the lock for a process that dies. It must not be nested.

    :raises FileError: the system lets us write nothing there.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        file = path.open("ab")
    except OSError as cause:
        todo = "make room, or look at the folder and its permissions"
        raise FileError(f"it cannot be written ({cause.strerror or cause})", todo, where=path) from cause
    with file, locked(file.fileno()):
        yield


def write_whole(path: Path, data: bytes, *, mode: int | None = None, durable: bool = True) -> None:
    """Put *data* into *path*, so that whoever looks sees the old file or the new one, never half of it.

    The folder is made when it is missing; the data is on the disk before the name is. What can be made again at any
    time need not be *durable*, and is written without waiting for the disk.

    :param mode: permissions; None keeps those of the file that is there, and gives a new one 0644 less the umask.
    :raises FileError: the system does not let us.
    """
    try:
        target = path.resolve() if path.is_symlink() else path
        target.parent.mkdir(parents=True, exist_ok=True)
        kept = target.stat().st_mode & 0o777 if mode is None and target.exists() else None
        draft = target.with_name(f".{target.name}.{secrets.token_hex(4)}")
        try:
            _write(draft, data, mode=0o644 if mode is None else mode, durable=durable)
            if kept is not None:
                draft.chmod(kept)
            draft.replace(target)
        except BaseException:
            draft.unlink(missing_ok=True)
            raise
    except OSError as cause:
        todo = "make room, or look at the folder and its permissions"
        raise FileError(f"it cannot be written ({cause.strerror or cause})", todo, where=path) from cause


def write_lines(path: Path, lines: Iterable[str], *, mode: int) -> int:
    """Put *lines* into the new file *path*, whole or not at all, one after the other; return how many there were.

    :raises FileError: there is one, or the system does not let us.
    """
    draft = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    count = 0
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), mode)
            with open(handle, "wb") as file:  # noqa: PTH123 - a handle has no path
                for count, line in enumerate(lines, start=1):  # noqa: B007 - the last one is how many there were
                    file.write(line.encode())
                file.flush()
                os.fsync(file.fileno())
            _link(draft, path)
        finally:
            draft.unlink(missing_ok=True)
    except OSError as cause:
        todo = "make room, or look at the folder and its permissions"
        raise FileError(f"it cannot be written ({cause.strerror or cause})", todo, where=path) from cause
    return count


def write_new(path: Path, data: bytes, *, mode: int) -> None:
    """Put *data* into *path*, whole or not at all, and durably; never over a file that is there.

    :raises FileError: there is one, or the system does not let us.
    """
    draft = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            _write(draft, data, mode=mode, durable=True)
            _link(draft, path)
        finally:
            draft.unlink(missing_ok=True)
    except OSError as cause:
        todo = "make room, or look at the folder and its permissions"
        raise FileError(f"it cannot be written ({cause.strerror or cause})", todo, where=path) from cause


def _link(draft: Path, path: Path) -> None:
    try:
        os.link(draft, path)  # unlike a move, it fails where the name is taken
    except FileExistsError as cause:
        raise FileError("there is a file already", "nothing was changed", where=path) from cause


def _write(draft: Path, data: bytes, *, mode: int, durable: bool) -> None:
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), mode)
    with open(handle, "wb") as file:  # noqa: PTH123 - a handle has no path
        file.write(data)
        if durable:
            file.flush()
            os.fsync(file.fileno())
