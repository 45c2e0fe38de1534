"""Mailings that start later by themselves, and the end of what was to go on by itself: a schedule, a run, a retry."""

import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from newsletter.app.newsletter import Newsletter
from newsletter.app.plan import Plan
from newsletter.app.selecting import written_excluding
from newsletter.app.standing import Standing, standing_of
from newsletter.app.starting import Note, frozen_plan, require_prepared
from newsletter.errors import SendError
from newsletter.store.agenda import Agenda, Schedule
from newsletter.store.ledger import LedgerStore
from newsletter.store.lock import CoordinatorBusy

LATELY = timedelta(minutes=10)
"""A worker that was not seen for so long may have gone: cron calls it every minute, or every five."""
PATIENCE = 15.0
"""Seconds to wait for a mailing that was asked to stop: it has ten for what is under way."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Scheduled:
    """A mailing that starts by itself.

    :param seen: when a worker was last seen on this database; None if never.
    :param watched: whether that was lately.
    """

    schedule: Schedule
    seen: datetime | None
    watched: bool


def schedule(
    newsletter: Newsletter, planned: Plan, via: str, at: datetime, note: Note = lambda words: None
) -> Scheduled:
    """Freeze what *planned* says, dated *at*, and keep it until then; its audience is frozen when it starts.

    Another schedule of the same issue and list gives way to it.

    :param via: the names of the SMTP profiles; empty for the default.
    :raises SendError: it was started already.
    :raises NewsletterError: as :func:`newsletter.app.starting.start` says.
    """
    ledger, agenda = LedgerStore(newsletter.database), Agenda(newsletter.database)
    number = planned.issue.number
    if any(mailing.list == planned.list for mailing in ledger.mailings(number)):
        what = f"issue {number} has begun to go to {planned.list}, and cannot begin later"
        raise SendError(what, f"without --at it goes to {planned.going} who are open or new")
    require_prepared(newsletter, planned, via, note)
    now = datetime.now(UTC).replace(microsecond=0)
    frozen = frozen_plan(newsletter, planned, at)
    made = Schedule(
        issue=number,
        list=planned.list,
        at=at,
        profile=",".join(server.name for server in newsletter.settings.servers(via)),
        subject=frozen.subject,
        frozen=frozen.frozen,
        issue_sha256=frozen.issue_sha256,
        correction_of=frozen.correction_of,
        expected=frozen.expected,
        asked_at=now,
        segment=planned.selection.segment,
        excluding=written_excluding(planned.selection.excluding),
    )
    agenda.schedule(made)
    seen = max((worker.seen_at for worker in agenda.workers()), default=None)
    return Scheduled(schedule=made, seen=seen, watched=seen is not None and seen > now - LATELY)


@dataclass(frozen=True, kw_only=True, slots=True)
class Halted:
    """What ``stop`` stopped.

    :param cancelled: schedules that are no more.
    :param ran: a mailing was running when it was asked to stop.
    :param ended: it is not running any more.
    """

    standing: Standing
    cancelled: tuple[Schedule, ...]
    ran: bool
    ended: bool


def stop(newsletter: Newsletter, number: int, *, patience: float = PATIENCE) -> Halted:
    """Cancel the schedules of issue *number*, ask its run to stop, wherever it is, and keep workers from going on.

    :param patience: seconds to wait for a run to end.
    :raises SendError: nothing is scheduled, and nobody is left to send to.
    """
    ledger = LedgerStore(newsletter.database)
    agenda = Agenda(newsletter.database)
    cancelled = agenda.schedules(number)
    for schedule in cancelled:
        agenda.unschedule(number, schedule.list)
    if not (open_ := ledger.balance(number).open) and not cancelled:
        raise SendError(f"issue {number} is not being sent", f"newsletter status {number} shows how it stands")
    if open_:
        ledger.ask_stop(number)
    ran = _is_running(newsletter)
    deadline = time.monotonic() + patience
    while (running := ran and _is_running(newsletter)) and time.monotonic() < deadline:
        time.sleep(0.1)
    return Halted(standing=standing_of(newsletter.database, number), cancelled=cancelled, ran=ran, ended=not running)


def _is_running(newsletter: Newsletter) -> bool:
    try:
        with newsletter.database.coordinator_lock():
            return False
    except CoordinatorBusy:
        return True
