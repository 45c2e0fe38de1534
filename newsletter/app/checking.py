"""Runs the checks on an issue, whatever state it is in."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from newsletter.app.building import template_of
from newsletter.app.git import top_of
from newsletter.app.newsletter import Newsletter
from newsletter.checks.document import Document
from newsletter.checks.finding import Finding
from newsletter.checks.rule import Subject
from newsletter.checks.run import check
from newsletter.errors import RenderError
from newsletter.model.issue import Issue
from newsletter.model.mail import RenderedIssue
from newsletter.model.traced import Place
from newsletter.sender.addressing import sample_message
from newsletter.settings import FILE

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
        mail = newsletter.renderer.render(issue) if issue.articles else None
    except RenderError as fault:
        return check(replace(_subject(newsletter, issue), link_statuses=statuses, fault=fault))
    return check(replace(_subject(newsletter, issue, mail), link_statuses=statuses))


def check_issue(newsletter: Newsletter, issue: Issue, rendered: RenderedIssue) -> list[Finding]:
    """Return what the checks find in *issue* and the mail that it became."""
    return check(_subject(newsletter, issue, rendered))


def _subject(newsletter: Newsletter, issue: Issue, rendered: RenderedIssue | None = None) -> Subject:
    settings = newsletter.settings
    return Subject(
        issue=issue,
        rendered=rendered,
        document=_document(newsletter, issue) if rendered else None,
        message=_sample(newsletter, issue, rendered) if rendered else b"",
        ran=_ran(newsletter, issue),
        lists=tuple(settings.lists),
        caps=settings.caps,
        waivers=(*settings.waivers, *issue.waivers),
        clients=settings.clients,
        postal_address=settings.rendering.postal_address,
        own=(settings.name, settings.rendering.tagline, settings.rendering.postal_address),
        public_url=settings.sender.public_url,
        settings_path=newsletter.shown / FILE,
        settings_lines=settings.lines,
    )


def _document(newsletter: Newsletter, issue: Issue) -> Document:
    renderer = newsletter.renderer
    return Document(renderer.trace(issue), fallback=Place(path=renderer.file, line=1))


def _sample(newsletter: Newsletter, issue: Issue, rendered: RenderedIssue) -> bytes:
    """Return the mail to the sample reader; nothing for a list that is none, which a rule says."""
    if issue.list not in newsletter.settings.lists:
        return b""
    return sample_message(template_of(newsletter, issue, rendered)).message.data


def _ran(newsletter: Newsletter, issue: Issue) -> Mapping[int, int]:
    """Return in which sent issue an article ran before, by its line; a correction says again what it corrects."""
    past, own = newsletter.past(), frozenset((issue.number, issue.correction_of))
    before = {article.line: past.ran_in(article.id, article.link, other_than=own) for article in issue.articles}
    return {line: number for line, number in before.items() if number}


def for_machines(findings: Iterable[Finding]) -> list[Finding]:
    """Return *findings* with paths from the top of the git repository, as code hosts name files."""
    top = top_of(Path.cwd())
    return [replace(finding, path=_from(top, finding.path)) for finding in findings]


def _from(top: Path | None, path: Path) -> Path:
    whole = path.resolve()
    return whole.relative_to(top) if top and whole.is_relative_to(top) else path
