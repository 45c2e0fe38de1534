"""Compose: a person reads what a machine drafted."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from newsletter.cli.options import issue_argument, json_option, one_line
from newsletter.cli.output import here, plural, say, say_hanging, say_json

if TYPE_CHECKING:
    from collections.abc import Sequence

    from newsletter.app import Newsletter
    from newsletter.app.reviewing import Reviewed


@click.command()
@issue_argument
@click.argument("ids", metavar="[ID]...", nargs=-1)
@click.option("--yes", is_flag=True, help="I have read them: ask nothing. With --by.")
@click.option("--by", metavar="NAME", default="", callback=one_line, help="Who reads; default: your name in the pool.")
@json_option
def review(issue: str | None, ids: tuple[str, ...], yes: bool, by: str, as_json: bool) -> None:
    """Read what a machine drafted, and let it be sent.

    Shows each draft with the quote that each point rests on, and the article's words around it; y lets it be sent, e
    opens your editor, n leaves it. Without a terminal it lists them, and --yes --by NAME says yes to all that wait.
    Exit code 1 says that some wait still.

    Changing a draft's words is a review, too. An issue that was composed alone (pick --auto) is agreed to here.
    """
    from newsletter.app.reviewing import drafts_of

    if yes and not by.strip():
        raise click.UsageError("--yes needs --by NAME: the issue file says who has read it.")
    newsletter = here()
    path = newsletter.issues.default(issue)
    drafts = drafts_of(newsletter, path, ids)
    asking = not (yes or as_json) and sys.stdin.isatty() and sys.stdout.isatty()
    name = by.strip() or newsletter.settings.writer
    if asking:
        _ask(newsletter, path, drafts, name)
    elif yes:
        _approve(path, drafts, name)
    elif not as_json:
        for one in drafts:
            _show(one)
    agreed = bool(ids) or _agree(newsletter, path, asking=asking, yes=yes, quiet=as_json)
    drafts = drafts_of(newsletter, path, ids)
    waiting = [one for one in drafts if one.state == "waiting"]
    if as_json:
        say_json([one.values() for one in drafts])
    else:
        _say_end(newsletter, path, drafts, waiting)
    if waiting or not agreed:
        raise click.exceptions.Exit(1)


def _approve(path: Path, drafts: "Sequence[Reviewed]", name: str) -> None:
    from newsletter.app.reviewing import approve
    from newsletter.model.draft import picked_sha256

    for one in drafts:
        if one.state == "waiting":
            approve(path, one.picked.id, name, picked_sha256(one.picked))


def _ask(newsletter: "Newsletter", path: Path, drafts: "Sequence[Reviewed]", name: str) -> None:
    from newsletter.app.reviewing import drafts_of

    for one in drafts:
        current: Reviewed | None = one
        while current and current.state == "waiting":
            _show(current)
            said = click.prompt("  Send it so? y yes, n not yet, e edit", type=click.Choice(["y", "n", "e"]))
            if said == "n":
                break
            if said == "y":
                _approve(path, [current], name)
                break
            click.edit(filename=str(path))
            left = {draft.picked.id: draft for draft in drafts_of(newsletter, path)}
            current = left.get(one.picked.id)


def _agree(newsletter: "Newsletter", path: Path, *, asking: bool, yes: bool, quiet: bool) -> bool:
    """Let a proposal be agreed to; whether the issue is none any more."""
    from newsletter.app.reviewing import agree, is_proposal

    if not is_proposal(path):
        return True
    if yes or (asking and click.confirm(f"{path} was composed alone, by rules. Do you agree to what is in it?")):
        agree(path)
        told = f'{path} is no proposal any more; to undo, write "proposal = true" above its first table'
    else:
        number = newsletter.issues.head(path).number
        todo = f"newsletter review {number} --yes --by NAME agrees to it once you have read it"
        told = f"{path} was composed alone, and is a proposal still; {todo}"
    if not quiet:
        say(told)
    return not is_proposal(path)


def _show(one: "Reviewed") -> None:
    from newsletter.model.draft import told_by

    say(f"{one.picked.id}  {one.title or '(no title)'}")
    state = f"reviewed by {one.known.reviewed_by}" if one.state == "reviewed" else one.state
    say(f"  drafted by {told_by(one.picked, one.known)}, {state}")
    if one.known.truncated:
        say("  from a text that ends before the article does")
    if one.known.flagged:
        say(f"  {one.known.flagged}")
    if one.why:
        say_hanging("  why  ", one.why)
    for number, point in enumerate(one.points, 1):
        say_hanging(f"  {number:<3}  ", point.text)
        if point.quote:
            say_hanging("         ", f"{point.before}»{point.quote}«{point.behind}")
    if not one.read_here or not any(point.quote for point in one.points):
        say(f"  its quotes are not on this machine: read {one.picked.link or 'the article'}")
    say()


def _say_end(newsletter: "Newsletter", path: Path, drafts: "Sequence[Reviewed]", waiting: "Sequence[Reviewed]") -> None:
    if not drafts:
        say(f"{path}: no machine drafted anything in it")
        return
    done = len(drafts) - len(waiting)
    say(f"{path}: {plural(len(drafts), 'draft')}, {done} reviewed or edited, {plural(len(waiting), 'waits', 'wait')}")
    if waiting:
        number = newsletter.issues.head(path).number
        say(f"Next: newsletter edit {number}, or newsletter review {number} --yes --by NAME once you have read them")
