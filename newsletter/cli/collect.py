"""Collect: articles into the pool."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from newsletter.cli.options import json_option, one_line
from newsletter.cli.output import here, plural, say, say_json

if TYPE_CHECKING:
    from newsletter.app.collecting import Collection


@click.command()
@click.argument("files", metavar="FILE...", nargs=-1, required=True)
@click.option(
    "--links",
    metavar="FILE",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="A TSV or CSV file with the title and link of each article, by position.",
)
@click.option(
    "--source", metavar="NAME", default="", callback=one_line, help="Who published the articles that do not say so."
)
@click.option("--section", metavar="NAME", default="", callback=one_line, help="The section that they are meant for.")
@json_option
def add(files: tuple[str, ...], links: Path | None, source: str, section: str, as_json: bool) -> None:
    """Add the articles of files to the pool.

    FILE may be - for standard input.

    \b
    A FILE is
      a digest     plain text: "Why it matters: …" and key points, titles and links above or not
      Markdown     with front matter (+++ TOML or --- key: text), or articles under headings
      JSON         a list of objects, a JSON Feed, or an object a line
      CSV, TSV     one article a row, the first row names the columns

    An article that is in the pool already is not added twice; what it lacked is completed. Exit code 1 says that some
    lines were not understood.
    """  # noqa: D301 - click's mark that these lines stay as they are
    from newsletter.app.collecting import collect, read

    newsletter = here()
    readings = [read(file, _data(file), links) for file in files]  # all of them, before any is added
    collections = [collect(newsletter, reading, source=source, section=section) for reading in readings]
    if as_json:
        say_json([collection.values() for collection in collections])
    else:
        for collection in collections:
            _report(collection)
        _say_next(collections)
    if any(not remark.harmless for collection in collections for remark in collection.remarks):
        raise click.exceptions.Exit(1)


def _data(file: str) -> bytes:
    from newsletter.app.collecting import read_file

    return sys.stdin.buffer.read() if file == "-" else read_file(Path(file))


def _report(collection: "Collection") -> None:
    from newsletter.model.excerpt import excerpt

    say(f"{collection.name}: read {plural(len(collection.rows), 'article')}")
    for row in collection.rows:
        lines = (
            f"lines {row.first_line}-{row.last_line}" if row.last_line > row.first_line else f"line {row.first_line}"
        )
        title = row.article.title or "(no title)"
        lacks = f"  [no {', no '.join(row.article.missing())}]" if row.article.missing() else ""
        say(f"  {row.outcome:<9}  {row.article.id}  {lines:<12}  {excerpt(title, 60)}{lacks}")
    for remark in collection.remarks:
        say(f"  {collection.name}:{remark.line}: {'' if remark.harmless else 'not understood: '}{remark.what}")


def _say_next(collections: "list[Collection]") -> None:
    rows = [row for collection in collections for row in collection.rows]
    counts = {outcome: sum(row.outcome == outcome for row in rows) for outcome in ("added", "completed", "known")}
    say(f"{counts['added']} added, {counts['completed']} completed, {counts['known']} in the pool already")
    incomplete = [row.article for row in rows if row.article.missing()]
    if incomplete:
        lacks = f"lack{'s' if len(incomplete) == 1 else ''} something"
        say(f"{plural(len(incomplete), 'article')} {lacks}; newsletter pool edit {incomplete[0].id} fills it in")
    if counts["added"]:
        say("Next: newsletter pick --all")
