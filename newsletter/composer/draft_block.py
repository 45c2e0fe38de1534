"""Puts a draft into an issue file, below what stands in its article already."""

from dataclasses import replace
from typing import Any

from newsletter.composer.arranging import ARTICLE, pieces_of
from newsletter.composer.blocks import WHY
from newsletter.composer.escaping import escaped
from newsletter.composer.issue_file import parse_issue, split_front_matter
from newsletter.composer.issue_text import IssueText
from newsletter.errors import IssueError
from newsletter.model.draft import EXCERPT, UNSUPPORTED, Claim, Draft, picked_sha256, words_sha256
from newsletter.model.issue import Provenance


def with_draft(text: IssueText, id: str, draft: Draft, facts: dict[str, Any]) -> IssueText:
    """Return *text* with the words of *draft* in the article *id*, and *facts* of it in the front matter.

    :raises IssueError: the article is not there, has words already, or what comes out would be read as another issue.
    """
    issue = parse_issue(text.text, text.path)
    number = next((at for at, article in enumerate(issue.articles) if article.id == id), None)
    if number is None:
        raise IssueError(f"there is no article {id} in it", "look at it again", where=text.path)
    if issue.articles[number].why or issue.articles[number].points:
        line = issue.articles[number].line
        raise IssueError(f"{id} has words already", "nothing was changed", where=text.path, line=line)
    why, points = escaped_why(draft), [escaped_point(point, draft) for point in draft.points]
    lines = [f"{WHY} {why}"] if why else []
    if points:
        lines += ["", *(f"- {point}" for point in points)] if lines else [f"- {point}" for point in points]
    known = {"drafted_by": draft.drafted_by, "draft_sha256": words_sha256(why, points), **facts}
    known = _stale(issue.provenance.get(id)) | known
    after = _appended(text, number, "\n".join(lines)).with_values({"articles": {id: known}})
    _require_only_that(text, after, number, known["draft_sha256"])
    return after


def _stale(known: Provenance | None) -> dict[str, Any]:
    """Return what an earlier draft has left in the front matter, emptied: nobody has reviewed the new one."""
    empty = {"reviewed_by": "", "reviewed_sha256": "", "truncated": False, "flagged": ""}
    return {name: value for name, value in empty.items() if known and getattr(known, name)}


def escaped_why(draft: Draft) -> str:
    """Return the Markdown of why it matters; empty where the draft does not say."""
    return _marked(draft.why, escaped(draft.why.text)) if draft.why else ""


def escaped_point(claim: Claim, draft: Draft) -> str:
    """Return the Markdown of one key point: an excerpt stands in quotes."""
    return _marked(claim, escaped(f"“{claim.text}”" if draft.drafted_by == EXCERPT else claim.text))


def _marked(claim: Claim, words: str) -> str:
    return f"{UNSUPPORTED}{words}" if claim.fault else words


def _appended(text: IssueText, number: int, words: str) -> IssueText:
    pieces = pieces_of(text)
    at = [index for index, piece in enumerate(pieces) if piece.level == ARTICLE][number]
    pieces[at] = replace(pieces[at], text=f"{pieces[at].text}\n\n{words}", gap=pieces[at].gap or "\n")
    matter, _ = split_front_matter(text.text, text.path)
    return replace(text, text=matter + "".join(piece.text + piece.gap for piece in pieces))


def _require_only_that(before: IssueText, after: IssueText, number: int, sha256: str) -> None:
    """Refuse a file in which anything else has changed, or in which the words are read as something else."""
    old, new = (parse_issue(text.text, text.path).articles for text in (before, after))
    titles = [[article.title.markdown for article in articles] for articles in (old, new)]
    others = [
        [picked_sha256(article) for at, article in enumerate(articles) if at != number] for articles in (old, new)
    ]
    if titles[0] != titles[1] or others[0] != others[1] or picked_sha256(new[number]) != sha256:
        what, todo = "words added to this article would be none", "close the code block or comment in it"
        raise IssueError(what, todo, where=before.path, line=old[number].line)
