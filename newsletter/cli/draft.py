"""Compose: words offered for articles that have none."""

import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from newsletter.cli.options import issue_argument, json_option
from newsletter.cli.output import here, plural, say, say_json

if TYPE_CHECKING:
    from collections.abc import Sequence

    from newsletter.app import Newsletter
    from newsletter.app.drafting import Task
    from newsletter.app.model_drafting import Drafter, Made, Preview

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
    dry_run: bool,
    as_json: bool,
) -> None:
    """Offer words for picked articles that have none.

    Those are articles with neither a why nor key points. Excerpts are sentences of the article itself, in quotes: on a
    terminal you choose some, elsewhere the best three are written. A model's draft is written only as far as the
    article bears it out: each point with a quote that stands in it word for word, and no number or name of its own.
    Nothing is asked of a model that newsletter.local.toml does not name, nor beyond the caps that it sets; an answer is
    kept, and not paid for twice.

    What is drafted is not sent before you have reviewed it (newsletter review) or changed it. Exit code 1 says that
    some articles got no draft.
    """
    from newsletter.app.drafting import tasks_of

    if way == "excerpts" and (truncated or keep_unsupported or fresh):
        raise click.UsageError("--truncated, --keep-unsupported and --fresh are for drafts by a command or a model.")
    if way != "excerpts" and picked:
        raise click.UsageError("--pick chooses excerpts.")
    newsletter = here()
    path = newsletter.issues.default(issue)
    if way == "excerpts":
        numbers = _numbers(picked) if picked else None
        tasks = tasks_of(newsletter, path, ids)
        if numbers and len(tasks) > 1:
            raise click.UsageError(f"--pick is for one article; say which of {len(tasks)} with --id.")
        complete = _excerpts(newsletter, path, tasks, numbers, dry_run=dry_run, as_json=as_json)
    else:
        from newsletter.app.model_drafting import Drafter, Wish, require_options

        require_options(newsletter.settings.draft, way)
        tasks = tasks_of(newsletter, path, ids)
        wish = Wish(truncated=truncated, keep_unsupported=keep_unsupported, fresh=fresh)
        drafter = Drafter(newsletter, newsletter.issues.head(path).number, wish)
        if dry_run:
            complete = _say_previews(newsletter, path, [drafter.look(task) for task in tasks], as_json=as_json)
            if not as_json:
                _say_spent(newsletter, drafter)
        else:
            complete = _models(newsletter, path, drafter, tasks, as_json=as_json)
    if not complete:
        raise click.exceptions.Exit(1)


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

    asking = numbers is None and not (dry_run or as_json) and sys.stdin.isatty() and sys.stdout.isatty()
    rows: list[dict[str, Any]] = []
    if not tasks and not as_json:
        say(f"{path}: no article lacks words")
    for task in tasks:
        offered = excerpts(task)
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
        _say_next(newsletter, path)
    return all(row["offered"] for row in rows)


def _say_offer(task: "Task", offered: "Sequence[str]") -> None:
    say(f"{task.id}  {task.title or '(no title)'}")
    if task.article.note:
        say(f"     you noted: {task.article.note}")
    for number, sentence in enumerate(offered, 1):
        say(f"  {number}  “{sentence}”")
    if not offered:
        say("  no sentence of it can be quoted: its text is not known, or has none of 6 to 30 words")


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


def _models(
    newsletter: "Newsletter", path: Path, drafter: "Drafter", tasks: "Sequence[Task]", *, as_json: bool
) -> bool:
    from newsletter.app.model_drafting import draft_into
    from newsletter.cli.progress import counting

    made: list[Made] = []
    with counting("drafting") as told:
        for task in tasks:
            if made and made[-1].last:
                break
            made.append(draft_into(newsletter, path, drafter, task))
            told(len(made), len(tasks))
    left = tasks[len(made) :]
    if as_json:
        say_json(_made_values(newsletter, path, made, left))
    else:
        _say_made(newsletter, path, made, left)
        _say_spent(newsletter, drafter)
        if any(one.draft for one in made):
            _say_next(newsletter, path)
    return all(one.draft for one in made) and not left


def _say_made(newsletter: "Newsletter", path: Path, made: "Sequence[Made]", left: "Sequence[Task]") -> None:
    if not made:
        say(f"{path}: no article lacks words")
        return
    for one in made:
        state = "no draft" if one.draft is None else "kept" if one.kept else "drafted"
        say(f"  {state:<8}  {one.task.id}  {one.task.title or '(no title)'}")
        for line in ([one.reason] if one.reason else []) + [*one.notes, *one.remarks]:
            say(f"            {line}")
    for task in left:
        say(f"  not asked {task.id}  {task.title or '(no title)'}")
    cost, tokens = sum(one.cost for one in made), sum(one.tokens for one in made)
    drafted = sum(one.draft is not None for one in made)
    say(f"{plural(drafted, 'draft')} in {path}, {tokens:,} tokens{_price(newsletter, cost)}")


def _made_values(
    newsletter: "Newsletter", path: Path, made: "Sequence[Made]", left: "Sequence[Task]"
) -> dict[str, Any]:
    articles = [
        {
            "id": one.task.id,
            "title": one.task.title,
            "drafted_by": one.draft.drafted_by if one.draft else "",
            "reason": one.reason,
            "notes": list(one.notes),
            "remarks": list(one.remarks),
            "truncated": one.truncated,
            "kept": one.kept,
            "tokens": one.tokens,
            "cost": one.cost,
        }
        for one in made
    ]
    return {
        "issue": newsletter.issues.head(path).number,
        "path": path.as_posix(),
        "articles": articles,
        "not_asked": [task.id for task in left],
        "tokens": sum(one.tokens for one in made),
        "cost": sum(one.cost for one in made),
        "currency": newsletter.settings.draft.currency,
    }


def _say_previews(newsletter: "Newsletter", path: Path, previews: "Sequence[Preview]", *, as_json: bool) -> bool:
    if as_json:
        rows = [
            {
                "id": one.task.id,
                "title": one.task.title,
                "reason": one.reason,
                "words": one.words,
                "kept": one.kept,
                "tokens": one.tokens,
                "cost": one.cost,
            }
            for one in previews
        ]
        say_json({"issue": newsletter.issues.head(path).number, "path": path.as_posix(), "articles": rows})
    else:
        for one in previews:
            say(f"{one.task.id}  {one.task.title or '(no title)'}")
            asked = f"{one.words:,} words, {one.tokens:,} tokens at most" + _price(newsletter, one.cost)
            say(f"  {one.reason or ('answered before, nobody is asked' if one.kept else asked)}")
        calls = sum(not (one.reason or one.kept) for one in previews)
        total, cost = sum(one.tokens for one in previews), sum(one.cost for one in previews)
        say(f"{plural(calls, 'call')}, {total:,} tokens at most{_price(newsletter, cost)}")
    return not any(one.reason for one in previews)


def _say_spent(newsletter: "Newsletter", drafter: "Drafter") -> None:
    """Say what was spent so far, and of how much; nothing where the settings know no prices."""
    from newsletter.app.model_drafting import money

    options = newsletter.settings.draft
    if not (options.price_in or options.price_out) or not (spent := drafter.spent()):
        return
    parts = [
        f"{money(taken)}{f' of {money(cap)}' if cap is not None else ''} {options.currency} {span}"
        for taken, cap, span in (
            (spent.issue, options.cap_issue, "for this issue"),
            (spent.month, options.cap_month, "in this month"),
        )
    ]
    say(f"spent: {', '.join(parts)}")


def _price(newsletter: "Newsletter", cost: float) -> str:
    """Return ", 0.02 USD"; nothing where the settings know no prices."""
    from newsletter.app.model_drafting import money

    options = newsletter.settings.draft
    return f", {money(cost)} {options.currency}" if options.price_in or options.price_out else ""


def _say_next(newsletter: "Newsletter", path: Path) -> None:
    number = newsletter.issues.head(path).number
    say(f"Next: newsletter review {number}, or newsletter edit {number}; to undo, take the words out of {path}")
