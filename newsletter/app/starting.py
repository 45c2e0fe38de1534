"""Starts a mailing: frozen, queued, with a backup before and a receipt after; nothing is sent yet."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime

from newsletter.app.editions import edition_of
from newsletter.app.newsletter import Newsletter
from newsletter.app.plan import Plan, require_ready
from newsletter.app.probe import probe_one_click
from newsletter.app.receipts import keep_receipts
from newsletter.app.signing import signer_of
from newsletter.app.web_versions import keep_web_version, web_version
from newsletter.composer.issues import sha256_of
from newsletter.errors import StoreError
from newsletter.model.segment import EVERYBODY, Selection
from newsletter.model.variant import WHOLE, Variants
from newsletter.sender.mailing import try_servers
from newsletter.store.agenda import Agenda
from newsletter.store.ledger import LedgerStore
from newsletter.store.wiping import wipe_forgotten

Note = Callable[[str], None]


def require_prepared(newsletter: Newsletter, planned: Plan, via: str, note: Note) -> None:
    """Refuse a mailing that could not go: checks, receipts, this machine, the one-click address, the mail servers.

    :param note: hears what is odd about the public site and no fault.
    :raises NewsletterError: as :func:`start` says.
    """
    require_ready(newsletter, planned)
    profiles = newsletter.settings.servers(via)
    signer_of(newsletter, planned.list)  # a key that is missing is known before anything is frozen
    if words := probe_one_click(newsletter, planned.issue.number):
        note(words)
    try_servers(profiles)


@dataclass(frozen=True, kw_only=True, slots=True)
class Beginning:
    """A mailing that somebody agreed to, ready to begin.

    :param frozen: the compiled bytes, Date and all.
    :param issue_sha256: of the issue file that they were compiled from.
    :param expected: how many are to be queued.
    :param web: the web version, as it is kept beside the receipt.
    :param correction_of: the issue whose readers alone get it; 0 for none.
    :param selection: whom of the list it is for.
    :param variants: those that are in *frozen*.
    :param late: how many want a variant that *frozen* does not have.
    :param strict: whoever has chosen other sections since keeps it from beginning; otherwise they are left out.
    """

    issue: int
    list: str
    subject: str
    frozen: bytes
    issue_sha256: str
    expected: int
    web: str
    correction_of: int = 0
    selection: Selection = EVERYBODY
    variants: Variants = WHOLE
    late: int = 0
    strict: bool = True


def frozen_plan(newsletter: Newsletter, planned: Plan, date: datetime) -> Beginning:
    """Freeze what *planned* says, dated *date*."""
    issue = planned.issue
    local = date.astimezone(newsletter.settings.timezone)
    edition = edition_of(newsletter, issue, planned.rendered, planned.variants, date=local)
    return Beginning(
        issue=issue.number,
        list=planned.list,
        subject=issue.subject,
        frozen=edition.dump(),
        issue_sha256=sha256_of(issue.path),
        expected=planned.waiting,
        web=web_version(newsletter, issue, planned.rendered),
        correction_of=issue.correction_of,
        selection=planned.selection,
        variants=planned.variants,
    )


def start(newsletter: Newsletter, planned: Plan, via: str, note: Note = lambda words: None) -> int:
    """Start the mailing: freeze its bytes and its Date, queue its audience, write the receipt; return how many wait.

    With a public URL the one-click address is tried first; *note* hears what is odd there and no fault. Then the
    servers are asked whether they let us in, and a backup is made. A second start adds only those who are not in the
    ledger yet. If it was to start later by itself, it is not any more.

    :param via: the names of the SMTP profiles; empty for the default.
    :raises SendError: when a receipt names another ledger, this machine forgets, or one click does not unsubscribe.
    :raises ServerError: when the server cannot be used.
    :raises StoreError: when not as many people are waiting as *planned* says.
    :raises FindingsError: when the checks found errors.
    """
    require_prepared(newsletter, planned, via, note)
    now = datetime.now(UTC).replace(microsecond=0)
    with newsletter.database.coordinator_lock():
        queued = begin(newsletter, frozen_plan(newsletter, planned, now), now)
        Agenda(newsletter.database).unschedule(planned.issue.number, planned.list)
    return queued


def begin(newsletter: Newsletter, beginning: Beginning, now: datetime) -> int:
    """Begin a mailing under the coordinator's lock: backup, ledger, web version, receipt; return how many wait."""
    database = newsletter.database
    ledger = LedgerStore(database)
    with suppress(StoreError):  # no room for it now: it is wiped later, and the mailing need not wait for that
        wipe_forgotten(database)
    database.backup_before(f"mailing {beginning.issue:03d}")
    queued = ledger.start(
        beginning.issue,
        beginning.list,
        frozen=beginning.frozen,
        subject=beginning.subject,
        started=now,
        expected=beginning.expected,
        only_accepted_in=beginning.correction_of or None,
        selection=beginning.selection,
        variants=beginning.variants,
        strict=beginning.strict,
    )
    keep_web_version(newsletter, beginning.issue, beginning.web)
    keep_receipts(newsletter, ledger, beginning.issue, issue_sha256=beginning.issue_sha256)
    return queued
