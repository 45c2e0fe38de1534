"""The locks that let one coordinator at a time send from a database, and one run at a time fetch feeds into it.

The operating system holds it for the process and lets go when that dies, however it dies; a pid in a file would
outlive its process.
"""

import errno
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from newsletter.errors import StoreError


class CoordinatorBusy(StoreError):
    """Another process sends from the database."""


class FetchingBusy(StoreError):
    """Another process fetches feeds into the database."""


LOCK_FILE = "newsletter.lock"
FETCHING_LOCK_FILE = "fetching.lock"

SENDS = (
    "another newsletter command is sending from this database",
    "wait until it has ended, or stop it where it runs",
)
FETCHES = ("another newsletter fetch is running", "nothing was asked; what it takes in is here when it has ended")
"""What is said when somebody else has the lock: what is wrong, and what to do."""

_TAKEN = {errno.EWOULDBLOCK, errno.EAGAIN, errno.EACCES}
"""What the system says when another process has the lock: the first two by flock(2), the last one by Windows."""

if sys.platform == "win32":
    import msvcrt

    def _take(handle: int) -> None:
        msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)

    def _let_go(handle: int) -> None:
        os.lseek(handle, 0, os.SEEK_SET)
        msvcrt.locking(handle, msvcrt.LK_UNLCK, 1)

else:
    import fcntl

    def _take(handle: int) -> None:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)

    def _let_go(handle: int) -> None:
        fcntl.flock(handle, fcntl.LOCK_UN)


@contextmanager
def coordinator_lock(folder: Path) -> Iterator[None]:
    """Be the only coordinator of the database in *folder* until the block ends.

    The file stays: whoever deleted it could let two processes lock two files of one name.

    :raises StoreError: at once, when another process is it.
    """
    with _held(folder / LOCK_FILE, CoordinatorBusy(*SENDS, where=folder / LOCK_FILE)):
        yield


@contextmanager
def fetching_lock(folder: Path) -> Iterator[None]:
    """Be the only one who fetches feeds into the database in *folder* until the block ends.

    :raises StoreError: at once, when another process does.
    """
    with _held(folder / FETCHING_LOCK_FILE, FetchingBusy(*FETCHES)):
        yield


@contextmanager
def _held(path: Path, busy: StoreError) -> Iterator[None]:
    try:
        handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    except OSError as cause:
        raise StoreError(f"the lock cannot be opened: {cause.strerror}", "check the permissions", where=path) from cause
    try:
        try:
            _take(handle)
        except OSError as cause:
            raise (busy if cause.errno in _TAKEN else _unlockable(cause, path)) from cause
        try:
            yield
        finally:
            _let_go(handle)
    finally:
        os.close(handle)


def _unlockable(cause: OSError, path: Path) -> StoreError:
    what = f"this disk cannot lock a file: {cause.strerror}"  # ENOLCK and ENOTSUP, on some network disks
    return StoreError(what, "NEWSLETTER_HOME can name a local disk", where=path)
