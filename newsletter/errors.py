"""What can go wrong in a way that a person can mend.

::

    NewsletterError              where, what, and what to do next
    ├── SettingsError            newsletter.toml, newsletter.local.toml, the environment
    ├── FileError                a file that cannot be written
    ├── InputError               a file that was given: digest, links, CSV, JSON, Markdown
    │   └── SourceError          another package's source raises, hangs, or ends
    ├── PoolError                an article that is not there, or cannot be moved so
    ├── IssueError               an issue file that cannot be read, found or written
    ├── RenderError              a template, its MJML, or text that cannot be mailed
    ├── SubscriberError          an address, a list or a consent that will not do
    ├── StoreError               the database, its key or its lock
    ├── SendError                a mailing that may not start or go on
    │   └── ServerError          the mail server cannot be used as configured
    │       └── LimitReached     what it may be given in an hour or a day is used up
    ├── NetError                 an address on the web that gives no answer, or must not be asked
    ├── BrowserError             Chromium, or what it needs, is missing or fails
    ├── SpamFilterError          a SpamAssassin that is to be asked is missing or does not answer
    ├── FindingsError            the checks found errors
    └── Stopped                  interrupted, and can go on

Only ``cli`` and ``web`` catch them.
"""

from datetime import datetime
from pathlib import Path


class NewsletterError(Exception):
    """Something that a person can mend, said in one line.

    :param what: what is wrong, without a full stop.
    :param todo: what to do next, without a full stop.
    :param where: the file, address or server it is about.
    :param line: the line of that file, counted from 1; *column* is the character of that line, where it is known.
    """

    exit_code = 2

    def __init__(
        self,
        what: str,
        todo: str = "",
        *,
        where: str | Path = "",
        line: int | None = None,
        column: int | None = None,
    ) -> None:
        self.what = what
        self.todo = todo
        self.where = str(where)
        self.line = line
        self.column = column
        super().__init__(str(self))

    def __str__(self) -> str:
        place = ":".join(str(part) for part in (self.where, self.line, self.line and self.column) if part)
        place = place if self.where else ""
        return "; ".join(part for part in (f"{place}: {self.what}" if place else self.what, self.todo) if part)


class SettingsError(NewsletterError):
    """The configuration cannot be used."""


class FileError(NewsletterError):
    """A file cannot be written."""


class InputError(NewsletterError):
    """A file that was given cannot be read."""


class SourceError(InputError):
    """A source that another package brings raises, hangs, or ends."""


class PoolError(NewsletterError):
    """An article of the pool is not there, or cannot be moved so."""


class IssueError(NewsletterError):
    """An issue file cannot be read, found or written."""


class RenderError(NewsletterError):
    """A template, its MJML, or a text cannot become mail."""


class SubscriberError(NewsletterError):
    """An address, a list or a consent will not do."""


class StoreError(NewsletterError):
    """The database, its key or its lock cannot be used."""


class SendError(NewsletterError):
    """A mailing may not start or go on."""


class ServerError(SendError):
    """The mail server cannot be used as configured."""


class LimitReached(ServerError):
    """What the mail servers may be given in an hour or a day is used up.

    :param until: when they may be given more, aware.
    """

    def __init__(self, what: str, todo: str = "", *, until: datetime, where: str | Path = "") -> None:
        self.until = until
        super().__init__(what, todo, where=where)


class NetError(NewsletterError):
    """An address on the web gives no answer."""


class NotAsked(NetError):
    """An address must not be asked, now or later: it is private, is none, or is one that robots are to leave alone."""


class Unreachable(NetError):
    """A host is not found or cannot be connected to: it is away, or the network is."""


class BrowserError(NewsletterError):
    """Chromium, or what it needs, is missing or fails."""


class SpamFilterError(NewsletterError):
    """A SpamAssassin that is to be asked is missing or does not answer."""


class FindingsError(NewsletterError):
    """The checks found errors."""

    exit_code = 1


class Stopped(NewsletterError):
    """Interrupted before the end; what was done is recorded."""

    exit_code = 3
