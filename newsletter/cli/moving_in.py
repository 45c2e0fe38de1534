"""Readers: people of a file come in, and all of them go out."""

import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

import click

from newsletter.cli.options import basis_option, consent_option, json_option, lists_option
from newsletter.cli.output import here, plural, say, say_json
from newsletter.cli.progress import counting

if TYPE_CHECKING:
    from newsletter.app.moving_in import ImportReport

FEW = 5_000
"""Lines that are read in a moment, and need no bar."""
SHOWN = 20
"""Rejected rows on the screen."""


def _chosen(ctx: click.Context, param: click.Parameter, values: tuple[str, ...]) -> list[tuple[str, str]]:
    from newsletter.subscribers.columns import FIELDS

    chosen = []
    for value in values:
        field, sign, column = value.partition("=")
        known = field in FIELDS or (field.startswith("attribute.") and field != "attribute.")
        if not sign or not column or not known:
            fields = ", ".join(FIELDS)
            raise click.BadParameter(f'"{value}" is no FIELD=COLUMN; FIELD is {fields} or attribute.KEY.', ctx, param)
        chosen.append((field, column))
    return chosen


@click.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, allow_dash=True))
@click.option("--list", "lists", metavar="NAME", multiple=True, help="The mailing lists; default: the only one.")
@consent_option
@basis_option
@click.option("--tag", "tags", metavar="TAG", multiple=True, help="A tag for all of them.")
@click.option(
    "--map",
    "chosen",
    metavar="FIELD=COLUMN",
    multiple=True,
    callback=_chosen,
    help="What COLUMN is: email, name, language, timezone, tag, status, confirmed-at, unsubscribed-at, attribute.KEY.",
)
@click.option("--encoding", metavar="NAME", default="", help="What FILE is written in; default: found out.")
@click.option("--dry-run", is_flag=True, help="Say what would become of everybody, and change nothing.")
@click.option(
    "--rejects",
    metavar="FILE",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Write rejected rows there, with line and reason; default: .newsletter/rejects/.",
)
@json_option
def import_(
    file: str,
    lists: tuple[str, ...],
    consent: str,
    basis: str,
    tags: tuple[str, ...],
    chosen: list[tuple[str, str]],
    encoding: str,
    dry_run: bool,
    rejects: Path | None,
    as_json: bool,
) -> None:
    """Import people from a file.

    It is a table (CSV) with a column "email", and perhaps "name"; an export of Mailchimp (each of its three files),
    Substack, Ghost, Buttondown, beehiiv or listmonk, known by its columns; or what newsletter subscribers export
    wrote. FILE may be - for standard input.

    People without proof of consent are pending and get nothing. Proof is, for Mailchimp, OPTIN_TIME with
    CONFIRM_TIME; for Substack, Ghost, Buttondown and beehiiv, that they pay; for listmonk, nothing; in a table, a date
    in a column "confirmed at"; in an own export, its record. For everybody else you vouch with --consent confirmed
    --basis TEXT, but not for those whom the file calls pending.

    Who left according to the file is unsubscribed; addresses that bounced or complained there are suppressed. Who
    unsubscribed here, or asked to be forgotten, stays so. What is known of somebody already is kept, and what is not
    is added. All of the file goes in, or nothing of it. Rows that cannot be read are named and kept in a file, the
    rest goes in; exit code 1 says that there were some.
    """
    from newsletter.app.moving_in import Terms, import_readers, rejects_place
    from newsletter.model.subscriber import Consent

    newsletter = here()
    if rejects:
        _require_private(rejects)
    else:
        rejects = rejects_place(newsletter, file)
    terms = Terms(
        lists=lists, consent=Consent(consent), basis=basis, tags=tags, chosen=chosen, encoding=encoding,
        dry_run=dry_run, rejects=rejects,
    )  # fmt: skip
    with _opened(file) as opened, _progress() as told:
        report = import_readers(newsletter, opened, file, terms, told)
    if as_json:
        say_json(report.values())
    else:
        _say_report(report, file, consent, rejects)
    if report.left_out:
        raise click.exceptions.Exit(1)


@contextmanager
def _opened(file: str) -> Iterator[BinaryIO]:
    if file != "-":
        with Path(file).open("rb") as opened:
            yield opened
        return
    import shutil

    with tempfile.TemporaryFile() as spooled:  # it is read twice
        shutil.copyfileobj(sys.stdin.buffer, spooled)
        yield spooled


@contextmanager
def _progress() -> Iterator[Callable[[int, int], None]]:
    with counting("reading lines") as told:
        yield lambda done, total: told(done, total) if total > FEW else None


def _say_report(report: "ImportReport", file: str, consent: str, rejects: Path) -> None:
    for rejected in report.rejected[:SHOWN]:
        say(f"{file}:{rejected.line}: left out: {rejected.reason}")
    if report.left_out > SHOWN:
        say(f"{file}: {report.left_out - SHOWN:,} more left out")
    if report.encoding != "UTF-8":
        say(f"{file}: read as {report.encoding}")
    if report.format:
        say(f"{file}: an export of {report.format}")
    if report.ignored:
        say(f"{file}: not read: {', '.join(report.ignored)}")
    counts = ", ".join(f"{count:,} {word}" for word, count in report.outcomes.items() if count)
    where = f"; list {', '.join(report.lists)}" if report.lists else ""
    would = "nothing was changed; it would be: " if report.dry_run else ""
    say(f"{would}{counts or 'nobody imported'}, {report.left_out:,} left out{where}")
    if report.entered:
        say(f"Of the new and changed: {', '.join(f'{count:,} {word}' for word, count in report.entered.items())}")
    if report.suppressed:
        say(f"{plural(report.suppressed, 'suppression')} from the file: these addresses get no mail")
    if report.forgotten:
        say(f"{report.forgotten:,} who asked to be forgotten; this holds for addresses hashed with the same secret.key")
    if report.left_out:
        say(f"left out  {plural(report.left_out, 'row')}, written to {rejects}")
    if report.entered.get("pending") and consent == "pending":
        if report.proves:
            say(f"Proof of consent here: {report.proves}")
        say("The pending get no mail. If they said yes, import them again with:")
        say('  --consent confirmed --basis "how and when"')


def _require_private(path: Path) -> None:
    from newsletter.app.git import would_track

    if path.exists():
        raise click.UsageError(f"{path} is there already; give another name, or delete it.")
    if would_track(path.parent, path.name):
        raise click.UsageError(f"git would track {path}, and it would have addresses in it; ignore it in .gitignore.")


@click.command()
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
    """Export everybody as JSON lines, or the subscriptions as CSV.

    JSON lines have all that is kept of people: who they are, tags, attributes, preferences, consents and how they came
    about, suppressions, and who asked to be forgotten (as a hash that only the same secret.key can read). Imported
    into an empty newsletter, they give the same rows.

    CSV is for spreadsheets and loses what is not in its columns. A value that a spreadsheet would take for a formula
    gets a ' in front.
    """
    from newsletter.app.readers import export_lines
    from newsletter.files import write_lines

    if output:
        _require_private(output)
    lines = export_lines(here(), form, list_name)
    if form == "csv":
        click.echo("CSV is for spreadsheets: a value like a formula has a ' in front; jsonl loses nothing", err=True)
    if output is None:
        for line in lines:
            sys.stdout.buffer.write(line.encode())
        return
    count = write_lines(output, lines, mode=0o600)
    what = plural(count - 1, "subscription" if form == "csv" else "line")
    say(f"wrote {what} to {output}")
