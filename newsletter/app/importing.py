"""Takes in the past issues of another tool: issue files with receipts and pages, so that nothing of them repeats.

::

    export ──read──► PastIssue ──numbered by date──► 1 the page       issues/042.html, for the archive
                                                     2 the receipt    it was sent, elsewhere
                                                     3 the issue      its front matter says from where

The issue file comes last: what has none was not taken in, and gets the same number when the import is run again.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

from newsletter.app.newsletter import Newsletter
from newsletter.app.readers import list_named
from newsletter.composer.issue_file import parse_issue
from newsletter.composer.issue_text import new_issue_text
from newsletter.composer.markdown import html_of
from newsletter.composer.receipt import IMPORTED, Receipt, receipt_path, write_receipts
from newsletter.composer.rich_markdown import markdown_of, plain_markdown
from newsletter.errors import InputError, IssueError, NewsletterError
from newsletter.files import write_whole
from newsletter.model.issue import Issue
from newsletter.model.progress import Progress
from newsletter.sources.exports import read_export
from newsletter.sources.past_issue import ExportReading, PastIssue, PastRemark


@dataclass(frozen=True, kw_only=True, slots=True)
class TakenIn:
    """A past issue that was taken in, or would be.

    :param links: how many of its links count as run.
    """

    number: int
    date: str
    subject: str
    links: int
    paid: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class PastImport:
    """What an import of past issues did, or would do.

    :param known: how many were taken in before.
    :param drafts: how many were never sent, and are left out.
    """

    tool: str
    list: str
    issues: tuple[TakenIn, ...]
    known: int
    drafts: int
    remarks: tuple[PastRemark, ...]
    dry_run: bool

    def values(self) -> dict[str, Any]:
        """What a program reads."""
        return asdict(self)


@dataclass(frozen=True, kw_only=True, slots=True)
class Wanted:
    """What the editor says of an import.

    :param tool: that made the export; empty to find out.
    :param list: that the issues went to; empty for the only one.
    :param first: the number of the oldest; 0 goes on behind those that were imported before, or begins with 1.
    """

    tool: str = ""
    list: str = ""
    first: int = 0
    dry_run: bool = False


def import_past(
    newsletter: Newsletter, path: Path, wanted: Wanted, told: Progress = lambda done, total: None
) -> PastImport:
    """Take in the past issues of the export in *path*; those that were taken in before stay as they are.

    :param told: hears of the issues that are done.
    :raises InputError: it cannot be read, or the numbers that they need are taken; then nothing is written.
    """
    list_name = list_named(newsletter, wanted.list or None)
    reading = read_export(path, wanted.tool, newsletter.settings.timezone, html_of)
    known = newsletter.issues.imported()
    new = [one for one in reading.issues if _origin(reading, one) not in known]
    first = wanted.first or max(known.values(), default=0) + 1
    _require_free(newsletter, first, new)
    taken, remarks = [], list(reading.remarks)
    for number, past in enumerate(new, first):
        origin = _origin(reading, past)
        text, issue = _written(newsletter, past, number=number, list_name=list_name, origin=origin)
        if not wanted.dry_run:
            remarks += _take_in(newsletter, past, text, issue, reading.tool)
            told(number - first + 1, len(new))
        taken.append(
            TakenIn(
                number=number,
                date=str(issue.date),
                subject=issue.subject,
                links=_links(issue),
                paid=past.paid,
            )
        )
    return PastImport(
        tool=reading.tool,
        list=list_name,
        issues=tuple(taken),
        known=len(reading.issues) - len(new),
        drafts=reading.drafts,
        remarks=tuple(remarks),
        dry_run=wanted.dry_run,
    )


def _origin(reading: ExportReading, past: PastIssue) -> str:
    name = "".join(character for character in past.id if character.isalnum() or character in "._-")
    return f"{reading.tool}:{name}"


def _require_free(newsletter: Newsletter, first: int, new: Sequence[PastIssue]) -> None:
    numbers = newsletter.issues.paths()
    taken = [number for number in range(first, first + len(new)) if number in numbers]
    if taken:
        what = f"{len(new)} past issues need the numbers {first} to {first + len(new) - 1}, and {taken[0]} is taken"
        todo = f"--first {max(numbers) + 1} puts them behind, or give your own issues higher numbers"
        raise InputError(what, todo, where=newsletter.issues.folder)


def _written(newsletter: Newsletter, past: PastIssue, *, number: int, list_name: str, origin: str) -> tuple[str, Issue]:
    """Return the text of an issue file, and the issue that it is; its words alone where its structure would be none."""
    path = newsletter.issues.folder / f"{number:03d}.md"
    values: dict[str, Any] = {
        "number": number,
        "date": past.sent.astimezone(newsletter.settings.timezone).date(),
        "subject": past.subject,
        "preheader": past.preheader,
        "list": list_name,
        "imported_from": origin,
    }
    if past.paid:
        values["archive"] = False
    head = new_issue_text(path, values).text
    try:
        text = f"{head}\n{markdown_of(past.blocks, past.subject)}"
        return text, parse_issue(text, path)
    except IssueError:
        text = f"{head}\n{plain_markdown(past.blocks, past.subject)}"
        return text, parse_issue(text, path)


def _links(issue: Issue) -> int:
    links = [article.link for article in issue.articles] + [one.target for one in issue.references if not one.image]
    return len({link for link in links if link})


def _take_in(newsletter: Newsletter, past: PastIssue, text: str, issue: Issue, tool: str) -> list[PastRemark]:
    from newsletter.app.web_versions import web_version, web_version_path

    remarks = []
    try:
        page = web_version(newsletter, issue, newsletter.render(issue))
        write_whole(web_version_path(newsletter, issue.number), page.encode())
    except NewsletterError as error:
        what = f"{issue.number:03d} has no page in the archive: {error.what}"
        remarks.append(PastRemark(line=0, place=past.place, what=what))
    receipt = Receipt(
        ledger=f"{IMPORTED}{tool}",
        host=tool.capitalize(),
        list=issue.list,
        started=past.sent,
        finished=past.sent,
        subject=issue.subject,
        issue_sha256=sha256(text.encode()).hexdigest(),
    )
    write_receipts(receipt_path(issue.path, issue.label), [receipt])
    write_whole(issue.path, text.encode())
    return remarks
