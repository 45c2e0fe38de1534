"""Reads an issue file: TOML front matter, then Markdown in which headings are sections and articles.

::

    +++ front matter +++
    the editor's intro
    ## Section
    ### [Title](link) {#id .sponsor}
    Source · 12 min · 2025-09-10
    words of the editor's own
    **Why it matters:** one or two sentences
    - key points

What has no place in this is an error with its line, never left out.
"""

import re
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

from newsletter.composer.article_block import ArticleReader
from newsletter.composer.markdown import Block, Document, parse_document, references
from newsletter.errors import IssueError
from newsletter.model.issue import Issue, Passage, PickedArticle, Provenance, Section
from newsletter.model.table import Table, read_toml
from newsletter.model.waiver import read_waivers

_OPENING = re.compile(r"\+\+\+[ \t]*\n")
_CLOSING = re.compile(r"^\+\+\+[ \t]*(?:\n|\Z)", re.M)


def split_front_matter(text: str, path: Path) -> tuple[str, str]:
    """Return front matter and body of an issue's *text*, whose lines end in LF; together they are the text."""
    opening = _OPENING.match(text)
    closing = _CLOSING.search(text, opening.end()) if opening else None
    if opening is None:
        raise IssueError(
            "the file does not begin with a line +++", "an issue begins with front matter", where=path, line=1
        )
    if closing is None:
        raise IssueError("the front matter has no end", "close it with a line +++", where=path, line=1)
    return text[: closing.end()], text[closing.end() :]


def parse_issue(text: str, path: Path) -> Issue:
    """Read the issue whose file *path* holds *text*.

    :raises IssueError: with the line of what cannot be read.
    """
    text = text.removeprefix("\ufeff").replace("\r\n", "\n")
    if match := re.search(r"[\x00-\x08\x0b-\x1f\x7f]", text):
        line = text.count("\n", 0, match.start()) + 1
        what = f"there is a control character (U+{ord(match[0]):04X}) in this line"
        raise IssueError(what, "take it out", where=path, line=line)
    matter, body = split_front_matter(text, path)
    inner = matter[matter.index("\n") + 1 : matter.rindex("+++")]
    table = read_toml(inner, where=path, error=IssueError, first_line=2)
    document = parse_document(body, path, first_line=matter.count("\n") + 1)
    intro, sections = _read_body(document, path)
    issue = Issue(
        path=path,
        number=table.get("number", int),
        date=table.day("date"),
        subject=table.text("subject", ""),
        preheader=table.text("preheader", ""),
        list=table.text("list", ""),
        correction_of=table.get("correction_of", int, 0),
        imported_from=table.text("imported_from", ""),
        archive=table.get("archive", bool) if "archive" in table.values else None,
        proposal=table.get("proposal", bool, False),
        intro=intro,
        sections=sections,
        waivers=read_waivers(table),
        provenance=_provenance(table.table("articles")),
        lines=table.lines(),
    )
    table.close()
    _require_consistent(issue, table)
    return replace(issue, references=tuple(ref for passage in issue.passages() for ref in references(passage)))


def _provenance(tables: Table) -> dict[str, Provenance]:
    known = {}
    for id, table in tables.tables():
        known[id] = Provenance(
            found=table.text("found", ""),
            drafted_by=table.text("drafted_by", ""),
            draft_sha256=table.text("draft_sha256", ""),
            reviewed_by=table.text("reviewed_by", ""),
            reviewed_sha256=table.text("reviewed_sha256", ""),
            truncated=table.get("truncated", bool, False),
            flagged=table.text("flagged", ""),
            again=table.text("again", ""),
        )
        table.close()
    return known


def _require_consistent(issue: Issue, table: Table) -> None:
    named = re.match(r"\d+", issue.path.name)
    if issue.number < 1:
        raise table.fail("number", f"{issue.number} is no number of an issue", "issues are numbered from 1")
    if named and int(named[0]) != issue.number:
        raise table.fail(
            "number", f"the file is named {named[0]}, the number in it is {issue.number}", "change one of the two"
        )
    if "correction_of" in issue.lines and not 0 < issue.correction_of < issue.number:
        what = f"issue {issue.number} cannot correct issue {issue.correction_of}"
        raise table.fail("correction_of", what, "give the number of an earlier one, or take the line out")
    seen: dict[str, int] = {}
    for article in issue.articles:
        if article.id and article.id in seen:
            what = f"the id {article.id} stands at line {seen[article.id]} already"
            raise IssueError(what, "take one of the two articles out", where=issue.path, line=article.line)
        seen[article.id] = article.line


def _read_body(document: Document, path: Path) -> tuple[Passage | None, tuple[Section, ...]]:
    blocks = document.blocks
    heads = [at for at, block in enumerate(blocks) if block.kind == "heading"]
    for at in heads:
        _require_heading(blocks[at], path)
    first = heads[0] if heads else len(blocks)
    sections: list[Section] = []
    for at, end in pairwise([*heads, len(blocks)]):
        if blocks[at].level == 2:
            _require_nothing(blocks[at + 1 : end], path)
            sections.append(Section(name=Passage(markdown=blocks[at].text, line=blocks[at].line), articles=()))
        else:
            article = ArticleReader(document, path).read(blocks[at], blocks[at + 1 : end])
            _append(sections, article)
    return document.passage(blocks[:first]), tuple(sections)


def _append(sections: list[Section], article: PickedArticle) -> None:
    last = sections.pop() if sections else Section(name=None, articles=())
    sections.append(Section(name=last.name, articles=(*last.articles, article)))


def _require_heading(block: Block, path: Path) -> None:
    if block.level not in (2, 3) or not block.markup.startswith("#"):
        what = "a heading here is a section (## NAME) or an article (### [Title](link))"
        todo = "write it so" if block.markup.startswith("#") else "leave a blank line above the dashes, or write it so"
        raise IssueError(what, todo, where=path, line=block.line)


def _require_nothing(blocks: Sequence[Block], path: Path) -> None:
    if blocks:
        what = "there is text between a section's heading and its first article"
        raise IssueError(what, "move it above the heading or into an article", where=path, line=blocks[0].line)
