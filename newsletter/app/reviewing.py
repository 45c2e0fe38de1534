"""Shows what a machine drafted beside what it is from, and notes who has read it."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from newsletter.app.drafting import find_picked, known_articles, quotes_of
from newsletter.app.newsletter import Newsletter
from newsletter.app.texts import texts_of
from newsletter.composer.issue_file import parse_issue
from newsletter.composer.issues import read_issue_text
from newsletter.composer.markdown import plain_text
from newsletter.composer.support import plain
from newsletter.errors import IssueError
from newsletter.files import alone_in, write_whole
from newsletter.model.draft import UNSUPPORTED, is_draft, is_edited, picked_sha256, told_by
from newsletter.model.issue import PickedArticle, Provenance

AROUND = 160
"""Characters of the article that are shown before and behind a quote."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Sentence:
    """One sentence of a draft.

    :param quote: what it rests on, word for word; empty where none is known here.
    :param before: what the article says before the quote; *behind* is what it says after it.
    """

    text: str
    quote: str = ""
    before: str = ""
    behind: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Reviewed:
    """A draft in an issue, and how it stands.

    :param read_here: the text of the article is on this machine.
    """

    picked: PickedArticle
    known: Provenance
    why: str
    points: tuple[Sentence, ...]
    read_here: bool

    @property
    def state(self) -> str:
        """Whether it is "reviewed", "edited" by a person, or "waiting" for one."""
        if self.known.reviewed_by:
            return "reviewed"
        return "edited" if is_edited(self.picked, self.known) else "waiting"

    @property
    def title(self) -> str:
        """Its title as a reader sees it."""
        return plain_text(self.picked.title.markdown)

    def values(self) -> dict[str, Any]:
        """What a program reads."""
        points = [{"text": point.text, "quote": point.quote} for point in self.points]
        return {
            "id": self.picked.id,
            "title": self.title,
            "drafted_by": told_by(self.picked, self.known),
            "state": self.state,
            "reviewed_by": self.known.reviewed_by,
            "truncated": self.known.truncated,
            "flagged": self.known.flagged,
            "why": self.why,
            "points": points,
        }


def drafts_of(newsletter: Newsletter, path: Path, ids: Sequence[str] = ()) -> list[Reviewed]:
    """Return the drafts of the issue *path* in their order: all of them, or those of *ids*.

    :param ids: any unique beginning of each.
    :raises IssueError: one of *ids* is not in it, or no machine drafted it.
    """
    issue = newsletter.issues.read(path)
    asked = [find_picked(issue.articles, id, path) for id in dict.fromkeys(ids)]
    for one in asked:
        if not is_draft(issue.provenance.get(one.id)):
            raise IssueError(f"no machine drafted {one.id}", "there is nothing to review", where=path, line=one.line)
    drafts = [one for one in asked or issue.articles if is_draft(issue.provenance.get(one.id))]
    articles = known_articles(newsletter, drafts)
    texts = texts_of(newsletter, articles.values())
    return [_reviewed(newsletter, one, issue.provenance[one.id], texts.get(articles[one.id].id, "")) for one in drafts]


def _reviewed(newsletter: Newsletter, picked: PickedArticle, known: Provenance, text: str) -> Reviewed:
    quotes, line = quotes_of(newsletter, known.draft_sha256), plain(text)
    points = tuple(_sentence(point.markdown, quotes.get(point.markdown, ""), line) for point in picked.points)
    why = plain_text(picked.why.markdown) if picked.why else ""
    return Reviewed(picked=picked, known=known, why=why, points=points, read_here=bool(text))


def _sentence(markdown: str, quote: str, line: str) -> Sentence:
    said, at = plain(quote).strip("\"' "), -1
    if said:
        at = line.find(said)
    if at < 0:
        return Sentence(text=plain_text(markdown), quote=quote)
    start, end = max(at - AROUND, 0), at + len(said)
    return Sentence(
        text=plain_text(markdown),
        quote=said,
        before=("…" if start else "") + line[start:at],
        behind=line[end : end + AROUND] + ("…" if end + AROUND < len(line) else ""),
    )


def approve(path: Path, id: str, by: str, seen_sha256: str) -> None:
    """Note that *by* has read the draft *id* of the issue *path*.

    :param seen_sha256: of the words that they read, by :func:`picked_sha256`.
    :raises IssueError: the words are others by now, or one of them is marked as unsupported; nothing is written.
    """
    with alone_in(path.parent):
        text = read_issue_text(path)
        picked = next((one for one in parse_issue(text.text, path).articles if one.id == id), None)
        if picked is None or picked_sha256(picked) != seen_sha256:
            raise IssueError(f"{id} was changed while you read it", "look at it again", where=path)
        _require_supported(picked, path)
        known = {"reviewed_by": by, "reviewed_sha256": seen_sha256}
        write_whole(path, text.with_values({"articles": {id: known}}).encode())


def _require_supported(picked: PickedArticle, path: Path) -> None:
    for passage in (*((picked.why,) if picked.why else ()), *picked.points):
        if passage.markdown.startswith(UNSUPPORTED.strip()):
            what, todo = "the article does not bear this out", "mend it and take its mark off, or take it out"
            raise IssueError(what, todo, where=path, line=passage.line)


def is_proposal(path: Path) -> bool:
    """Whether the issue *path* was composed alone, and nobody has agreed to it yet."""
    return parse_issue(read_issue_text(path).text, path).proposal


def agree(path: Path) -> None:
    """Take the line out of the issue *path* that calls it a proposal."""
    with alone_in(path.parent):
        write_whole(path, read_issue_text(path).without_value("proposal").encode())
