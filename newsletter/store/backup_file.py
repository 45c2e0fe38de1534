"""A backup as one file: a zip with a manifest that says what is in it, and the hash of each.

::

    manifest.json         format, versions, whose it is, and size and SHA-256 of each of:
    newsletter.sqlite3    the database as it was at one moment; not there where it is on a server
    secret.key            the keys that belong to it
    dkim/NAME.pem         the keys that mail is signed with
    newsletter.toml       the configuration
    newsletter.local.toml passwords and commands of one machine, if there were any

Names are known ones, sizes are those of the manifest, and nothing is written where a name says: what comes out of such
a file can neither leave the folder it is put into nor fill the disk unannounced.
"""

import hashlib
import json
import os
import re
import secrets
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import IO, Any, Self

from newsletter.errors import FileError, InputError
from newsletter.model.progress import Progress
from newsletter.store.key import KEY_FILE, KEY_LENGTH

FORMAT = 1
MANIFEST = "manifest.json"
DATABASE = "newsletter.sqlite3"
SETTINGS = "newsletter.toml"
LOCAL_SETTINGS = "newsletter.local.toml"
SIGNING_KEY = re.compile(r"dkim/[a-z0-9-]{1,63}\.pem")

SMALL = 1_000_000
"""The largest of all but the database, in bytes."""
MOST = 200
"""Files of one backup."""
PIECE = 1 << 20


@dataclass(frozen=True, kw_only=True, slots=True)
class Part:
    """One file of a backup: its size in bytes and its SHA-256 in hex."""

    size: int
    sha256: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Manifest:
    """What a backup says of itself.

    :param program: the version of newsletter that made it.
    :param schema: of its database.
    :param made: when, ISO 8601 in UTC.
    :param newsletter: the id of newsletter.toml.
    :param database: the id of the database, which receipts name.
    :param server: the database is on a server, and not in the backup.
    :param parts: the files by name.
    """

    program: str
    schema: str
    made: str
    newsletter: str
    database: str
    server: bool
    parts: Mapping[str, Part]


def write_backup(to: Path, manifest: Manifest, sources: Mapping[str, Path | bytes], told: Progress) -> Manifest:
    """Write *sources*, by the names that they have in a backup, into the new file *to*, readable by its owner alone.

    :param manifest: without its parts; returned with them.
    :param told: hears of the bytes that are written.
    :raises FileError: when there is a file already, or it cannot be written; nothing half-written is left.
    """
    draft = to.with_name(f".{to.name}.{secrets.token_hex(4)}")
    try:
        try:
            handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), 0o600)
            with open(handle, "wb") as file:  # noqa: PTH123 - a handle has no path
                written = _pack(file, manifest, sources, told)
                file.flush()
                os.fsync(file.fileno())
            os.link(draft, to)  # unlike a move, it fails where the name is taken
        finally:
            draft.unlink(missing_ok=True)
    except FileExistsError as cause:
        raise FileError("there is a file already", "give another name", where=to) from cause
    except OSError as cause:
        todo = "make room, or look at the folder and its permissions"
        raise FileError(f"the backup cannot be written ({cause.strerror or cause})", todo, where=to) from cause
    return written


def _pack(file: IO[bytes], manifest: Manifest, sources: Mapping[str, Path | bytes], told: Progress) -> Manifest:
    total = sum(len(each) if isinstance(each, bytes) else each.stat().st_size for each in sources.values())
    parts, done = {}, 0
    # Level 1: half the size in a third of the time of the usual level 6, for what is mostly addresses.
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as packed:
        for name, source in sources.items():
            digest, size = hashlib.sha256(), 0
            with packed.open(name, "w", force_zip64=True) as entry:
                for piece in _pieces(source):
                    entry.write(piece)
                    digest.update(piece)
                    size += len(piece)
                    told(done + size, max(total, done + size))
            done += size
            parts[name] = Part(size=size, sha256=digest.hexdigest())
        whole = Manifest(**{**{name: getattr(manifest, name) for name in _FACTS}, "parts": parts})
        packed.writestr(MANIFEST, json.dumps({"format": FORMAT, **asdict(whole)}, indent=2, sort_keys=True))
    return whole


def _pieces(source: Path | bytes) -> Iterator[bytes]:
    if isinstance(source, bytes):
        yield source
        return
    with source.open("rb") as file:
        while piece := file.read(PIECE):
            yield piece


_FACTS = ("program", "schema", "made", "newsletter", "database", "server")


class BackupFile:
    """A backup that is read; a context.

    :raises InputError: when it cannot be read, is none, is damaged, or a newer program made it.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._told = _damaged(path)
        try:
            self._packed = zipfile.ZipFile(path)
        except OSError as cause:
            raise InputError(f"it cannot be read: {cause.strerror}", "give the file of a backup", where=path) from cause
        except zipfile.BadZipFile as cause:
            raise InputError("this is no backup, or only part of one", "give another one", where=path) from cause
        try:
            self.manifest = self._manifest()
            self._require_honest()
        except BaseException:
            self._packed.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self._packed.close()

    def _manifest(self) -> Manifest:
        try:
            values = dict(json.loads(self._read(MANIFEST, SMALL)))
            found = values.pop("format")
        except (KeyError, ValueError, TypeError) as cause:
            raise InputError("this is no backup of a newsletter", "give another one", where=self.path) from cause
        if found != FORMAT:
            what = f"a newer newsletter made this backup (format {found}; this program knows {FORMAT})"
            raise InputError(what, "install the newer program", where=self.path)
        return self._typed(values)

    def _typed(self, values: dict[str, Any]) -> Manifest:
        try:
            parts = {
                str(name): Part(size=int(part["size"]), sha256=str(part["sha256"]))
                for name, part in values["parts"].items()
            }
            facts = {name: str(values[name]) for name in _FACTS if name != "server"}
            return Manifest(server=bool(values["server"]), parts=parts, **facts)
        except (KeyError, TypeError, ValueError, AttributeError) as cause:
            raise self._told from cause

    def _require_honest(self) -> None:
        """Refuse names that are none of a backup's, and sizes that are other than they are said to be."""
        parts, entries = self.manifest.parts, self._packed.infolist()
        names = [entry.filename for entry in entries]
        if len(names) > MOST or sorted(names) != sorted([MANIFEST, *parts]):
            raise self._told
        for entry in entries:
            known = entry.filename in (MANIFEST, DATABASE, KEY_FILE, SETTINGS, LOCAL_SETTINGS)
            if not (known or SIGNING_KEY.fullmatch(entry.filename)) or entry.flag_bits & 1:
                raise self._told
            if entry.filename != MANIFEST and entry.file_size != parts[entry.filename].size:
                raise self._told
            if entry.filename != DATABASE and entry.file_size > SMALL:
                raise self._told
        if KEY_FILE not in parts or SETTINGS not in parts or (DATABASE in parts) is self.manifest.server:
            raise self._told
        if not parts[KEY_FILE].size or parts[KEY_FILE].size % KEY_LENGTH:
            raise self._told

    def read(self, name: str) -> bytes:
        """Return a small part, proved by its hash."""
        data = self._read(name, SMALL)
        if hashlib.sha256(data).hexdigest() != self.manifest.parts[name].sha256:
            raise self._told
        return data

    def _read(self, name: str, most: int) -> bytes:
        with self._saying(), self._packed.open(name) as entry:
            data = entry.read(most + 1)
        if len(data) > most:
            raise self._told
        return data

    def extract(self, name: str, to: Path, told: Progress) -> None:
        """Write a part into the file *to*, which is there already; it is proved by its hash."""
        part, digest, done = self.manifest.parts[name], hashlib.sha256(), 0
        with self._saying(), self._packed.open(name) as entry, to.open("wb") as file:
            while piece := entry.read(PIECE):
                done += len(piece)
                if done > part.size:
                    raise self._told
                file.write(piece)
                digest.update(piece)
                told(done, part.size)
            file.flush()
            os.fsync(file.fileno())
        if digest.hexdigest() != part.sha256:
            raise self._told

    @contextmanager
    def _saying(self) -> Iterator[None]:
        """Say of a fault inside the file that it is damaged: the checksum of a part, its packing, its end."""
        import zlib

        try:
            yield
        except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError) as cause:
            raise self._told from cause


def _damaged(path: Path) -> InputError:
    return InputError("this backup is damaged", "nothing was changed; give another one", where=path)
