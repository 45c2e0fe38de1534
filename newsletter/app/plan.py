"""What ``send`` would do: said before anything is done."""

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from newsletter.app.ci_runner import runner_of
from newsletter.app.git import uncommitted
from newsletter.app.newsletter import Newsletter
from newsletter.app.sections import asked_for, variants_of
from newsletter.app.selecting import selection_of
from newsletter.checks.finding import Finding, errors
from newsletter.composer.issues import number_of
from newsletter.composer.receipt import Receipt
from newsletter.errors import FindingsError, SendError
from newsletter.model.delivery import Balance, State
from newsletter.model.issue import Issue
from newsletter.model.mail import RenderedIssue
from newsletter.model.segment import EVERYBODY, Selection
from newsletter.model.subscriber import Consent
from newsletter.model.variant import WHOLE, Variants, read_without
from newsletter.sender.edition import Edition
from newsletter.sender.options import SmtpProfile
from newsletter.settings import FILE
from newsletter.store.agenda import Agenda, Schedule
from newsletter.store.ledger import LedgerStore
from newsletter.store.report import Report
from newsletter.store.subscribers import SubscriberStore


@dataclass(frozen=True, kw_only=True, slots=True)
class Plan:
    """A mailing that nobody has started yet.

    :param waiting: how many would get it now: confirmed, and not in the ledger of the issue; of a correction, only
        those who were sent what it corrects.
    :param consents: how many subscriptions of the list stand at each consent.
    :param size: of the mailing to this list once all who wait are in it.
    :param selection: whom of the list it is for.
    :param variants: those that are frozen when it starts; once it has begun, those that were.
    :param people: how many would get each variant.
    :param nothing: how many want none of its sections, and get nothing.
    :param late: how many want a variant that was not frozen when it began, and get nothing.
    :param usual: the size of the last mailing to the same part of the list, of a correction that of what it corrects;
        None if there was none.
    :param schedule: when it is to start by itself, if it is.
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
    size: int
    usual: int | None
    schedule: Schedule | None
    profile: SmtpProfile | None
    profiles: tuple[str, ...]
    uncommitted: bool
    findings: tuple[Finding, ...]
    selection: Selection = EVERYBODY
    variants: Variants = WHOLE
    people: Mapping[str, int] = field(default_factory=dict)
    nothing: int = 0
    late: int = 0

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
            "segment": self.selection.segment or None,
            "excluding": self.selection.excluding,
            "waiting": self.waiting,
            "variants": [
                {"without": sorted(read_without(variant)), "people": count} for variant, count in self.people.items()
            ],
            "want_nothing": self.nothing,
            "want_other_variants": self.late,
            "going": self.going,
            "consents": {consent.value: count for consent, count in self.consents.items()},
            "correction_of": self.issue.correction_of or None,
            "usual": self.usual,
            "scheduled": self.schedule.at.isoformat() if self.schedule else None,
            "ledger": {state.value: self.balance[state] for state in State},
            "via": self.profile.name if self.profile else None,
            "server": self.profile.server if self.profile else None,
            "uncommitted": self.uncommitted,
            "findings": [finding.values() for finding in self.findings],
        }


def plan(
    newsletter: Newsletter, path: Path, via: str = "", *, segment: str = "", excluding: Sequence[str] = ()
) -> Plan:
    """Look at everything that a mailing of the issue in *path* needs; change nothing.

    :param segment: the name of the segment that it is for; empty for the whole list.
    :param excluding: lists whose people are left out.
    """
    from newsletter.app.checking import check_issue  # all rules, and lxml with them: only who plans needs them

    issue = newsletter.issues.read(path)
    if number_of(path) != issue.number:
        what = f"issue {issue.number} is sent from its own file"
        raise SendError(what, f"move it to {newsletter.issues.folder / issue.label}.md", where=path)
    if issue.imported_from:
        tool = issue.imported_from.partition(":")[0].capitalize()
        what = f"{issue.label} was sent by {tool} before it was imported"
        raise SendError(what, "newsletter new makes the next issue", where=path)
    rendered = newsletter.render(issue)
    list_name = newsletter.list_of(issue)
    corrected = issue.correction_of or None
    if corrected:
        require_sent(newsletter, corrected, list_name, where=path, line=issue.lines.get("correction_of"))
    ledger = LedgerStore(newsletter.database)
    settings = newsletter.settings
    selection = selection_of(newsletter, segment, excluding, of=list_name)
    wanted = ledger.wanted(issue.number, list_name, only_accepted_in=corrected, selection=selection)
    variants = _variants(newsletter, ledger, issue, list_name, wanted)
    people = {variant: count for variant, count in variants.sums(wanted).items() if variants.serves(variant)}
    waiting = sum(people.values())
    return Plan(
        issue=issue,
        rendered=rendered,
        sender=str(settings.sender.author_of(list_name)),
        list=list_name,
        waiting=waiting,
        consents=SubscriberStore(newsletter.database).counts(list_name),
        balance=ledger.balance(issue.number),
        size=waiting + ledger.balance(issue.number, list_name).planned,
        usual=_usual(newsletter, issue, list_name, selection),
        schedule=next((s for s in Agenda(newsletter.database).schedules(issue.number) if s.list == list_name), None),
        profile=settings.profile(via) if via or settings.via else None,
        profiles=tuple(settings.profiles),
        uncommitted=uncommitted(path),
        findings=tuple(check_issue(newsletter, issue, rendered)),
        selection=selection,
        variants=variants,
        people=people,
        nothing=sum(count for without, count in wanted.items() if variants.is_empty(variants.of(without))),
        late=sum(count for without, count in wanted.items() if variants.lacks(without)),
    )


def _variants(
    newsletter: Newsletter, ledger: LedgerStore, issue: Issue, list_name: str, wanted: Mapping[str, int]
) -> Variants:
    """Return the variants that were frozen for the list, or those that are to be: what is *wanted*."""
    if any(mailing.list == list_name for mailing in ledger.mailings(issue.number)):
        return Edition.load(ledger.frozen(issue.number, list_name)).variants
    return asked_for(variants_of(newsletter, issue), wanted, where=str(newsletter.shown / FILE))


def _usual(newsletter: Newsletter, issue: Issue, list_name: str, selection: Selection) -> int | None:
    if issue.correction_of and (selection.segment or selection.excluding):
        return None
    if issue.correction_of:
        return LedgerStore(newsletter.database).balance(issue.correction_of, list_name)[State.ACCEPTED]
    return Report(newsletter.database).last_size(list_name, other_than=issue.number, selection=selection)


def require_sent(
    newsletter: Newsletter, number: int, list_name: str, *, where: str | Path = "", line: int | None = None
) -> None:
    """Refuse to correct an issue that this database has not sent to the list *list_name*.

    :raises SendError: there is no receipt of it, or only for other lists, or another database has it.
    """
    receipts = newsletter.issues.receipts_of(number)
    own = [receipt for receipt in receipts if receipt.ledger == newsletter.database.id]
    if not receipts:
        what = f"issue {number} was not sent: nobody has it, and there is nothing to correct"
        raise SendError(what, "mend it and send it", where=where, line=line)
    if not own:
        raise _elsewhere(newsletter, number, receipts[0])
    if list_name not in (lists := [receipt.list for receipt in own]):
        what = f"issue {number} was not sent to the list {list_name}"
        raise SendError(what, f"it went to {', '.join(lists)}", where=where, line=line)


def require_ready(newsletter: Newsletter, planned: Plan) -> None:
    """Refuse an issue with errors, one that another database has sent, and a machine that forgets.

    :raises FindingsError: when the checks found errors.
    :raises SendError: when a receipt names another ledger, or this machine is thrown away after its job.
    """
    if found := errors(planned.findings):
        lines = "; ".join(f"line {finding.line}: {finding.what}" for finding in found[:3])
        more = f" and {len(found) - 3} more" if len(found) > 3 else ""
        todo = f"newsletter check {planned.issue.number} says what to do"
        raise FindingsError(f"the checks found errors ({lines}{more})", todo, where=planned.issue.path)
    require_here(newsletter, planned.issue.number)
    require_lasting(newsletter, planned.issue.number)


def require_here(newsletter: Newsletter, number: int) -> None:
    """Refuse to send issue *number* where its receipt names another database: SendError says where to."""
    for receipt in newsletter.issues.receipts_of(number):
        if receipt.ledger != newsletter.database.id:
            raise _elsewhere(newsletter, number, receipt)
        if receipt.list not in {mailing.list for mailing in LedgerStore(newsletter.database).mailings(number)}:
            what = f"issue {number} went to {receipt.list}, its receipt says, and the database does not know to whom"
            todo = "an older one was restored? To send it to everybody once more, take its receipt away"
            raise SendError(what, todo, where=newsletter.issues.folder / f"{number:03d}.receipt.toml")


def require_lasting(newsletter: Newsletter, number: int) -> None:
    """Refuse a mailing on a CI runner's own disk: the ledger would be gone with it, and the next run send it again.

    :raises SendError: with the places where it can be sent from.
    """
    runner = runner_of(os.environ)
    if runner and newsletter.database.is_sqlite:
        what = f"this is a CI runner ({runner}), and its disk, with the ledger on it, is gone after the job"
        todo = f"send from a machine that stays (ssh HOST newsletter send {number} --really), or share a PostgreSQL; "
        raise SendError(what, todo + "--rehearse and --test work here")


def _elsewhere(newsletter: Newsletter, number: int, receipt: Receipt) -> SendError:
    zone = newsletter.settings.timezone
    started = receipt.started.astimezone(zone)
    when = f"{started:%H:%M}" if started.date() == datetime.now(zone).date() else f"{started:%Y-%m-%d %H:%M %Z}"
    if receipt.is_imported:
        what = f"{number:03d} was sent by {receipt.host}, {when}, before it was imported"
        return SendError(what, "newsletter new makes the next issue")
    what = f"{number:03d} was started on {receipt.host}, {when}"
    return SendError(what, "run it there, or take its receipt away if that database is lost")
