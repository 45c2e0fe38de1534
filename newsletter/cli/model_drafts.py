"""What a model drafted, or would be asked, as the command line tells it."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

from newsletter.cli.output import plural, say, say_json

if TYPE_CHECKING:
    from collections.abc import Sequence

    from newsletter.app import Newsletter
    from newsletter.app.drafting import Task
    from newsletter.app.model_drafting import Drafter, Made, Preview


def draft_by_model(
    newsletter: "Newsletter", path: Path, drafter: "Drafter", tasks: "Sequence[Task]", *, as_json: bool
) -> bool:
    """Have all of *tasks* drafted, and say what became of them; return whether each has a draft."""
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
            say_next(newsletter, path)
    return all(one.draft for one in made) and not left


def preview_models(
    newsletter: "Newsletter", path: Path, drafter: "Drafter", tasks: "Sequence[Task]", *, as_json: bool
) -> bool:
    """Say what would be asked, and what it would cost at most; return whether each could be asked about."""
    previews = [drafter.look(task) for task in tasks]
    _say_previews(newsletter, path, previews, as_json=as_json)
    if not as_json:
        _say_spent(newsletter, drafter)
    return not any(one.reason for one in previews)


def _say_made(newsletter: "Newsletter", path: Path, made: "Sequence[Made]", left: "Sequence[Task]") -> None:
    if not made:
        say(f"{path}: no article lacks words")
        return
    for one in made:
        state = "no draft" if one.draft is None else "kept" if one.kept else "drafted"
        say(f"  {state:<8}  {one.task.id}  {one.task.title or one.task.article.called}")
        for line in ([one.reason] if one.reason else []) + [*one.notes, *one.remarks]:
            say(f"            {line}")
    for task in left:
        say(f"  not asked {task.id}  {task.title or task.article.called}")
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


def _say_previews(newsletter: "Newsletter", path: Path, previews: "Sequence[Preview]", *, as_json: bool) -> None:
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
        currency = newsletter.settings.draft.currency
        values = {"issue": newsletter.issues.head(path).number, "path": path.as_posix(), "currency": currency}
        say_json({**values, "articles": rows})
    else:
        for one in previews:
            say(f"{one.task.id}  {one.task.title or one.task.article.called}")
            asked = f"{one.words:,} words, {one.tokens:,} tokens at most" + _price(newsletter, one.cost)
            say(f"  {one.reason or ('answered before, nobody is asked' if one.kept else asked)}")
        calls = sum(not (one.reason or one.kept) for one in previews)
        total, cost = sum(one.tokens for one in previews), sum(one.cost for one in previews)
        say(f"{plural(calls, 'call')}, {total:,} tokens at most{_price(newsletter, cost)}")


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


def say_next(newsletter: "Newsletter", path: Path) -> None:
    """Say what to do with drafts that were written."""
    number = newsletter.issues.head(path).number
    say(f"Next: newsletter review {number}, or newsletter edit {number}; to undo, take the words out of {path}")
