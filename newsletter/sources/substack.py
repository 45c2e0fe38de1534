"""Reads Substack's export: posts.csv, and posts/ID.SLUG.html.

::

    posts.csv   post_id ("101.hello-world", or "101"), post_date, is_published, email_sent_at, inbox_sent_at,
                type (newsletter, podcast, video, adhoc_email, page, thread …), title, subtitle, podcast_url,
                audience (everyone, only_paid, founding, only_free)

Source: exports of 2023 to 2026 as tests and converters in public repositories have them, TryGhost/migrate's mg-substack
among them.
"""

import re
from pathlib import PurePosixPath

from newsletter.errors import InputError
from newsletter.sources.charset import decoded
from newsletter.sources.dates import read_moment
from newsletter.sources.export_archive import ExportArchive
from newsletter.sources.export_table import Row, table_rows
from newsletter.sources.invisible import line_of
from newsletter.sources.past_issue import ExportReading, PastIssue, PastRemark
from newsletter.sources.rich_html import blocks_of

_READERS_OWN = re.compile(r"%%[a-z_]{1,60}%%")
"""What stands in a text for a reader's own data."""
TABLE = "posts.csv"
_MAIL_ALONE = "adhoc_email"
"""What went to some by mail, and stands on no page."""
_KINDS = ("newsletter", "podcast", "video", _MAIL_ALONE, "")


def read_substack(archive: ExportArchive) -> ExportReading:
    """Read the posts that were published; pages and threads were no issues."""
    table = archive.find(TABLE)
    files = {PurePosixPath(name).name.partition(".")[0]: name for name in archive.below("posts", ".html")}
    issues, remarks, drafts = [], [], 0
    for line, row in table_rows(archive.read(table), f"{archive.path}: {table}", ("post_id", "title", "is_published")):
        place = f"{table}:{line}"
        if row["is_published"].lower() not in ("true", "1", "yes"):
            drafts += 1
            continue
        if row.get("type", "").lower() not in _KINDS:
            what = f'"{row["title"]}" is no issue, but a {row["type"].lower()}'
            remarks.append(PastRemark(line=line, place=table, what=what, harmless=True))
            continue
        try:
            issues.append(_issue(archive, files, row, place))
        except InputError as error:
            remarks.append(PastRemark(line=line, place=table, what=error.what))
    return ExportReading(tool="substack", issues=tuple(issues), remarks=tuple(remarks), drafts=drafts)


def _issue(archive: ExportArchive, files: dict[str, str], row: Row, place: str) -> PastIssue:
    number = row["post_id"].partition(".")[0]
    sent = next((found for name in ("email_sent_at", "post_date") if (found := read_moment(row.get(name, "")))), None)
    if sent is None:
        raise InputError(f'"{row["title"]}" has no date')
    if number not in files and not row.get("podcast_url"):
        raise InputError(f'"{row["title"]}" has no text in the export (posts/{row["post_id"]}.html)')
    html = decoded(archive.read(files[number])) if number in files else ""
    return PastIssue(
        id=number,
        sent=sent,
        subject=line_of(row["title"]) or "(no title)",
        preheader=line_of(row.get("subtitle", "")),
        paid=row.get("audience", "everyone").lower() not in ("everyone", "")
        or row.get("type", "").lower() == _MAIL_ALONE,
        blocks=blocks_of(_READERS_OWN.sub("", html)),
        place=place,
    )
