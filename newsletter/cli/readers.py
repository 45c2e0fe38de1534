"""Readers: the people on the mailing lists."""

import sys
from pathlib import Path

import click

from newsletter.cli.options import CONSENTS, json_option, segment_option
from newsletter.cli.output import here, plural, say, say_json, say_table

list_option = click.option("--list", "list_name", metavar="NAME", help="The mailing list; default: the only one.")
lists_option = click.option("--list", "list_name", metavar="NAME", help="The mailing list; default: all of them.")
consent_option = click.option(
    "--consent",
    type=click.Choice(["pending", "confirmed"]),
    default="pending",
    show_default=True,
    help="Whether they said yes; the pending get no mail.",
)
basis_option = click.option("--basis", metavar="TEXT", default="", help="What a confirmed consent rests on.")


@click.group()
def subscribers() -> None:
    """Add, import, show and export the people who get the newsletter."""


@subscribers.command()
@click.argument("address")
@click.option("--name", default="", help="Their name.")
@list_option
@consent_option
@basis_option
@json_option
def add(address: str, name: str, list_name: str | None, consent: str, basis: str, as_json: bool) -> None:
    """Add one person to a list."""
    from newsletter.app.readers import add_reader

    added = add_reader(here(), address, name, list_name, consent, basis)
    if as_json:
        say_json(added.values())
        return
    say(f"{added.person} on {added.list}: {added.outcome}, {added.consent}")
    if added.outcome in ("new", "changed"):
        say(f"Undo: newsletter subscribers unsubscribe {address} --list {added.list}")


@subscribers.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, allow_dash=True))
@list_option
@consent_option
@basis_option
@json_option
def import_(file: str, list_name: str | None, consent: str, basis: str, as_json: bool) -> None:
    """Import people from a CSV file.

    It has a column "email", and perhaps "name"; FILE may be - for standard input. Without --consent confirmed
    --basis TEXT they are pending and get nothing. Who unsubscribed stays unsubscribed. Rows that cannot be read are
    named, the rest goes in; exit code 1 says that there were some.
    """
    from newsletter.app.readers import import_readers

    data = sys.stdin.buffer.read() if file == "-" else Path(file).read_bytes()
    report = import_readers(here(), data, file, list_name, consent, basis)
    if as_json:
        say_json(report.values())
    else:
        for rejected in report.rejected:
            say(f"{file}:{rejected.line}: left out: {rejected.reason}")
        if report.encoding != "UTF-8":
            say(f"{file}: read as {report.encoding}")
        if report.ignored:
            say(f"{file}: not read: {', '.join(report.ignored)}")
        counts = ", ".join(f"{count} {word}" for word, count in report.outcomes.items() if count)
        say(f"{counts or 'nobody imported'}, {len(report.rejected)} left out; list {report.list}")
        if consent == "pending" and report.outcomes:
            say("The pending get no mail. If they said yes, import them again with:")
            say('  --consent confirmed --basis "how and when"')
    if report.rejected:
        raise click.exceptions.Exit(1)


@subscribers.command("list")
@lists_option
@click.option("--consent", type=click.Choice(CONSENTS), help="Only those whose consent stands so.")
@segment_option
@json_option
def list_(list_name: str | None, consent: str | None, segment: str, as_json: bool) -> None:
    """List the subscriptions."""
    from newsletter.app.readers import subscriptions

    found = list(subscriptions(here(), list_name, consent, segment))
    if as_json:
        say_json(found)
        return
    say_table(
        ("ADDRESS", "NAME", "LIST", "CONSENT", "SINCE"),
        [(row["address"], row["name"], row["list"], row["consent"], row["since"][:10]) for row in found],
    )
    if not found:
        say("nobody; newsletter subscribers add ADDRESS, or import FILE.csv")


@subscribers.command()
@click.argument("address")
@lists_option
@click.option("--basis", metavar="TEXT", default="by the editor", show_default=True, help="How they asked for it.")
@json_option
def unsubscribe(address: str, list_name: str | None, basis: str, as_json: bool) -> None:
    """Unsubscribe one person from a list, or from all."""
    from newsletter.app.readers import unsubscribe as leave

    lists = leave(here(), address, list_name, basis)
    if as_json:
        say_json({"address": address, "lists": lists})
    elif lists:
        where = ", ".join(lists)
        say(f"{address} is unsubscribed from {where}; it takes effect at once, also in a mailing that is under way")
    else:
        say(f"{address} had left before; nothing changed")


@subscribers.command()
@click.option(
    "--format",
    "form",
    type=click.Choice(["jsonl", "csv"]),
    default="jsonl",
    show_default=True,
    help="jsonl loses nothing; csv is for spreadsheets.",
)
@lists_option
@click.option(
    "-o", "--output", type=click.Path(dir_okay=False, path_type=Path), help="The file; default: standard output."
)
def export(form: str, list_name: str | None, output: Path | None) -> None:
    """Export the subscriptions as JSON lines or CSV.

    In CSV a value that a spreadsheet would take for a formula gets a ' in front.
    """
    from newsletter.app.git import would_track
    from newsletter.app.readers import export_readers
    from newsletter.files import write_whole

    if output and output.exists():
        raise click.UsageError(f"{output} is there already; give another name, or delete it.")
    if output and would_track(output.parent, output.name):
        raise click.UsageError(f"git would track {output}, and it would have addresses in it; ignore it in .gitignore.")
    data = export_readers(here(), form, list_name)
    if output is None:
        sys.stdout.buffer.write(data)
        return
    write_whole(output, data, mode=0o600)
    count = len(data.splitlines()) - (form == "csv")
    say(f"wrote {plural(count, 'subscription')} to {output}")
