"""What differs between a database in a file of its own and one on a server."""

from contextlib import AbstractContextManager
from pathlib import Path
from typing import Protocol

from sqlalchemy import Connection, Engine

from newsletter.store.statements import Moves


class Backend(Protocol):
    """Where a database lives, and how it is opened, locked and kept there."""

    @property
    def where(self) -> str | Path:
        """The file or the server, as messages name it: without its password."""

    @property
    def is_sqlite(self) -> bool:
        """Whether it is a file on this machine, and goes where the machine goes."""

    def bring_up_to_date(self) -> None:
        """Migrate it if it is older than this program.

        :raises StoreError: when there is none, or it is newer, in use or no newsletter's; then it is as it was.
        """

    def engine(self) -> Engine:
        """Return SQLAlchemy's connections to it; those with the execution option ``writing`` write one at a time."""

    def require_empty(self, connection: Connection) -> None:
        """Refuse to make the tables where a newsletter's are already: StoreError."""

    def said_plainly(self) -> AbstractContextManager[None]:
        """Turn what it fails with into a StoreError.

        A broken constraint or statement is our own mistake and passes through: no words of ours could help with it.
        """

    def coordinator_lock(self) -> AbstractContextManager[None]:
        """Be the only coordinator until the block ends, or this process does, however it ends.

        :raises CoordinatorBusy: when another process is it.
        """

    def fetching_lock(self) -> AbstractContextManager[None]:
        """Be the only one who fetches feeds until the block ends, or this process does, however it ends.

        :raises FetchingBusy: when another process does.
        """

    def moves(self) -> Moves:
        """Return a connection for what is done thousands of times a second; the caller closes it."""

    def backup(self, to: Path) -> None:
        """Copy it, without the key, into the new file *to*, while others may go on using it.

        :raises StoreError: when it cannot be written, or is not ours to copy.
        """

    def backup_before(self, occasion: str) -> Path | None:
        """Make a backup named after its time and the *occasion*; None where the server's own backups are relied on."""

    def wipe(self) -> bool:
        """Leave nothing of deleted rows in free space and log; only for the holder of the coordinator's lock.

        Say whether it is done: whoever reads may keep the log from being emptied.
        """
