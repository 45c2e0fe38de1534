"""Puts a restored database in the place of one that others may have open."""

from contextlib import closing
from pathlib import Path

from sqlalchemy import update

from newsletter.errors import StoreError
from newsletter.store.database import Database
from newsletter.store.engine import connect
from newsletter.store.failure import said_plainly
from newsletter.store.key import KEY_FILE, fingerprint_of, split_keys, write_keys
from newsletter.store.schema import meta


def replace_database(fresh: Path, to: Path) -> None:
    """Write the database file *fresh* over the file *to* in one transaction; it is made if it is not there.

    Whoever has it open sees the old one until then and the new one afterwards; killed in between, it is the old one
    (https://www.sqlite.org/c3ref/backup_finish.html). A file renamed over it would leave them the old one for ever, and
    the old log beside the new file.
    """
    if not to.exists():
        to.touch(mode=0o600)
    with said_plainly(to), closing(connect(fresh)) as source, closing(connect(to)) as target:
        source.backup(target)
        target.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def merge_keys(data: Path, fresh: Path) -> bytes:
    """Add the keys of the folder *fresh* to those of the data folder *data*, which stay the newest; return the newest.

    Links of mail that was sent since the backup go on working by it, and the oldest key stays the last one.

    :raises StoreError: when those of *fresh* cannot be read.
    """
    try:
        restored = split_keys((fresh / KEY_FILE).read_bytes())
        there = split_keys((data / KEY_FILE).read_bytes()) if (data / KEY_FILE).exists() else ()
    except OSError as cause:
        raise StoreError(f"the key cannot be read: {cause.strerror}", "check its permissions", where=data) from cause
    keys = (*(key for key in there if key not in restored), *restored)
    if keys != there:
        write_keys(data, keys)
    return keys[0]


def keep_rotation(database: Database, newest: bytes) -> None:
    """Have tokens made with the key *newest*: a restore takes no rotation back, which may have had its reason."""
    with database.writing() as connection:
        connection.execute(update(meta).values(key_fingerprint=fingerprint_of(newest)))
