"""The newsletter as git has it at a revision, in a folder that goes again."""

import io
import tarfile
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from newsletter.app.git import run_git
from newsletter.errors import InputError
from newsletter.settings import FILE

_PARTS = (FILE, "templates", "issues", "media")
"""What an issue is built from, beside the built-in theme."""


@contextmanager
def at_revision(folder: Path, revision: str) -> Iterator[Path]:
    """Write settings, theme and issues of *revision* into a folder for a while; newsletter.local.toml is not needed.

    :raises InputError: there is no git, no repository, or no such revision.
    """
    if not _git(folder, "rev-parse", "--git-dir"):
        raise InputError("there is no git repository here", "compare with --previous, --test or --sent", where=folder)
    found = _git(folder, "rev-parse", "--verify", "--quiet", "--end-of-options", f"{revision}^{{commit}}")
    if not found:
        raise InputError(f'git knows no revision "{revision}"', "git log shows those that there are", where=folder)
    commit = found.decode().strip()
    names = (_git(folder, "ls-tree", "--name-only", commit) or b"").decode("utf-8", "replace").split("\n")
    if FILE not in names:
        raise InputError(f'there is no {FILE} at "{revision}"', "take a later revision", where=folder)
    tar = _git(folder, "archive", "--format=tar", commit, "--", *(part for part in _PARTS if part in names))
    if tar is None:
        raise InputError(f'git gives no files of "{revision}"', "see what git archive says", where=folder)
    with tempfile.TemporaryDirectory(prefix="newsletter-") as name:
        with tarfile.open(fileobj=io.BytesIO(tar)) as archive:
            archive.extractall(name, filter="data")
        yield Path(name)


def _git(folder: Path, *words: str) -> bytes | None:
    done = run_git(folder, *words)
    return done.stdout if done and done.returncode == 0 else None
