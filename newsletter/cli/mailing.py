"""Send: running a mailing, going on with it, stopping it, and the operator's word."""

from typing import TYPE_CHECKING

import click

from newsletter.cli.options import json_option
from newsletter.cli.output import here, plural, say, say_json
from newsletter.cli.settling import complete_option, log_option, settle_by_log
from newsletter.cli.standing import say_standing

if TYPE_CHECKING:
    from newsletter.app import Newsletter
    from newsletter.app.scheduling import Halted
    from newsletter.app.sending import Retries

via_option = click.option("--via", metavar="PROFILE", default="", help="The SMTP profile of newsletter.local.toml.")
exclude_option = click.option(
    "--exclude",
    "excluding",
    metavar="LIST",
    multiple=True,
    help="Not those who are on this list; several times for several.",
)
first_option = click.option(
    "--first", type=click.IntRange(1), metavar="N", help="Stop after the first N, to look; resume goes on."
)


def run_mailing(
    newsletter: "Newsletter",
    number: int,
    via: str,
    as_json: bool,
    *,
    retries: "Retries | None" = None,
    first: int | None = None,
) -> None:
    """Send what is open of an issue, say what became of it, and leave with the exit code that tells it."""
    from newsletter.app.sending import Retries, run
    from newsletter.app.standing import everybody
    from newsletter.cli.progress import progress

    with progress(quiet=as_json) as told:
        standing = run(newsletter, number, via, told, retries=retries or Retries(), first=first)
    try:
        if as_json:
            say_json({**standing.values(), "troubled": list(everybody(newsletter.database, number))})
        else:
            say_standing(standing, newsletter.settings.timezone)
    except OSError as error:  # the exit code tells of the mailing, not of the output
        click.echo(f"newsletter: the output cannot be written ({error.strerror}); newsletter status {number}", err=True)
        raise click.exceptions.Exit(standing.exit_code or 2) from error
    if standing.exit_code:
        raise click.exceptions.Exit(standing.exit_code)


@click.command()
@click.argument("issue")
@via_option
@click.option("--now", is_flag=True, help="Try the deferred at once, not when they are due.")
@click.option("--refused", is_flag=True, help="Try the refused again, too.")
@first_option
@json_option
def resume(issue: str, via: str, now: bool, refused: bool, first: int | None, as_json: bool) -> None:
    """Go on with a mailing that stopped.

    The bytes are those that it began with, and nobody gets it twice.

    Exit codes: 3 stopped again, 4 some refused or deferred, 5 some in doubt.
    """
    from newsletter.app.sending import Retries, mailing_number

    newsletter = here()
    number = mailing_number(newsletter, issue)
    run_mailing(newsletter, number, via, as_json, retries=Retries(now=now, refused=refused), first=first)


@click.command()
@click.argument("issue")
@json_option
def stop(issue: str, as_json: bool) -> None:
    """Stop a mailing that runs, or that is to start later.

    It may run in another terminal, or on another machine that shares the database. What is under way is finished, one
    message a connection at most; resume goes on with the rest. Until then no worker tries the deferred again.
    """
    from newsletter.app.scheduling import stop as halt
    from newsletter.app.sending import mailing_number

    newsletter = here()
    halted = halt(newsletter, mailing_number(newsletter, issue))
    if as_json:
        facts = {"cancelled": len(halted.cancelled), "was_running": halted.ran, "running": not halted.ended}
        say_json({**halted.standing.values(), **facts})
    else:
        _say_halted(newsletter, halted)
    if not halted.ended:
        raise click.exceptions.Exit(3)


def _say_halted(newsletter: "Newsletter", halted: "Halted") -> None:
    from newsletter.app.moment import shown
    from newsletter.app.selecting import schedule_options

    number = halted.standing.issue
    for schedule in halted.cancelled:
        at = schedule.at.astimezone(newsletter.settings.timezone)
        say(f"issue {number} does not start {shown(at)} any more; to set it anew:")
        say(f'  newsletter send {number} --really{schedule_options(schedule)} --at "{at:%Y-%m-%d %H:%M}"')
    if not halted.standing.balance.open:
        return
    if not halted.ended:
        say(f"issue {number} was asked to stop, and something is still being sent: newsletter status {number}")
        return
    if not halted.ran:
        say(f"issue {number} is not being sent now; no worker goes on with it")
    say_standing(halted.standing, newsletter.settings.timezone)


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
