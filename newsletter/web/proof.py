"""What the preview shows of one issue: built anew whenever something was saved."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from newsletter.app import open_newsletter
from newsletter.app.building import template_of
from newsletter.errors import NewsletterError
from newsletter.sender.addressing import sample_message


@dataclass(frozen=True, kw_only=True, slots=True)
class Proof:
    """An issue as it stands in its file, or what keeps it from being shown.

    :param error: one line; the mail is empty then.
    """

    path: Path
    subject: str = ""
    preheader: str = ""
    sender: str = ""
    html: str = ""
    text: str = ""
    source: str = ""
    mjml: str = ""
    findings: tuple[dict[str, Any], ...] = ()
    error: str = ""

    def summary(self) -> dict[str, Any]:
        """What the page asks for first."""
        return {
            "issue": self.path.name,
            "subject": self.subject,
            "preheader": self.preheader,
            "sender": self.sender,
            "bytes": len(self.html.encode()),
            "findings": self.findings,
            "error": self.error,
        }


def make_proof(folder: Path, path: Path) -> Proof:
    """Read settings, templates and issue anew, and render; an error of the editor's becomes the proof's error."""
    source = path.read_text(encoding="utf-8", errors="replace") if path.exists() else ""
    try:
        newsletter = open_newsletter(folder)
        issue = newsletter.issues.read(path)
        rendered = newsletter.render(issue)
        sample = sample_message(template_of(newsletter, issue, rendered))
        findings = tuple(finding.values() for finding in newsletter.check(issue, rendered))
    except NewsletterError as error:
        return Proof(path=path, source=source, error=str(error))
    return Proof(
        path=path,
        subject=issue.subject,
        preheader=issue.preheader,
        sender=str(newsletter.settings.sender.sender),
        html=sample.html,
        text=sample.text,
        source=source,
        mjml=rendered.mjml,
        findings=findings,
    )
