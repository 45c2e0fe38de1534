"""The rule that an issue can become mail at all."""

from pathlib import Path

from newsletter.checks.finding import Finding, Severity
from newsletter.checks.rule import Found, Subject, rule
from newsletter.errors import NewsletterError
from newsletter.model.mjml_fault import MjmlFault
from newsletter.model.traced import Place


def unreadable(fault: NewsletterError, path: Path) -> Finding:
    """Return the finding on the issue file *path* that cannot be read, and so can become no mail."""
    where = Path(fault.where) if fault.where else path
    todo = fault.todo or "mend it"
    return Finding(rule="render", severity=Severity.ERROR, path=where, line=fault.line or 1, what=fault.what, todo=todo)


@rule("render", Severity.ERROR)
def render(subject: Subject) -> Found:
    """An issue and its theme can become mail; until then the rules on the mail are silent."""
    if fault := subject.fault:
        path = Path(fault.where) if fault.where else subject.issue.path
        known = stopping(subject)
        yield known.place if known else Place(path=path, line=fault.line or 1), fault.what, fault.todo or "mend it"


def stopping(subject: Subject) -> MjmlFault | None:
    """Return which fault of the theme's MJML keeps the issue from becoming mail, if it is one."""
    if not (fault := subject.fault):
        return None
    said = (Path(fault.where), fault.line, fault.what)
    return next((one for one in subject.mjml if (one.place.path, one.place.line, one.what) == said), None)
