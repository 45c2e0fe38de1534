"""Forgets a person in the database, and in what else of them is on this machine."""

import shutil
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from newsletter.app.newsletter import Newsletter
from newsletter.errors import NewsletterError
from newsletter.store.backup import BACKUPS
from newsletter.store.forgetting import forget
from newsletter.store.mentions import still_named
from newsletter.store.wiping import is_unwiped, wipe_forgotten


@dataclass(frozen=True, kw_only=True, slots=True)
class Farewell:
    """What forgetting a person did, and where something of them may still be.

    :param left: the lists that they were on until now.
    :param deliveries: how many rows of the ledger name nobody any more.
    :param untold: messages to hooks about them that name nobody any more.
    :param wiped: nothing of them is left in the file's free space.
    :param unwiped_because: why it is not wiped yet; empty if it is.
    :param rehearsals: the folder of rehearsals that was deleted, since messages in it may have been to them.
    :param rejects: the folder of rows that imports left out, deleted for the same reason.
    :param backups: older backups, which still have them.
    :param still: where others' rows name them: "consent_log.basis", and how many.
    """

    left: tuple[str, ...]
    deliveries: int
    untold: int
    wiped: bool
    unwiped_because: str
    rehearsals: Path | None
    rejects: Path | None
    backups: tuple[Path, ...]
    still: Mapping[str, int]

    def values(self) -> dict[str, Any]:
        """What a program reads."""
        return {
            **asdict(self),
            "rehearsals": str(self.rehearsals) if self.rehearsals else None,
            "rejects": str(self.rejects) if self.rejects else None,
            "backups": [str(path) for path in self.backups],
        }


def forget_reader(newsletter: Newsletter, address: str) -> Farewell:
    """Forget the person with *address*; it cannot be undone.

    :raises SubscriberError: when nothing is kept of them.
    """
    database = newsletter.database
    gone = forget(database, address)
    because = wipe(newsletter)
    return Farewell(
        left=gone.left,
        deliveries=gone.deliveries,
        untold=gone.untold,
        wiped=not because,
        unwiped_because=because,
        rehearsals=_without(newsletter.shown / ".newsletter" / "rehearsals"),
        rejects=_without(rejects_folder(newsletter)),
        backups=tuple(sorted(path for path in (database.folder / BACKUPS).glob("*") if path.is_file())),
        still=still_named(database, gone.addresses),
    )


def wipe(newsletter: Newsletter) -> str:
    """Leave nothing of those who were forgotten in the file's free space; return why it cannot be done now, or nothing.

    A mailing under way is not disturbed: ``newsletter work`` does it later, and so does the next mailing before its
    backup.
    """
    database = newsletter.database
    try:
        if not is_unwiped(database):
            return ""
        with database.coordinator_lock():
            done = wipe_forgotten(database)
    except NewsletterError as error:
        return error.what
    return "" if done else "another program is reading the database"


def rejects_folder(newsletter: Newsletter) -> Path:
    """Return where rows go that an import left out."""
    return newsletter.shown / ".newsletter" / "rejects"


def _without(folder: Path) -> Path | None:
    """Delete what is in the newsletter's own *folder*, if it is there; it can be made again at any time."""
    if not folder.is_dir():
        return None
    shutil.rmtree(folder, ignore_errors=True)
    return folder
