"""Compares the mail of an issue as it is built now with what it was, what was sent, or the issue before."""

import difflib
import re
from dataclasses import dataclass, replace
from html import unescape
from pathlib import Path

from newsletter.app.building import template_of
from newsletter.app.newsletter import Newsletter, open_newsletter
from newsletter.app.revisions import at_revision
from newsletter.app.web_versions import web_version, web_version_path
from newsletter.errors import InputError, NewsletterError
from newsletter.model.issue import Issue
from newsletter.sender.addressing import sample_message
from newsletter.sender.edition import Edition

ALONE = ".alone.html"
"""How the file of a test send ends that has its pictures in it, if it has any."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Version:
    """A mail as the sample reader gets it.

    :param name: what it is, in a diff's heading.
    :param alone: the HTML with its pictures in it, for a browser; empty if *html* is all there is.
    """

    name: str
    html: str
    text: str
    alone: str = ""


def now(newsletter: Newsletter, issue: Issue) -> Version:
    """Return *issue* as it is built now."""
    sample = sample_message(template_of(newsletter, issue, newsletter.render(issue)))
    return Version(name=f"issue {issue.number}", html=sample.html, text=sample.text, alone=sample.alone)


def built_at(newsletter: Newsletter, issue: Issue, revision: str) -> Version:
    """Return *issue* as it is built from settings, theme and issue file of a git *revision*."""
    with at_revision(newsletter.shown.resolve(), revision) as folder:
        try:
            old = open_newsletter(folder)
            version = now(old, old.issues.read(old.issues.find(str(issue.number))))
        except NewsletterError as error:
            place = str(error.where).replace(f"{folder}/", "")
            what = f'issue {issue.number} cannot be built as of "{revision}" ({place}: {error.what})'
            raise InputError(what, "take another revision") from error
    return replace(version, name=f"issue {issue.number} at {revision}")


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
        with_pictures = folder / f"{issue.label}{ALONE}"
        alone = with_pictures.read_text(encoding="utf-8") if with_pictures.is_file() else ""
    except (OSError, UnicodeDecodeError) as cause:
        todo = f"newsletter send {issue.number} --test makes one"
        raise InputError("no test send is kept here", todo, where=folder) from cause
    return Version(name=f"last test send of issue {issue.number}", html=html, text=text, alone=alone)


def sent(newsletter: Newsletter, issue: Issue) -> tuple[Version, Version]:
    """Return what was sent of *issue*, and what it is now: as the database's ledger has it, else the web versions.

    :raises InputError: it was not sent, or neither the ledger nor issues/NNN.html is here.
    """
    if old := _frozen(newsletter, issue):
        return old, now(newsletter, issue)
    path = web_version_path(newsletter, issue.number)
    receipts = newsletter.issues.receipts_of(issue.number)
    if not receipts:
        what = f"nothing of issue {issue.number} was sent: there is no receipt of it"
        raise InputError(what, "compare with --since REV, --test or --previous", where=issue.path)
    try:
        html = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as cause:
        what = f"the ledger of what was sent is on {receipts[0].host}, and its web version is not here"
        raise InputError(what, "get that file from git, or run it there", where=path) from cause
    name = f"issue {issue.number} as sent ({path.as_posix()}; the ledger is on {receipts[0].host})"
    page = web_version(newsletter, issue, newsletter.render(issue))
    return _web(name, html), _web(f"issue {issue.number}", page)


def _frozen(newsletter: Newsletter, issue: Issue) -> Version | None:
    """Return what this machine's ledger froze of *issue*, for its list if it went to it; None if it knows nothing."""
    from newsletter.store.ledger import LedgerStore

    ledger = LedgerStore(newsletter.database) if newsletter.has_database() else None
    lists = [mailing.list for mailing in ledger.mailings(issue.number)] if ledger else []
    if not ledger or not lists:
        return None
    list_name = issue.list if issue.list in lists else lists[0]
    sample = sample_message(Edition.load(ledger.frozen(issue.number, list_name)).whole)
    name = f"issue {issue.number} as sent to {list_name}"
    return Version(name=name, html=sample.html, text=sample.text, alone=sample.alone)


def _web(name: str, html: str) -> Version:
    return Version(name=name, html=html, text="\n".join(words(html)))


def versions(newsletter: Newsletter, issue: Issue, *, since: str | None, against: str) -> tuple[Version, Version]:
    """Return what *issue* is compared with, and what it is now.

    :param since: a git revision; None to take *against*, which is test, sent or previous.
    """
    if since is None and against == "sent":
        return sent(newsletter, issue)
    if since is not None:
        return built_at(newsletter, issue, since), now(newsletter, issue)
    return {"test": tested, "previous": previous}[against](newsletter, issue), now(newsletter, issue)


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


def words(html: str) -> list[str]:
    """Return what *html* says, a line for each text between two tags, without comments, style sheets and head."""
    shown = re.sub(r"<!--.*?-->|<(head|style|script)\b.*?</\1\s*>", "", html, flags=re.S | re.I)
    return [unescape(line) for line in lines(shown) if not line.startswith("<")]
