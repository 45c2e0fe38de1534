"""Collect: the pool of articles."""

from typing import TYPE_CHECKING, Any

import click

from newsletter.cli.options import json_option, one_line
from newsletter.cli.output import ask_again, here, plural, say, say_json, say_json_each, say_table

if TYPE_CHECKING:
    from newsletter.app import Newsletter
    from newsletter.composer.pool import Entry
    from newsletter.model.article import Article


@click.group(invoke_without_command=True)
@click.pass_context
def pool(ctx: click.Context) -> None:
    """Show the pool of articles, and decide about them.

    An ID may be shortened as long as no other begins with it.
    """
    if ctx.invoked_subcommand is None:
        ctx.invoke(list_)


@pool.command("list")
@click.option(
    "--state",
    type=click.Choice(["new", "held", "dropped", "picked", "sent", "candidate"]),
    help="Only those in this state.",
)
@json_option
def list_(state: str | None = None, as_json: bool = False) -> None:
    """List the articles, and what was decided.

    An article is new, held, dropped, picked for an issue, or was sent in one. A candidate is none of the pool's yet: a
    source brought it, and nobody has decided; those are listed where --state asks for them.
    """
    from newsletter.app.listing import listed

    rows = listed(here(), state or "")
    if as_json:
        say_json_each({**_values(row.entry), "state": row.state, "days": row.days} for row in rows)
        return
    lines = [(row.entry.article.id, row.shown, row.entry.article.source, row.entry.article.called) for row in rows]
    say_table(("ID", "STATE", "SOURCE", "TITLE"), lines)
    if not lines:
        say("no articles" if state else "the pool is empty; newsletter add FILE fills it")


def _values(entry: "Entry") -> dict[str, Any]:
    known = {"id": entry.article.id, **entry.article.facts(), "decision": entry.decision.value, "added": entry.added}
    return {**known, "reason": entry.reason} if entry.reason else known


@pool.command()
@click.argument("id")
@json_option
def show(id: str, as_json: bool) -> None:
    """Show all that is known of one article."""
    from newsletter.app.candidates import Articles
    from newsletter.composer.picking import state_of

    newsletter = here()
    pool = newsletter.pool()
    entry = Articles(newsletter, pool).find(id)
    state = state_of(entry, newsletter.past()) if entry.article.id in pool.entries else "candidate"
    if as_json:
        say_json({**_values(entry), "state": state})
        return
    for name, value in {**_values(entry), "state": state}.items():
        if name == "sketch":  # says nothing to a person, in 2.7 KB
            continue
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
@click.option("--author", help="Who wrote it.")
@click.option("--minutes", type=click.IntRange(0, 9999), help="How long it takes to read.")
@click.option("--published", help="When: 2025, 2025-09 or 2025-09-10.")
@click.option("--why", help="Why it matters.")
@click.option("--point", "points", multiple=True, help="A key point; give all of them.")
@click.option("--section", help="The section that it is meant for.")
@click.option("--summary", help="Its publisher's words about it.")
@click.option("--note", help="What you want to remember of it.")
@click.option("--tag", "tags", multiple=True, help="What you call it; give all of them.")
def edit(id: str, **facts: Any) -> None:
    """Change an article of the pool.

    Without options it opens in your editor ($VISUAL or $EDITOR). Issues that have it already stay as they are.
    """
    from newsletter.app.candidates import adopt
    from newsletter.sources.reading import clean

    newsletter = here()
    entry = adopt(newsletter, id)
    changes = {
        name: [clean(item) for item in value]
        if isinstance(value, tuple)
        else clean(value)
        if isinstance(value, str)
        else value
        for name, value in facts.items()
        if value not in (None, ())
    }
    article = _edited(newsletter, entry, changes)
    if article is None:
        say("nothing changed")
    else:
        say(f"changed {article.id} {article.called}; issues that have it already stay as they are")


def _edited(newsletter: "Newsletter", entry: "Entry", changes: dict[str, Any]) -> "Article | None":
    from newsletter.app.pooling import article_form, read_form
    from newsletter.errors import PoolError
    from newsletter.files import write_whole

    if changes:
        return newsletter.pool().edit(entry.article.id, changes)
    form = newsletter.shown / ".newsletter" / f"{entry.article.id}.toml"
    if not form.exists():  # else it is what could not be read the last time
        write_whole(form, article_form(entry.article).encode(), durable=False)
    while True:
        click.edit(filename=str(form))
        try:
            changes = read_form(entry.article, form)
            article = newsletter.pool().edit(entry.article.id, changes) if changes else None
        except PoolError as error:
            if not ask_again(str(error)):
                todo = f"what you wrote is kept in {form}; newsletter pool edit {entry.article.id} goes on with it"
                raise PoolError(error.what, todo, where=error.where, line=error.line) from error
        else:
            form.unlink(missing_ok=True)
            return article


def _decide(id: str, decision: str, reason: str = "") -> str:
    from newsletter.app.candidates import adopt
    from newsletter.composer.pool import Decision

    newsletter = here()
    pool = newsletter.pool()
    entry = adopt(newsletter, id, pool)
    pool.decide(entry.article.id, Decision(decision), reason)
    name = f"{entry.article.id} {entry.article.called}"
    if decision != "new" and (seen := newsletter.past().picked(entry.article)):
        return f"{name}\nIt stands in {seen.path}, and stays there until you take its block out"
    return name


@pool.command()
@click.argument("id")
@click.argument("reason", default="", callback=one_line)
def hold(id: str, reason: str) -> None:
    """Keep an article for later: pick --all passes it over."""
    name = _decide(id, "held", reason)
    say(f"held {name}\nUndo: newsletter pool restore {name.partition(' ')[0]}")


@pool.command()
@click.argument("id")
@click.argument("reason", callback=one_line)
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
