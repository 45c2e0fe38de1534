"""What the preview shows of one issue: built anew whenever something was saved."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from newsletter.app import Newsletter, open_newsletter
from newsletter.app.checking import check_file
from newsletter.checks.finding import Finding
from newsletter.checks.folding import folded
from newsletter.errors import IssueError, NewsletterError
from newsletter.model.subscriber import Subscriber
from newsletter.web.message import message_values
from newsletter.web.sheet import Sheet


@dataclass(frozen=True, kw_only=True, slots=True)
class Proof:
    """An issue as it stands in its file, or what keeps it from being shown.

    :param source: the file, as far as it can be read.
    :param sheet: the issue; the last that could be made when there is an error, None when there never was one.
    :param faults: what the checks find in an issue that cannot become mail.
    """

    path: Path
    source: str
    sheet: Sheet | None
    error: NewsletterError | None = None
    faults: tuple[Finding, ...] = ()

    def summary(self, reader: Subscriber) -> dict[str, Any]:
        """What the page asks for first, as JSON takes it."""
        return {
            "path": self.path.as_posix(),
            "mail": self.sheet and self.sheet.summary(reader),
            "error": self.error and error_values(self.error),
        }

    def findings(self, reader: Subscriber | None = None) -> dict[str, Any]:
        """What the page asks for when the picture stands: it takes longer than that."""
        if self.error or not self.sheet:
            return {"findings": [{**fault.values(), "places": ()} for fault in folded(self.faults)], "weight": None}
        return {"findings": self.sheet.finding_values(reader), "weight": self.sheet.weight_values(reader)}

    def part(self, name: str, reader: Subscriber) -> str | None:
        """Return the text of a part by its *name* in the page's address; None if there is no such part."""
        if name == "source":
            return self.source
        if name not in ("text", "mjml", "html"):
            return None
        if not self.sheet:
            return ""
        return (
            self.sheet.part(reader).rendered.mjml if name == "mjml" else str(getattr(self.sheet.sample(reader), name))
        )

    def message(self, reader: Subscriber) -> dict[str, Any]:
        """The message to *reader* as it goes over the wire, and its headers as a person reads them."""
        return message_values(self.sheet.sample(reader).message.data) if self.sheet else {"headers": [], "raw": ""}


def make_proof(folder: Path, path: Path, last: Sheet | None = None) -> Proof:
    """Read settings, templates and issue anew, and render; with an error of the editor's the *last* sheet stands."""
    source, newsletter = "", None
    try:
        source = _read(path)
        newsletter = open_newsletter(folder)
        if last:  # compiling the theme's templates anew would take twice as long as everything else
            newsletter.share_renderers(last.newsletter)
        sheet = Sheet.of(newsletter, path)
    except NewsletterError as error:
        faults = _faults(newsletter, path) if newsletter else ()
        return Proof(path=path, source=source, sheet=last, error=error, faults=faults)
    return Proof(path=path, source=source, sheet=sheet)


def _faults(newsletter: Newsletter, path: Path) -> tuple[Finding, ...]:
    """Return what the checks find in an issue that cannot become mail; nothing in one that cannot be read."""
    try:
        return tuple(check_file(newsletter, path))
    except NewsletterError:
        return ()


def _read(path: Path) -> str:
    try:
        return path.read_bytes().decode("utf-8", errors="replace")
    except OSError as cause:
        raise IssueError(f"it cannot be read: {cause.strerror}", "put the file back", where=path) from cause


def error_values(error: NewsletterError) -> dict[str, Any]:
    """Return *error* as JSON takes it."""
    where = Path(error.where).as_posix() if error.where else ""
    return {"what": error.what, "todo": error.todo, "where": where, "line": error.line}
