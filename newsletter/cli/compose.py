"""Compose: articles of the pool become an issue."""

from datetime import date, datetime
from typing import TYPE_CHECKING, Any

import click

from newsletter.cli.options import issue_argument, json_option, one_line
from newsletter.cli.output import here, plural, say, say_hanging, say_json
from newsletter.cli.progress import counting_if_long

if TYPE_CHECKING:
    from pathlib import Path

    from newsletter.app.newsletter import Newsletter


@click.command()
@click.argument("ids", metavar="[ID]...", nargs=-1)
@click.option("--all", "take_all", is_flag=True, help="All that are new, not muted, and have run nowhere.")
@click.option("--auto", is_flag=True, help="The best of all that waits, by [picking]; the issue is a proposal.")
@click.option("--limit", type=click.IntRange(1), default=None, metavar="N", help="At most N of them.")
@click.option("--per-source", type=click.IntRange(1), default=None, metavar="N", help="At most N of one source.")
@click.option("--newest", is_flag=True, help="The newest first.")
@click.option(
    "--section",
    metavar="NAME",
    default="",
    callback=one_line,
    help="Into this section, which is made if it is not there.",
)
@click.option("--issue", metavar="ISSUE", help="Into this issue instead of the newest unsent one.")
@click.option("--new", "fresh", is_flag=True, help="Into a new issue.")
@click.option(
    "--again",
    metavar="REASON",
    default="",
    callback=one_line,
    help="Run an article anew that a sent issue had, and why.",
)
@json_option
def pick(
    ids: tuple[str, ...],
    take_all: bool,
    auto: bool,
    limit: int | None,
    per_source: int | None,
    newest: bool,
    section: str,
    issue: str | None,
    fresh: bool,
    again: str,
    as_json: bool,
) -> None:
    """Pick articles of the pool for an issue: by ID, or by rule.

    The articles are added at the end of their section, or of the file; what stands in it already stays as it is.
    Without an unsent issue a new one is made.

    With --auto the issue is composed alone: one article a story, by score, few of a source and of a section, a section
    rather empty than filled with what scores too low; it says why for each. Then the issue is a proposal, which is not
    sent until newsletter review, or you, take that line out of it.
    """
    from newsletter.app.issue_lock import issues_locked
    from newsletter.app.picking import pick as put
    from newsletter.composer.issues import number_of
    from newsletter.composer.picking import Rules

    if auto and (ids or take_all or newest or section or again):
        raise click.UsageError("--auto takes --limit N, --per-source N, --issue ISSUE or --new, and nothing else.")
    by_rule = take_all or auto or limit or per_source or newest
    if bool(ids) == bool(by_rule):
        raise click.UsageError("Give IDs, or a rule (--all, --limit N, --per-source N, --newest), and not both.")
    if fresh and issue:
        raise click.UsageError("Give --issue or --new, not both.")
    newsletter = here()
    with issues_locked(newsletter):
        path = None if fresh else newsletter.issues.find(issue) if issue else newsletter.issues.newest_unsent()
        if auto:
            _propose(newsletter, path, limit or 0, per_source, as_json)
            return
        rules = Rules(limit=limit or 0, per_source=per_source or 0, newest=newest)
        picked = put(newsletter, ids, rules, path=path, section=" ".join(section.split()) or None, again=again)
    if as_json:
        say_json(picked.values())
        return
    for article in picked.articles:
        say(f"  picked  {article.id}  {article.called}")
        for repeat in picked.repeats.get(article.id, ()):
            say(f"          {repeat.words}")
    for article in picked.already:
        say(f"  there   {article.id}  {article.called}")
    into = f"{'new issue ' if picked.created else ''}{picked.path}"
    if picked.articles:
        say(f"{plural(len(picked.articles), 'article')} picked into {into}; to undo, take their blocks out of it")
    else:
        say(f"all of them stand in {into} already")
    say(f"Next: newsletter edit {number_of(picked.path)}, then newsletter preview")


def _propose(newsletter: "Newsletter", path: "Path | None", limit: int, per_source: int | None, as_json: bool) -> None:
    from newsletter.app.proposing import propose, why

    with counting_if_long("comparing texts") as advance:
        proposed = propose(newsletter, path, limit=limit, per_source=per_source, advance=advance)
    if as_json:
        say_json(proposed.values())
        return
    for one in proposed.taken:
        article, section = one.choice.article, f"  [{one.section}]" if one.section else ""
        say_hanging(f"  picked  {article.id}  ", f"{article.title}{section}")
        say_hanging("          ", why(one))
    if proposed.passed:
        say(f"  passed by: {', '.join(f'{many:,} {words}' for words, many in proposed.passed.items())}")
    number = proposed.values()["issue"]
    into = f"{'new issue ' if proposed.created else ''}{proposed.path}"
    say(f"{plural(len(proposed.taken), 'article')} picked into {into}; to undo, take their blocks out of it")
    say(f"It is a proposal, and is not sent as one. Next: newsletter edit {number}, then newsletter review {number}")


@click.command()
@click.option("--subject", metavar="TEXT", callback=one_line, help="The subject line.")
@click.option("--preheader", metavar="TEXT", callback=one_line, help="What an inbox shows behind the subject.")
@click.option(
    "--date", "day", metavar="DATE", type=click.DateTime(["%Y-%m-%d"]), help="Its date; default: the usual distance."
)
@click.option("--list", "list_name", metavar="NAME", help="The mailing list it is for.")
@click.option(
    "--correction",
    type=click.IntRange(1),
    metavar="NUMBER",
    help="It corrects that issue, and goes only to those who got it.",
)
@json_option
def new(
    subject: str | None,
    preheader: str | None,
    day: datetime | None,
    list_name: str | None,
    correction: int | None,
    as_json: bool,
) -> None:
    """Make a new issue with the last one's settings.

    With --correction it is of today, for the list of the issue that it corrects, and goes only to those whose server
    accepted that one.
    """
    from newsletter.app.correcting import create_correction
    from newsletter.app.issue_lock import issues_locked
    from newsletter.app.picking import create_issue
    from newsletter.composer.issues import number_of

    values: dict[str, Any] = {
        "subject": subject,
        "preheader": preheader,
        "date": _day(day),
        "list": list_name,
    }
    newsletter = here()
    if list_name and list_name not in newsletter.settings.lists:
        raise click.UsageError(
            f"There is no list {list_name}; newsletter.toml has {', '.join(newsletter.settings.lists)}."
        )
    with issues_locked(newsletter):
        path = create_correction(newsletter, correction, values) if correction else create_issue(newsletter, values)
    if as_json:
        say_json({"issue": number_of(path), "path": path.as_posix()})
        return
    whom = f"those of it who got issue {correction}" if correction else ""
    say(f"made {path} for the list {newsletter.issues.read(path).list}{f', {whom}' if whom else ''}")
    say(f"Next: newsletter pick --all, or newsletter edit {number_of(path)}")


def _day(day: datetime | None) -> date | None:
    return day.date() if day else None


@click.command()
@issue_argument
@click.pass_context
def edit(ctx: click.Context, issue: str | None) -> None:
    """Open an issue in your editor, then check it.

    The editor is $VISUAL or $EDITOR.
    """
    from newsletter.cli.look import check

    path = here().issues.default(issue)
    click.edit(filename=str(path))
    ctx.invoke(check, issue=str(path))
