"""What the preview shows of one issue: built anew whenever something was saved."""

from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

from newsletter.app import Newsletter, open_newsletter
from newsletter.app.building import template_of
from newsletter.app.checking import check_issue
from newsletter.checks.folding import folded
from newsletter.checks.weight import GMAIL_CLIP
from newsletter.errors import IssueError, NewsletterError
from newsletter.model.address import Address
from newsletter.sender.addressing import sample_message
from newsletter.web.mail_frame import wants_remote


@dataclass(frozen=True, kw_only=True, slots=True)
class Sheet:
    """An issue as the sample reader gets it.

    :param date: ISO 8601, in the newsletter's time zone.
    :param html: as it is mailed.
    :param alone: the same with its pictures in it, as a browser shows it without the mail.
    :param findings: of the checks, as :meth:`newsletter.checks.finding.Finding.values` gives them.
    """

    subject: str
    preheader: str
    sender: Address
    date: str
    html: str
    alone: str
    text: str
    mjml: str
    findings: tuple[dict[str, Any], ...]

    def summary(self) -> dict[str, Any]:
        """What the page needs besides the parts, as JSON takes it.

        ``digest`` changes when the HTML does, so that a frame is loaded again only then.
        """
        return {
            "subject": self.subject,
            "preheader": self.preheader,
            "from": {"name": self.sender.name, "address": self.sender.address},
            "date": self.date,
            "bytes": len(self.html.encode()),
            "clip": GMAIL_CLIP,
            "digest": sha256(self.alone.encode()).hexdigest()[:16],
            "remote": wants_remote(self.html),
            "findings": self.findings,
        }


@dataclass(frozen=True, kw_only=True, slots=True)
class Proof:
    """An issue as it stands in its file, or what keeps it from being shown.

    :param source: the file, as far as it can be read.
    :param sheet: the issue; the last that could be made when there is an error, None when there never was one.
    """

    path: Path
    source: str
    sheet: Sheet | None
    error: NewsletterError | None = None

    def summary(self) -> dict[str, Any]:
        """What the page asks for first, as JSON takes it."""
        return {
            "path": self.path.as_posix(),
            "mail": self.sheet and self.sheet.summary(),
            "error": self.error and _error_values(self.error),
        }

    def part(self, name: str) -> str | None:
        """Return the text of a part by its *name* in the page's address; None if there is no such part."""
        if name == "source":
            return self.source
        if name not in ("text", "mjml", "html"):
            return None
        return str(getattr(self.sheet, name)) if self.sheet else ""


def make_proof(folder: Path, path: Path, last: Sheet | None = None) -> Proof:
    """Read settings, templates and issue anew, and render; with an error of the editor's the *last* sheet stands."""
    source = ""
    try:
        source = _read(path)
        sheet = _make_sheet(open_newsletter(folder), path)
    except NewsletterError as error:
        return Proof(path=path, source=source, sheet=last, error=error)
    return Proof(path=path, source=source, sheet=sheet)


def _read(path: Path) -> str:
    try:
        return path.read_bytes().decode("utf-8", errors="replace")
    except OSError as cause:
        raise IssueError(f"it cannot be read: {cause.strerror}", "put the file back", where=path) from cause


def _make_sheet(newsletter: Newsletter, path: Path) -> Sheet:
    issue = newsletter.issues.read(path)
    rendered = newsletter.render(issue)
    sample = sample_message(template_of(newsletter, issue, rendered))
    return Sheet(
        subject=issue.subject,
        preheader=issue.preheader,
        sender=newsletter.settings.sender.sender,
        date=newsletter.moment(issue).isoformat(),
        html=sample.html,
        alone=sample.alone,
        text=sample.text,
        mjml=rendered.mjml,
        findings=tuple(finding.values() for finding in folded(check_issue(newsletter, issue, rendered))),
    )


def _error_values(error: NewsletterError) -> dict[str, Any]:
    where = Path(error.where).as_posix() if error.where else ""
    return {"what": error.what, "todo": error.todo, "where": where, "line": error.line}
