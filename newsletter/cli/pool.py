"""Collect: the pool of articles."""

from typing import TYPE_CHECKING, Any

import click

from newsletter.cli.options import json_option
from newsletter.cli.output import here, plural, say, say_json, say_table

if TYPE_CHECKING:
    from newsletter.app import Newsletter
    from newsletter.composer.past import Past
    from newsletter.composer.pool import Entry


@click.group(invoke_without_command=True)
@click.pass_context
def pool(ctx: click.Context) -> None:
    """Show the pool of articles, and decide about them.

    An ID may be shortened as long as no other begins with it.
    """
    if ctx.invoked_subcommand is None:
        ctx.invoke(list_)


def _state(entry: "Entry", past: "Past") -> str:
    if seen := past.picked(entry.article) or past.sent(entry.article):
        return f"{'sent' if seen.sent else 'picked'} {seen.number}"
    return entry.decision.value


@pool.command("list")
@click.option(
    "--state", type=click.Choice(["new", "held", "dropped", "picked", "sent"]), help="Only those in this state."
)
@json_option
def list_(state: str | None = None, as_json: bool = False) -> None:
    """List the articles, and what was decided.

    An article is new, held, dropped, picked for an issue, or was sent in one.
    """
    newsletter = here()
    past = newsletter.past()
    rows = [(entry, _state(entry, past)) for entry in newsletter.pool().entries.values()]
    rows = [(entry, now) for entry, now in rows if not state or now.startswith(state)]
    if as_json:
        say_json([{**_values(entry), "state": now} for entry, now in rows])
        return
    say_table(
        ("ID", "STATE", "SOURCE", "TITLE"),
        [(e.article.id, now, e.article.source, e.article.title or "(no title)") for e, now in rows],
    )
    if not rows:
        say("no articles" if state else "the pool is empty; newsletter add FILE fills it")


def _values(entry: "Entry") -> dict[str, Any]:
    known = {"id": entry.article.id, **entry.article.facts(), "decision": entry.decision.value, "added": entry.added}
    return {**known, "reason": entry.reason} if entry.reason else known


@pool.command()
@click.argument("id")
@json_option
def show(id: str, as_json: bool) -> None:
    """Show all that is known of one article."""
    newsletter = here()
    entry = newsletter.pool().find(id)
    past = newsletter.past()
    if as_json:
        say_json({**_values(entry), "state": _state(entry, past)})
        return
    for name, value in {**_values(entry), "state": _state(entry, past)}.items():
        if isinstance(value, list):
            say(f"{name}:")
            for item in value:
                say(f"  • {item}")
        else:
            say(f"{name}: {value}")


@pool.command()
@click.argument("id")
@click.option("--title", help="Its title.")
@click.option("--link", help="Its address.")
@click.option("--source", help="Who published it.")
@click.option("--minutes", type=click.IntRange(0, 9999), help="How long it takes to read.")
@click.option("--published", help="When: 2025, 2025-09 or 2025-09-10.")
@click.option("--why", help="Why it matters.")
@click.option("--point", "points", multiple=True, help="A key point; give all of them.")
@click.option("--section", help="The section that it is meant for.")
def edit(id: str, **facts: Any) -> None:
    """Change an article of the pool.

    Without options it opens in your editor ($VISUAL or $EDITOR). Issues that have it already stay as they are.
    """
    newsletter = here()
    entry = newsletter.pool().find(id)
    changes = {
        name: list(value) if isinstance(value, tuple) else value
        for name, value in facts.items()
        if value not in (None, ())
    }
    article = _edited(newsletter, entry, changes)
    if article is None:
        say("nothing changed")
    else:
        say(f"changed {article.id} {article.title or '(no title)'}; issues that have it already stay as they are")


def _edited(newsletter: "Newsletter", entry: "Entry", changes: dict[str, Any]) -> Any:
    from newsletter.app.pooling import article_form, read_form
    from newsletter.errors import PoolError
    from newsletter.files import write_whole

    if not changes:
        text = click.edit(article_form(entry.article), extension=".toml")
        if text is None:
            return None
        try:
            changes = read_form(entry.article, text)
        except PoolError as error:
            kept = newsletter.shown / ".newsletter" / f"{entry.article.id}.toml"
            write_whole(kept, text.encode())
            todo = f"what you wrote is kept in {kept}; mend it there, and paste it when you edit again"
            raise PoolError(error.what, todo, where=error.where, line=error.line) from error
    return newsletter.pool().edit(entry.article.id, changes) if changes else None


def _decide(id: str, decision: str, reason: str = "") -> str:
    from newsletter.composer.pool import Decision

    newsletter = here()
    found = newsletter.pool()
    entry = found.find(id)
    found.decide(entry.article.id, Decision(decision), reason)
    name = f"{entry.article.id} {entry.article.title or '(no title)'}"
    if decision != "new" and (seen := newsletter.past().picked(entry.article)):
        return f"{name}\nIt stands in {seen.path}, and stays there until you take its block out"
    return name


@pool.command()
@click.argument("id")
@click.argument("reason", default="")
def hold(id: str, reason: str) -> None:
    """Keep an article for later: pick --all passes it over."""
    name = _decide(id, "held", reason)
    say(f"held {name}\nUndo: newsletter pool restore {name.partition(' ')[0]}")


@pool.command()
@click.argument("id")
@click.argument("reason")
def drop(id: str, reason: str) -> None:
    """Decide against an article, for a REASON."""
    if not reason.strip():
        raise click.UsageError("A REASON is needed: who looks at the pool later wants to know it.")
    name = _decide(id, "dropped", reason)
    say(f"dropped {name}\nUndo: newsletter pool restore {name.partition(' ')[0]}")


@pool.command()
@click.argument("ids", metavar="ID...", nargs=-1, required=True)
def restore(ids: tuple[str, ...]) -> None:
    """Take articles back that were held or dropped."""
    for id in ids:
        say(f"restored {_decide(id, 'new')}")
    say(f"{plural(len(ids), 'article')} can be picked again; undo: newsletter pool hold ID, or drop ID REASON")
