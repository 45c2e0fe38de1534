"""Moves: what the editor does with one article of the pool or the issue, each with its way back."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from newsletter.app.newsletter import Newsletter
from newsletter.app.picking import pick
from newsletter.composer.arranging import add_section, move_article, take_article_out, take_section_out
from newsletter.composer.blocks import article_block
from newsletter.composer.issue_text import IssueText
from newsletter.composer.issues import read_issue_text
from newsletter.composer.markdown import plain_text
from newsletter.composer.picking import Rules
from newsletter.composer.pool import Decision, Entry, Pool
from newsletter.errors import IssueError, PoolError
from newsletter.files import alone_in, write_whole
from newsletter.model.article import Article
from newsletter.model.canonical import article_id, link_key
from newsletter.model.draft import EXCERPT, MODEL, is_draft
from newsletter.model.issue import PickedArticle, Provenance

OWN = -2
"""The section that an article was collected for."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Move:
    """What the editor does with one article, or with a section.

    :param do: "pick", "hold", "drop", "restore"; "move", "out"; "section", "unsection".
    :param id: of an article of the pool.
    :param article: of the issue, counted from 0.
    :param section: of the issue, counted from 0; -1 is above the first one, -2 the one that the article was
        collected for.
    :param place: before which article of the section; the last one at most.
    :param words: a reason, or a section's name.
    :param sure: what only the issue has of an article may go with it.
    """

    do: str
    id: str = ""
    article: int = -1
    section: int = OWN
    place: int = 999
    words: str = ""
    sure: bool = False

    @classmethod
    def of(cls, values: Mapping[str, Any]) -> "Move":
        """Return the move that a page sent; PoolError if it is none."""
        kinds = {"do": str, "id": str, "article": int, "section": int, "place": int, "words": str, "sure": bool}
        if not all(type(value) is kinds.get(name) for name, value in values.items()) or "do" not in values:
            raise PoolError("this is no move", "load the page again")
        return cls(**values)


class NotSure(PoolError):
    """Something would be lost, and the editor has not said that it may be."""


Back = Callable[[Newsletter], None] | None
Made = tuple[str, Back]


DECISIONS = frozenset({"hold", "drop", "restore"})
"""Moves that the pool alone remembers: the issue stays as it is."""


def make_move(newsletter: Newsletter, path: Path, move: Move) -> Made:
    """Make *move*; return what it did, in words, and what takes back what it did to the pool.

    :raises NewsletterError: it cannot be; then nothing was changed.
    """
    if move.do not in _MOVES:
        raise PoolError(f'"{move.do}" is no move', "load the page again")
    return _MOVES[move.do](newsletter, path, move)


def _pick(newsletter: Newsletter, path: Path, move: Move) -> Made:
    before = path.read_bytes()
    name = None if move.section == OWN else _section_name(newsletter, path, move.section)
    picked = pick(newsletter, [move.id], Rules(), path=path, section=name, again=move.words)
    if picked.already:
        raise PoolError(f"{_called(picked.already[0].title)} is in this issue already", "move it")
    id, title = picked.articles[0].id, _called(picked.articles[0].title)
    if name is not None:
        try:
            at = next(at for at, one in enumerate(newsletter.issues.read(path).articles) if one.id == id)
            _rewrite(path, lambda text: move_article(text, at, move.section, move.place))
        except BaseException:
            write_whole(path, before)
            raise
    told = "; ".join(repeat.words for repeat in picked.repeats.get(id, ()))
    return f"picked {title}{f' ({told})' if told else ''}", None


def _section_name(newsletter: Newsletter, path: Path, section: int) -> str:
    names = [section.name.markdown for section in newsletter.issues.read(path).sections if section.name]
    if not -1 <= section < len(names):
        raise IssueError(f"there is no section {section + 1} in it", "look at it again", where=path)
    return plain_text(names[section]) if section >= 0 else ""


def _decided(decision: Decision, done: str) -> Callable[[Newsletter, Path, Move], Made]:
    def decide(newsletter: Newsletter, path: Path, move: Move) -> Made:
        pool = newsletter.pool()
        entry = pool.find(move.id)
        if decision is Decision.DROPPED and not move.words.strip():
            raise PoolError("dropping needs a reason", "who looks at the pool later wants to know it")
        pool.decide(entry.article.id, decision, " ".join(move.words.split()))

        def back(newsletter: Newsletter) -> None:
            newsletter.pool().decide(entry.article.id, entry.decision, entry.reason)

        return f"{done} {_called(entry.article.title)}", back

    return decide


def _rewrite(path: Path, change: Callable[[IssueText], IssueText]) -> None:
    with alone_in(path.parent):
        write_whole(path, change(read_issue_text(path)).encode())


def _move(newsletter: Newsletter, path: Path, move: Move) -> Made:
    title = _title(newsletter, path, move.article)
    _rewrite(path, lambda text: move_article(text, move.article, move.section, move.place))
    return f"moved {title}", None


def _out(newsletter: Newsletter, path: Path, move: Move) -> Made:
    """Take an article out of the issue; the pool keeps its words as they stand now."""
    with alone_in(path.parent):
        return _taken_out(newsletter, path, move)


def _taken_out(newsletter: Newsletter, path: Path, move: Move) -> Made:
    title = _title(newsletter, path, move.article)
    left, block = take_article_out(read_issue_text(path), move.article)
    issue = newsletter.issues.read(path)
    picked = issue.articles[move.article]
    article = _as_article(picked, issue.provenance.get(picked.id))
    if not move.sure and picked.sponsor:
        raise NotSure(f"the pool does not keep that {title} is a sponsor's", "take it out all the same?")
    if not move.sure and _squeezed(article_block(article)) != _squeezed(block):
        what = f"the pool keeps title, link, why and points of {title}, and not what else its block says"
        raise NotSure(what, "take it out all the same?")
    pool = newsletter.pool()
    known = _known(pool, article)
    if known is None:
        pool.add([article])
        back = None
    else:
        back = _keep_words(newsletter, known.article, article)
    try:
        write_whole(path, left.encode())
    except BaseException:
        if back:
            back(newsletter)
        raise
    return f"took {title} out", back


def _known(pool: Pool, article: Article) -> Entry | None:
    """Return what the pool has of *article*: what has its id, or else its link."""
    by_link = (e for e in pool.entries.values() if article.link and link_key(e.article.link) == link_key(article.link))
    return pool.entries.get(article.id) or next(by_link, None)


def _keep_words(newsletter: Newsletter, known: Article, now: Article) -> Callable[[Newsletter], None] | None:
    """Let the pool have the words of *now*; return what takes that back."""
    names = ["title", "link", "source", "minutes", "published", "why", "points"]
    if any(article.drafted_by.startswith((MODEL, EXCERPT)) for article in (known, now)):
        names.append("drafted_by")  # what a machine drafted is its draft in the next issue, too
    new, old = ({name: _plain(getattr(article, name)) for name in names} for article in (now, known))
    changed = [name for name in names if new[name] != old[name]]
    if not changed:
        return None
    newsletter.pool().edit(known.id, {name: new[name] for name in changed})
    return lambda newsletter: _edit(newsletter, known.id, {name: old[name] for name in changed})


def _edit(newsletter: Newsletter, id: str, facts: Mapping[str, Any]) -> None:
    newsletter.pool().edit(id, facts)


def _plain(value: Any) -> Any:
    return list(value) if isinstance(value, tuple) else value


def _as_article(picked: PickedArticle, known: Provenance | None) -> Article:
    """Return *picked* as the pool has it; what a machine drafted stays its draft, and is reviewed in the next issue."""
    title, why = plain_text(picked.title.markdown), plain_text(picked.why.markdown) if picked.why else ""
    points = tuple(plain_text(point.markdown) for point in picked.points)
    return Article(
        id=picked.id or article_id(picked.link, title, (why, *points) if why or points else ()),
        title=title,
        link=picked.link,
        source=picked.source,
        minutes=picked.minutes,
        published=picked.published,
        why=why,
        points=points,
        found="issue",
        drafted_by=known.drafted_by if known and (is_draft(known) or not known.reviewed_by) else "",
    )


def _squeezed(block: str) -> str:
    """Return *block* as its words alone: space between lines and an id in its heading do not count."""
    lines = [line.strip() for line in block.split("\n") if line.strip()]
    head, _, _ = lines[0].partition(" {#")
    return "\n".join([head, *lines[1:]])


def _section(newsletter: Newsletter, path: Path, move: Move) -> Made:
    _rewrite(path, lambda text: add_section(text, move.words))
    return f"made the section {_called(' '.join(move.words.split()))}", None


def _unsection(newsletter: Newsletter, path: Path, move: Move) -> Made:
    _rewrite(path, lambda text: take_section_out(text, move.section))
    return "took a section's heading out", None


def _title(newsletter: Newsletter, path: Path, article: int) -> str:
    articles = newsletter.issues.read(path).articles
    if not 0 <= article < len(articles):
        raise IssueError(f"there is no article {article + 1} in it", "look at it again", where=path)
    return _called(plain_text(articles[article].title.markdown))


def _called(title: str) -> str:
    return f"“{title}”" if title else "the article without a title"


_MOVES: Mapping[str, Callable[[Newsletter, Path, Move], Made]] = {
    "pick": _pick,
    "hold": _decided(Decision.HELD, "held"),
    "drop": _decided(Decision.DROPPED, "dropped"),
    "restore": _decided(Decision.NEW, "restored"),
    "move": _move,
    "out": _out,
    "section": _section,
    "unsection": _unsection,
}
