"""Runs the checks on an issue, whatever state it is in."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from newsletter.app.git import top_of
from newsletter.app.newsletter import Newsletter
from newsletter.checks.finding import Finding
from newsletter.errors import RenderError
from newsletter.model.issue import Issue

if TYPE_CHECKING:
    from newsletter.net.links import LinkStatus

Ask = Callable[[Issue], "Mapping[str, LinkStatus]"]


def check_file(newsletter: Newsletter, path: Path, ask: Ask | None = None) -> list[Finding]:
    """Return what the checks find in the issue file *path*; one that cannot become mail is a finding itself.

    :param ask: asks where the links lead, if they are to be asked.
    :raises IssueError: the file cannot be read as an issue.
    """
    issue = newsletter.issues.read(path)
    statuses = ask(issue) if ask else {}
    try:
        return newsletter.check(issue, link_statuses=statuses)
    except RenderError as fault:
        return newsletter.check(issue, link_statuses=statuses, fault=fault)


def for_machines(findings: Iterable[Finding]) -> list[Finding]:
    """Return *findings* with paths from the top of the git repository, as code hosts name files."""
    top = top_of(Path.cwd())
    return [replace(finding, path=_from(top, finding.path)) for finding in findings]


def _from(top: Path | None, path: Path) -> Path:
    whole = path.resolve()
    return whole.relative_to(top) if top and whole.is_relative_to(top) else path
