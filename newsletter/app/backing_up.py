"""Puts all that cannot be made again into one file: database, keys, configuration."""

import secrets
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from newsletter.app.git import would_track
from newsletter.app.newsletter import Newsletter
from newsletter.errors import FileError, StoreError
from newsletter.model.progress import Progress
from newsletter.settings import FILE, LOCAL_FILE
from newsletter.store.backup_file import DATABASE, LOCAL_SETTINGS, SETTINGS, SIGNING_KEY, Manifest, write_backup
from newsletter.store.database import Database
from newsletter.store.key import KEY_FILE
from newsletter.store.moment import utc_now, written
from newsletter.store.schema import VERSION
from newsletter.store.upgrade import require_sound


@dataclass(frozen=True, kw_only=True, slots=True)
class BackedUp:
    """A backup that was made.

    :param size: of the file, in bytes.
    :param server: the database is on this server, and not in the backup; empty for one in a file.
    """

    path: Path
    size: int
    manifest: Manifest
    server: str

    def values(self) -> dict[str, Any]:
        """What a program reads."""
        return {"file": str(self.path), "size": self.size, **asdict(self.manifest), "server": self.server or None}


def back_up(newsletter: Newsletter, to: Path, told: Progress) -> BackedUp:
    """Write a backup into the new file *to*, while others may go on using the database.

    :raises FileError: when there is a file already, git would track it, or it cannot be written.
    :raises StoreError: when the database is damaged.
    """
    if to.exists():
        raise FileError("there is a file already", "give another name", where=to)
    if would_track(to.parent, to.name):
        what = "git would track this file, and it has addresses, keys and passwords in it"
        raise FileError(what, "ignore it in .gitignore, or give a place elsewhere", where=to)
    return write_copy(newsletter, to, told)


def write_copy(newsletter: Newsletter, to: Path, told: Progress) -> BackedUp:
    """Write a backup into the new file *to*, wherever that is."""
    database = newsletter.database
    copy = to.with_name(f".{to.name}.{secrets.token_hex(4)}.sqlite3")
    try:
        sources: dict[str, Path | bytes] = {}
        if database.is_sqlite:
            database.backup(copy)
            require_sound(copy)
            sources[DATABASE] = copy
        # The keys after the database: a rotation meanwhile adds one, and takes none away.
        manifest = write_backup(to, _manifest(newsletter, database), sources | _small(newsletter, database), told)
    finally:
        copy.unlink(missing_ok=True)
    where = "" if database.is_sqlite else str(database.where)
    return BackedUp(path=to, size=to.stat().st_size, manifest=manifest, server=where)


def _manifest(newsletter: Newsletter, database: Database) -> Manifest:
    from newsletter import __version__

    return Manifest(
        program=__version__,
        schema=VERSION,
        made=written(utc_now()),
        newsletter=newsletter.settings.id,
        database=database.id,
        server=not database.is_sqlite,
        parts={},
    )


def _small(newsletter: Newsletter, database: Database) -> dict[str, Path | bytes]:
    """Return keys and configuration, read whole."""
    folder, data = newsletter.settings.folder, database.folder
    paths = {KEY_FILE: data / KEY_FILE, SETTINGS: folder / FILE, LOCAL_SETTINGS: folder / LOCAL_FILE}
    signing = {f"dkim/{path.name}": path for path in sorted((data / "dkim").glob("*.pem"))}
    paths |= {name: path for name, path in signing.items() if SIGNING_KEY.fullmatch(name)}
    try:
        return {name: path.read_bytes() for name, path in paths.items() if path.exists() or name != LOCAL_SETTINGS}
    except OSError as cause:
        what = f"it cannot be read: {cause.strerror}"
        raise StoreError(what, "check its permissions", where=str(cause.filename)) from cause
