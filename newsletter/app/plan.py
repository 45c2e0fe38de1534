"""What ``send`` would do: said before anything is done."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from newsletter.app.git import uncommitted
from newsletter.app.newsletter import Newsletter
from newsletter.checks.finding import Finding
from newsletter.checks.run import errors
from newsletter.composer.issues import number_of
from newsletter.composer.receipt import Receipt
from newsletter.errors import FindingsError, SendError
from newsletter.model.delivery import Balance, State
from newsletter.model.issue import Issue
from newsletter.model.mail import RenderedIssue
from newsletter.model.subscriber import Consent
from newsletter.sender.options import SmtpProfile
from newsletter.store.ledger import LedgerStore
from newsletter.store.subscribers import SubscriberStore


@dataclass(frozen=True, kw_only=True, slots=True)
class Plan:
    """A mailing that nobody has started yet.

    :param waiting: how many would get it now: confirmed, and not in the ledger of the issue.
    :param consents: how many subscriptions of the list stand at each consent.
    :param profile: None when no mail server is configured, or none is the default.
    :param profiles: the names of all that are configured.
    :param uncommitted: the issue file differs from what git has.
    """

    issue: Issue
    rendered: RenderedIssue
    sender: str
    list: str
    waiting: int
    consents: Mapping[Consent, int]
    balance: Balance
    profile: SmtpProfile | None
    profiles: tuple[str, ...]
    uncommitted: bool
    findings: tuple[Finding, ...]

    @property
    def going(self) -> int:
        """How many would get it: those who wait, and those of an earlier start who are still open."""
        return self.waiting + self.balance.open

    def values(self) -> dict[str, Any]:
        """What a program reads."""
        return {
            "issue": self.issue.number,
            "subject": self.issue.subject,
            "preheader": self.issue.preheader,
            "from": self.sender,
            "list": self.list,
            "waiting": self.waiting,
            "going": self.going,
            "consents": {consent.value: count for consent, count in self.consents.items()},
            "ledger": {state.value: self.balance[state] for state in State},
            "via": self.profile.name if self.profile else None,
            "server": self.profile.server if self.profile else None,
            "uncommitted": self.uncommitted,
            "findings": [finding.values() for finding in self.findings],
        }


def plan(newsletter: Newsletter, path: Path, via: str = "") -> Plan:
    """Look at everything that a mailing of the issue in *path* needs; change nothing."""
    issue = newsletter.issues.read(path)
    if number_of(path) != issue.number:
        what = f"issue {issue.number} is sent from its own file"
        raise SendError(what, f"move it to {newsletter.issues.folder / issue.label}.md", where=path)
    rendered = newsletter.render(issue)
    list_name = newsletter.list_of(issue)
    ledger = LedgerStore(newsletter.database)
    settings = newsletter.settings
    return Plan(
        issue=issue,
        rendered=rendered,
        sender=str(settings.sender.author_of(list_name)),
        list=list_name,
        waiting=ledger.waiting(issue.number, list_name),
        consents=SubscriberStore(newsletter.database).counts(list_name),
        balance=ledger.balance(issue.number),
        profile=settings.profile(via) if via or settings.via else None,
        profiles=tuple(settings.profiles),
        uncommitted=uncommitted(path),
        findings=tuple(newsletter.check(issue, rendered)),
    )


def require_ready(newsletter: Newsletter, planned: Plan) -> None:
    """Refuse an issue with errors, and one that another database has sent.

    :raises FindingsError: when the checks found errors.
    :raises SendError: when a receipt names another ledger.
    """
    if found := errors(planned.findings):
        lines = "; ".join(f"line {finding.line}: {finding.what}" for finding in found[:3])
        more = f" and {len(found) - 3} more" if len(found) > 3 else ""
        todo = f"newsletter check {planned.issue.number} says what to do"
        raise FindingsError(f"the checks found errors ({lines}{more})", todo, where=planned.issue.path)
    for receipt in newsletter.issues.receipts(planned.issue.path):
        if receipt.ledger != newsletter.database.id:
            raise _elsewhere(planned.issue, receipt)


def _elsewhere(issue: Issue, receipt: Receipt) -> SendError:
    started = f"{receipt.started:%Y-%m-%d %H:%M %Z}"
    what = f"issue {issue.number} was started on {receipt.host}, {started}, with another database"
    return SendError(what, "send it there, or take the receipt away if that database is lost", where=issue.path)
