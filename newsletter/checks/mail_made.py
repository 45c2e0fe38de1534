"""The rule that an issue can become mail at all."""

from pathlib import Path

from newsletter.checks.finding import Severity
from newsletter.checks.rule import Found, Subject, rule
from newsletter.model.traced import Place


@rule("render", Severity.ERROR)
def render(subject: Subject) -> Found:
    """An issue and its theme can become mail; until then the rules on the mail are silent."""
    if fault := subject.fault:
        path = Path(fault.where) if fault.where else subject.issue.path
        yield Place(path=path, line=fault.line or 1), fault.what, fault.todo or "mend it"
