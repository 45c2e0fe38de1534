"""Send: the plan, the rehearsal, the test, and the mailing itself."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from newsletter.cli.mailing import run_mailing
from newsletter.cli.options import json_option
from newsletter.cli.output import here, plural, printable, say, say_json

if TYPE_CHECKING:
    from collections.abc import Sequence

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
    start(newsletter, planned, profile, note=lambda words: click.echo(printable(words), err=True))
    run_mailing(newsletter, planned.issue.number, via, as_json)


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
