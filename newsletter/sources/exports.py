"""The exports of past issues, by the tool that made them."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import tzinfo
from pathlib import Path
from typing import Final

from newsletter.errors import InputError
from newsletter.sources import buttondown, mailchimp, substack
from newsletter.sources.export_archive import ExportArchive
from newsletter.sources.past_issue import ExportReading, PastIssue

TABLES: Final[Mapping[str, tuple[str, ...]]] = {
    "buttondown": buttondown.TABLES,
    "substack": (substack.TABLE,),
    "mailchimp": (mailchimp.TABLE,),
}
"""The tools, and the files of which one tells that it made an export."""


def read_export(path: Path, tool: str, zone: tzinfo, as_html: Callable[[str], str]) -> ExportReading:
    """Read the export in *path*, a ZIP archive or a folder.

    :param tool: that made it; empty to find out.
    :param zone: of times that come without one.
    :param as_html: makes HTML of Markdown.
    :raises InputError: it is of no tool that is known, or cannot be unpacked.
    """
    archive = ExportArchive(path)
    try:
        tool = tool or _tool_of(archive)
        if tool == "substack":
            reading = substack.read_substack(_with_table(archive, tool))
        elif tool == "mailchimp":
            reading = mailchimp.read_mailchimp(_with_table(archive, tool))
        else:
            reading = buttondown.read_buttondown(archive, as_html)
    finally:
        archive.close()
    if not (reading.issues or reading.remarks or reading.drafts):
        raise InputError(f"there is no past issue in this export of {tool}", "is it the whole export?", where=path)
    return replace(reading, issues=tuple(sorted(_placed(reading.issues, zone), key=lambda one: (one.sent, one.id))))


def _placed(issues: tuple[PastIssue, ...], zone: tzinfo) -> list[PastIssue]:
    return [one if one.sent.tzinfo else replace(one, sent=one.sent.replace(tzinfo=zone)) for one in issues]


def _tool_of(archive: ExportArchive) -> str:
    for tool, tables in TABLES.items():
        if any(map(archive.find, tables)):
            return tool
    if next(archive.below(buttondown.FOLDER, ".md"), ""):
        return "buttondown"
    wanted = ", ".join(f"{' or '.join(tables)} ({tool})" for tool, tables in TABLES.items())
    what = f"there is no export of past issues in this; it would have {wanted}"
    raise InputError(what, "give the archive as the tool made it", where=archive.path)


def _with_table(archive: ExportArchive, tool: str) -> ExportArchive:
    (table,) = TABLES[tool]
    if not archive.find(table):
        what = f"there is no {table} in it, which every export of {tool} has"
        raise InputError(what, "give the whole export", where=archive.path)
    return archive
