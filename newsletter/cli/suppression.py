"""Readers: the addresses that get no mail, whatever their consent says."""

import shlex

import click

from newsletter.cli.options import json_option, one_line
from newsletter.cli.output import here, say, say_json, say_table

list_option = click.option("--list", "list_name", metavar="NAME", help="Of one mailing list; default: of all.")


@click.command()
@click.argument("address")
@list_option
@click.option("--reason", metavar="TEXT", default="", callback=one_line, help="Why; it is shown with the address.")
@click.option("--lift", is_flag=True, help="Let mail go to the address again.")
@json_option
def suppress(address: str, list_name: str | None, reason: str, lift: bool, as_json: bool) -> None:
    """Keep mail from an address, or with --lift let it go there again.

    Nothing is said of consent: who is suppressed stays on the list, and gets nothing from it. It holds at once, also in
    a mailing that is under way. An address that mail came back from is suppressed by itself; its owner lifts that by
    subscribing anew, and never what was entered here.
    """
    if lift:
        _lift(address, list_name, as_json)
        return
    if not reason.strip():
        raise click.UsageError('Say why: --reason "asked by phone".')
    from newsletter.app.suppressing import suppress as keep_from

    wanted, fresh = keep_from(here(), address, list_name, reason)
    if as_json:
        say_json({"address": wanted, "list": list_name, "reason": reason.strip(), "changed": fresh})
        return
    of = f" of {list_name}" if list_name else ""
    say(f"no mail{of} goes to {wanted} any more" if fresh else f"{wanted} was suppressed before; nothing changed")
    only = f" --list {list_name}" if list_name else ""
    say(f"Undo: newsletter subscribers suppress {shlex.quote(wanted)}{only} --lift")


def _lift(address: str, list_name: str | None, as_json: bool) -> None:
    from newsletter.app.suppressing import lift

    lifted = lift(here(), address, list_name)
    if as_json:
        say_json([{"address": one.address, "list": one.list or None, "reason": one.reason} for one in lifted])
        return
    for one in lifted:
        say(f"mail of {one.list or 'each list'} may go to {one.address} again, where they consent to it")
        only = f" --list {one.list}" if one.list else ""
        say(
            f"Undo: newsletter subscribers suppress {shlex.quote(one.address)}{only} --reason {shlex.quote(one.reason)}"
        )


@click.command()
@list_option
@json_option
def suppressed(list_name: str | None, as_json: bool) -> None:
    """List the addresses that get no mail, and why.

    With --list those that get none of that list: its own, and those of all lists.
    """
    from newsletter.app.suppressing import suppressions

    found = list(suppressions(here(), list_name))
    if as_json:
        say_json(found)
        return
    say_table(
        ("ADDRESS", "LIST", "KIND", "SINCE", "REASON"),
        [(one["address"], one["list"] or "all", one["kind"], one["since"][:10], one["reason"]) for one in found],
    )
    if not found:
        say("nobody")
