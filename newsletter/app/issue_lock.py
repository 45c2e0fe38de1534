"""Keeps two commands from deciding about articles at once: what one of them picked is there when the other one looks.

Each change of a file is alone in its folder besides (``files.alone_in``); this is around all of a decision: which issue
it goes into, whether the article ran, and the writing.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from newsletter.app.newsletter import Newsletter
from newsletter.files import lock_file


@contextmanager
def issues_locked(newsletter: Newsletter) -> Iterator[None]:
    """Wait until no other command decides, and keep it so until the block ends.

    The system lets go of it for a process that dies. Whoever has it may not take it a second time.

    :raises FileError: the system lets us write nothing there.
    """
    with lock_file(newsletter.shown / ".newsletter" / "issues.lock"):
        yield
