"""Keeps two commands from writing into issues at once: what one of them adds is there when the other one looks."""

from collections.abc import Iterator
from contextlib import contextmanager

from newsletter.app.newsletter import Newsletter
from newsletter.errors import FileError
from newsletter.files import locked


@contextmanager
def issues_locked(newsletter: Newsletter) -> Iterator[None]:
    """Wait until no other command writes into an issue, and keep it so until the block ends.

    The system lets go of it for a process that dies. Whoever has it may not take it a second time.

    :raises FileError: the system lets us write nothing there.
    """
    path = newsletter.shown / ".newsletter" / "issues.lock"
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        file = path.open("ab")
    except OSError as cause:
        todo = "make room, or look at the folder and its permissions"
        raise FileError(f"it cannot be written ({cause.strerror or cause})", todo, where=path) from cause
    with file, locked(file.fileno()):
        yield
