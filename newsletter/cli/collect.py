"""Collect: articles into the pool."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from newsletter.cli.adding import add_addresses, add_saved_pages, has_failed, sort_out, values_of
from newsletter.cli.options import json_option, one_line, one_line_each
from newsletter.cli.output import here, plural, say, say_json

SHOWN = 100
"""Articles of one file that are on the screen; --json has all of them."""

if TYPE_CHECKING:
    from collections.abc import Sequence

    from newsletter.app.adding import Noted
    from newsletter.app.collecting import Collection
    from newsletter.app.newsletter import Newsletter
    from newsletter.cli.adding import Outcome
    from newsletter.sources.reading import Reading


@click.command()
@click.argument("items", metavar="URL|FILE|FOLDER...", nargs=-1, required=True)
@click.option("--note", metavar="TEXT", default="", callback=one_line, help="What you want to remember of them.")
@click.option(
    "--tag",
    "tags",
    metavar="WORD",
    multiple=True,
    callback=one_line_each,
    help="What you call them; as often as you like.",
)
@click.option("--section", metavar="NAME", default="", callback=one_line, help="The section that they are meant for.")
@click.option(
    "--source", metavar="NAME", default="", callback=one_line, help="Who published the articles that do not say so."
)
@click.option(
    "--wait",
    metavar="SECONDS",
    type=click.FloatRange(0, 600),
    default=5,
    show_default=True,
    help="How long pages may take; 0 only records their addresses.",
)
@click.option(
    "--links",
    metavar="FILE",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="A TSV or CSV file with the title and link of each article of a digest, by position.",
)
@click.option(
    "--as", "kind", metavar="KIND", default="", help="What the files are, where they do not say it themselves."
)
@json_option
def add(
    items: tuple[str, ...],
    note: str,
    tags: tuple[str, ...],
    section: str,
    source: str,
    wait: float,
    links: Path | None,
    kind: str,
    as_json: bool,
) -> None:
    """Add articles to the pool: by their addresses, or those of files.

    A URL is recorded at once, whatever becomes of its page; then the page is read for title, source, author, day,
    picture, reading time and text. What does not answer in time waits for newsletter fetch. You are told what ran
    before, and what is in the pool already.

    FILE may be - for standard input. Of a FOLDER all files are read, and those of the folders in it; notes without an
    article in them are passed over.

    \b
    A FILE is
      a page       saved by a browser: as good as its address
      addresses    one a line
      a digest     plain text: "Why it matters: …" and key points, titles and links above or not
      Markdown     with front matter (+++ TOML or --- key: text), a clipping of Obsidian, or articles under headings
      JSON         a list of objects, an object a line, Pinboard's or linkding's bookmarks
      CSV, TSV     one article a row, the first row names the columns; Pocket's, Raindrop's or Readwise's bookmarks
      a feed       RSS, Atom, RDF or JSON Feed
      bookmarks    in HTML, of any browser or service; folders become tags
      mail         an .eml, an mbox or a Maildir of newsletters: what they link to

    What a KIND is called: digest, markdown, json, csv, feed, bookmarks, mail, or the name of a source that another
    package brings.

    An article that is in the pool already is not added twice; what it lacked is completed. Exit code 1 says that some
    lines were not understood, or that a page is not there.
    """  # noqa: D301 - click's mark that these lines stay as they are
    from newsletter.app.adding import Noted

    newsletter = here()
    sorted_out = sort_out(items, links, kind)  # all of them, before any is added
    noted = Noted(
        note=" ".join(note.split()),
        tags=tuple(dict.fromkeys(" ".join(tag.split()) for tag in tags)),
        section=" ".join(section.split()),
        source=" ".join(source.split()),
    )
    collections = _collected(newsletter, sorted_out.readings, noted)
    if not as_json:
        for collection in collections:
            _report(collection)
        if notes := sorted_out.notes:
            say(f"{plural(len(notes), 'note')} without an article: {notes[0]}{', …' if len(notes) > 1 else ''}")
    pages = add_saved_pages(newsletter, sorted_out.pages, noted, quiet=as_json)
    pages += add_addresses(newsletter, sorted_out.addresses, noted, wait=wait, quiet=as_json)
    if as_json:
        say_json([*(collection.values() for collection in collections), *map(values_of, pages)])
    else:
        _say_next(collections, pages)
    lost = any(not remark.harmless for collection in collections for remark in collection.remarks)
    if lost or any(has_failed(page) for page in pages):
        raise click.exceptions.Exit(1)


def _collected(newsletter: "Newsletter", readings: "Sequence[Reading]", noted: "Noted") -> "list[Collection]":
    if not readings:
        return []
    from newsletter.app.collecting import collect

    pool = newsletter.pool()
    return [collect(newsletter, pool, reading, noted) for reading in readings]


def _report(collection: "Collection") -> None:
    from newsletter.model.excerpt import excerpt

    say(f"{collection.name}: read {plural(len(collection.rows), 'article')}")
    for row in collection.rows[:SHOWN]:
        lines = _lines(row.first_line, row.last_line)
        title = row.article.called
        lacks = f"  [no {', no '.join(row.article.missing())}]" if row.article.missing() else ""
        say(f"  {row.outcome:<9}  {row.article.id}  {lines:<12}  {excerpt(title, 60)}{lacks}")
    if len(collection.rows) > SHOWN:
        say(f"  … {len(collection.rows) - SHOWN:,} more")
    for remark in collection.remarks:
        place = f"{collection.name}:{remark.line}" if remark.line else collection.name
        say(f"  {place}: {'' if remark.harmless else 'not understood: '}{remark.what}")


def _lines(first: int, last: int) -> str:
    """Return where an article stands; a feed has no lines."""
    return f"lines {first}-{last}" if last > first else f"line {first}" if first else ""


def _say_next(collections: "list[Collection]", pages: "list[Outcome]") -> None:
    rows = [row for collection in collections for row in collection.rows]
    outcomes = [*(row.outcome for row in rows), *(page.added.outcome for page in pages)]
    counts = {outcome: outcomes.count(outcome) for outcome in ("added", "completed", "known")}
    say(f"{counts['added']:,} added, {counts['completed']:,} completed, {counts['known']:,} in the pool already")
    incomplete = [row.article for row in rows if row.article.missing()]
    if incomplete:
        lacks = f"lack{'s' if len(incomplete) == 1 else ''} something"
        say(f"{plural(len(incomplete), 'article')} {lacks}; newsletter pool edit {incomplete[0].id} fills it in")
    if counts["added"]:
        say("Next: newsletter triage")
