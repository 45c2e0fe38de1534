"""Whether the site can do its work: the database is really written to, and there is room on the disk."""

import shutil
import tempfile
from dataclasses import dataclass

from newsletter.app.newsletter import Newsletter
from newsletter.errors import NewsletterError

ROOM = 100_000_000
"""Bytes that must be free: a write-ahead log and a backup need room before anybody notices."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Health:
    """How the site is.

    :param database: the id of its database, which ``send`` compares with its own; empty if nobody knows.
    :param problems: what is wrong, in words for everybody: no path and no name is in them.
    :param details: the same for the operator.
    """

    database: str
    problems: tuple[str, ...] = ()
    details: tuple[str, ...] = ()


def look_after(newsletter: Newsletter) -> Health:
    """Try the database and the disk of *newsletter*; whatever fails is a problem, and none is raised."""
    problems, details, database = [], [], ""
    try:
        from newsletter.store.trying import try_writing

        database = newsletter.database.id
        try_writing(newsletter.database)
    except NewsletterError as error:
        problems.append("the database cannot be written")
        details.append(str(error))
    try:
        folder = newsletter.settings.data_folder
        with tempfile.TemporaryFile(dir=folder) as file:
            file.write(b"tried")
            file.flush()
        if (free := shutil.disk_usage(folder).free) < ROOM:
            problems.append("the disk is nearly full")
            details.append(f"{folder}: {free:,} bytes are free, {ROOM:,} are wanted")
    except OSError as error:
        problems.append("the disk cannot be written")
        details.append(f"{newsletter.settings.data_folder}: {error.strerror or error}")
    return Health(database=database, problems=tuple(problems), details=tuple(details))
