"""Compares the mail of an issue as it is built now with what it was, what was sent, or the issue before."""

import difflib
import re
from dataclasses import dataclass
from pathlib import Path

from newsletter.app.building import template_of
from newsletter.app.newsletter import Newsletter, open_newsletter
from newsletter.app.revisions import at_revision
from newsletter.errors import InputError, NewsletterError
from newsletter.model.issue import Issue
from newsletter.sender.addressing import MailTemplate, sample_message


@dataclass(frozen=True, kw_only=True, slots=True)
class Version:
    """A mail as the sample reader gets it.

    :param name: what it is, in a diff's heading.
    """

    name: str
    html: str
    text: str


def now(newsletter: Newsletter, issue: Issue) -> Version:
    """Return *issue* as it is built now."""
    sample = sample_message(template_of(newsletter, issue, newsletter.render(issue)))
    return Version(name=f"issue {issue.number}", html=sample.html, text=sample.text)


def since(newsletter: Newsletter, issue: Issue, revision: str) -> Version:
    """Return *issue* as it is built from settings, theme and issue file of a git *revision*."""
    with at_revision(newsletter.shown.resolve(), revision) as folder:
        try:
            old = open_newsletter(folder)
            version = now(old, old.issues.read(old.issues.find(str(issue.number))))
        except NewsletterError as error:
            place = str(error.where).replace(f"{folder}/", "")
            what = f'issue {issue.number} cannot be built as of "{revision}" ({place}: {error.what})'
            raise InputError(what, "take another revision") from error
    return Version(name=f"issue {issue.number} at {revision}", html=version.html, text=version.text)


def previous(newsletter: Newsletter, issue: Issue) -> Version:
    """Return the issue before *issue*, as it is built now."""
    paths = newsletter.issues.paths()
    before = [number for number in paths if number < issue.number]
    if not before:
        raise InputError("there is no issue before it", "compare with --since REV", where=issue.path)
    return now(newsletter, newsletter.issues.read(paths[max(before)]))


def tested(newsletter: Newsletter, issue: Issue) -> Version:
    """Return what the last test send of *issue* was."""
    folder = test_folder(newsletter, issue)
    try:
        html, text = ((folder / f"{issue.label}{end}").read_text(encoding="utf-8") for end in (".html", ".txt"))
    except (OSError, UnicodeDecodeError) as cause:
        todo = f"newsletter send {issue.number} --test makes one"
        raise InputError("no test send is kept here", todo, where=folder) from cause
    return Version(name=f"last test send of issue {issue.number}", html=html, text=text)


def sent(newsletter: Newsletter, issue: Issue) -> Version:
    """Return what was frozen when the mailing of *issue* began, as the database's ledger has it."""
    from newsletter.store.ledger import LedgerStore

    todo = "only the database that sent it knows; compare with --since REV or --test"
    if not newsletter.has_database():
        raise InputError("the ledger of what was sent is not on this machine", todo, where=issue.path)
    list_name = newsletter.list_of(issue)
    try:
        frozen = LedgerStore(newsletter.database).frozen(issue.number, list_name)
    except NewsletterError as cause:
        raise InputError(
            f'nothing of issue {issue.number} was sent to "{list_name}"', todo, where=issue.path
        ) from cause
    sample = sample_message(MailTemplate.load(frozen))
    return Version(name=f"issue {issue.number} as sent", html=sample.html, text=sample.text)


def test_folder(newsletter: Newsletter, issue: Issue) -> Path:
    """Return where the last test send of *issue* is kept."""
    return newsletter.shown / ".newsletter" / "tests" / issue.label


def differences(old: Version, new: Version, *, html: bool) -> list[str]:
    """Return a unified diff of the text parts, or of the HTML with a line a tag; nothing if they are equal."""
    before, after = (lines(version.html) if html else version.text.splitlines() for version in (old, new))
    return list(difflib.unified_diff(before, after, old.name, new.name, lineterm=""))


def lines(html: str) -> list[str]:
    """Return *html* with each tag, and each text between two, in a line of its own."""
    return [line.strip() for line in re.sub(r"(<[^>]*>)", r"\n\1\n", html).splitlines() if line.strip()]
