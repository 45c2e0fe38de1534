"""Does by itself what was agreed to before: schedules whose time has come, and deferred deliveries.

::

    schedule ──due──► begun ──run ended by itself──► no schedule any more
        │               └──the worker was ended──► gone on with by the next worker
        ├──an hour late, or another audience──► refused: a person's word is needed
    limit of the hour or day ──over──► gone on with, like a schedule
    deferred ──due──► tried again, if the last run of the mailing left nobody queued and nobody stopped it
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta, tzinfo
from functools import partial
from threading import Event

from newsletter.app.audience import differs
from newsletter.app.editions import completed
from newsletter.app.forgetting import wipe
from newsletter.app.moment import shown
from newsletter.app.newsletter import Newsletter
from newsletter.app.plan import require_here, require_lasting
from newsletter.app.selecting import read_excluding, selection_of
from newsletter.app.sending import send_open
from newsletter.app.standing import Halt, Standing
from newsletter.app.starting import Beginning, begin
from newsletter.errors import NewsletterError, SendError
from newsletter.model.delivery import Balance
from newsletter.sender.edition import Edition
from newsletter.sender.neutral import neutral_html
from newsletter.store.agenda import Agenda, Schedule
from newsletter.store.ledger import LedgerStore
from newsletter.store.lock import CoordinatorBusy

LATEST = timedelta(hours=1)
"""A schedule missed by more is refused: what was right for nine o'clock may be wrong at noon."""
STEP = timedelta(seconds=30)
"""The longest sleep: a schedule that somebody makes meanwhile is seen after it."""
HOLD_OFF = timedelta(minutes=5)
"""How long a worker leaves an issue alone after a failure, so that no server sees a wrong password every 30 seconds."""

Clock = Callable[[], datetime]


@dataclass(frozen=True, kw_only=True, slots=True)
class Done:
    """What a worker did about one issue: how it stands then, or why nothing was done."""

    issue: int
    standing: Standing | None = None
    refused: NewsletterError | None = None

    @property
    def exit_code(self) -> int:
        """That of the mailing, or of the refusal."""
        if self.standing:
            return self.standing.exit_code
        return self.refused.exit_code if self.refused else 0


def judge(schedule: Schedule, now: datetime, *, waiting: int, started: bool, zone: tzinfo) -> SendError | None:
    """Say why *schedule*, which is due, may not start or go on; None if it may.

    :param waiting: how many would be queued now.
    :param started: it began, and its run did not come to its end.
    """
    number, due = schedule.issue, shown(schedule.at.astimezone(zone))
    if now - schedule.at > LATEST:
        what = f"issue {number} was to start {due}, which is more than an hour ago"
        anew = f"newsletter send {number} --really, with --at or without, says yes anew; newsletter stop {number} ends"
        return SendError(what, f"newsletter resume {number} goes on" if started else anew)
    if not started and differs(waiting, schedule.expected):
        what = f"issue {number} was agreed to go to {schedule.expected:,}, and {waiting:,} are waiting: over 20 % apart"
        return SendError(what, f"newsletter send {number} --really sends it now; newsletter stop {number} ends it")
    return None


class Worker:
    """Looks for what is due, and does it.

    :param via: the profile for everything; empty for that of each schedule, and the default for the rest.
    :param stop: ends it after what is under way.
    """

    def __init__(self, via: str, stop: Event, clock: Clock = lambda: datetime.now(UTC)) -> None:
        self._via = via
        self._stop = stop
        self._clock = clock
        self._held: dict[int, datetime] = {}

    def turn(self, newsletter: Newsletter) -> Iterator[Done]:
        """Do what is due now, and yield what came of it, one issue after the other.

        While another command sends from the database nothing is done: its turn comes again.
        """
        agenda = Agenda(newsletter.database)
        agenda.worker_seen(newsletter.settings.host)
        for schedule in agenda.schedules():
            if schedule.at <= self._clock():
                yield from self._tried(schedule.issue, partial(self._follow, newsletter, schedule))
        for number in agenda.retriable(self._clock()):
            yield from self._tried(number, partial(self._retry, newsletter, number))
        wipe(newsletter)  # under a mailing, or without room on the disk: its turn comes again

    def pause(self, newsletter: Newsletter) -> float:
        """Return the seconds until something is due, the longest sleep at most."""
        now = self._clock()
        agenda = Agenda(newsletter.database)
        times = [schedule.at for schedule in agenda.schedules() if schedule.at > now]
        if next_at := agenda.next_retry():
            times.append(max(next_at, now + timedelta(seconds=1)))
        return max(0.0, (min([*times, now + STEP]) - now).total_seconds())

    def _tried(self, number: int, act: Callable[[], Standing | None]) -> Iterator[Done]:
        """Do something about an issue; a failure is yielded, and leaves the issue alone for a while."""
        if self._stop.is_set() or self._held.get(number, self._clock()) > self._clock():
            return
        try:
            standing = act()
        except CoordinatorBusy:
            return
        except NewsletterError as refused:
            self._held[number] = self._clock() + HOLD_OFF
            yield Done(issue=number, refused=refused)
        else:
            if standing:
                yield Done(issue=number, standing=standing)

    def _follow(self, newsletter: Newsletter, schedule: Schedule) -> Standing | None:
        """Begin what was scheduled, or go on with it."""
        ledger, agenda = LedgerStore(newsletter.database), Agenda(newsletter.database)
        number, now = schedule.issue, self._clock()
        with newsletter.database.coordinator_lock():
            if schedule not in agenda.schedules(number):  # somebody was faster: another worker, or newsletter stop
                return None
            started = any(mailing.list == schedule.list for mailing in ledger.mailings(number))
            zone = newsletter.settings.timezone
            if started:
                beginning, waiting = None, 0
            else:
                beginning = self._beginning(newsletter, ledger, schedule)
                waiting = beginning.expected + beginning.late
            if refused := judge(schedule, now, waiting=waiting, started=started, zone=zone):
                raise refused
            if beginning:
                require_here(newsletter, number)
                require_lasting(newsletter, number)
                begin(newsletter, beginning, now.replace(microsecond=0))
            standing = send_open(newsletter, number, self._via or schedule.profile, _unheard, self._stop)
            if standing.halt is not Halt.INTERRUPTED:
                agenda.unschedule(number, schedule.list)
        return replace(standing, schedules=agenda.schedules(number), late=beginning.late if beginning else 0)

    def _beginning(self, newsletter: Newsletter, ledger: LedgerStore, schedule: Schedule) -> Beginning:
        """Return how *schedule* begins now: who its segment has now, and the variants that they want now."""
        excluding = read_excluding(schedule.excluding)
        selection = selection_of(newsletter, schedule.segment, excluding, of=schedule.list, now=self._clock())
        corrected = schedule.correction_of or None
        wanted = ledger.wanted(schedule.issue, schedule.list, only_accepted_in=corrected, selection=selection)
        date = schedule.at.astimezone(newsletter.settings.timezone)
        edition = completed(newsletter, Edition.load(schedule.frozen), schedule.issue, date, wanted)
        return Beginning(
            issue=schedule.issue,
            list=schedule.list,
            subject=schedule.subject,
            frozen=edition.dump(),
            issue_sha256=schedule.issue_sha256,
            expected=sum(count for without, count in wanted.items() if edition.variants.serves(without)),
            web=neutral_html(edition.whole),  # not of the files, which may have changed since
            correction_of=schedule.correction_of,
            selection=selection,
            variants=edition.variants,
            late=sum(count for without, count in wanted.items() if edition.variants.lacks(without)),
            strict=False,
        )

    def _retry(self, newsletter: Newsletter, number: int) -> Standing | None:
        """Try the deferred of issue *number* whose time has come."""
        with newsletter.database.coordinator_lock():
            if number not in Agenda(newsletter.database).retriable(self._clock()):
                return None
            require_lasting(newsletter, number)
            return send_open(newsletter, number, self._via, _unheard, self._stop)


def _unheard(balance: Balance) -> None:
    """Nobody watches a worker."""
