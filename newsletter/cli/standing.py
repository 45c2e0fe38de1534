"""Send: how a mailing stands, and the week before it."""

from collections.abc import Iterator
from datetime import timedelta, tzinfo
from typing import TYPE_CHECKING

import click

from newsletter.cli.options import json_option
from newsletter.cli.output import here, plural, say, say_json

if TYPE_CHECKING:
    from newsletter.app import Newsletter
    from newsletter.app.standing import Standing


def say_standing(standing: "Standing", zone: tzinfo) -> None:
    """Say how an issue stands, and the command that goes on."""
    if standing.balance.planned or not standing.schedules:
        say(f"issue {standing.issue}: {standing.balance}")
    for line in (
        *_whom(standing),
        *_pace(standing),
        *_deferred(standing, zone),
        *_named(standing),
        *_suppressed(standing),
        *_returned(standing),
    ):
        say(f"  {line}")
    for line in (*_scheduled(standing, zone), *_next(standing)):
        say(line)


def duration(length: timedelta) -> str:
    """Return a length of time as people say it: "40 s", "12 min", "3 h 05 min"."""
    seconds = round(length.total_seconds())
    if seconds < 60:
        return f"{seconds} s"
    minutes = round(seconds / 60)
    return f"{minutes} min" if minutes < 60 else f"{minutes // 60} h {minutes % 60:02} min"


def _whom(standing: "Standing") -> Iterator[str]:
    from newsletter.app.selecting import read_excluding, told

    for mailing in standing.mailings:
        if mailing.segment or mailing.excluding:
            yield f"to         {told(mailing.list, mailing.segment, read_excluding(mailing.excluding))}"
    if standing.late:
        people = plural(standing.late, "person", "people")
        yield f"not to     {people} who chose other sections since the issue was frozen, which is another one by now"


def _pace(standing: "Standing") -> Iterator[str]:
    if standing.pace.handed:
        left = f"; about {duration(standing.left)} left" if standing.left else ""
        yield f"pace       {standing.pace.per_minute:,.0f} a minute over {duration(standing.pace.over)}{left}"


def _deferred(standing: "Standing", zone: tzinfo) -> Iterator[str]:
    for reason in standing.reasons:
        again = reason.next_at.astimezone(zone)
        yield f"deferred   {reason.count:,} from {again:%Y-%m-%d %H:%M}  {reason.reply}"


def _named(standing: "Standing") -> Iterator[str]:
    for state, deliveries in standing.named.items():
        word = state.value.replace("_", " ")
        for delivery in deliveries:
            yield f"{word:<9}  {delivery.address}  {delivery.reply}"
        if more := standing.balance[state] - len(deliveries):
            yield f"{word:<9}  and {more:,} more: newsletter status {standing.issue} --json"


def _suppressed(standing: "Standing") -> Iterator[str]:
    if standing.suppressed:
        yield f"suppressed {plural(standing.suppressed, 'address', 'addresses')} where nobody is, from all lists"
    if standing.held:
        yield (
            f"suppressed none: {standing.held:,} addresses were said not to exist, too many to be believed; "
            "look at the mail server first"
        )


def _returned(standing: "Standing") -> Iterator[str]:
    """Say what came back, beside the states: a mail that bounced was accepted before."""
    if not standing.returned:
        return
    counts = [f"{count:,} {kind.value}" for kind, count in sorted(standing.returned.items())]
    yield f"came back  {', '.join(counts)}"
    for address, event in standing.came_back:
        words = event.words if event.status in event.words else f"{event.status} {event.words}"
        yield f"{event.kind.value:<10} {address}  {words}"
    from newsletter.app.standing import LISTED

    if len(standing.came_back) == LISTED:
        yield f"           and perhaps more: newsletter status {standing.issue} --json"


def _scheduled(standing: "Standing", zone: tzinfo) -> Iterator[str]:
    from newsletter.app.moment import shown
    from newsletter.app.selecting import read_excluding, told

    number = standing.issue
    for schedule in standing.schedules:
        at = shown(schedule.at.astimezone(zone))
        if schedule.list in standing.begun:
            yield f"newsletter work goes on with it, from {at} on"
            continue
        to = told(schedule.list, schedule.segment, read_excluding(schedule.excluding))
        whom = f"{plural(schedule.expected, 'person', 'people')} of {to}"
        yield f"issue {number} starts {at}, to about {whom}, by newsletter work"
        yield f"to cancel that: newsletter stop {number}"


def _next(standing: "Standing") -> Iterator[str]:
    from newsletter.app.standing import Halt
    from newsletter.model.delivery import State

    number, balance = standing.issue, standing.balance
    if standing.halt is Halt.FIRST:
        yield f"stopped after the first, to look; to go on: newsletter resume {number}"
    elif standing.halt:
        yield f"stopped; to go on: newsletter resume {number}"
    elif balance[State.QUEUED] or balance[State.SENDING]:
        yield f"if nothing is sending it, to go on: newsletter resume {number}"
    elif balance[State.DEFERRED]:
        yield f"to try the deferred again when they are due: newsletter resume {number}, or newsletter work"
        yield f"to try them at once: newsletter resume {number} --now"
    if balance[State.REFUSED]:
        yield f"to try the refused once more: newsletter resume {number} --refused"
    if balance[State.IN_DOUBT]:
        yield f"in doubt are those who may have got it; to say so: newsletter settle {number} --accepted ADDRESS"


@click.command()
@click.argument("issue", required=False)
@click.option("--week", "week_alone", is_flag=True, help="Only the week at a glance.")
@json_option
def status(issue: str | None, week_alone: bool, as_json: bool) -> None:
    """Show the week at a glance, and how mailings stand.

    How many were accepted, deferred, refused, excluded or are in doubt; how fast it is and how long it will take; why
    deliveries are deferred, and when they are tried again; whom a person has to decide about, by name, with the
    server's own words; what came back, by name too; and the command that goes on. Without ISSUE all mailings of this
    database are shown, and before them the week: what waits for a decision and what is held, how the next issue stands
    and how long there is, which feeds are broken. With --json that is --week.
    """
    if week_alone and issue:
        raise click.UsageError("Give ISSUE or --week, not both.")
    newsletter = here()
    if not issue and (week_alone or not as_json):
        _say_week(newsletter, as_json)
    if not week_alone:
        _say_mailings(newsletter, issue, as_json)


def _say_week(newsletter: "Newsletter", as_json: bool) -> None:
    from newsletter.app.week import week_of
    from newsletter.cli.week import say_week

    week = week_of(newsletter)
    if as_json:
        say_json(week.values())
    else:
        say_week(week)


def _not_from_here(newsletter: "Newsletter", number: int | None) -> str:
    """Return what is known of an issue, or all of them, that the database has no mailing of: its receipts tell."""
    if number is None:
        return "nothing has been sent from this database yet"
    zone = newsletter.settings.timezone
    for receipt in newsletter.issues.receipts_of(number):
        when = f"{receipt.started.astimezone(zone):%Y-%m-%d %H:%M %Z}"
        if receipt.is_imported:
            return f"issue {number} was sent by {receipt.host}, {when}, before it was imported"
        return f"issue {number} was sent from another database: started on {receipt.host}, {when}"
    return f"nothing of issue {number} has been sent from this database yet"


def _say_mailings(newsletter: "Newsletter", issue: str | None, as_json: bool) -> None:
    from newsletter.app.sending import mailing_number
    from newsletter.app.standing import all_that_came_back, everybody, standings

    if not (issue or as_json or newsletter.has_database()):
        say("there is no database here: how mailings stand is known where they were sent from; see newsletter doctor")
        return
    number = mailing_number(newsletter, issue) if issue else None
    found = standings(newsletter.database, number)
    if as_json:
        database = newsletter.database
        names = [
            {
                "troubled": list(everybody(database, one.issue)),
                "came_back": list(all_that_came_back(database, one.issue)),
            }
            for one in found
        ]
        say_json([{**standing.values(), **troubled} for standing, troubled in zip(found, names, strict=True)])
        return
    for standing in found:
        say_standing(standing, newsletter.settings.timezone)
    if not found:
        say(_not_from_here(newsletter, number))
