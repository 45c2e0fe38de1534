"""Send: the plan, the rehearsal, the test, and the mailing itself."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from newsletter.cli.options import json_option
from newsletter.cli.output import here, plural, say, say_json

if TYPE_CHECKING:
    from collections.abc import Sequence

    from newsletter.app import Newsletter
    from newsletter.app.plan import Plan
    from newsletter.app.sending import Outcome

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
@click.option("--via", metavar="PROFILE", default="", help="The SMTP profile of newsletter.local.toml.")
@click.option("--yes", is_flag=True, help="Do not ask for the count; needed where nobody can be asked.")
@json_option
def send(
    issue: str,
    addresses: tuple[str, ...],
    rehearse: str | None,
    form: str | None,
    test: bool,
    really: bool,
    via: str,
    yes: bool,
    as_json: bool,
) -> None:
    """Show what sending an issue would do, or do it.

    Without --rehearse, --test or --really nothing is written and nothing is sent: the plan is shown, and its last line
    is the command for the next step. Whoever has got the issue is never sent it again.

    Exit codes: 1 the checks found errors, 3 stopped, 4 some refused or deferred, 5 some in doubt.
    """
    chosen = [mode for mode, on in zip(MODES, (rehearse is not None, test, really), strict=True) if on]
    _require_fitting(chosen, addresses, form, yes)
    from newsletter.app.plan import plan
    from newsletter.checks.run import errors

    newsletter = here()
    planned = plan(newsletter, newsletter.issues.find(issue), via)
    match chosen:
        case ["rehearse"]:
            _rehearse(newsletter, planned, Path(rehearse) if rehearse else None, form or "eml", as_json)
        case ["test"]:
            _test(newsletter, planned, addresses, via, as_json)
        case ["really"]:
            _really(newsletter, planned, via, yes, as_json)
        case _ if as_json:
            say_json(planned.values())
        case _:
            _say_plan(planned, via)
    if not chosen and errors(planned.findings):
        raise click.exceptions.Exit(1)


def _require_fitting(chosen: "Sequence[str]", addresses: "Sequence[str]", form: str | None, yes: bool) -> None:
    if len(chosen) > 1:
        raise click.UsageError(f"--{chosen[0]} and --{chosen[1]} exclude each other.")
    if addresses and chosen != ["test"]:
        raise click.UsageError("Addresses belong to --test; a mailing goes to its list.")
    if form and chosen != ["rehearse"]:
        raise click.UsageError("--format belongs to --rehearse.")
    if yes and chosen != ["really"]:
        raise click.UsageError("--yes belongs to --really.")


def _say_plan(planned: "Plan", via: str) -> None:
    from newsletter.cli.look import say_findings

    profile = planned.profile
    say(f"Issue     {planned.issue.number}, {planned.issue.path}")
    say(f"Inbox     {planned.sender}  |  {planned.issue.subject}  |  {planned.issue.preheader}")
    say(f"To        {_audience(planned)}")
    if planned.balance.planned:
        say(f"Ledger    {planned.balance}")
    say(f"Through   {f'{profile.name}, {profile.server}' if profile else _no_server(planned)}")
    if planned.uncommitted:
        say(f"Git       {planned.issue.path} has changes that are not committed")
    say(f"Findings  {len(planned.findings) or 'none'}")
    say_findings(planned.findings)
    say()
    say(_next_step(planned, via))


def _no_server(planned: "Plan") -> str:
    if planned.profiles:
        return f"none of {', '.join(planned.profiles)} is the default: give --via NAME, or set via"
    return "no mail server yet: add [smtp.NAME] to newsletter.local.toml"


def _audience(planned: "Plan") -> str:
    from newsletter.model.subscriber import Consent

    rest = [consent for consent in Consent if consent is not Consent.CONFIRMED and planned.consents.get(consent)]
    others = ", ".join(f"{planned.consents[consent]} {consent}" for consent in rest)
    people = plural(planned.going, "person", "people")
    if planned.balance.open:
        people = f"{people}: {planned.waiting} who wait and {planned.balance.open} of the ledger who are open"
    return f"{people} of {planned.list}{f' (not to {others})' if others else ''}"


def _next_step(planned: "Plan", via: str) -> str:
    from newsletter.checks.run import errors

    number = planned.issue.number
    if errors(planned.findings):
        return f"Nothing is sent before the errors are mended: newsletter edit {number}"
    if not planned.going:
        look = f"status {number}" if planned.balance.planned else "subscribers list"
        return f"Nobody is waiting for it: newsletter {look}"
    if not planned.profile:
        return f"newsletter send {number} --rehearse"
    return f"newsletter send {number} --really{f' --via {via}' if via else ''}"


def _rehearse(newsletter: "Newsletter", planned: "Plan", folder: Path | None, form: str, as_json: bool) -> None:
    from newsletter.app.sending import rehearse

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
    from newsletter.app.sending import send_test
    from newsletter.model.delivery import State

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


def _really(newsletter: "Newsletter", planned: "Plan", via: str, yes: bool, as_json: bool) -> None:
    from newsletter.app.plan import require_ready
    from newsletter.app.sending import start

    require_ready(newsletter, planned)
    profile = newsletter.settings.profile(via)
    if not planned.going:
        _require_anybody(planned)
        say(f"nobody is waiting for issue {planned.issue.number}: {planned.balance}")
        return
    if not yes:
        _ask(planned, profile.name)
    start(newsletter, planned, profile)
    _run(newsletter, planned.issue.number, via, as_json)


def _require_anybody(planned: "Plan") -> None:
    from newsletter.errors import SendError

    if not planned.balance.planned:
        todo = 'newsletter subscribers import FILE.csv --consent confirmed --basis "how and when"'
        raise SendError(f"nobody on {planned.list} is confirmed", todo)


def _ask(planned: "Plan", profile: str) -> None:
    people = plural(planned.going, "person", "people")
    if not sys.stdin.isatty():
        raise click.UsageError(f"Nobody can be asked here; --yes sends it to {people} unasked.")
    question = f'Send "{planned.issue.subject}" to {people} through {profile}? Type {planned.going}'
    if click.prompt(question, prompt_suffix=": ", default="", show_default=False).strip() != str(planned.going):
        say("nothing was sent")
        raise click.exceptions.Exit(2)


def _run(newsletter: "Newsletter", number: int, via: str, as_json: bool, **retries: bool) -> None:
    from newsletter.app.sending import run
    from newsletter.cli.progress import progress

    with progress(quiet=as_json) as told:
        outcome = run(newsletter, number, via, told, **retries)
    try:
        if as_json:
            say_json(outcome.values())
        else:
            _say_outcome(outcome)
    except OSError as error:  # the exit code tells of the mailing, not of the output
        click.echo(f"newsletter: the output cannot be written ({error.strerror}); newsletter status {number}", err=True)
        raise click.exceptions.Exit(outcome.exit_code or 2) from error
    if outcome.exit_code:
        raise click.exceptions.Exit(outcome.exit_code)


def _say_outcome(outcome: "Outcome") -> None:
    from newsletter.model.delivery import State

    say(f"issue {outcome.issue}: {outcome.balance}")
    for delivery in outcome.troubled:
        say(f"  {delivery.state.value.replace('_', ' '):<9}  {delivery.address}  {delivery.reply}")
    if outcome.stopped:
        say(f"stopped; to go on: newsletter resume {outcome.issue}")
    elif outcome.balance[State.DEFERRED]:
        say(f"to try the deferred again when they are due: newsletter resume {outcome.issue}")
    if outcome.balance[State.IN_DOUBT]:
        say(f"in doubt are those who may have got it; to say so: newsletter settle {outcome.issue} --accepted ADDRESS")


@click.command()
@click.argument("issue", required=False)
@json_option
def status(issue: str | None, as_json: bool) -> None:
    """Show what became of a mailing.

    How many were accepted, deferred, refused, excluded or are in doubt; who has trouble stands there by name, with the
    server's own words. Without ISSUE all mailings of this database are shown.
    """
    from newsletter.app.sending import mailing_number
    from newsletter.app.sending import status as look

    newsletter = here()
    outcomes = look(newsletter, mailing_number(newsletter, issue) if issue else None)
    if as_json:
        say_json([outcome.values() for outcome in outcomes])
        return
    for outcome in outcomes:
        _say_outcome(outcome)
    if not outcomes:
        say("nothing has been sent from this database yet")


@click.command()
@click.argument("issue")
@click.option("--via", metavar="PROFILE", default="", help="The SMTP profile of newsletter.local.toml.")
@click.option("--now", is_flag=True, help="Try the deferred at once, not when they are due.")
@click.option("--refused", is_flag=True, help="Try the refused again, too.")
@json_option
def resume(issue: str, via: str, now: bool, refused: bool, as_json: bool) -> None:
    """Go on with a mailing that stopped.

    The bytes are those that it began with, and nobody gets it twice.

    Exit codes: 3 stopped again, 4 some refused or deferred, 5 some in doubt.
    """
    from newsletter.app.sending import mailing_number

    newsletter = here()
    _run(newsletter, mailing_number(newsletter, issue), via, as_json, retry_now=now, retry_refused=refused)


@click.command()
@click.argument("issue")
@click.argument("addresses", metavar="[ADDRESS]...", nargs=-1)
@click.option("--accepted", is_flag=True, help="They have got it.")
@click.option("--resend", is_flag=True, help="They have not; resume sends it to them.")
@json_option
def settle(issue: str, addresses: tuple[str, ...], accepted: bool, resend: bool, as_json: bool) -> None:
    """Say what became of those in doubt.

    All of them, or the ADDRESSes: it is your word that moves them. In doubt is who may have got the message
    although the server's answer was lost. They are never sent it again unasked.
    """
    from newsletter.app.sending import mailing_number
    from newsletter.app.sending import settle as move
    from newsletter.model.delivery import State

    if accepted == resend:
        raise click.UsageError("Give --accepted or --resend, and not both.")
    newsletter = here()
    number = mailing_number(newsletter, issue)
    moved, balance = move(newsletter, number, addresses or None, accepted=accepted)
    if as_json:
        say_json({"issue": number, "settled": moved, **{state.value: balance[state] for state in State}})
        return
    say(f"{plural(moved, 'delivery', 'deliveries')} settled; issue {number}: {balance}")
    if resend and moved:
        say(f"Next: newsletter resume {number}")
