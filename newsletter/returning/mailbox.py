"""Where mail that came back lies: a Maildir, an mbox, one mail; read without a change, unless one was asked for."""

import mailbox as standard
import os
import secrets
import socket
import stat
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Protocol

from newsletter.errors import InputError
from newsletter.files import write_new
from newsletter.returning.mime import LARGEST

LARGEST_MAIL = 25 * 1024 * 1024
"""Octets of a mail that is handed over whole."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Letter:
    """One mail of a mailbox.

    :param key: what names it there.
    :param data: its beginning, as much as is looked at.
    """

    key: str
    data: bytes


class Mailbox(Protocol):
    """Where mails are read one by one, each of which may then be marked or deleted."""

    def letters(self) -> Iterator[Letter]:
        """Yield the mails in order; one that somebody takes away meanwhile is left out.

        :raises NewsletterError: when the mailbox cannot be read.
        """

    def mark_seen(self, key: str) -> None:
        """Mark a mail as read."""

    def delete(self, key: str) -> None:
        """Delete a mail; where that is done at the end, a killed run deletes nothing."""

    def __len__(self) -> int:
        """Return how many mails there are."""


class Maildir:
    """A Maildir (maildir(5), cr.yp.to/proto/maildir.html): a file a mail, in new/ or cur/."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._files = [path for name in ("new", "cur") for path in self._listed(name)]

    def _listed(self, name: str) -> Sequence[Path]:
        try:
            return sorted(path for path in (self._folder / name).iterdir() if not path.name.startswith("."))
        except OSError as cause:
            raise _unreadable(self._folder / name, cause) from cause

    def __len__(self) -> int:
        """Return how many mails there are."""
        return len(self._files)

    def letters(self) -> Iterator[Letter]:
        """Yield the mails, those in new/ first."""
        for path in self._files:
            if (found := self._find(path)) and (data := _beginning(found)) is not None:
                yield Letter(key=str(path), data=data)

    def mark_seen(self, key: str) -> None:
        """Move a mail to cur/ with the flag S, as a mail program does."""
        if not (path := self._find(Path(key))):
            return
        base, _, flags = path.name.partition(":2,")
        wanted = path.parent.parent / "cur" / f"{base}:2,{''.join(sorted({*flags, 'S'}))}"
        with _said_plainly(path):
            path.rename(wanted)

    def delete(self, key: str) -> None:
        """Delete a mail."""
        if path := self._find(Path(key)):
            with _said_plainly(path):
                path.unlink()

    @classmethod
    def keep(cls, folder: Path, data: bytes) -> None:
        """Put a mail into the Maildir *folder*, whole and on the disk, or not at all; it is made if it is not there.

        :raises FileError: when it cannot be written.
        """
        unique = f"{time.time():.6f}.{os.getpid()}_{secrets.token_hex(6)}.{socket.gethostname().replace('/', '_')}"
        with _said_plainly(folder):
            for name in ("tmp", "new", "cur"):
                (folder / name).mkdir(parents=True, exist_ok=True, mode=0o700)
        write_new(folder / "new" / unique, data, mode=0o600)

    def _find(self, path: Path) -> Path | None:
        """Return where a mail is now: a mail program may have moved it to cur/, or changed its flags."""
        if path.exists():
            return path
        base = path.name.partition(":2,")[0]
        with suppress(OSError):
            for other in (path.parent.parent / "cur").iterdir():
                if other.name.partition(":2,")[0] == base:
                    return other
        return None


class Mbox:
    """An mbox (RFC 4155): one file with a line "From " before each mail.

    :param change: it is locked while it is read, and mails may be deleted.
    """

    def __init__(self, path: Path, *, change: bool = False) -> None:
        self._path = path
        self._change = change
        with _said_plainly(path):
            self._box = standard.mbox(path, create=False)
            if change:
                self._lock()
            self._keys = self._box.keys()

    def _lock(self) -> None:
        try:
            self._box.lock()
        except standard.ExternalClashError as cause:
            self._box.close()
            raise InputError("another program has it locked", "try again later", where=self._path) from cause

    def __len__(self) -> int:
        """Return how many mails there are."""
        return len(self._keys)

    def letters(self) -> Iterator[Letter]:
        """Yield the mails in the order of the file."""
        for key in self._keys:
            with _said_plainly(self._path):
                data = self._box.get_bytes(key)[:LARGEST]
            yield Letter(key=key, data=data)

    def mark_seen(self, key: str) -> None:
        """Refuse: a mark in the file would be a change of the mail itself."""
        raise _no_marks(self._path)

    def delete(self, key: str) -> None:
        """Have a mail left out when the mailbox is closed."""
        self._box.remove(key)

    def close(self) -> None:
        """Write the file without what was deleted, as a whole, and unlock it."""
        with _said_plainly(self._path):
            self._box.close()


class Single:
    """One mail in a file."""

    def __init__(self, data: bytes, path: Path) -> None:
        self._data = data
        self._path = path

    def __len__(self) -> int:
        """Return 1."""
        return 1

    def letters(self) -> Iterator[Letter]:
        """Yield the one."""
        yield Letter(key=str(self._path), data=self._data)

    def mark_seen(self, key: str) -> None:
        """Refuse: a file has no such mark."""
        raise _no_marks(self._path)

    def delete(self, key: str) -> None:
        """Delete its file."""
        with _said_plainly(self._path):
            self._path.unlink(missing_ok=True)


@contextmanager
def open_mailbox(path: Path, *, seen: bool = False, delete: bool = False) -> Iterator[Mailbox]:
    """Give the mailbox *path*, whatever kind it is of.

    :raises InputError: when there is none, or it cannot be read, or has no marks for what was seen.
    """
    try:
        kind = path.stat()
    except OSError as cause:
        raise _unreadable(path, cause) from cause
    if stat.S_ISDIR(kind.st_mode):
        if not (path / "new").is_dir() or not (path / "cur").is_dir():
            raise InputError("this folder is no Maildir", "a Maildir has the folders new and cur", where=path)
        yield Maildir(path)
        return
    if seen:
        raise _no_marks(path)
    data = _beginning(path)
    if data is None:
        raise InputError("it is gone", "nothing was read", where=path)
    if not data.startswith(b"From "):
        yield Single(data, path)
        return
    box = Mbox(path, change=delete)
    try:
        yield box
    finally:
        box.close()


def read_whole(file: BinaryIO) -> bytes:
    """Return the mail that a pipe brings, but no more of it than a mail may have; all of it is taken from the pipe."""
    data = file.read(LARGEST_MAIL)
    while file.read(1 << 20):  # so that whoever writes it meets no broken pipe
        pass
    return data


def _beginning(path: Path) -> bytes | None:
    """Return the beginning of a file; None if it is gone, or no file."""
    try:
        if not path.is_file():  # to open a named pipe would wait for who writes into it
            return None
        with path.open("rb") as file:
            return file.read(LARGEST)
    except FileNotFoundError:
        return None
    except OSError as cause:
        raise _unreadable(path, cause) from cause


def _no_marks(path: Path) -> InputError:
    return InputError("a file has no marks for what was seen", "leave --seen out, or give a Maildir", where=path)


@contextmanager
def _said_plainly(path: Path) -> Iterator[None]:
    try:
        yield
    except (OSError, standard.Error) as cause:
        raise _unreadable(path, cause) from cause


def _unreadable(path: Path, cause: Exception) -> InputError:
    if isinstance(cause, FileNotFoundError):
        return InputError("there is nothing", "give a Maildir, an mbox, or a file with one mail", where=path)
    why = getattr(cause, "strerror", None) or str(cause) or type(cause).__name__
    return InputError(f"it cannot be read or changed ({why})", "what was taken before is recorded", where=path)
