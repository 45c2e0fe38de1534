"""Readers: the mail that comes back."""

import shlex
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from newsletter.cli.options import json_option
from newsletter.cli.output import here, plural, say, say_error, say_json
from newsletter.cli.progress import counting
from newsletter.errors import NewsletterError

if TYPE_CHECKING:
    from newsletter.app import Newsletter
    from newsletter.app.returning import Summary, Taken, TakenMail, Taking
    from newsletter.returning.mailbox import Mailbox

LMTP = "127.0.0.1:8024"
LISTED = 40
"""Reports that a terminal is shown by name; --json has all of them."""


@click.command()
@click.argument("mailbox", required=False, type=click.Path(allow_dash=True), metavar="[MAILDIR|MBOX|FILE|-]")
@click.option("--imap", metavar="PROFILE", is_flag=False, flag_value="", help="Read the mailbox of [imap.PROFILE].")
@click.option(
    "--lmtp",
    metavar="HOST:PORT|SOCKET",
    is_flag=False,
    flag_value=LMTP,
    help=f"Be handed mail by a mail server until stopped; at {LMTP} if nothing else is said.",
)
@click.option("--seen", is_flag=True, help="Mark as read what was recorded.")
@click.option("--delete", is_flag=True, help="Delete what was recorded.")
@click.option(
    "--keep",
    metavar="MAILDIR",
    type=click.Path(file_okay=False, path_type=Path),
    help="Where what is not recorded goes, with --lmtp and -.",
)
@click.option("--unproven", is_flag=True, help="Believe reports without proof, where their address was written to.")
@click.option("--dry-run", is_flag=True, help="Say what would be done, each report as if alone, and do nothing.")
@json_option
def bounces(
    mailbox: str | None,
    imap: str | None,
    lmtp: str | None,
    seen: bool,
    delete: bool,
    keep: Path | None,
    unproven: bool,
    dry_run: bool,
    as_json: bool,
) -> None:
    """Read mail that came back, and do what follows from it.

    Bounces and delays are noted beside the delivery; an address where nobody is (5.1.1, 5.1.3, 5.1.6, 5.1.10) gets no
    more mail at once, one that sends back five issues in a row, or all of them over 30 days, after that; a full mailbox
    never at once, policy and spam never. Who complains, or writes "unsubscribe", leaves the list of that mail. What
    people and their machines answer is left alone. A report counts if a token of ours in it proves that it is about our
    mail; all else is told, and does nothing. To read a mailbox again, or twice at once, changes nothing.

    Nothing in a mailbox is changed unless you say --seen or --delete. The mail is that of a Maildir, an mbox or a file,
    or one mail from a pipe (-): for Postfix "|newsletter -C DIR bounces - --keep MAILDIR || exit 75".

    Exit codes: 0 done, 2 the mailbox cannot be read, 3 stopped; what was read until then is recorded.
    """
    from newsletter.app.returning import Taking

    _require_one(mailbox, imap, lmtp)
    if (seen or delete) and (dry_run or lmtp is not None or mailbox == "-"):
        raise click.UsageError("--seen and --delete are for a mailbox, and not for a dry run.")
    if seen and delete:
        raise click.UsageError("What is deleted cannot be marked: --seen or --delete.")
    if keep and (dry_run or (lmtp is None and mailbox != "-")):
        raise click.UsageError("--keep is for --lmtp and for a pipe (-): a mailbox keeps its mail by itself.")
    newsletter = here()
    taking = Taking(newsletter.database, unproven=unproven, keep=not dry_run)
    if lmtp is not None:
        _serve(newsletter, taking, lmtp, keep, as_json=as_json)
    elif mailbox == "-":
        _take_single(taking, keep, as_json=as_json, dry_run=dry_run)
    else:
        with _opened(newsletter, mailbox, imap, seen=seen, delete=delete) as box:
            _take_all(box, taking, seen=seen, delete=delete, as_json=as_json, dry_run=dry_run)


def _require_one(*sources: str | None) -> None:
    if sum(source is not None for source in sources) != 1:
        raise click.UsageError("Say where the mail is: MAILDIR, MBOX, FILE or -, or --imap PROFILE, or --lmtp.")


@contextmanager
def _opened(
    newsletter: "Newsletter", mailbox: str | None, imap: str | None, *, seen: bool, delete: bool
) -> "Iterator[Mailbox]":
    if mailbox is None:
        from newsletter.app.mailboxes import open_account

        with open_account(newsletter, imap or "", change=seen or delete) as box:
            yield box
        return
    from newsletter.returning.mailbox import open_mailbox

    with open_mailbox(Path(mailbox), seen=seen, delete=delete) as box:
        yield box


def _take_all(box: "Mailbox", taking: "Taking", *, seen: bool, delete: bool, as_json: bool, dry_run: bool) -> None:
    from newsletter.app.mailboxes import take_mailbox

    with _progress() as told:
        mails = take_mailbox(box, taking, told, seen=seen, delete=delete)
        summary, reports = _summed(mails)
    _say(summary, reports, as_json=as_json, dry_run=dry_run)


@contextmanager
def _progress() -> "Iterator[Callable[[int, int], None]]":
    """Give what hears how far it is: a bar on a terminal, nothing elsewhere, where cron would mail it each time."""
    if not sys.stderr.isatty():
        yield lambda done, total: None
        return
    with counting("reading what came back") as told:
        yield told


def _take_single(taking: "Taking", keep: Path | None, *, as_json: bool, dry_run: bool) -> None:
    from newsletter.returning.mailbox import Maildir, read_whole

    data = read_whole(sys.stdin.buffer)
    taken = taking.mail(data)
    if keep and not taken.done:
        Maildir.keep(keep, data)
    summary, reports = _summed([taken])
    _say(summary, reports, as_json=as_json, dry_run=dry_run)


def _summed(mails: "Iterable[TakenMail]") -> "tuple[Summary, list[Taken]]":
    from newsletter.app.returning import Summary

    summary = Summary()
    reports: list[Taken] = []
    for mail in mails:
        summary.add(mail)
        reports.extend(mail.reports)
    return summary, reports


def _say(summary: "Summary", reports: "list[Taken]", *, as_json: bool, dry_run: bool) -> None:
    if as_json:
        say_json({**summary.values(), "dry_run": dry_run, "reports": [report.values() for report in reports]})
        return
    from newsletter.app.returning import Outcome

    quiet = (Outcome.NOTED, Outcome.KNOWN)
    loud = [report for report in reports if report.outcome not in quiet]
    for report in loud[:LISTED]:
        say(f"  {_line(report)}")
    if len(loud) > LISTED:
        say(f"  and {len(loud) - LISTED:,} more: --json has all")
    say(_counted(summary))
    if dry_run:
        say("nothing was done; without --dry-run it would be")
        return
    _say_next(summary, loud)


def _line(report: "Taken") -> str:
    where = f"issue {report.issue}" if report.issue else report.kind.value
    words = report.words if report.words.find(report.status) >= 0 else f"{report.status} {report.words}"
    return f"{report.outcome.value:<12}  {report.address or 'nobody named'}  {where}  {words}".rstrip()


def _counted(summary: "Summary") -> str:
    from newsletter.app.returning import Outcome
    from newsletter.returning.report import Kind

    kinds = [
        plural(summary.mails[kind], *_NAMES.get(kind.value, (kind.value,))) for kind in Kind if summary.mails[kind]
    ]
    outcomes = [f"{summary.outcomes[each]:,} {each.value}" for each in Outcome if summary.outcomes[each]]
    told = f": {', '.join(kinds)}; {', '.join(outcomes) or 'nothing to do'}" if kinds else ""
    return f"{plural(summary.read, 'mail')} read{told}"


_NAMES = {"delivered": ("report of success", "reports of success"), "auto-reply": ("auto-reply", "auto-replies"),
          "mail": ("other mail", "other mails")}  # fmt: skip


def _say_next(summary: "Summary", loud: "list[Taken]") -> None:
    from newsletter.app.returning import Outcome

    if summary.outcomes[Outcome.UNPROVEN]:
        say("unproven: no token of ours was in it, so nothing was done; --unproven believes it")
    for report in loud:
        if report.outcome is Outcome.SUPPRESSED:
            say(f"Undo: newsletter subscribers suppress {shlex.quote(report.address)} --lift")
            break


def _serve(newsletter: "Newsletter", taking: "Taking", where: str, keep: Path | None, *, as_json: bool) -> None:
    """Be handed mail until a signal comes."""
    import asyncio

    from newsletter.app.mailboxes import Reception
    from newsletter.app.returning import Summary
    from newsletter.app.stopping import stopping
    from newsletter.returning.lmtp import Place, listening

    summary = Summary()

    def told(mail: "TakenMail") -> None:
        summary.add(mail)
        outcomes = ", ".join(report.outcome.value for report in mail.reports) or "left alone"
        click.echo(f"{mail.kind.value}: {outcomes}", err=True)  # without an address: it may end in a log

    def failed(error: NewsletterError) -> None:
        say_error(str(error))

    answers = newsletter.settings.sender.sender.address
    reception = Reception(taking, keep=keep, answers=answers, told=told, failed=failed)

    async def serve() -> None:
        async with listening(Place.read(where), reception.take) as place:
            click.echo(f"listening for LMTP at {place}; Ctrl-C ends it", err=True)
            while not stop.is_set():
                await asyncio.sleep(0.1)

    with stopping() as stop:
        asyncio.run(serve())
    _say(summary, [], as_json=as_json, dry_run=False)
