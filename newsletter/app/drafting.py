"""Offers words for the articles of an issue that have none: sentences of their own, or what a model makes of them.

::

    picked, without why and points ─► its text ─► excerpts ──────────────────────────► chosen ─┐
                                          └─► refused? kept? caps? ─► asked ─► judged ─► kept ─┴─► issue file
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from newsletter.app.newsletter import Newsletter
from newsletter.app.site_sentences import SiteSentences
from newsletter.app.texts import texts_of
from newsletter.composer.draft_block import escaped_point, escaped_why, with_draft
from newsletter.composer.issues import read_issue_text
from newsletter.composer.markdown import plain_text
from newsletter.errors import IssueError
from newsletter.files import alone_in, write_whole
from newsletter.model.article import Article
from newsletter.model.draft import EXCERPT, Claim, Draft, words_sha256
from newsletter.model.issue import PickedArticle

KIND = "draft"


@dataclass(frozen=True, kw_only=True, slots=True)
class Task:
    """An article of an issue that has no words, and what there is to read of it.

    :param article: as the pool knows it.
    """

    picked: PickedArticle
    article: Article
    text: str

    @property
    def id(self) -> str:
        """The article's id in the issue."""
        return self.picked.id

    @property
    def title(self) -> str:
        """Its title as a reader sees it."""
        return plain_text(self.picked.title.markdown)


def tasks_of(newsletter: Newsletter, path: Path, ids: Sequence[str] = ()) -> list[Task]:
    """Return the articles of the issue *path* that have neither why nor points: all of them, or those of *ids*.

    :param ids: any unique beginning of each.
    :raises IssueError: the issue was sent, or one of *ids* is not in it, or has words already.
    """
    if newsletter.issues.receipts(path):
        todo = "newsletter new makes the next one"
        raise IssueError("this issue was sent, and stays as its readers have it", todo, where=path)
    articles = newsletter.issues.read(path).articles
    asked = [find_picked(articles, id, path) for id in dict.fromkeys(ids)]
    for one in asked:
        if not _lacks(one):
            todo = "take its words out to have others drafted"
            raise IssueError(f"{one.id} has words already", todo, where=path, line=one.line)
    wanted = asked or [one for one in articles if one.id and _lacks(one)]
    known = known_articles(newsletter, wanted)
    texts = texts_of(newsletter, known.values())
    return [Task(picked=one, article=known[one.id], text=texts[known[one.id].id]) for one in wanted]


def find_picked(articles: Sequence[PickedArticle], prefix: str, path: Path) -> PickedArticle:
    """Return the one of *articles* whose id begins with *prefix*; IssueError when it is none, or several."""
    found = [one for one in articles if one.id and one.id.startswith(prefix.lower())] if prefix else []
    exact = [one for one in found if one.id == prefix.lower()]
    if len(exact or found) != 1:
        ids = ", ".join(one.id for one in found or articles if one.id)[:300] or "none"
        what = f"{len(found)} articles begin with {prefix}" if found else f'there is no article "{prefix}" in it'
        raise IssueError(what, f"ids here: {ids}", where=path)
    return (exact or found)[0]


def _lacks(one: PickedArticle) -> bool:
    return not (one.sponsor or one.is_chapter or one.why or one.points)


def known_articles(newsletter: Newsletter, wanted: Sequence[PickedArticle]) -> dict[str, Article]:
    """Return what the pool knows of each, by its id in the issue: by id, or else by link."""
    pool = newsletter.pool()
    known = {}
    for one in wanted:
        bare = Article(id=one.id, title=plain_text(one.title.markdown), link=one.link, source=one.source)
        entry = pool.entries.get(one.id) or (pool.same_as(bare) if one.link else None)
        known[one.id] = entry.article if entry else bare
    return known


def excerpts(task: Task, sites: SiteSentences) -> tuple[str, ...]:
    """Return sentences of the article to choose from, best first."""
    from newsletter.composer.excerpts import excerpts_of

    return excerpts_of(task.text, never=sites.of(task.article))


def excerpt_draft(sentences: Sequence[str]) -> Draft:
    """Return *sentences* as a draft: each is its own quote."""
    return Draft(drafted_by=EXCERPT, points=tuple(Claim(text=one, quote=one) for one in sentences))


def put(newsletter: Newsletter, path: Path, task: Task, draft: Draft, facts: dict[str, Any] | None = None) -> None:
    """Write *draft* into the issue file as it is now, and keep its quotes for who reviews it.

    :raises IssueError: somebody has written words there meanwhile, or it cannot stand there; then nothing is written.
    """
    with alone_in(path.parent):
        text = with_draft(read_issue_text(path), task.id, draft, facts or {})
        _keep_quotes(newsletter, draft)
        write_whole(path, text.encode())


def _keep_quotes(newsletter: Newsletter, draft: Draft) -> None:
    points = [escaped_point(point, draft) for point in draft.points]
    quotes = {point: claim.quote for point, claim in zip(points, draft.points, strict=True)}
    key = quotes_key(words_sha256(escaped_why(draft), points))
    newsletter.derived.put(KIND, {key: json.dumps(quotes, ensure_ascii=False).encode()})


def quotes_key(draft_sha256: str) -> str:
    """Return what the quotes of a draft are kept by."""
    return f"quotes {draft_sha256}"


def quotes_of(newsletter: Newsletter, draft_sha256: str) -> dict[str, str]:
    """Return the quote of each point by the point's Markdown; nothing where another machine drafted them."""
    kept = newsletter.derived.get(KIND, quotes_key(draft_sha256))
    try:
        quotes = json.loads(kept) if kept else {}
    except ValueError:
        return {}
    return {str(point): str(quote) for point, quote in quotes.items()} if isinstance(quotes, dict) else {}


def without_faults(draft: Draft) -> Draft:
    """Return *draft* without the sentences that the article does not bear out."""
    why = draft.why if draft.why and not draft.why.fault else None
    return replace(draft, why=why, points=tuple(point for point in draft.points if not point.fault))
