"""Takes the articles of an issue file out, puts them elsewhere, and leaves every word as its editor wrote it."""

import re
from dataclasses import dataclass, replace
from itertools import pairwise

import tomlkit

from newsletter.composer.blocks import section_block
from newsletter.composer.issue_file import parse_issue, split_front_matter
from newsletter.composer.issue_text import IssueText
from newsletter.composer.markdown import parse_document
from newsletter.errors import IssueError

SECTION, ARTICLE = 2, 3
"""Levels of headings."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Piece:
    """A stretch of an issue's body: the words above the first heading, or a heading with all that stands below it.

    :param level: of its heading, 2 or 3; 0 for the words above all of them.
    :param text: its lines; none of them is empty at the end.
    :param gap: the empty lines behind it.
    """

    level: int
    text: str
    gap: str


def pieces_of(text: IssueText) -> list[Piece]:
    """Return the body of *text*, cut before each heading; joined they are the body.

    :raises IssueError: when it cannot be read.
    """
    _, body = split_front_matter(text.text, text.path)
    document = parse_document(body, text.path, first_line=0)
    lines = re.findall(r"[^\n]*\n|[^\n]+", body)  # str.splitlines would end one at U+2028 too, which Markdown does not
    heads = [(block.line, block.level) for block in document.blocks if block.kind == "heading"]
    starts = [(0, 0), *heads, (len(lines), 0)]
    return [_piece(level, "".join(lines[line:end])) for (line, level), (end, _) in pairwise(starts)]


def _piece(level: int, lines: str) -> Piece:
    words = re.sub(r"\n\s*\Z", "", lines) if lines.strip() else ""
    return Piece(level=level, text=words, gap=lines[len(words) :])


def move_article(text: IssueText, article: int, section: int, place: int) -> IssueText:
    """Return *text* with its article number *article* at another place.

    :param article: counted from 0, over the whole issue.
    :param section: counted from 0; -1 is above the first section's heading.
    :param place: before which article of that section, as they are without the moved one; the last one at most.
    :raises IssueError: what comes out would be another issue; or there is no such article or section.
    """
    pieces = pieces_of(text)
    moved = pieces.pop(_find(text, pieces, ARTICLE, article))
    pieces.insert(_slot(text, pieces, section, place), moved)
    return _checked(text, _rebuilt(text, pieces))


def take_article_out(text: IssueText, article: int) -> tuple[IssueText, str]:
    """Return *text* without its article number *article*, and that article's block as it was written.

    What the front matter knew of it goes too.
    """
    pieces = pieces_of(text)
    taken = pieces.pop(_find(text, pieces, ARTICLE, article))
    left = _rebuilt(text, pieces)
    id = parse_issue(text.text, text.path).articles[article].id
    return _checked(text, _forgotten(left, id)), taken.text + "\n"


def add_section(text: IssueText, name: str) -> IssueText:
    """Return *text* with a section *name* at its end.

    :raises IssueError: the name is none, or there is one of that name.
    """
    issue = parse_issue(text.text, text.path)
    if not name.strip():
        raise IssueError("a section needs a name", "type one", where=text.path)
    if any(s.name and s.name.markdown.casefold() == name.strip().casefold() for s in issue.sections):
        raise IssueError(f'there is a section "{name.strip()}" already', "put articles into that one", where=text.path)
    heading = Piece(level=SECTION, text=section_block(name.strip()).rstrip("\n"), gap="\n")
    return _checked(text, _rebuilt(text, [*pieces_of(text), heading]))


def take_section_out(text: IssueText, section: int) -> IssueText:
    """Return *text* without the heading of its section number *section*, whose articles go to the one above it."""
    pieces = pieces_of(text)
    del pieces[_find(text, pieces, SECTION, section)]
    return _checked(text, _rebuilt(text, pieces))


def _find(text: IssueText, pieces: list[Piece], level: int, number: int) -> int:
    at = [index for index, piece in enumerate(pieces) if piece.level == level]
    if not 0 <= number < len(at):
        name = "article" if level == ARTICLE else "section"
        raise IssueError(f"there is no {name} {number + 1} in it", "look at it again", where=text.path)
    return at[number]


def _slot(text: IssueText, pieces: list[Piece], section: int, place: int) -> int:
    """Return before which piece the article number *place* of a section stands, or would stand."""
    first = _find(text, pieces, SECTION, section) + 1 if section >= 0 else 1
    end = first
    while end < len(pieces) and pieces[end].level == ARTICLE:
        end += 1
    return min(first + max(place, 0), end)


def _rebuilt(text: IssueText, pieces: list[Piece]) -> IssueText:
    """Return *text* with these pieces as its body: an empty line between any two, and its end as it was."""
    matter, _ = split_front_matter(text.text, text.path)
    body = ""
    for piece in pieces[:-1]:
        body += piece.text + (piece.gap if not piece.text or piece.gap.count("\n") > 1 else "\n\n")
    last, end = pieces[-1], pieces_of(text)[-1].gap
    body += last.text + (end or "\n" if last.text else "")
    return replace(text, text=matter + (body if len(pieces) > 1 or last.text else last.gap))


def _forgotten(text: IssueText, id: str) -> IssueText:
    """Return *text* without the front matter's table of the article *id*."""
    matter, body = split_front_matter(text.text, text.path)
    begin, end = matter.index("\n") + 1, matter.rindex("+++")
    document = tomlkit.parse(matter[begin:end])
    if not id or id not in document.get("articles", {}):
        return text
    del document["articles"][id]
    if not document["articles"]:
        del document["articles"]
    cut = _without_table(matter[begin:end], id)
    kept = cut if tomlkit.parse(cut).unwrap() == document.unwrap() else tomlkit.dumps(document)
    inner = kept.rstrip("\n") + "\n"
    return replace(text, text=matter[:begin] + inner + matter[end:] + body)


def _without_table(matter: str, id: str) -> str:
    """Return *matter* without the lines of the article's table, if it is written as the tool writes it.

    tomlkit counts the comments below a table to that table, and would take them along: they are the next one's.
    """
    own = r"(?:(?:[ \t]*#.*\n)*[ \t]*[\w-]+[ \t]*=.*\n)*"
    return re.sub(rf"^\[articles\.{re.escape(id)}\].*\n{own}\n?", "", matter, count=1, flags=re.M)


def _checked(before: IssueText, after: IssueText) -> IssueText:
    """Return *after* if it is an issue with no block in it that *before* had not, in another order.

    :raises IssueError: it is not.
    """
    parse_issue(after.text, after.path)
    had = {piece.text for piece in pieces_of(before)}
    new = [piece for piece in pieces_of(after) if piece.text not in had and piece.level != SECTION]
    if new:
        what = "moved there, an article would be read as another one"
        raise IssueError(what, "close the code block or comment above it", where=before.path)
    return after
