"""Send: how a mailing stands, going on with it, and the operator's word."""

from typing import TYPE_CHECKING

import click

from newsletter.cli.options import json_option
from newsletter.cli.output import here, plural, say, say_json
from newsletter.cli.settling import complete_option, log_option, settle_by_log

if TYPE_CHECKING:
    from newsletter.app import Newsletter
    from newsletter.app.sending import Outcome


def run_mailing(newsletter: "Newsletter", number: int, via: str, as_json: bool, **retries: bool) -> None:
    """Send what is open of an issue, say what became of it, and leave with the exit code that tells it."""
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
    run_mailing(newsletter, mailing_number(newsletter, issue), via, as_json, retry_now=now, retry_refused=refused)


@click.command()
@click.argument("issue")
@click.argument("addresses", metavar="[ADDRESS]...", nargs=-1)
@click.option("--accepted", is_flag=True, help="They have got it.")
@click.option("--resend", is_flag=True, help="They have not; resume sends it to them.")
@log_option
@complete_option
@json_option
def settle(
    issue: str,
    addresses: tuple[str, ...],
    accepted: bool,
    resend: bool,
    logs: tuple[str, ...],
    complete: bool,
    as_json: bool,
) -> None:
    """Say what became of those in doubt.

    All of them, or the ADDRESSes: it is your word that moves them. In doubt is who may have got the message
    although the server's answer was lost. They are never sent it again unasked.

    Or let Postfix's log say it, rotated and compressed files too: whose message it queued is accepted. Whom a log does
    not have stays in doubt, unless the log is --complete: then they are queued again, and resume sends it to them. The
    times of a log that names no time zone are read as this machine's.

    Exit codes: 5 some are still in doubt after the log was read.
    """
    from newsletter.app.sending import mailing_number
    from newsletter.app.sending import settle as move
    from newsletter.model.delivery import State

    if accepted + resend + bool(logs) != 1:
        raise click.UsageError("Give one of --accepted, --resend and --log.")
    if (logs and addresses) or (complete and not logs):
        raise click.UsageError("A log settles all whom it proves: no ADDRESS beside --log; --complete needs --log.")
    if logs:
        settle_by_log(issue, logs, complete=complete, as_json=as_json)
        return
    newsletter = here()
    number = mailing_number(newsletter, issue)
    moved, balance = move(newsletter, number, addresses or None, accepted=accepted)
    if as_json:
        say_json({"issue": number, "settled": moved, **{state.value: balance[state] for state in State}})
        return
    say(f"{plural(moved, 'delivery', 'deliveries')} settled; issue {number}: {balance}")
    if resend and moved:
        say(f"Next: newsletter resume {number}")
