"""What git says of a file or folder; where there is no git, it says nothing."""

import subprocess
from pathlib import Path


def _git(folder: Path, *words: str) -> "subprocess.CompletedProcess[str] | None":
    try:
        return subprocess.run(  # noqa: S603 - fixed words, and paths behind --
            ["git", "-C", str(folder), *words],  # noqa: S607 - the editor's own git
            capture_output=True,
            text=True,
            encoding="utf-8",
            errors="replace",
            timeout=20,
            check=False,
        )
    except (OSError, subprocess.SubprocessError):
        return None


def run_git(folder: Path, *words: str) -> "subprocess.CompletedProcess[bytes] | None":
    """Run git in *folder* and return what it said, as bytes; None where it cannot be run."""
    try:
        return subprocess.run(  # noqa: S603 - fixed words, and a revision behind --end-of-options
            ["git", "-C", str(folder), *words],  # noqa: S607 - the editor's own git
            capture_output=True,
            timeout=60,
            check=False,
        )
    except (OSError, ValueError, subprocess.SubprocessError):
        return None


def top_of(folder: Path) -> Path | None:
    """Return the top of the git repository that *folder* lies in; None if it lies in none."""
    done = _git(folder, "rev-parse", "--show-toplevel")
    return Path(done.stdout.rstrip("\n")).resolve() if done and done.returncode == 0 and done.stdout.strip() else None


def uncommitted(path: Path) -> bool:
    """Whether *path* lies in a git repository and differs from what is committed."""
    done = _git(path.parent, "status", "--porcelain", "--", path.name)
    return bool(done and done.returncode == 0 and done.stdout.strip())


def would_track(folder: Path, name: str = "000001-reader") -> bool:
    """Whether files in *folder* would show up in a git repository: it lies in one that does not ignore all of it.

    What git does not say for certain counts as yes.
    """
    parents = (folder.resolve(), *folder.resolve().parents)
    existing = next(parent for parent in parents if parent.is_dir())
    inside = _git(existing, "rev-parse", "--is-inside-work-tree")
    if not (inside and inside.stdout.strip() == "true") and not any((parent / ".git").exists() for parent in parents):
        return False
    # The usual name has no ending: rules for *.eml are none for the other forms of a rehearsal.
    ignored = _git(existing, "check-ignore", "--quiet", "--", str(folder.resolve() / name))
    return not ignored or ignored.returncode != 0
