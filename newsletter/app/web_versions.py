"""The web version of each issue as it was sent: what the archive shows, and what a clone without the database knows."""

from pathlib import Path
from typing import TYPE_CHECKING

from newsletter.app.building import template_of
from newsletter.app.newsletter import Newsletter
from newsletter.files import write_whole
from newsletter.model.issue import Issue
from newsletter.model.mail import RenderedIssue
from newsletter.sender.edition import Edition
from newsletter.sender.neutral import neutral_html

if TYPE_CHECKING:  # heavy: only who sends has one
    from newsletter.store.ledger import LedgerStore


def web_version(newsletter: Newsletter, issue: Issue, rendered: RenderedIssue) -> str:
    """Return the web version of *issue*: a page of its own, with nobody's data in it."""
    return neutral_html(template_of(newsletter, issue, rendered))


def web_version_path(newsletter: Newsletter, number: int) -> Path:
    """Return where the web version of issue *number* is kept: issues/042.html, beside its receipt."""
    return newsletter.issues.folder / f"{number:03d}.html"


def keep_web_version(newsletter: Newsletter, number: int, html: str) -> None:
    """Keep *html* as what issue *number* was when it was first sent.

    It is called before the issue's first receipt is written. Where there is a receipt the issue was sent before: then
    the page that is there stays.
    """
    if not _is_kept(newsletter, number):
        write_whole(web_version_path(newsletter, number), html.encode())


def restore_web_version(newsletter: Newsletter, ledger: "LedgerStore", number: int) -> None:
    """Make the web version of issue *number* anew where it or the receipt is missing, from its first mailing.

    That is so when the process died between the ledger and them, or when an older version began the mailing.
    """
    mailings = ledger.mailings(number)
    if mailings and not _is_kept(newsletter, number):
        first = min(mailings, key=lambda mailing: mailing.started_at)
        keep_web_version(newsletter, number, neutral_html(Edition.load(ledger.frozen(number, first.list)).whole))


def _is_kept(newsletter: Newsletter, number: int) -> bool:
    return web_version_path(newsletter, number).exists() and bool(newsletter.issues.receipts_of(number))
