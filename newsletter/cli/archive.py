"""Publish: the issues that were sent, as a site."""

from pathlib import Path

import click

from newsletter.cli.options import json_option
from newsletter.cli.output import here, plural, say, say_json


@click.command()
@click.option(
    "--out", metavar="DIR", type=click.Path(path_type=Path), required=True, help="The folder to write the site to."
)
@click.option("--url", metavar="URL", help="Where it will be published; default: public_url of newsletter.toml.")
@click.option("--force", is_flag=True, help="DIR may hold files of others; those in the place of ours give way.")
@json_option
def archive(out: Path, url: str | None, force: bool, as_json: bool) -> None:
    """Write the archive as a site of files.

    The first page, each issue as it was sent, pictures, RSS and JSON feed. Only issues that were sent, and went to a
    public list, are in it. It needs no database and no secret, so a CI job can publish it from a clone.

    Only what changed is written, and what is no more is removed; a file that is not of the archive is never touched.
    Without a URL all links are relative, and there are no feeds.
    """
    import re

    from newsletter.app.archive import Archive, restore_pages, site_address
    from newsletter.app.static_site import write_site

    if url and not re.fullmatch(r"https?://[\w.:\[\]-]+(/[\w./~%-]*)?", url):
        raise click.UsageError("--url is an address like https://example.com/news.")
    newsletter = here()
    restored = restore_pages(newsletter)
    site = Archive(newsletter, site_address(newsletter, url))
    written = write_site({file.path: file for file in site.files()}, out, force=force)
    missing = [issue.number for issue in site.issues if not issue.kept]
    if as_json:
        facts = {"issues": len(site.issues), "missing": missing, "withheld": dict(site.withheld)}
        say_json({"folder": out.as_posix(), **written.values(), **facts})
        return
    for number in restored:
        say(f"made    issues/{number:03d}.html from the ledger")
    for path in written.written:
        say(f"wrote   {out / path}")
    for path in written.removed:
        say(f"removed {out / path}")
    for number, reason in site.withheld.items():
        say(f"issue {number} is not shown: {reason}")
    for number in missing:
        say(f"issue {number} has no page: issues/{number:03d}.html is missing, and its ledger is not on this machine")
    say(f"{plural(len(site.issues), 'issue')}, {plural(written.unchanged, 'file')} unchanged in {out}")
