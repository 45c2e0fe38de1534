"""Puts articles of the pool into an issue file."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from newsletter.app.newsletter import Newsletter
from newsletter.composer.blocks import article_block, section_block
from newsletter.composer.escaping import escaped
from newsletter.composer.issues import number_of
from newsletter.composer.picking import Rules, choose, require_free, require_readable
from newsletter.errors import PoolError
from newsletter.model.article import Article
from newsletter.model.draft import words_sha256


@dataclass(frozen=True, kw_only=True, slots=True)
class Picked:
    """What a pick did.

    :param created: the issue file was made for it.
    :param already: articles that stood in the issue before.
    """

    path: Path
    articles: tuple[Article, ...]
    already: tuple[Article, ...]
    created: bool

    def values(self) -> dict[str, Any]:
        """What a program reads."""
        return {
            "issue": number_of(self.path),
            "path": self.path.as_posix(),
            "created": self.created,
            "picked": [article.id for article in self.articles],
            "already": [article.id for article in self.already],
        }


def pick(
    newsletter: Newsletter, ids: Sequence[str], rules: Rules, *, path: Path | None, section: str | None, again: str
) -> Picked:
    """Put the articles *ids*, or those that *rules* take, into the issue *path*, or into a new one.

    :param section: where they go; empty is the end of the issue, None what each was collected for.
    :raises PoolError: when one of them may not run, or cannot stand in an issue; then nothing is written.
    """
    if path and newsletter.issues.receipts(path):
        todo = "newsletter new makes the next one; a correction is an issue of its own"
        raise PoolError("this issue was sent, and stays as its readers have it", todo, where=path)
    pool, past = newsletter.pool(), newsletter.past()
    entries = [pool.find(id) for id in dict.fromkeys(ids)]
    number = newsletter.issues.read(path).number if path else 0
    for entry in entries:
        require_free(entry, past, number, again)
    chosen = [entry.article for entry in entries] if ids else choose(pool.entries.values(), past, rules)
    already = [a for a in chosen if (seen := past.picked(a)) and seen.number == number]
    articles = [article for article in chosen if article not in already]
    if not chosen:
        raise PoolError(
            "no article is free to be picked", "newsletter add FILE adds some; newsletter pool list shows why"
        )
    blocks = [(article.section if section is None else section, article_block(article)) for article in articles]
    for article, (heading, block) in zip(articles, blocks, strict=True):
        require_readable(article, f"{section_block(heading)}\n{block}" if heading else block)
    facts = {"articles": {a.id: _provenance(a, again if past.sent(a) else "") for a in articles}}
    created = path is None
    if path is None:
        path = newsletter.issues.create(_settings(newsletter), blocks, facts)
    elif articles:
        newsletter.issues.edit(path, blocks, facts)
    return Picked(path=path, articles=tuple(articles), already=tuple(already), created=created)


def _settings(newsletter: Newsletter) -> dict[str, Any]:
    return {"list": next(iter(newsletter.settings.lists), "")} if newsletter.issues.last() is None else {}


def create_issue(newsletter: Newsletter, values: dict[str, Any]) -> Path:
    """Make a new issue from the last one's settings and *values*."""
    return newsletter.issues.create(
        {**_settings(newsletter), **{name: value for name, value in values.items() if value}}
    )


def _provenance(article: Article, again: str) -> dict[str, str]:
    facts = {"found": article.found, "drafted_by": article.drafted_by, "again": again}
    if article.drafted_by:
        facts["draft_sha256"] = words_sha256(escaped(article.why), [escaped(point) for point in article.points])
    return {name: value for name, value in facts.items() if value}
