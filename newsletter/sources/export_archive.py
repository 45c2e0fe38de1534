"""The files of an export: a ZIP archive, or the folder that somebody unpacked it into."""

import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

from newsletter.errors import InputError

FILE_LIMIT = 30_000_000
"""Bytes that one file may have unpacked."""
COUNT_LIMIT = 200_000
"""Files of one export."""


class ExportArchive:
    """The files of an export by name; nothing of it is written anywhere.

    :raises InputError: it is neither a ZIP archive nor a folder.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._archive: zipfile.ZipFile | None = None
        if path.is_dir():
            files = (file for file in path.rglob("*") if file.is_file())
            self.names = tuple(sorted(file.relative_to(path).as_posix() for file in files))
        else:
            self._archive = self._opened(path)
            self.names = tuple(sorted(info.filename for info in self._archive.infolist() if not info.is_dir()))
        self.names = tuple(name for name in self.names if not name.startswith("__MACOSX/"))
        if len(self.names) > COUNT_LIMIT:
            raise InputError(f"there are more than {COUNT_LIMIT:,} files in it", "is this an export?", where=path)

    @staticmethod
    def _opened(path: Path) -> zipfile.ZipFile:
        try:
            return zipfile.ZipFile(path)
        except OSError as cause:
            raise InputError(f"it cannot be read: {cause.strerror}", "give a file that is there", where=path) from cause
        except (zipfile.BadZipFile, ValueError, NotImplementedError) as cause:
            todo = "give the archive as you got it, or the folder that it was unpacked into"
            raise InputError("this is no ZIP archive", todo, where=path) from cause

    def close(self) -> None:
        """Let go of the file."""
        if self._archive:
            self._archive.close()

    def find(self, name: str) -> str:
        """Return the file called *name* that lies least deep, with its folders; empty when there is none."""
        found = [one for one in self.names if PurePosixPath(one).name.lower() == name]
        return min(found, key=lambda one: (one.count("/"), one), default="")

    def below(self, folder: str, *suffixes: str) -> Iterator[str]:
        """Yield the files of each folder called *folder* whose names end in one of *suffixes*."""
        for name in self.names:
            path = PurePosixPath(name)
            if path.parent.name == folder and path.suffix.lower() in suffixes:
                yield name

    def read(self, name: str) -> bytes:
        """Return what is in the file *name*.

        :raises InputError: it is damaged, encrypted, or too long.
        """
        where = f"{self.path}: {name}"
        try:
            if self._archive is None:
                with (self.path / name).open("rb") as file:
                    data = file.read(FILE_LIMIT + 1)
            else:
                with self._archive.open(name) as packed:
                    data = packed.read(FILE_LIMIT + 1)
        except (OSError, zipfile.BadZipFile, zlib.error, RuntimeError, NotImplementedError, EOFError) as cause:
            raise InputError(f"it cannot be unpacked: {cause}", "ask for the export again", where=where) from cause
        if len(data) > FILE_LIMIT:
            raise InputError(f"it has more than {FILE_LIMIT:,} bytes", "is this an export?", where=where)
        return data
