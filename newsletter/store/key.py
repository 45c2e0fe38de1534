"""The secret key: 32 random bytes beside the database, which knows its fingerprint."""

import hashlib
import hmac
import os
import secrets
from pathlib import Path

from newsletter.errors import StoreError

KEY_FILE = "secret.key"
KEY_LENGTH = 32


def make_key(folder: Path) -> bytes:
    """Write a new key into *folder*, readable by its owner alone, and return it."""
    key = secrets.token_bytes(KEY_LENGTH)
    handle = os.open(folder / KEY_FILE, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), 0o600)
    with os.fdopen(handle, "wb") as file:
        file.write(key)
        file.flush()
        os.fsync(file.fileno())
    return key


def read_key(folder: Path, *, fingerprint: str) -> bytes:
    """Return the key in *folder*.

    :raises StoreError: when it is not there, or is not the one that the database was made with.
    """
    path = folder / KEY_FILE
    todo = (
        "put back the one of this database from a backup, or from another machine that uses it; "
        "without it old unsubscribe links are dead"
    )
    try:
        key = path.read_bytes()
    except FileNotFoundError as cause:
        raise StoreError("the key is missing", todo, where=path) from cause
    except OSError as cause:
        raise StoreError(f"the key cannot be read: {cause.strerror}", "check its permissions", where=path) from cause
    if not hmac.compare_digest(fingerprint_of(key), fingerprint):
        raise StoreError("this is another database's key", todo, where=path)
    return key


def fingerprint_of(key: bytes) -> str:
    """Return what the database keeps of the key: enough to know it again, nothing to make it from."""
    return hashlib.sha256(b"newsletter key fingerprint\0" + key).hexdigest()[:32]
