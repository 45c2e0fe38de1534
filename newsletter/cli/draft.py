"""Compose: words offered for articles that have none."""

import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from newsletter.cli.options import issue_argument, json_option
from newsletter.cli.output import here, plural, say, say_hanging, say_json

if TYPE_CHECKING:
    from collections.abc import Sequence

    from newsletter.app import Newsletter
    from newsletter.app.drafting import Task

WITHOUT_CHOICE = 3
"""Excerpts that are written where nobody is there to choose."""


@click.command()
@issue_argument
@click.option("--id", "ids", metavar="ID", multiple=True, help="Only this article; may be given again.")
@click.option(
    "--with",
    "way",
    type=click.Choice(["excerpts", "command", "model"]),
    default="excerpts",
    show_default=True,
    help="Sentences of the article, or a draft by what [draft] of newsletter.local.toml names.",
)
@click.option("--pick", "picked", metavar="1,3", help="Excerpts: take those of these numbers, without being asked.")
@click.option("--truncated", is_flag=True, help="Models: read texts that end too early, too; the issue says so.")
@click.option(
    "--keep-unsupported",
    is_flag=True,
    help="Models: write what the article does not bear out, too, with a mark that keeps it from being sent.",
)
@click.option("--fresh", is_flag=True, help="Models: ask again what was answered before.")
@click.option(
    "--wait",
    type=click.FloatRange(0, 600),
    default=20,
    show_default=True,
    metavar="SECONDS",
    help="For pages that nobody has read yet; 0 reads none.",
)
@click.option("--dry-run", is_flag=True, help="Show what would be offered, or asked and at what cost; write nothing.")
@json_option
def draft(
    issue: str | None,
    ids: tuple[str, ...],
    way: str,
    picked: str | None,
    truncated: bool,
    keep_unsupported: bool,
    fresh: bool,
    wait: float,
    dry_run: bool,
    as_json: bool,
) -> None:
    """Offer words for picked articles that have none.

    Those are articles with neither a why nor key points. Where too little is known of one, its page is read first.

    Excerpts are sentences of the article itself, in quotes: on a terminal you choose some, elsewhere the best three are
    written. A model's draft is written only as far as the article bears it out: each point with a quote that stands in
    it word for word, and no number or name of its own. Nothing is asked of a model that newsletter.local.toml does not
    name, nor beyond the caps that it sets; an answer is kept, and not paid for twice.

    What is drafted is not sent before you have reviewed it (newsletter review) or changed it. Exit code 1 says that
    some articles got no draft.
    """
    from newsletter.app.drafting import tasks_of

    if way == "excerpts" and (truncated or keep_unsupported or fresh):
        raise click.UsageError("--truncated, --keep-unsupported and --fresh are for drafts by a command or a model.")
    if way != "excerpts" and picked is not None:
        raise click.UsageError("--pick chooses excerpts.")
    newsletter = here()
    path = newsletter.issues.default(issue)
    if way != "excerpts":
        from newsletter.app.model_drafting import require_options

        require_options(newsletter.settings.draft, way)
    numbers = _numbers(picked) if picked is not None else None
    tasks = tasks_of(newsletter, path, ids)
    if numbers and len(tasks) > 1:
        raise click.UsageError(f"--pick is for one article; say which of {len(tasks)} with --id.")
    if wait and not dry_run:
        _read_pages(newsletter, tasks, wait, quiet=as_json)
        tasks = tasks_of(newsletter, path, ids)
    if way == "excerpts":
        complete = _excerpts(newsletter, path, tasks, numbers, dry_run=dry_run, as_json=as_json)
    else:
        from newsletter.app.model_drafting import Drafter, Wish
        from newsletter.cli.model_drafts import draft_by_model, preview_models

        wish = Wish(truncated=truncated, keep_unsupported=keep_unsupported, fresh=fresh)
        drafter = Drafter(newsletter, newsletter.issues.head(path).number, wish)
        say_how = preview_models if dry_run else draft_by_model
        complete = say_how(newsletter, path, drafter, tasks, as_json=as_json)
    if not complete:
        raise click.exceptions.Exit(1)


def _read_pages(newsletter: "Newsletter", tasks: "Sequence[Task]", wait: float, *, quiet: bool) -> None:
    """Read the pages of articles of which too little is known, and say what became of them."""
    from newsletter.app.reading_picked import read_unread
    from newsletter.cli.adding import say_pages
    from newsletter.cli.progress import counting

    with counting("reading pages") as told:
        read = read_unread(newsletter, tasks, seconds=wait, told=told)
    if not quiet:
        say_pages(read)


def _numbers(said: str) -> list[int]:
    """Return what "1,3" or "1 3 5" says."""
    words = re.split(r"[,\s]+", said.strip())
    if not all(re.fullmatch(r"\d{1,3}", word) for word in words):
        raise click.UsageError('--pick takes numbers, like "1,3".')
    return [int(word) for word in dict.fromkeys(words)]


def _excerpts(
    newsletter: "Newsletter",
    path: Path,
    tasks: "Sequence[Task]",
    numbers: list[int] | None,
    *,
    dry_run: bool,
    as_json: bool,
) -> bool:
    from newsletter.app.drafting import excerpt_draft, excerpts, put
    from newsletter.app.site_sentences import SiteSentences
    from newsletter.cli.model_drafts import say_next
    from newsletter.composer.issues import number_of

    asking = numbers is None and not (dry_run or as_json) and sys.stdin.isatty() and sys.stdout.isatty()
    rows: list[dict[str, Any]] = []
    sites = SiteSentences(newsletter)
    if not tasks and not as_json:
        say(f"{path}: no article lacks words")
    for task in tasks:
        offered = excerpts(task, sites)
        if not as_json:
            _say_offer(task, offered)
        chosen: Sequence[str] = ()
        if offered and not dry_run:
            chosen = _chosen(offered, numbers, asking)
        if chosen:
            put(newsletter, path, task, excerpt_draft(chosen))
            if not as_json:
                say(f"  wrote {plural(len(chosen), 'excerpt')} as key points\n")
        rows.append({"id": task.id, "title": task.title, "offered": list(offered), "written": list(chosen)})
    if as_json:
        say_json({"issue": newsletter.issues.head(path).number, "path": path.as_posix(), "articles": rows})
    elif any(row["written"] for row in rows):
        say_next(newsletter, path)
    if not as_json and (bare := sum(not row["offered"] for row in rows)):
        say(f"{plural(bare, 'article')} without excerpts: newsletter edit {number_of(path)} to write the words")
    return all(row["offered"] for row in rows)


def _say_offer(task: "Task", offered: "Sequence[str]") -> None:
    say(f"{task.id}  {task.title or task.article.called}")
    if task.article.note:
        say_hanging("     ", f"you noted: {task.article.note}")
    for number, sentence in enumerate(offered, 1):
        say_hanging(f"  {number}  ", f"“{sentence}”")
    if not offered:
        short = "it has no sentence of 6 to 30 words that could be quoted"
        say(f"  {short if task.text.strip() else 'nothing is known of what it says'}")


def _chosen(offered: "Sequence[str]", numbers: list[int] | None, asking: bool) -> "Sequence[str]":
    """Return those of the offered that were chosen, in the order of the choice."""
    if numbers is None and not asking:
        return offered[:WITHOUT_CHOICE]
    while asking:
        said = click.prompt("  Which, as 1 3 5? Enter takes none", default="", show_default=False).strip()
        words = re.split(r"[,\s]+", said) if said else []
        if all(re.fullmatch(r"\d{1,3}", word) and 1 <= int(word) <= len(offered) for word in words):
            return [offered[int(word) - 1] for word in dict.fromkeys(words)]
        say(f"  numbers from 1 to {len(offered)}, with blanks between")
    wrong = [number for number in numbers or () if not 1 <= number <= len(offered)]
    if wrong:
        raise click.UsageError(f"There is no excerpt {wrong[0]}; there are {len(offered)}.")
    return [offered[number - 1] for number in numbers or ()]
