"""Writes the archive into a folder, as a site of files that any web server can show.

The folder keeps a list of what was written (``.newsletter-archive.json``): so what is not ours is never touched unless
somebody says so, and a page that is no more is taken away.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from newsletter.errors import FileError
from newsletter.files import write_whole
from newsletter.model.site import SiteFile
from newsletter.settings import FILE

MANIFEST = ".newsletter-archive.json"
ALLOWED = ("CNAME",)
"""What web hosts want in such a folder; so are names that begin with a dot: .git, .nojekyll."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Written:
    """What became of a folder.

    :param unchanged: how many files were as they should be.
    """

    written: tuple[str, ...]
    removed: tuple[str, ...]
    unchanged: int

    def values(self) -> dict[str, object]:
        """What a program reads."""
        return {"written": list(self.written), "removed": list(self.removed), "unchanged": self.unchanged}


def write_site(files: Mapping[str, SiteFile], folder: Path, *, force: bool = False) -> Written:
    """Make *folder* hold *files*: only those that differ are written, each whole or not at all.

    A file of ours that is no more is removed, unless somebody changed it.

    :param force: the folder may have files of others; those in the place of one of ours give way, the rest stays.
    :raises FileError: the folder has files of others or is a newsletter's own, or it cannot be written.
    """
    if (folder / FILE).exists():
        raise FileError("this is a newsletter's own folder", "give another one for its site", where=folder)
    known = _read_manifest(folder)
    if not force:
        _require_own(folder, known)
    changed = [file for file in files.values() if _digest(folder / file.path) != file.digest]
    gone = [path for path in known if path not in files]
    wanted = {path: file.digest for path, file in files.items()}
    if changed or gone:
        # All of it is ours before any of it is there: a run that is killed goes on where it was.
        _write_manifest(folder, known | wanted)
    for file in changed:
        write_whole(folder / file.path, file.data, durable=False)
    removed = tuple(path for path in gone if _remove(folder, path, known[path]))
    if wanted != known:
        _write_manifest(folder, wanted)
    written = tuple(file.path for file in changed)
    return Written(written=written, removed=removed, unchanged=len(files) - len(changed))


def _require_own(folder: Path, known: Mapping[str, str]) -> None:
    if folder.exists() and not folder.is_dir():
        raise FileError("this is a file", "give a folder", where=folder)
    others = _others(folder, known)
    if others:
        more = f" and {len(others) - 1} more" if len(others) > 1 else ""
        todo = "give an empty folder, or --force: of others' files those in the place of ours give way, the rest stays"
        raise FileError(f"there are files of others in it: {others[0]}{more}", todo, where=folder)


def _others(folder: Path, known: Mapping[str, str]) -> Sequence[str]:
    if not folder.is_dir():
        return ()
    ours = (path.relative_to(folder) for path in sorted(folder.rglob("*")) if not path.is_dir())
    return [
        path.as_posix() for path in ours
        if path.as_posix() not in known and path.name not in ALLOWED and not path.parts[0].startswith(".")
    ]  # fmt: skip


def _read_manifest(folder: Path) -> dict[str, str]:
    path = folder / MANIFEST
    try:
        values = json.loads(path.read_bytes())["files"]
        return {str(name): str(digest) for name, digest in values.items()}
    except FileNotFoundError:
        return {}
    except OSError as cause:
        raise FileError(f"it cannot be read ({cause.strerror})", "look at its permissions", where=path) from cause
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as cause:
        todo = "delete it, and give --force"
        raise FileError("this is not the list of an archive's files", todo, where=path) from cause


def _write_manifest(folder: Path, digests: Mapping[str, str]) -> None:
    text = json.dumps({"files": dict(sorted(digests.items()))}, indent=1)
    write_whole(folder / MANIFEST, f"{text}\n".encode(), durable=False)


def _digest(path: Path) -> str:
    try:
        return sha256(path.read_bytes()).hexdigest()
    except FileNotFoundError:
        return ""
    except OSError as cause:
        raise FileError(f"it cannot be read ({cause.strerror})", "move it away", where=path) from cause


def _remove(folder: Path, path: str, digest: str) -> bool:
    """Take away a file of ours, and the folders that it leaves empty; say whether it went."""
    target = folder / path
    # The list is a file that anybody may have written: what it names outside of the folder is nobody's to remove.
    if not target.resolve().is_relative_to(folder.resolve()) or _digest(target) != digest:
        return False
    try:
        target.unlink()
        for parent in target.relative_to(folder).parents:
            if parent.parts and not any((folder / parent).iterdir()):
                (folder / parent).rmdir()
    except OSError as cause:
        raise FileError(f"it cannot be removed ({cause.strerror})", "look at its permissions", where=target) from cause
    return True
