"""Changes the key that tokens are made with; what was made with the older ones stays good."""

import secrets
from dataclasses import dataclass

from sqlalchemy import update

from newsletter.errors import StoreError
from newsletter.store.database import Database
from newsletter.store.key import KEY_LENGTH, fingerprint_of, write_keys
from newsletter.store.schema import meta

MOST_KEYS = 64
"""A token is tried with each of them."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Rotated:
    """What a rotation did.

    :param fingerprint: of the key that makes tokens from now on.
    :param keys: how many there are now.
    :param completed: the key was there already: an earlier rotation had been broken off.
    """

    fingerprint: str
    keys: int
    completed: bool


def rotate_key(database: Database) -> Rotated:
    """Have tokens made with a new key from now on.

    The file is written first, so that at any moment the key that the database knows is in it.

    :raises StoreError: when a mailing is under way, or there are too many keys.
    :raises FileError: when the file cannot be written; then all is as it was.
    """
    with database.coordinator_lock():
        keys = database.keys
        completed = keys[0] != database.key
        if not completed:
            if len(keys) >= MOST_KEYS:
                raise StoreError(f"there are {len(keys)} keys already", "keep the newest one for a while")
            keys = (secrets.token_bytes(KEY_LENGTH), *keys)
            write_keys(database.folder, keys)
        known, new = fingerprint_of(database.key), fingerprint_of(keys[0])
        with database.writing() as connection:
            moved = update(meta).where(meta.c.key_fingerprint == known).values(key_fingerprint=new)
            if not connection.execute(moved).rowcount:
                todo = "copy secret.key from there, and try again"
                raise StoreError("the key was rotated on another machine meanwhile", todo, where=database.where)
        database.reload_keys()
    return Rotated(fingerprint=new, keys=len(keys), completed=completed)
