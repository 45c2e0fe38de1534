"""Send: the mailing itself, now or later, and the question before it."""

import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING

import click

from newsletter.cli.look import say_waivers
from newsletter.cli.mailing import run_mailing
from newsletter.cli.output import plural, printable, say, say_json

if TYPE_CHECKING:
    from datetime import datetime

    from newsletter.app import Newsletter
    from newsletter.app.plan import Plan
    from newsletter.app.scheduling import Scheduled


@dataclass(frozen=True, kw_only=True, slots=True)
class Asked:
    """How somebody asked for a mailing.

    :param yes: unasked, if its audience is usual.
    :param expect: unasked, if it goes to exactly so many.
    :param first: no more than that many for now.
    :param at: when to start, as typed.
    """

    via: str
    yes: bool
    expect: int | None
    first: int | None
    at: str | None


def send_really(newsletter: "Newsletter", planned: "Plan", asked: Asked, as_json: bool) -> None:
    """Ask, and then send or schedule what is *planned*."""
    from newsletter.app.moment import moment_of
    from newsletter.app.plan import require_ready

    say_waivers(planned.findings)
    require_ready(newsletter, planned)
    servers = newsletter.settings.servers(asked.via)
    at = moment_of(asked.at, _now(), newsletter.settings.timezone) if asked.at is not None else None
    if not planned.going:
        _require_anybody(planned)
        say(f"nobody is waiting for issue {planned.issue.number}: {planned.balance}")
        return
    _require_yes(planned, " and ".join(server.name for server in servers), asked, at)
    if at:
        _schedule(newsletter, planned, asked, at, as_json)
        return
    from newsletter.app.starting import start

    start(newsletter, planned, asked.via, note=_note)
    run_mailing(newsletter, planned.issue.number, asked.via, as_json, first=asked.first)


def _note(words: str) -> None:
    click.echo(printable(words), err=True)


def _now() -> "datetime":
    from datetime import UTC, datetime

    return datetime.now(UTC)


def _require_anybody(planned: "Plan") -> None:
    from newsletter.errors import SendError

    if planned.balance.planned:
        return
    if planned.issue.correction_of:
        what = f"nobody on {planned.list} who got issue {planned.issue.correction_of} is still confirmed"
        raise SendError(what, f"newsletter status {planned.issue.correction_of} shows who got it")
    selection = planned.selection
    if selection.segment or selection.excluding or planned.nothing:
        from newsletter.app.selecting import told

        whom = told(planned.list, selection.segment, selection.excluding)
        only = f" --segment {selection.segment}" if selection.segment else ""
        what = f"nobody of {whom} is confirmed and wants any of its sections"
        raise SendError(what, f"newsletter subscribers count --list {planned.list}{only} says who there is")
    todo = 'newsletter subscribers import FILE.csv --consent confirmed --basis "how and when"'
    raise SendError(f"nobody on {planned.list} is confirmed", todo)


def _require_yes(planned: "Plan", profile: str, asked: Asked, at: "datetime | None") -> None:
    from newsletter.app.audience import require_expected

    if asked.yes or asked.expect is not None:
        number = planned.issue.number
        require_expected(number, planned.going, planned.size, usual=planned.usual, expected=asked.expect)
    else:
        _ask(planned, profile, asked.first, at)


def _ask(planned: "Plan", profile: str, first: int | None, at: "datetime | None") -> None:
    from newsletter.app.audience import differs
    from newsletter.app.moment import shown

    people = f"{plural(planned.going, 'person', 'people')}{_of(planned)}"
    if not sys.stdin.isatty():
        raise click.UsageError(
            f"Nobody can be asked here; --yes sends it to {people} unasked, --expect {planned.going} only to so many."
        )
    if planned.usual is not None and differs(planned.size, planned.usual):
        say(f"the list's last mailing went to {planned.usual:,}: more than 20 % apart")
    how = f", {first:,} of them now" if first else f", on {shown(at)}" if at else ""
    question = f'Send "{planned.issue.subject}" to {people}{how} through {profile}? Type {planned.going}'
    if click.prompt(question, prompt_suffix=": ", default="", show_default=False).strip() != str(planned.going):
        say("nothing was sent")
        raise click.exceptions.Exit(2)


def _of(planned: "Plan") -> str:
    """Say whom of the list they are, if not all."""
    from newsletter.app.selecting import told

    selection = planned.selection
    if not (selection.segment or selection.excluding):
        return ""
    return f" of {told(planned.list, selection.segment, selection.excluding)}"


def _schedule(newsletter: "Newsletter", planned: "Plan", asked: Asked, at: "datetime", as_json: bool) -> None:
    from newsletter.app.scheduling import schedule

    made = schedule(newsletter, planned, asked.via, at, note=_note)
    if as_json:
        seen = made.seen.isoformat() if made.seen else None
        facts = {"issue": planned.issue.number, "list": planned.list, "expected": planned.waiting}
        facts |= {"segment": planned.selection.segment or None, "excluding": planned.selection.excluding}
        say_json({**facts, "at": at.isoformat(), "worker_seen": seen, "worker_seen_lately": made.watched})
    else:
        _say_scheduled(newsletter, made, at)


def _say_scheduled(newsletter: "Newsletter", made: "Scheduled", at: "datetime") -> None:
    from newsletter.app.moment import shown
    from newsletter.app.selecting import read_excluding, told

    number = made.schedule.issue
    whom = told(made.schedule.list, made.schedule.segment, read_excluding(made.schedule.excluding))
    people = plural(made.schedule.expected, "person", "people")
    say(f"issue {number} starts {shown(at)} as it is now, to those who are on {whom} then: about {people}")
    if not made.watched:
        seen = f"since {shown(made.seen.astimezone(newsletter.settings.timezone))}" if made.seen else "yet"
        say(f"no worker has been seen {seen}, and without one it does not start: newsletter work, or in a crontab")
        say(f"  * * * * * newsletter -C {newsletter.settings.folder} work --once")
    say(f"to cancel it: newsletter stop {number}; to see it: newsletter status {number}")
