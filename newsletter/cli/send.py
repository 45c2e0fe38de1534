"""Send: the plan, the rehearsal, the test, and the mailing itself."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from newsletter.cli.mailing import exclude_option, first_option, via_option
from newsletter.cli.options import json_option, segment_option
from newsletter.cli.output import here, plural, say, say_json
from newsletter.cli.really import Asked, send_really

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from newsletter.app import Newsletter
    from newsletter.app.plan import Plan

MODES = ("rehearse", "test", "really")


@click.command()
@click.argument("issue")
@click.argument("addresses", metavar="[ADDRESS]...", nargs=-1)
@click.option(
    "--rehearse",
    metavar="[DIR]",
    is_flag=False,
    flag_value="",
    default=None,
    help="Write everybody's message to DIR, or to .newsletter/rehearsals/; nothing is sent.",
)
@click.option(
    "--format",
    "form",
    type=click.Choice(["eml", "maildir", "mbox", "html"]),
    help="How a rehearsal is written; default: eml.",
)
@click.option(
    "--test", is_flag=True, help="Send it to the ADDRESSes, or to those of [test], with a mark in the subject."
)
@click.option("--really", is_flag=True, help="Send it to the mailing list.")
@first_option
@click.option(
    "--at",
    metavar="TIME",
    help='Start it then, by newsletter work: "2026-11-27 09:00", "09:00" (the next), or ISO 8601 with an offset.',
)
@via_option
@segment_option
@exclude_option
@click.option("--yes", is_flag=True, help="Do not ask for the count; needed where nobody can be asked.")
@click.option(
    "--expect", type=click.IntRange(0), metavar="N", help="Do not ask, but send only if it goes to exactly N."
)
@json_option
def send(
    issue: str,
    addresses: tuple[str, ...],
    rehearse: str | None,
    form: str | None,
    test: bool,
    really: bool,
    first: int | None,
    at: str | None,
    via: str,
    segment: str,
    excluding: tuple[str, ...],
    yes: bool,
    expect: int | None,
    as_json: bool,
) -> None:
    """Show what sending an issue would do, or do it.

    Without --rehearse, --test or --really nothing is written and nothing is sent: the plan is shown, and its last line
    is the command for the next step. Whoever has got the issue is never sent it again.

    --really asks you to type how many people it goes to. Unasked (--yes) it refuses an audience that differs by more
    than 20 % from that of the list's last mailing, unless you give the count: --expect N.

    With --at what you see now is what is sent then, to those who are on the list then. The newsletter's time zone
    counts. newsletter work must run; newsletter stop cancels it.

    Ctrl-C or SIGTERM ends a mailing after what is under way; a second one ends it at once, and a message that was under
    way is in doubt then. newsletter resume goes on.

    --segment and --exclude choose among the people of the list, when the mailing starts; a later send with another
    segment goes to those of it who have not got the issue.

    Exit codes: 1 the checks found errors, 3 stopped, 4 some refused or deferred, 5 some in doubt.
    """
    chosen = [mode for mode, on in zip(MODES, (rehearse is not None, test, really), strict=True) if on]
    asks = {"--yes": yes, "--expect": expect is not None, "--first": first is not None, "--at": at is not None}
    selects = {"--segment": bool(segment), "--exclude": bool(excluding)}
    _require_fitting(chosen, addresses, form, [option for option, given in asks.items() if given])
    if test and (given := [option for option, on in selects.items() if on]):
        raise click.UsageError(f"{given[0]} belongs to a mailing; a test goes to its addresses.")
    from newsletter.app.plan import plan
    from newsletter.checks.finding import errors

    newsletter = here()
    planned = plan(newsletter, newsletter.issues.find(issue), via, segment=segment, excluding=excluding)
    match chosen:
        case ["rehearse"]:
            _rehearse(newsletter, planned, Path(rehearse) if rehearse else None, form or "eml", as_json)
        case ["test"]:
            _test(newsletter, planned, addresses, via, as_json)
        case ["really"]:
            asked = Asked(via=via, yes=yes, expect=expect, first=first, at=at)
            send_really(newsletter, planned, asked, as_json)
        case _ if as_json:
            say_json(planned.values())
        case _:
            _say_plan(newsletter, planned, via)
    if not chosen and errors(planned.findings):
        raise click.exceptions.Exit(1)


def _require_fitting(
    chosen: "Sequence[str]", addresses: "Sequence[str]", form: str | None, of_really: "Sequence[str]"
) -> None:
    if len(chosen) > 1:
        raise click.UsageError(f"--{chosen[0]} and --{chosen[1]} exclude each other.")
    if addresses and chosen != ["test"]:
        raise click.UsageError("Addresses belong to --test; a mailing goes to its list.")
    if form and chosen != ["rehearse"]:
        raise click.UsageError("--format belongs to --rehearse.")
    if of_really and chosen != ["really"]:
        raise click.UsageError(f"{of_really[0]} belongs to --really.")
    if "--first" in of_really and "--at" in of_really:
        raise click.UsageError("--first and --at exclude each other: a canary is for somebody who looks.")


def _say_plan(newsletter: "Newsletter", planned: "Plan", via: str) -> None:
    from newsletter.app.moment import shown
    from newsletter.checks.folding import folded
    from newsletter.cli.look import say_findings

    profile = planned.profile
    say(f"Issue     {planned.issue.number}, {planned.issue.path}")
    say(f"Inbox     {planned.sender}  |  {planned.issue.subject}  |  {planned.issue.preheader}")
    say(f"To        {_audience(planned)}")
    for line in _variants(planned):
        say(line)
    if planned.usual is not None:
        say(f"Last      {_usual(planned)}")
    if planned.balance.planned:
        say(f"Ledger    {planned.balance}")
    if planned.schedule:
        at = planned.schedule.at.astimezone(newsletter.settings.timezone)
        say(f"Starts    {shown(at)}, by newsletter work; to cancel that: newsletter stop {planned.issue.number}")
    say(f"Through   {f'{profile.name}, {profile.server}' if profile else _no_server(planned)}")
    if planned.uncommitted:
        say(f"Git       {planned.issue.path} has changes that are not committed")
    findings = folded(planned.findings)
    say(f"Findings  {len(findings) or 'none'}")
    say_findings(findings)
    say()
    say(_next_step(planned, via))


def _usual(planned: "Plan") -> str:
    from newsletter.app.audience import differs
    from newsletter.app.selecting import told

    whom = told(planned.list, planned.selection.segment, planned.selection.excluding)
    mark = ": more than 20 % apart" if differs(planned.size, planned.usual or 0) else ""
    if planned.issue.correction_of:
        return f"{planned.usual:,} got issue {planned.issue.correction_of}, which this one corrects{mark}"
    return f"{plural(planned.usual or 0, 'person', 'people')} in the last mailing of {whom}{mark}"


def _no_server(planned: "Plan") -> str:
    if planned.profiles:
        return f"none of {', '.join(planned.profiles)} is the default: give --via NAME, or set via"
    return "no mail server yet: add [smtp.NAME] to newsletter.local.toml"


def _audience(planned: "Plan") -> str:
    from newsletter.app.selecting import told
    from newsletter.model.subscriber import Consent

    rest = [consent for consent in Consent if consent is not Consent.CONFIRMED and planned.consents.get(consent)]
    others = ", ".join(f"{planned.consents[consent]} {consent}" for consent in rest)
    whom = told(planned.list, planned.selection.segment, planned.selection.excluding)
    people = plural(planned.going, "person", "people")
    if planned.balance.open:
        people = f"{people}: {planned.waiting} who wait and {planned.balance.open} of the ledger who are open"
    if planned.issue.correction_of:
        return f"{people} of {whom} who got issue {planned.issue.correction_of}, which it corrects"
    return f"{people} of {whom}{f' (not to {others})' if others else ''}"


def _variants(planned: "Plan") -> "Iterator[str]":
    """Say who gets the issue without which sections, where that is not all one."""
    from newsletter.model.variant import read_without

    if set(planned.people) - {""}:
        for variant, count in planned.people.items():
            without = " and ".join(sorted(read_without(variant)))
            what = f"without {without}" if without else "the whole issue"
            yield f"Variant   {what}: {plural(count, 'person', 'people')}"
    if planned.nothing:
        yield f"Nothing   to {plural(planned.nothing, 'person', 'people')} who want none of its sections"
    if planned.late:
        yield f"Nothing   to {plural(planned.late, 'person', 'people')} who want it as it was not frozen when it began"


def _next_step(planned: "Plan", via: str) -> str:
    from newsletter.app.selecting import options
    from newsletter.checks.finding import errors

    number = planned.issue.number
    if errors(planned.findings):
        return f"Nothing is sent before the errors are mended: newsletter edit {number}"
    if not planned.going:
        only = f" --segment {planned.selection.segment}" if planned.selection.segment else ""
        look = f"status {number}" if planned.balance.planned else f"subscribers list{only}"
        return f"Nobody is waiting for it: newsletter {look}"
    if not planned.profile:
        return f"newsletter send {number} --rehearse{options(planned.selection)}"
    return f"newsletter send {number} --really{options(planned.selection)}{f' --via {via}' if via else ''}"


def _rehearse(newsletter: "Newsletter", planned: "Plan", folder: Path | None, form: str, as_json: bool) -> None:
    from newsletter.app.rehearsing import rehearse

    rehearsed = rehearse(newsletter, planned, folder, form)
    if as_json:
        say_json({"folder": rehearsed.folder, "messages": rehearsed.count, "files": rehearsed.files})
        return
    what = plural(rehearsed.count, "message")
    say(f"wrote {what} as {form} to {rehearsed.folder}; nothing was sent, and there is no record of it")
    for path in rehearsed.files[:10]:
        say(f"  {path}")
    if len(rehearsed.files) > 10:
        say(f"  and {len(rehearsed.files) - 10:,} more")
    say(f"Next: open some of them, then newsletter send {planned.issue.number}")


def _test(newsletter: "Newsletter", planned: "Plan", addresses: "Sequence[str]", via: str, as_json: bool) -> None:
    from newsletter.app.rehearsing import send_test
    from newsletter.cli.look import say_waivers
    from newsletter.model.delivery import State

    say_waivers(planned.findings)
    results = send_test(newsletter, planned, addresses, via)
    if as_json:
        say_json([{"address": r.address, "state": r.state.value, "reply": r.reply} for r in results])
    else:
        for result in results:
            say(f"  {result.state.value:<9}  {result.address}  {result.reply}")
        say("a test counts for nothing: nobody is marked as having got the issue")
    states = {result.state for result in results}
    if State.IN_DOUBT in states:
        raise click.exceptions.Exit(5)
    if states - {State.ACCEPTED}:
        raise click.exceptions.Exit(4)
