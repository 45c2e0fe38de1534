"""Builds an issue: the files that a person looks at before anything is sent."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from newsletter.app.newsletter import Newsletter
from newsletter.files import write_whole
from newsletter.model.issue import Issue
from newsletter.model.mail import RenderedIssue
from newsletter.rendering.media import MEDIA
from newsletter.sender.addressing import MailTemplate, sample_message


@dataclass(frozen=True, kw_only=True, slots=True)
class Built:
    """An issue as files.

    :param html_bytes: size of the HTML part as it is mailed.
    """

    issue: Issue
    rendered: RenderedIssue
    files: tuple[Path, ...]
    html_bytes: int


def template_of(
    newsletter: Newsletter, issue: Issue, rendered: RenderedIssue, *, mark: str = "", date: datetime | None = None
) -> MailTemplate:
    """Return the mail of *issue*, compiled once for all its readers; without a *date* the issue's own."""
    return MailTemplate.compile(
        rendered,
        newsletter.settings.sender,
        list_name=newsletter.list_of(issue),
        date=date or newsletter.moment(issue),
        subject_mark=mark,
    )


@contextmanager
def _uncollected() -> Iterator[None]:
    """Keep Python's collector of cycles out for a moment.

    A build makes 40,000 objects in ten milliseconds, all of which go by themselves at its end; looking through them
    again and again took an eighth of it.
    """
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


@_uncollected()
def build(newsletter: Newsletter, path: Path) -> Built:
    """Write .html, .txt, .mjml, .eml (as a sample reader gets it) and .web.html; the same issue, the same bytes."""
    issue = newsletter.issues.read(path)
    rendered = newsletter.render(issue)
    page = newsletter.render_web(issue)
    sample = sample_message(template_of(newsletter, issue, rendered))
    folder = newsletter.shown / ".newsletter" / "build" / issue.label
    contents = {".html": sample.alone, ".txt": sample.text, ".mjml": rendered.mjml, ".web.html": page.html}
    files = []
    for suffix, data in {**{k: v.encode() for k, v in contents.items()}, ".eml": sample.message.data}.items():
        files.append(folder / f"{issue.label}{suffix}")
        write_whole(files[-1], data, durable=False)
    for picture in page.pictures:
        files.append(folder / MEDIA / picture.published_name)
        write_whole(files[-1], picture.data, durable=False)
    return Built(issue=issue, rendered=rendered, files=tuple(files), html_bytes=len(sample.html.encode()))
