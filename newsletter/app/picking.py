"""Puts articles of the pool into an issue file."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from newsletter.app.candidates import Articles
from newsletter.app.clustering import follow_ups, found_alike
from newsletter.app.muting import Muting
from newsletter.app.newsletter import Newsletter
from newsletter.app.remembering import memory_of, repeats
from newsletter.composer.blocks import article_block, section_block
from newsletter.composer.escaping import escaped
from newsletter.composer.issues import number_of
from newsletter.composer.markdown import plain_text
from newsletter.composer.memory import Memory
from newsletter.composer.past import Past
from newsletter.composer.picking import Rules, choose, require_free, require_readable
from newsletter.composer.pool import Decision, Entry, Pool
from newsletter.composer.series import in_order
from newsletter.composer.shortlist import Repeat, RepeatKind
from newsletter.errors import PoolError
from newsletter.model.article import Article
from newsletter.model.draft import MODEL, words_sha256


@dataclass(frozen=True, kw_only=True, slots=True)
class Picked:
    """What a pick did.

    :param created: the issue file was made for it.
    :param already: articles that stood in the issue before.
    :param repeats: what of the picked ones is not new, by id.
    """

    path: Path
    articles: tuple[Article, ...]
    already: tuple[Article, ...]
    created: bool
    repeats: Mapping[str, Sequence[Repeat]] = field(default_factory=dict)

    def values(self) -> dict[str, Any]:
        """What a program reads."""
        return {
            "issue": number_of(self.path),
            "path": self.path.as_posix(),
            "created": self.created,
            "picked": [article.id for article in self.articles],
            "already": [article.id for article in self.already],
            "repeats": {id: [asdict(repeat) for repeat in some] for id, some in self.repeats.items()},
        }


@dataclass(frozen=True, kw_only=True, slots=True)
class Placing:
    """An article on its way into an issue.

    :param section: where it goes; empty is the end of the issue.
    :param again: why it may run although a sent issue had it.
    """

    article: Article
    section: str = ""
    again: str = ""

    def require_readable(self) -> None:
        """Refuse what could not be read in an issue; a PoolError says what to do."""
        block = article_block(self.article)
        require_readable(self.article, f"{section_block(self.section)}\n{block}" if self.section else block)


def pick(
    newsletter: Newsletter, ids: Sequence[str], rules: Rules, *, path: Path | None, section: str | None, again: str
) -> Picked:
    """Put the articles *ids*, or those that *rules* take, into the issue *path*, or into a new one.

    :param section: where they go; empty is the end of the issue, None what each was collected for.
    :raises PoolError: when one of them may not run, or cannot stand in an issue; then nothing is written.
    """
    require_unsent(newsletter, path)
    pool = newsletter.pool()
    list_name = list_of(newsletter, path)
    past = newsletter.past(list_name, pool)
    known = Articles(newsletter, pool)
    entries = [known.find(id) for id in dict.fromkeys(ids)]
    number = newsletter.issues.read(path).number if path else 0
    for entry in entries:
        require_free(entry, past, number, again)
    chosen = [entry.article for entry in entries] if ids else in_order(choose(_offered(newsletter, pool), past, rules))
    if not chosen:
        raise PoolError(
            "no article is free to be picked", "newsletter add FILE adds some; newsletter pool list shows why"
        )
    already = [article for article in chosen if stands_in(past, article, number)]
    placings = [
        Placing(article=article, section=article.section if section is None else section, again=again)
        for article in chosen
        if article not in already
    ]
    for placing in placings:
        placing.require_readable()
    known.take_in(entries)
    placed = place(newsletter, past, placings, path)
    known.leave()
    articles = tuple(placing.article for placing in placings)
    return Picked(
        path=placed,
        articles=articles,
        already=tuple(already),
        created=path is None,
        repeats=_repeats(newsletter, memory_of(newsletter, list_name, pool=pool, past=past), articles, placed),
    )


def _repeats(
    newsletter: Newsletter, memory: Memory, articles: Sequence[Article], path: Path
) -> dict[str, tuple[Repeat, ...]]:
    """Return what of *articles*, which stand in the issue *path*, is not new; what runs for a reason needs no words."""
    issue = newsletter.issues.read(path)
    beside = [Article(id=one.id, title=plain_text(one.title.markdown), link=one.link) for one in issue.articles]
    own = frozenset((issue.number, issue.correction_of))
    stories = found_alike(newsletter, (article.id for article in articles))
    sent = (article for id in memory.recent(other_than=own) if (article := memory.known(id)))
    for id, ids in follow_ups(newsletter, articles, sent).items():
        stories[id] = stories.get(id, frozenset()) | ids
    found = repeats(newsletter, memory, articles, other_than=own, beside=beside, stories=stories)
    return {id: some for id, some in found.items() if some[0].kind is not RepeatKind.SAME}


def list_of(newsletter: Newsletter, path: Path | None, list_name: str = "") -> str:
    """Return the mailing list of the issue *path*; of a new one, *list_name*, that of the last issue, or the first."""
    if path or list_name:
        return newsletter.issues.head(path).list if path else list_name
    last = newsletter.issues.last()
    return last.list if last else next(iter(newsletter.settings.lists), "")


def _offered(newsletter: Newsletter, pool: Pool) -> Iterator[Entry]:
    """Yield what is new in the pool, but for what is muted."""
    muted = Muting.of(newsletter, pool)
    return (entry for entry in pool.of(Decision.NEW) if entry.article not in muted)


def require_unsent(newsletter: Newsletter, path: Path | None) -> None:
    """Refuse to put anything into an issue that its readers have."""
    if path and newsletter.issues.receipts(path):
        todo = "newsletter new makes the next one; a correction is an issue of its own"
        raise PoolError("this issue was sent, and stays as its readers have it", todo, where=path)


def stands_in(past: Past, article: Article, number: int) -> bool:
    """Whether *article* is in the unsent issue *number* already."""
    seen = past.picked(article)
    return bool(seen and seen.number == number)


def place(
    newsletter: Newsletter,
    past: Past,
    placings: Sequence[Placing],
    path: Path | None,
    *,
    list_name: str = "",
    proposal: bool = False,
) -> Path:
    """Write *placings* at the ends of their sections in the issue *path*, or in a new one; return its file.

    :param list_name: the mailing list of a new one; empty is that of the last issue.
    :param proposal: no person chose them.
    :raises IssueError: when what comes out would not be an issue with these articles; then nothing is written.
    """
    blocks = [(placing.section, article_block(placing.article)) for placing in placings]
    facts: dict[str, Any] = {"proposal": True} if proposal else {}
    facts["articles"] = {
        p.article.id: _provenance(p.article, p.again if past.sent(p.article) else "") for p in placings
    }
    if path is None:
        return newsletter.issues.create(
            {**_settings(newsletter), **({"list": list_name} if list_name else {})}, blocks, facts
        )
    if placings:
        newsletter.issues.edit(path, blocks, facts)
    return path


def _settings(newsletter: Newsletter) -> dict[str, Any]:
    return {"list": next(iter(newsletter.settings.lists), "")} if newsletter.issues.last() is None else {}


def create_issue(newsletter: Newsletter, values: dict[str, Any]) -> Path:
    """Make a new issue from the last one's settings and *values*."""
    return newsletter.issues.create(
        {**_settings(newsletter), **{name: value for name, value in values.items() if value}}
    )


def _provenance(article: Article, again: str) -> dict[str, Any]:
    facts: dict[str, Any] = {"found": article.found, "drafted_by": article.drafted_by, "again": again}
    if article.drafted_by:
        facts["truncated"] = article.truncated and article.drafted_by.startswith(MODEL)
        facts["draft_sha256"] = words_sha256(escaped(article.why), [escaped(point) for point in article.points])
    return {name: value for name, value in facts.items() if value}
