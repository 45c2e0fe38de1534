"""Puts a backup back: checked whole before anything is changed, and never over what is there unless told.

::

    FILE ──checked──► beside the data folder ──migrated, left to a person──► its place
                                 ▲
    what is there ──backed up────┘ each "no" since is carried over          (only with --replace)
"""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from newsletter.app.backing_up import write_copy
from newsletter.app.newsletter import Newsletter
from newsletter.errors import FileError, InputError, SettingsError, StoreError
from newsletter.files import write_new, write_whole
from newsletter.model.progress import Progress
from newsletter.settings import FILE, LOCAL_FILE, Settings, data_home, find_folder, read_settings
from newsletter.store.backup import BACKUPS, backup_path
from newsletter.store.backup_file import DATABASE, LOCAL_SETTINGS, SETTINGS, BackupFile, Manifest
from newsletter.store.database import open_database
from newsletter.store.failure import Unusable
from newsletter.store.key import KEY_FILE
from newsletter.store.lock import LOCK_FILE, coordinator_lock
from newsletter.store.replacing import keep_rotation, merge_keys, replace_database
from newsletter.store.restored import CarriedOver, LeftOpen, carry_over, leave_to_a_person
from newsletter.store.schema import VERSION
from newsletter.store.upgrade import judge_version, require_sound
from newsletter.store.wiping import wipe_forgotten


@dataclass(frozen=True, kw_only=True, slots=True)
class Restored:
    """What a restore did.

    :param folder: of the newsletter.
    :param data: the data folder.
    :param written: files of the configuration that were not there.
    :param kept: those that were there, and stay as they are.
    :param left: what a person must see to; None where the database is on a server.
    :param carried: what the database that gave way knew; None if there was none that could be read.
    :param before: the backup of what was there before.
    """

    folder: Path
    data: Path
    manifest: Manifest
    written: tuple[str, ...]
    kept: tuple[str, ...]
    left: LeftOpen | None
    carried: CarriedOver | None
    before: Path | None

    def values(self) -> dict[str, Any]:
        """What a program reads."""
        return {
            "folder": str(self.folder),
            "data": str(self.data),
            "made": self.manifest.made,
            "newsletter": self.manifest.newsletter,
            "database": self.manifest.database,
            "written": self.written,
            "kept": self.kept,
            "in_doubt": dict(self.left.in_doubt) if self.left else {},
            "unscheduled": self.left.unscheduled if self.left else (),
            "notices": self.left.notices if self.left else 0,
            "carried_over": asdict(self.carried) if self.carried else None,
            "before": str(self.before) if self.before else None,
        }


def restore(path: Path, start: Path, told: Progress, *, replace: bool = False) -> Restored:
    """Put the backup *path* back: into the newsletter of the folder *start* or above, else into *start* itself.

    :param replace: also where there is a database already, which is backed up first.
    :raises InputError: when it is no backup, is damaged, or is another newsletter's; nothing was changed.
    :raises StoreError: when there is a database, a mailing is under way, or the backup's is newer than this program.
    """
    with BackupFile(path) as backup:
        judge_version(backup.manifest.schema, VERSION, path)
        folder = _folder(start)
        with _staged(backup, told) as staged:
            settings = _settings(backup, folder, staged)
            data = data_home() / settings.id
            if backup.manifest.server:
                return _restore_keys(backup, folder, data, staged, replace=replace)
            if settings.database:
                what = "the newsletter has its database on a server here, and the backup has one in a file"
                raise StoreError(what, "nothing was changed; restore it where there is no [database]", where=path)
            return _restore_all(backup, settings, folder, staged, told, replace=replace)


def _folder(start: Path) -> Path:
    try:
        return find_folder(start)
    except SettingsError:
        return start


@contextmanager
def _staged(backup: BackupFile, told: Progress) -> Iterator[Path]:
    """Give a folder beside the data folders with the backup's data folder in ``data``, checked and migrated."""
    home = data_home()
    try:
        home.mkdir(parents=True, exist_ok=True)
        need = 2 * sum(part.size for part in backup.manifest.parts.values())  # it is migrated and copied
        if (room := shutil.disk_usage(home).free) < need:
            what = f"the backup needs {need:,} bytes on the disk, and there are {room:,}"
            raise FileError(what, "make room, or set NEWSLETTER_HOME to another disk", where=home)
        staged = Path(tempfile.mkdtemp(prefix=".restoring.", dir=home))  # 0700
    except OSError as cause:
        todo = "NEWSLETTER_HOME can name another place"
        raise FileError(f"it cannot be written ({cause.strerror})", todo, where=home) from cause
    try:
        (staged / "data").mkdir(mode=0o700)
        with _said(home):
            for name in backup.manifest.parts:
                _put(backup, name, staged, told)
        yield staged
    finally:
        shutil.rmtree(staged, ignore_errors=True)


@contextmanager
def _said(where: Path) -> Iterator[None]:
    try:
        yield
    except OSError as cause:
        raise FileError(f"it cannot be written ({cause.strerror})", "make room, and try again", where=where) from cause


def _put(backup: BackupFile, name: str, staged: Path, told: Progress) -> None:
    """Put one part where it belongs in the staged folder: by its known name, never by a path of the file's."""
    if name == DATABASE:
        to = staged / "data" / DATABASE
        to.touch(mode=0o600)
        backup.extract(name, to, told)
        require_sound(to)
    elif name in (SETTINGS, LOCAL_SETTINGS):
        write_new(staged / name, backup.read(name), mode=0o600)
    else:
        write_new(staged / "data" / name, backup.read(name), mode=0o600)


def _settings(backup: BackupFile, folder: Path, staged: Path) -> Settings:
    """Return the settings that hold after the restore; refuse another newsletter's backup, and one that does not fit.

    The newsletter.toml that is there stays, as it came by git; so its id must be the backup's.
    """
    manifest = backup.manifest
    there = (folder / FILE).exists()
    settings = read_settings(folder if there else staged)
    if settings.id != manifest.newsletter:
        what = f"this is a backup of the newsletter {manifest.newsletter}, and here is {settings.id}"
        todo = "nothing was changed; restore it in a folder of its own"
        raise InputError(what, todo, where=backup.path)
    if not manifest.server:
        with open_database(staged / "data") as database:  # checks the key, and migrates an older schema
            if database.id != manifest.database:
                raise InputError("this backup is damaged", "nothing was changed; give another one", where=backup.path)
        shutil.rmtree(staged / "data" / BACKUPS, ignore_errors=True)  # of the migration: the file itself is that
    return settings


def _restore_all(
    backup: BackupFile, settings: Settings, folder: Path, staged: Path, told: Progress, *, replace: bool
) -> Restored:
    data = data_home() / settings.id
    there = data.is_dir() and any(data.iterdir())
    if there and not replace:
        what = "there is a database already" if (data / DATABASE).exists() else "there are files already"
        todo = "nothing was changed; --replace puts the backup in its place, and makes a backup of it first"
        raise StoreError(what, todo, where=data)
    fresh = staged / "data"
    with open_database(fresh) as database:
        left = leave_to_a_person(database, backup.manifest.made)
    carried = before = None
    if there:
        with coordinator_lock(data):
            carried, before = _give_way(Newsletter(settings, folder), data, fresh, told)
            with open_database(fresh) as database:
                keep_rotation(database, merge_keys(data, fresh))
            replace_database(fresh / DATABASE, data / DATABASE)
        _add_signing_keys(fresh, data)
        written, kept = _configure(folder, staged)
    else:
        written, kept = _configure(folder, staged)
        _move(fresh, data, [folder / name for name in written])
    return Restored(
        folder=folder, data=data, manifest=backup.manifest, written=written, kept=kept, left=left, carried=carried,
        before=before,
    )  # fmt: skip


def _move(fresh: Path, data: Path, written: list[Path]) -> None:
    """Give the data folder its name, all at once; where that fails, what was *written* goes again."""
    (fresh / LOCK_FILE).unlink(missing_ok=True)
    try:
        with _said(data):
            if data.is_dir():
                data.rmdir()  # it is empty; Windows renames onto no folder
            fresh.rename(data)
    except BaseException:
        for path in written:
            path.unlink(missing_ok=True)
        raise


def _give_way(old: Newsletter, data: Path, fresh: Path, told: Progress) -> tuple[CarriedOver | None, Path]:
    """Back up what is there, and carry each "no" that it knows into the *fresh* database.

    What cannot be used is kept as it is.
    """
    (data / BACKUPS).mkdir(mode=0o700, exist_ok=True)
    try:
        before = write_copy(old, backup_path(data, "before restore", suffix=".zip"), told).path
    except Unusable:
        return None, _aside(data)
    else:
        with open_database(fresh) as database:
            carried = carry_over(old.database, database)
            wipe_forgotten(database)
            return carried, before
    finally:
        old.close()


def _aside(data: Path) -> Path:
    """Keep the files of a database that cannot be opened; whoever has it open goes on with the files kept."""
    aside = backup_path(data, "before restore", suffix="")
    aside.mkdir(mode=0o700)
    for path in sorted(data.glob(f"{DATABASE}*")):
        path.rename(aside / path.name)
    if (data / KEY_FILE).exists():
        shutil.copy2(data / KEY_FILE, aside / KEY_FILE)
    return aside


def _restore_keys(backup: BackupFile, folder: Path, data: Path, staged: Path, *, replace: bool) -> Restored:
    """Restore what is not on the server: keys and configuration."""
    if (data / KEY_FILE).exists() and not replace:
        todo = "nothing was changed; --replace adds the keys of the backup to it"
        raise StoreError("there is a key already", todo, where=data / KEY_FILE)
    written, kept = _configure(folder, staged)
    with _said(data):
        data.mkdir(mode=0o700, parents=True, exist_ok=True)
    merge_keys(data, staged / "data")
    _add_signing_keys(staged / "data", data)
    return Restored(
        folder=folder, data=data, manifest=backup.manifest, written=written, kept=kept, left=None, carried=None,
        before=None,
    )  # fmt: skip


def _configure(folder: Path, staged: Path) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Write the files of the configuration that are not there; return the names of those, and of the others."""
    written, kept = [], []
    for name in (FILE, LOCAL_FILE):
        if not (staged / name).exists():
            continue
        if (folder / name).exists():
            kept.append(name)
            continue
        mode = 0o600 if name == LOCAL_FILE else None
        write_whole(folder / name, (staged / name).read_bytes(), mode=mode)
        written.append(name)
    return tuple(written), tuple(kept)


def _add_signing_keys(fresh: Path, data: Path) -> None:
    """Put the keys that mail is signed with into the data folder; one that is there stays."""
    for path in sorted((fresh / "dkim").glob("*.pem")):
        if not (data / "dkim" / path.name).exists():
            write_new(data / "dkim" / path.name, path.read_bytes(), mode=0o600)
