"""Compose: an editor decides about all that waits, in one sitting."""

import os
import shlex
import sys
from dataclasses import replace
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

import click

from newsletter.cli.options import json_option, one_line
from newsletter.cli.output import ask_again, here, plural, printable, say, say_error, say_json
from newsletter.cli.progress import counting_if_long

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from newsletter.app import Newsletter
    from newsletter.app.deliberation import Deliberation
    from newsletter.app.kept_triage import KeptTriage
    from newsletter.app.triaging import Outcome
    from newsletter.composer.sitting import Sitting
    from newsletter.composer.verdict import Fault, Verdict

NAMED = 12
"""Ids at most in the command that takes a triage back."""


@click.command()
@click.argument("issue", required=False, metavar="[ISSUE]")
@click.option("--list", "list_name", metavar="NAME", default="", help="For this mailing list.")
@click.option("--limit", type=click.IntRange(1), default=None, metavar="N", help="At most N stories.")
@click.option("--section", metavar="NAME", default="", callback=one_line, help="Only what seems to belong there.")
@click.option("--tui", "full_screen", is_flag=True, help="On the full screen, one key a decision.")
@click.option("--continue", "go_on", is_flag=True, help="Go on with the list that was kept.")
@click.option("--fresh", is_flag=True, help="Give up the list that was kept, and begin anew.")
@click.option("--print", "show", is_flag=True, help="Print the list, and decide nothing.")
@click.option("--apply", "file", metavar="FILE", help="Carry out a list that was edited; - is standard input.")
@json_option
def triage(
    issue: str | None,
    list_name: str,
    limit: int | None,
    section: str,
    full_screen: bool,
    go_on: bool,
    fresh: bool,
    show: bool,
    file: str | None,
    as_json: bool,
) -> None:
    """Decide about all that waits, in your editor: one line a story.

    The list opens in $VISUAL or $EDITOR. The verb at the beginning of a line is what becomes of that story: pick, hold,
    drop, mute its source, or nothing yet. Saved and left, the list is carried out: picks go into ISSUE, the newest
    unsent one, or a new one. What cannot be read is told by its line, and the list opens again with all that you typed.

    Until it was carried out it is kept, and --continue goes on with it. Scripts take --print, and give --apply.

    With --tui it is the full screen, where ? tells the keys; it needs pip install 'newsletterpress[tui]'.
    """
    from newsletter.app.kept_triage import KeptTriage
    from newsletter.app.triaging import sit_down

    if sum((full_screen, go_on, show, file is not None, fresh)) > 1:
        raise click.UsageError("Give one of --tui, --continue, --fresh, --print and --apply.")
    newsletter = here()
    kept = KeptTriage(newsletter)
    if file is not None:
        report(_apply(newsletter, file, issue, list_name), as_json=as_json)
        return
    if full_screen:
        _require_screen()
    elif not show:
        _require_editor()
        _require_turn(kept, go_on=go_on, fresh=fresh)
    if not go_on:
        with counting_if_long("comparing texts") as advance:
            sitting = sit_down(newsletter, issue, list_name, limit=limit or 0, section=section, advance=advance)
        if show:
            click.echo(kept.printed(sitting), nl=False)
            return
        if full_screen:
            report(_on_screen(newsletter, sitting), as_json=as_json)
            return
        if not sitting.suggestions:
            say("nothing waits for a decision") if not as_json else report(None, as_json=True)
            return
        kept.begin(sitting)
    report(_edit(newsletter, kept, issue, list_name), as_json=as_json)


def _require_editor() -> None:
    if not sys.stdin.isatty() and not (os.environ.get("VISUAL") or os.environ.get("EDITOR")):
        raise click.UsageError(
            "There is no terminal for an editor: --print prints the list, --apply FILE carries it out."
        )


def _require_screen() -> None:
    from importlib.util import find_spec

    if find_spec("textual") is None:
        raise click.UsageError("The full screen needs textual: pip install 'newsletterpress[tui]'.")
    if not (sys.stdin.isatty() and sys.stderr.isatty()):
        raise click.UsageError("There is no terminal: --print prints the list, --apply FILE carries it out.")


def _on_screen(newsletter: "Newsletter", sitting: "Sitting") -> "Outcome | None":
    """Decide on the full screen; None when nothing was written."""
    from newsletter.app.deliberation import Deliberation
    from newsletter.app.triaging import write_verdicts
    from newsletter.cli.triage_screen import TriageScreen

    deliberation = Deliberation.of(newsletter, sitting)
    write = partial(write_verdicts, newsletter, sitting)
    if not sitting.suggestions:
        return _without_stories(deliberation, write)
    timezone = newsletter.settings.timezone
    outcome = TriageScreen(deliberation, write, lambda: datetime.now(timezone)).run()
    if kept := len(deliberation.verdicts()):
        click.echo(f"{plural(kept, 'decision')} kept; newsletter triage --tui goes on with them", err=True)
    return outcome


def _without_stories(deliberation: "Deliberation", write: "Callable[[Sequence[Verdict]], Outcome]") -> "Outcome | None":
    """Nothing is left to be decided about; what was decided before may still have to be written."""
    if not deliberation.kept:
        say("nothing waits for a decision")
        return None
    kept = plural(deliberation.kept, "decision")
    if not click.confirm(f"Nothing waits any more, but {kept} of before. Write them?", default=True, err=True):
        return None
    outcome = write(deliberation.verdicts())
    deliberation.forget()
    return outcome


def _require_turn(kept: "KeptTriage", *, go_on: bool, fresh: bool) -> None:
    from newsletter.errors import PoolError

    if go_on and not kept.path.exists():
        raise PoolError("no list is kept", "newsletter triage begins one")
    if not go_on and not fresh and kept.is_there:
        todo = "newsletter triage --continue goes on with it, --fresh gives it up"
        raise PoolError("what you wrote in a list before was not carried out, and is kept", todo, where=kept.path)


def _apply(newsletter: "Newsletter", file: str, issue: str | None, list_name: str) -> "Outcome":
    from newsletter.app.collecting import read_file
    from newsletter.app.deciding import Refused
    from newsletter.app.kept_triage import KeptTriage, read_list
    from newsletter.app.triaging import carry_out

    where = "standard input" if file == "-" else file
    data = sys.stdin.buffer.read() if file == "-" else read_file(Path(file))
    text, opened = read_list(data, where), KeptTriage(newsletter).opened()
    # The list that was printed last may have lost lines; what a script wrote names only what it decides about.
    lines = opened.lines if opened.is_of(text) else {}
    known = replace(opened, issue="", list_name="", lines=lines)
    try:
        return carry_out(newsletter, text, known, reference=issue, list_name=list_name)
    except Refused as refused:
        _say_faults(refused.faults, where)
        say_error("nothing was decided")
        raise click.exceptions.Exit(2) from refused


def _edit(newsletter: "Newsletter", kept: "KeptTriage", issue: str | None, list_name: str) -> "Outcome":
    """Let the list be edited until it can be carried out, or its editor gives up for now."""
    from newsletter.app.deciding import Refused
    from newsletter.app.triaging import carry_out
    from newsletter.errors import NewsletterError

    while True:
        _open_editor(kept)
        try:
            outcome = carry_out(newsletter, kept.text(), kept.opened(), reference=issue, list_name=list_name)
        except NewsletterError as error:
            if isinstance(error, Refused):
                _say_faults(error.faults, str(kept.path))
            else:
                say_error(str(error))
            if not ask_again():
                _leave(kept)
        else:
            kept.done()
            return outcome


def _open_editor(kept: "KeptTriage") -> None:
    try:
        click.edit(filename=str(kept.path))
    except click.ClickException as error:  # it cannot be run, or says by its exit code that nothing is to be done
        say_error(f"{error.format_message()}; nothing was decided")
        _leave(kept)


def _leave(kept: "KeptTriage") -> NoReturn:
    if kept.is_there:
        what = f"what you wrote is kept in {kept.path}; newsletter triage --continue goes on with it"
        say_error(what)
    raise click.exceptions.Exit(2)


def _say_faults(faults: "Sequence[Fault]", where: str) -> None:
    for fault in sorted(faults, key=lambda fault: fault.line):
        said = "; ".join(part for part in (fault.what, fault.todo) if part)
        say_error(f"{where}:{fault.line}: {said}")


def report(outcome: "Outcome | None", *, as_json: bool) -> None:
    """Say what became of a triage, and what takes it back."""
    from newsletter.app.deciding import Decided
    from newsletter.app.triaging import Outcome

    if as_json:
        say_json((outcome or Outcome()).values())
    elif outcome is None or outcome.decided == Decided():
        say("nothing was decided")
    else:
        _say(outcome)


def _say(outcome: "Outcome") -> None:
    from newsletter.composer.issues import number_of

    decided = outcome.decided
    for verb in ("picked", "held", "dropped", "already"):
        for article in getattr(decided, verb):
            say(f"  {verb:7}  {article.id}  {article.called}")
    for source in decided.muted:
        say(f"  muted    {source}")
    if decided.picked:
        into = f"{'new issue ' if decided.created else ''}{decided.path}"
        say(f"{plural(len(decided.picked), 'article')} picked into {into}; to undo, take their blocks out of it")
    if back := [article.id for article in (*decided.held, *decided.dropped)]:
        ids = " ".join(back) if len(back) <= NAMED else "ID..."
        counts = ((len(decided.held), "held"), (len(decided.dropped), "dropped"))
        told = ", ".join(f"{count} {done}" for count, done in counts if count)
        say(f"{told}; undo: newsletter pool restore {ids}")
    for source in decided.muted:
        say(f"undo: newsletter pool unmute {shlex.quote(printable(source))}")
    for room in outcome.over:
        say(f"{room.name} has {plural(room.count, 'article')}, and its cap is {room.cap}")
    if outcome.lost:
        lines = ", ".join(map(str, outcome.lost))
        say(f"taken out of the list, and so undecided: line{'s' if len(outcome.lost) > 1 else ''} {lines} of it")
    say(f"{plural(outcome.undecided, 'story', 'stories')} undecided")
    if decided.path:
        say(f"Next: newsletter edit {number_of(decided.path)}, then newsletter preview")
