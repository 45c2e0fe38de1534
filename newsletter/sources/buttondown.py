"""Reads Buttondown's export: emails.json or emails.csv, and emails/SLUG.md; or the folder that its command line pulls.

::

    emails.json      a list of objects, or emails.csv in older exports: id, subject, publish_date, slug, status,
                     email_type, secondary_id, …; in some exports body, too
    emails/SLUG.md   the text in Markdown, or HTML; as pulled, with front matter: id, subject, slug, publish_date,
                     email_type (public, private, premium), status (draft, scheduled, published, sent), description

Source: docs of Buttondown's CLI (concepts/email-format), TryGhost/migrate's mg-buttondown.
"""

import json
import re
from collections.abc import Callable, Iterator, Mapping
from pathlib import PurePosixPath

from newsletter.errors import InputError
from newsletter.sources.charset import decoded
from newsletter.sources.dates import read_moment
from newsletter.sources.export_archive import ExportArchive
from newsletter.sources.export_table import table_rows
from newsletter.sources.invisible import line_of
from newsletter.sources.past_issue import ExportReading, PastIssue, PastRemark
from newsletter.sources.reading import clean
from newsletter.sources.rich_html import blocks_of

_READERS_OWN = re.compile(
    r"\{\{\s*(?:subscriber|unsubscribe|email_url|newsletter|manage_)[\w.| ]{0,60}\}\}|\{%[^%]{0,200}%\}"
)
"""What stands in a text for a reader's own data."""
TABLES = ("emails.json", "emails.csv")
"""The files that name the emails, the newest tool's first; an export has one of them."""
FOLDER = "emails"
_MATTER = re.compile(r"---[ \t]*\n(.*?)^---[ \t]*(?:\n|\Z)", re.S | re.M)
_UNSENT = ("draft", "scheduled", "imported_draft", "managed_by_rss", "throttled", "errored")

AsHtml = Callable[[str], str]
"""Markdown becomes HTML; CommonMark with HTML in it."""


def read_buttondown(archive: ExportArchive, as_html: AsHtml) -> ExportReading:
    """Read the emails that were sent."""
    issues, remarks, drafts = [], [], 0
    for place, line, values, body in _emails(archive):
        if values.get("status", "").lower() in _UNSENT or not values.get("publish_date"):
            drafts += 1
            continue
        try:
            issues.append(_issue(values, body, as_html, f"{place}:{line}" if line else place))
        except InputError as error:
            remarks.append(PastRemark(line=line, place=place, what=error.what))
    return ExportReading(tool="buttondown", issues=tuple(issues), remarks=tuple(remarks), drafts=drafts)


def _emails(archive: ExportArchive) -> Iterator[tuple[str, int, Mapping[str, str], str]]:
    """Yield each email: where it is from, what is said of it, and its text."""
    texts = {name: _split(clean(decoded(archive.read(name)))) for name in archive.below(FOLDER, ".md", ".html")}
    stems = {PurePosixPath(name).stem: name for name in texts}
    used = set()
    if table := next(filter(None, map(archive.find, TABLES)), ""):
        for line, row in _rows(archive, table):
            name = next((stems[key] for key in (row.get("slug"), row.get("id")) if key in stems), "")
            matter, body = texts.get(name, ({}, ""))
            used.add(name)
            yield table, line, {**row, **matter}, body or row.get("body", "")
    for name, (matter, body) in texts.items():
        if name not in used and "subject" in matter:
            yield name, 0, {"id": PurePosixPath(name).stem, **matter}, body


def _rows(archive: ExportArchive, table: str) -> Iterator[tuple[int, Mapping[str, str]]]:
    """Yield what *table* says of each email, and where: the line, or 0 where lines tell nothing.

    :raises InputError: it is no list of emails.
    """
    data, where = archive.read(table), f"{archive.path}: {table}"
    if table.lower().endswith(".csv"):
        yield from table_rows(data, where, ("subject",))
        return
    try:
        emails = json.loads(clean(decoded(data)))
    except (ValueError, RecursionError) as cause:
        raise InputError("this is not JSON", "ask for the export again", where=where) from cause
    if not isinstance(emails, list) or not all(isinstance(email, dict) and "subject" in email for email in emails):
        raise InputError("this is no list of emails with subjects", "give the export as its tool made it", where=where)
    for email in emails:
        yield 0, {str(key).lower(): _told(value) for key, value in email.items()}


def _told(value: object) -> str:
    return str(value).strip() if isinstance(value, (str, int)) and not isinstance(value, bool) else ""


def _split(text: str) -> tuple[dict[str, str], str]:
    """Return the plain ``key: text`` lines of the front matter of *text*, and what is below it."""
    text = text.replace("\r\n", "\n")
    matter = _MATTER.match(text)
    if not matter:
        return {}, text
    pairs = (re.match(r"(\w+):[ \t]+(.*\S)", line) for line in matter[1].split("\n"))
    return {pair[1]: _unquoted(pair[2]) for pair in pairs if pair}, text[matter.end() :]


def _unquoted(text: str) -> str:
    return text[1:-1] if len(text) > 1 and text[0] == text[-1] and text[0] in "\"'" else text


def _issue(values: Mapping[str, str], body: str, as_html: AsHtml, place: str) -> PastIssue:
    subject = line_of(values.get("subject", "")) or "(no subject)"
    sent = read_moment(values["publish_date"])
    if sent is None:
        raise InputError(f'"{values["publish_date"]}" is no date of "{subject}"')
    if not body.strip():
        raise InputError(f'"{subject}" has no text in the export ({FOLDER}/{values.get("slug") or "SLUG"}.md)')
    body = _READERS_OWN.sub("", body)
    body = re.sub(r"<!--\s*buttondown-editor-mode:[^>]*-->", "", body)
    return PastIssue(
        id=values.get("id") or values.get("slug") or f"{sent:%Y%m%d%H%M}",
        sent=sent,
        subject=subject,
        preheader=line_of(values.get("description", "")),
        paid=values.get("email_type", "public").lower() not in ("public", ""),
        blocks=blocks_of(body if body.lstrip().startswith("<") else as_html(body)),
        place=place,
    )
