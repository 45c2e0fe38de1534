"""Reads Mailchimp's account export: campaigns.csv, and campaigns_content/NUMBER_TITLE.html.

::

    campaigns.csv   Title, Subject, List, Send Date ("May 19, 2019 06:00 pm", the account's time), …, Unique Id;
                    campaigns that were sent alone

The names of the files have Mailchimp's own number and the campaign's title in lower case, with dashes; no column has
that number, so that the title is what joins the two. Source: mailchimp.com/help/export-and-back-up-account-data, and
importers in public repositories.
"""

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from difflib import SequenceMatcher
from pathlib import PurePosixPath

from newsletter.errors import InputError
from newsletter.model.slug import slug_of
from newsletter.sources.charset import decoded
from newsletter.sources.dates import read_moment
from newsletter.sources.export_archive import ExportArchive
from newsletter.sources.export_table import Row, table_rows
from newsletter.sources.invisible import line_of
from newsletter.sources.past_issue import ExportReading, PastIssue, PastRemark
from newsletter.sources.rich_html import blocks_of

_READERS_OWN = re.compile(r"\*\|[^|<>]{0,200}\|\*")
"""What stands in a text for a reader's own data."""
TABLE = "campaigns.csv"
FOLDER = "campaigns_content"
_DATES = ("%b %d, %Y %I:%M %p", "%B %d, %Y %I:%M %p", "%b %d, %Y, %I:%M %p", "%m/%d/%Y %I:%M %p", "%m/%d/%y %I:%M%p")
_ALIKE = 0.9
"""How much of two names must be the same where neither title nor subject is one exactly: long ones are cut."""


def read_mailchimp(archive: ExportArchive) -> ExportReading:
    """Read the campaigns that were sent."""
    table = archive.find(TABLE)
    files = {
        name: slug_of(PurePosixPath(name).stem.partition("_")[2]) for name in archive.below(FOLDER, ".html", ".htm")
    }
    rows = list(table_rows(archive.read(table), f"{archive.path}: {table}", ("subject", "send date")))
    joined = _joined([row for _, row in rows if row["send date"]], files)
    issues, remarks, drafts = [], [], 0
    for line, row in rows:
        if not row["send date"]:
            drafts += 1
            continue
        try:
            issues.append(_issue(archive, joined.get(id(row), ""), row, f"{table}:{line}"))
        except InputError as error:
            remarks.append(PastRemark(line=line, place=table, what=error.what))
    what = "no sent campaign has this text; a draft?"
    left = sorted(set(files) - set(joined.values()))
    remarks += [PastRemark(line=0, place=name, what=what, harmless=True) for name in left]
    return ExportReading(tool="mailchimp", issues=tuple(issues), remarks=tuple(remarks), drafts=drafts)


def _issue(archive: ExportArchive, name: str, row: Row, place: str) -> PastIssue:
    subject = line_of(row["subject"]) or line_of(row.get("title", ""))
    sent = _moment(row["send date"])
    if sent is None:
        raise InputError(f'"{row["send date"]}" is no date of "{subject}"')
    if not name:
        raise InputError(f'"{subject}" has no text in the export ({FOLDER}/)')
    return PastIssue(
        id=row.get("unique id") or f"{sent:%Y%m%d%H%M}-{slug_of(subject)}",
        sent=sent,
        subject=subject or "(no subject)",
        preheader=line_of(row.get("preview text", "")),
        blocks=blocks_of(_READERS_OWN.sub("", decoded(archive.read(name)))),
        place=place,
    )


def _joined(rows: Sequence[Row], files: Mapping[str, str]) -> dict[int, str]:
    """Return the file of each row, by the row's identity; each file is one row's.

    First come those whose title, or subject, is the name; then those of which most of one of the two is.
    """
    left, joined = dict(files), {}
    for alike in (_same, _nearly_same):
        for row in rows:
            slugs = [slug for text in (row.get("title", ""), row["subject"]) if (slug := slug_of(text))]
            wanted = (name for slug in slugs for name, other in left.items() if alike(slug, other))
            if id(row) not in joined and (found := next(wanted, "")):
                joined[id(row)] = found
                del left[found]
    return joined


def _same(slug: str, other: str) -> bool:
    return slug == other


def _nearly_same(slug: str, other: str) -> bool:
    """Whether one is the other cut short, or nearly the other."""
    cut = min(len(slug), len(other)) >= 10 and (slug.startswith(other) or other.startswith(slug))
    return cut or SequenceMatcher(a=slug, b=other, autojunk=False).ratio() >= _ALIKE


def _moment(text: str) -> datetime | None:
    for form in _DATES:
        try:
            return datetime.strptime(" ".join(text.split()), form)
        except ValueError:
            continue
    return read_moment(text)
