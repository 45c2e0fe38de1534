"""Look: see an issue as its readers will, and what is wrong with it."""

from functools import partial
from typing import TYPE_CHECKING

import click

from newsletter.cli.options import issue_argument, json_option
from newsletter.cli.output import here, plural, printable, say, say_json

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from newsletter.app import Newsletter
    from newsletter.app.checking import Ask
    from newsletter.checks.finding import Finding
    from newsletter.checks.rule import Subject


@click.command()
@issue_argument
@json_option
@click.option("--sarif", is_flag=True, help="Print SARIF 2.1.0, which code hosts and editors read.")
@click.option("--github", is_flag=True, help="Print GitHub's workflow commands, which annotate a pull request.")
@click.option("--online", is_flag=True, help="Ask where the links lead, too; what was asked today is remembered.")
@click.option("--private", is_flag=True, help="With --online: links may lead to this machine or a private network.")
@click.option("--browser", is_flag=True, help="Ask axe-core in Chromium, too: the mail as it is shown, light and dark.")
@click.option("--spam/--no-spam", default=None, help="Ask this machine's SpamAssassin, too; default: if one answers.")
def check(
    issue: str | None,
    as_json: bool = False,
    sarif: bool = False,
    github: bool = False,
    online: bool = False,
    private: bool = False,
    browser: bool = False,
    spam: bool | None = None,
) -> None:
    """Check an issue before its readers do.

    Finds what is missing, malformed, too large or left over, each with file and line and what to do. Exit code 1
    when there are errors. An issue with errors is not sent. Nothing is asked of the network unless you say --online;
    a SpamAssassin that runs on this machine judges the mail by its own settings (spamd -L asks no network).
    """
    from newsletter.app.checking import check_file, for_machines
    from newsletter.checks.finding import errors
    from newsletter.checks.folding import folded
    from newsletter.checks.mail_made import unreadable
    from newsletter.errors import IssueError

    if as_json + sarif + github > 1:
        raise click.UsageError("--json, --sarif and --github exclude each other.")
    if private and not online:
        raise click.UsageError("--private goes with --online.")
    newsletter = here()
    path = newsletter.issues.default(issue)
    try:
        asks = _asks(newsletter, online=online, private=private, browser=browser, spam=spam)
        findings = check_file(newsletter, path, asks)
    except IssueError as fault:
        if not (sarif or github):
            raise
        findings = [unreadable(fault, path)]  # where nobody reads standard error
    if as_json:
        say_json([finding.values() for finding in findings])
    elif sarif:
        say_json(_sarif(for_machines(findings)))
    elif github:
        _say_github(for_machines(folded(findings)))
    else:
        shown = folded(findings)
        say_findings(shown)
        serious = any(finding.severity != "note" and not finding.waiver for finding in findings)
        say(summary(shown) if serious else f"{path}: nothing to mend, {summary(shown)}")
    if errors(findings):
        raise click.exceptions.Exit(1)


def _sarif(findings: "Sequence[Finding]") -> dict[str, object]:
    from newsletter import __version__
    from newsletter.checks.rule import RULES
    from newsletter.checks.sarif import sarif

    return sarif(findings, RULES, __version__)


def _say_github(findings: "Sequence[Finding]") -> None:
    from newsletter.checks.github import github_line

    for finding in findings:
        say(github_line(finding))


def _asks(
    newsletter: "Newsletter", *, online: bool, private: bool, browser: bool, spam: bool | None
) -> "Iterator[Ask]":
    """Yield what is to be asked outside; what may be missing here comes before what takes long."""
    if browser:
        from newsletter.app.axe_asking import ask_axe

        yield partial(ask_axe, newsletter.shown)
    if spam is not False:
        yield partial(_ask_spamd, bool(spam))
    if online:
        yield partial(_ask_links, newsletter, private)


def _ask_links(newsletter: "Newsletter", private: bool, subject: "Subject") -> "Subject":
    from dataclasses import replace

    from newsletter.app.link_asking import ask_issue_links
    from newsletter.cli.progress import counting

    with counting("asking links") as told:
        statuses = ask_issue_links(newsletter, subject.issue, told, allow_private=private)
    return replace(subject, link_statuses=statuses)


def _ask_spamd(required: bool, subject: "Subject") -> "Subject":
    from dataclasses import replace

    from newsletter.app.spam_asking import ask_spamd, require_spamd

    report = (require_spamd if required else ask_spamd)(subject.message) if subject.message else None
    if report:
        click.echo(f"SpamAssassin: {report}", err=True)
    return replace(subject, spam=report)


def say_findings(findings: "Sequence[Finding]") -> None:
    """Print one line a finding."""
    for finding in findings:
        say(str(finding))


def summary(findings: "Sequence[Finding]") -> str:
    """Return how many findings of each severity there are."""
    counting = [finding for finding in findings if not finding.waiver]
    counts = {word: sum(finding.severity == word for finding in counting) for word in ("error", "warning", "note")}
    told = [plural(count, word) for word, count in counts.items() if count]
    if waived := len(findings) - len(counting):
        told.append(f"{waived} waived")
    return ", ".join(told) or "no findings"


def say_waivers(findings: "Sequence[Finding]") -> None:
    """Print each waiver that something was let pass by, so that nobody forgets it."""
    for waiver in dict.fromkeys(finding.waiver for finding in findings if finding.waiver):
        click.echo(printable(f"waived: {waiver}"), err=True)


@click.command()
@issue_argument
@json_option
def build(issue: str | None, as_json: bool) -> None:
    """Build an issue as files.

    They are .html, .txt, .eml (as a sample reader gets it), .mjml and .web.html (the page for an archive, with its
    pictures in media/), and go to .newsletter/build/NUMBER/. The same input gives the same bytes.
    """
    from newsletter.app.building import build as make

    newsletter = here()
    built = make(newsletter, newsletter.issues.default(issue))
    if as_json:
        files = [path.as_posix() for path in built.files]
        say_json({"issue": built.issue.number, "files": files, "html_bytes": built.html_bytes})
        return
    for path in built.files:
        say(f"wrote {path}")
    say(f"{plural(len(built.issue.articles), 'article')}, {built.html_bytes:,} bytes of HTML (Gmail clips at 102,400)")
    say(f"Next: newsletter preview {built.issue.number}, or newsletter send {built.issue.number}")


@click.command()
@issue_argument
@click.option("--port", type=click.IntRange(0, 65535), default=0, help="The port on 127.0.0.1; default: a free one.")
@click.option("--open/--no-open", "open_page", default=None, help="Open the page in a browser; default: on a terminal.")
def preview(issue: str | None, port: int, open_page: bool | None) -> None:
    """Show an issue in the browser, as you edit it.

    Desktop and phone, light and dark, Outlook, images off, plain text and the whole message, with the findings beside
    them, for any reader; and the pool, to pick from. The page is served on 127.0.0.1 alone, reloads when you save, and
    ends with Ctrl-C.
    """
    import sys

    from newsletter.web.preview import Preview

    newsletter = here()
    page = Preview(newsletter, newsletter.issues.default(issue))
    socket = page.listen(port)
    say(f"{page.path} is shown at {page.address}\nIt reloads when you save. Ctrl-C ends it.")
    if sys.stdout.isatty() if open_page is None else open_page:
        click.launch(page.address)
    page.serve(socket)
