"""Tells when something was saved that an issue is made of."""

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import aclosing
from pathlib import Path

from watchfiles import awatch
from watchfiles._rust_notify import WatchfilesRustInternalError

SETTINGS = ("newsletter.toml", "newsletter.local.toml")
FOLDERS = ("templates", "media", "pool")
_NO_SAVE = re.compile(r"^\.|^#.*#$|~$|^4913$")
"""Names of what editors and our own writer put down on the way to a save (4913 is Vim's trial)."""


async def saves(folder: Path, issue: Path, ended: asyncio.Event) -> AsyncIterator[None]:
    """Yield after each save of the settings, of a template or picture, or beside the *issue*, until *ended* is set.

    The watch stands before this first waits. Folders that come, go or are replaced (git checks out a branch) are
    watched from then on.

    :param folder: the newsletter's.
    """
    # macOS reports real paths: /private/tmp for /tmp.
    folder, issue = folder.resolve(), issue.parent.resolve() / issue.name
    polling: bool | None = None
    again = False
    while not ended.is_set():
        places = watched(folder, issue)
        # Folder by folder, and not all that is below: in a repository that would be its .git and .venv too.
        watch = awatch(
            *places, recursive=False, watch_filter=None, stop_event=ended, debounce=50, step=5, rust_timeout=500,
            yield_on_timeout=True, ignore_permission_denied=True, force_polling=polling,
        )  # fmt: skip
        try:
            async with aclosing(watch):
                async for changes in watch:
                    paths = {Path(path) for _, path in changes}
                    # Nobody looked between two watches: the first news of a new one, be it none, counts as a save.
                    if again or any(concerns(path, folder, issue) for path in paths):
                        again = False
                        yield
                    if moved(paths, places):
                        break
        except FileNotFoundError:
            pass  # a folder went while the watch was made: look which are left
        except (OSError, WatchfilesRustInternalError):
            if polling:
                raise
            polling = True  # Linux: fs.inotify.max_user_watches is used up, or a file system that tells nothing
        again = True


def watched(folder: Path, issue: Path) -> list[Path]:
    """Return the folders to look at: the newsletter's own, the issue's, and each of its templates and pictures."""
    own = [folder / name for name in FOLDERS]
    below = [path for top in own for path in top.rglob("*") if path.is_dir()]
    return sorted({place for place in (folder, issue.parent, *own, *below) if place.is_dir()})


def concerns(path: Path, folder: Path, issue: Path) -> bool:
    """Whether a save of *path* may change what the preview shows."""
    if _NO_SAVE.search(path.name):
        return False
    if path.parent == folder:
        return path.name in (*SETTINGS, *FOLDERS) or path in (issue.parent, issue)
    return path.parent == issue.parent or any(path.is_relative_to(folder / name) for name in FOLDERS)


def moved(paths: set[Path], places: list[Path]) -> bool:
    """Whether a folder came, went or was replaced among the changed *paths*."""
    return any(path in places or path.is_dir() for path in paths)
