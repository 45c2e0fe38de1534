"""A newsletter: its settings, its issues, its pool, its readers."""

from datetime import datetime, time
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from newsletter.composer.issues import IssueFolder
from newsletter.composer.past import Past
from newsletter.composer.pool import Pool
from newsletter.composer.pool_file import Told
from newsletter.errors import IssueError
from newsletter.model.hook import told_by
from newsletter.settings import FILE, Settings, find_folder, read_settings

if TYPE_CHECKING:  # heavy: imported by who needs them
    from newsletter.model.issue import Issue
    from newsletter.model.mail import RenderedIssue
    from newsletter.model.web_page import WebPage
    from newsletter.rendering.options import RenderingOptions
    from newsletter.rendering.renderer import Renderer
    from newsletter.store.database import Database
    from newsletter.store.derived import Derived

SEND_TIME = time(9)
"""When an issue whose date has no time counts as sent, in the newsletter's time zone."""


class Newsletter:
    """One newsletter's folder, opened.

    :param shown: the folder as a person in the current folder would name it; paths in messages begin with it.
    :ivar told: is called with what a person should know of, beside what they asked for: a line that was repaired.
    """

    def __init__(self, settings: Settings, shown: Path) -> None:
        self.settings = settings
        self.shown = shown
        self.issues = IssueFolder(shown / "issues")
        self.told: Told | None = None
        self._renderers: list[tuple[RenderingOptions, Renderer]] = []

    def pool(self) -> Pool:
        """Read the pool."""
        return Pool(self.shown / "pool", self.settings.writer, told=self.told)

    def past(self, list_name: str = "", pool: Pool | None = None) -> Past:
        """Read which issue of the list *list_name* has which article; empty is any list.

        :param pool: tells of other addresses of what was printed, and of ids in feeds.
        """
        return Past(self.issues, list_name, pool.article) if pool else Past(self.issues, list_name)

    @property
    def renderer(self) -> "Renderer":
        """The renderer of this newsletter's own theme, for what is of no list."""
        return self._renderer(self.settings.rendering)

    def renderer_of(self, list_name: str) -> "Renderer":
        """Return the renderer of the issues that go to a list; its theme and its footer may be its own."""
        return self._renderer(self.settings.rendering_of(list_name))

    def _renderer(self, options: "RenderingOptions") -> "Renderer":
        if found := next((renderer for known, renderer in self._renderers if known == options), None):
            return found
        from newsletter.rendering.renderer import Renderer
        from newsletter.rendering.themes import builtin_templates

        renderer = Renderer(options, (self.shown / "templates", builtin_templates()), self.shown / "media")
        self._renderers.append((options, renderer))
        return renderer

    def share_renderers(self, other: "Newsletter") -> None:
        """Go on with the renderers of *other* where they render as this one's would: their templates are compiled."""
        if self.shown == other.shown:
            self._renderers = other._renderers

    @cached_property
    def database(self) -> "Database":
        """The database of readers and ledger."""
        from newsletter.store.database import open_database

        hooks = told_by(self.settings.hooks)
        return open_database(self.settings.data_folder, self.settings.database, hooks=hooks)

    @cached_property
    def derived(self) -> "Derived":
        """What was derived from articles, by content: texts, vectors, drafts."""
        from newsletter.store.derived import Derived

        return Derived(self.shown / ".newsletter" / "derived.sqlite3")

    def close(self) -> None:
        """Let go of the database and of what was derived, if they were opened."""
        if derived := self.__dict__.pop("derived", None):
            derived.close()
        if database := self.__dict__.pop("database", None):
            database.close()

    def has_database(self) -> bool:
        """Whether there is a database on this machine, or the key to one on a server."""
        from newsletter.store.database import is_there

        return is_there(self.settings.data_folder, self.settings.database)

    def render(self, issue: "Issue") -> "RenderedIssue":
        """Return *issue* as mail; one without articles is an IssueError."""
        if not issue.articles:
            raise IssueError("the issue has no articles", "newsletter pick adds some", where=issue.path, line=1)
        return self.renderer_of(issue.list).render(issue)

    def render_web(self, issue: "Issue") -> "WebPage":
        """Return *issue* as a page of the archive."""
        return self.renderer_of(issue.list).render_web(issue)

    def moment(self, issue: "Issue") -> datetime:
        """Return when *issue* is dated, in the newsletter's time zone."""
        if isinstance(issue.date, datetime):
            return issue.date if issue.date.tzinfo else issue.date.replace(tzinfo=self.settings.timezone)
        return datetime.combine(issue.date, SEND_TIME, tzinfo=self.settings.timezone)

    def list_of(self, issue: "Issue") -> str:
        """Return the mailing list of *issue*, which must be one of the settings."""
        if issue.list not in self.settings.lists:
            known = ", ".join(self.settings.lists) or f"none; add [lists.weekly] to {FILE}"
            line = issue.lines.get("list")
            raise IssueError(f'"{issue.list}" is no list', f"lists here: {known}", where=issue.path, line=line)
        return issue.list


def open_newsletter(start: Path) -> Newsletter:
    """Open the newsletter of the folder *start*, or of the nearest one above it."""
    folder = find_folder(start)
    cwd = Path.cwd()
    shown = folder.relative_to(cwd) if folder.is_relative_to(cwd) else folder
    return Newsletter(read_settings(folder), shown)
