"""The secret keys: 32 random bytes each beside the database, which knows the fingerprint of the one that makes tokens.

::

    secret.key   newest │ … │ oldest      tokens of all of them are read, so that links of old mail go on working

A rotation writes the file first and tells the database then; killed in between, the key that the database knows stands
second, and the rotation is completed by the next one.
"""

import hashlib
import hmac
import os
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from newsletter.errors import StoreError
from newsletter.files import write_whole
from newsletter.store.failure import Unusable

KEY_FILE = "secret.key"
KEY_LENGTH = 32


@dataclass(frozen=True, kw_only=True, slots=True)
class Keys:
    """The keys of one database.

    :param newest: makes tokens: the one whose fingerprint the database has.
    :param all: newest first; tokens of each are good.
    """

    newest: bytes
    all: tuple[bytes, ...]

    @property
    def oldest(self) -> bytes:
        """The one that who is forgotten is known by: it stays the last one whatever is rotated."""
        return self.all[-1]

    def with_fingerprint(self, fingerprint: str) -> bytes | None:
        """Return the key that *fingerprint* is of; None if it is not here."""
        return key_of(self.all, fingerprint)


def make_key(folder: Path) -> bytes:
    """Write a new key into *folder*, readable by its owner alone, and return it."""
    key = secrets.token_bytes(KEY_LENGTH)
    handle = os.open(folder / KEY_FILE, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), 0o600)
    with os.fdopen(handle, "wb") as file:
        file.write(key)
        file.flush()
        os.fsync(file.fileno())
    return key


def write_keys(folder: Path, keys: Sequence[bytes]) -> None:
    """Put *keys*, newest first, into the file of *folder*, all at once.

    :raises FileError: when it cannot be written; then it is as it was.
    """
    write_whole(folder / KEY_FILE, b"".join(keys), mode=0o600)


def read_keys(folder: Path, *, fingerprint: str) -> Keys:
    """Return the keys in *folder*.

    :param fingerprint: of the one that the database makes tokens with.
    :raises StoreError: when they are not there, or that one is not among them.
    """
    path = folder / KEY_FILE
    todo = (
        "put back the one of this database from a backup, or from another machine that uses it, "
        "where it may have been rotated; without it old unsubscribe links are dead"
    )
    try:
        data = path.read_bytes()
    except FileNotFoundError as cause:
        raise Unusable("the key is missing", todo, where=path) from cause
    except OSError as cause:
        raise StoreError(f"the key cannot be read: {cause.strerror}", "check its permissions", where=path) from cause
    keys = split_keys(data)
    newest = key_of(keys, fingerprint)
    if newest is None:
        raise Unusable("this is another database's key", todo, where=path)
    return Keys(newest=newest, all=keys)


def split_keys(data: bytes) -> tuple[bytes, ...]:
    """Return the keys that a file of them holds, newest first; none if it is no such file."""
    if len(data) % KEY_LENGTH:
        return ()
    return tuple(data[start : start + KEY_LENGTH] for start in range(0, len(data), KEY_LENGTH))


def key_of(keys: Sequence[bytes], fingerprint: str) -> bytes | None:
    """Return the one of *keys* that *fingerprint* is of; None if it is not among them."""
    return next((key for key in keys if hmac.compare_digest(fingerprint_of(key), fingerprint)), None)


def fingerprint_of(key: bytes) -> str:
    """Return what the database keeps of the key: enough to know it again, nothing to make it from."""
    return hashlib.sha256(b"newsletter key fingerprint\0" + key).hexdigest()[:32]
