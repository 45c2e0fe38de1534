"""Runs the checks on an issue, whatever state it is in."""

from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path

from newsletter.app.building import template_of
from newsletter.app.git import top_of
from newsletter.app.newsletter import Newsletter
from newsletter.app.repeating import repetition_in
from newsletter.checks.document import Document
from newsletter.checks.finding import Finding
from newsletter.checks.rule import Subject
from newsletter.checks.run import check
from newsletter.errors import RenderError
from newsletter.model.issue import Issue
from newsletter.model.mail import RenderedIssue
from newsletter.model.mjml_fault import MjmlFault
from newsletter.model.traced import Place, TracedIssue
from newsletter.rendering.linting import lint_mjml
from newsletter.sender.addressing import sample_message
from newsletter.sender.headers import mailable
from newsletter.settings import FILE

Ask = Callable[[Subject], Subject]
"""Asks something outside about what is checked, and returns it with the answers."""


def check_file(newsletter: Newsletter, path: Path, asks: Iterable[Ask] = ()) -> list[Finding]:
    """Return what the checks find in the issue file *path*; one that cannot become mail is a finding itself.

    :param asks: what is asked beside, one after the other: the links' servers, a browser, a spam filter.
    :raises IssueError: the file cannot be read as an issue.
    """
    issue = newsletter.issues.read(path)
    try:
        subject = _subject(
            newsletter, issue, newsletter.renderer_of(issue.list).render(issue) if issue.articles else None
        )
    except RenderError as fault:
        subject = replace(_subject(newsletter, issue), fault=fault, mjml=_faults(newsletter, issue))
    for ask in asks:
        subject = ask(subject)
    return check(subject)


def check_issue(
    newsletter: Newsletter, issue: Issue, rendered: RenderedIssue, traced: TracedIssue | None = None
) -> list[Finding]:
    """Return what the checks find in *issue* and the mail that it became; who has *traced* it already gives that."""
    return check(_subject(newsletter, issue, rendered, traced))


def _subject(
    newsletter: Newsletter, issue: Issue, rendered: RenderedIssue | None = None, traced: TracedIssue | None = None
) -> Subject:
    settings = newsletter.settings
    document = _document(newsletter, issue, traced) if rendered else None
    footer = settings.rendering_of(issue.list).footer
    author, list_id = _names(newsletter, issue) if rendered else ("", "")
    repetition = repetition_in(newsletter, issue)
    return Subject(
        issue=issue,
        rendered=rendered,
        document=document,
        mjml=lint_mjml(document.traced.mjml, newsletter.renderer_of(issue.list).file) if document else (),
        message=_sample(newsletter, issue, rendered) if rendered else b"",
        ran=repetition.ran,
        texts_ran=repetition.texts,
        series=repetition.series,
        lists=tuple(settings.lists),
        caps=settings.caps,
        waivers=(*settings.waivers, *issue.waivers),
        clients=settings.clients,
        postal_address=settings.rendering.postal_address,
        own=(settings.name, settings.rendering.tagline, settings.rendering.postal_address, footer),
        author=author,
        list_id=list_id,
        public_url=settings.sender.public_url,
        settings_path=newsletter.shown / FILE,
        settings_lines=settings.lines,
    )


def _faults(newsletter: Newsletter, issue: Issue) -> tuple[MjmlFault, ...]:
    """Return what is wrong with the MJML of an *issue* that cannot be rendered; nothing where there is no MJML."""
    try:
        renderer = newsletter.renderer_of(issue.list)
        return lint_mjml(renderer.traced_mjml(issue), renderer.file)
    except RenderError:
        return ()


def _document(newsletter: Newsletter, issue: Issue, traced: TracedIssue | None) -> Document:
    renderer = newsletter.renderer_of(issue.list)
    return Document(traced or renderer.trace(issue), fallback=Place(path=renderer.file, line=1))


def _sample(newsletter: Newsletter, issue: Issue, rendered: RenderedIssue) -> bytes:
    """Return the mail to the sample reader; nothing for a list that is none, which a rule says."""
    if issue.list not in newsletter.settings.lists:
        return b""
    return sample_message(template_of(newsletter, issue, rendered)).message.data


def _names(newsletter: Newsletter, issue: Issue) -> tuple[str, str]:
    """Return the address that mail to the issue's list is from, and the list's id (RFC 2919), by the settings."""
    if issue.list not in newsletter.settings.lists:
        return "", ""
    options = newsletter.settings.sender
    domain = mailable(options.sender.address).rpartition("@")[2]
    return mailable(options.author_of(issue.list).address), f"{issue.list}.{domain}"


def for_machines(findings: Iterable[Finding]) -> list[Finding]:
    """Return *findings* with paths from the top of the git repository, as code hosts name files."""
    top = top_of(Path.cwd())
    return [replace(finding, path=_from(top, finding.path)) for finding in findings]


def _from(top: Path | None, path: Path) -> Path:
    whole = path.resolve()
    return whole.relative_to(top) if top and whole.is_relative_to(top) else path
