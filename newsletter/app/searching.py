"""Searches what was collected, what is suggested and what was sent.

::

    pool/*.jsonl, issues/*.md, receipts ──size, time──► those that changed ──► documents ──► the index ──► what is found
    candidates of the database ─────────────────────────────────────────────────▲
"""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

from newsletter.app.newsletter import Newsletter
from newsletter.composer.documents import of_candidate, of_entry, of_issue
from newsletter.composer.issues import number_of, read_text
from newsletter.composer.past import stands_as
from newsletter.composer.sitting import age_in_days
from newsletter.model.document import DocumentKind
from newsletter.model.progress import Progress
from newsletter.model.search_query import Query

if TYPE_CHECKING:  # heavy: imported by who searches
    from newsletter.store.search_index import Change, SearchIndex

STATES = ("candidate", "new", "held", "dropped", "picked", "sent")


@dataclass(frozen=True, kw_only=True, slots=True)
class Found:
    """Something that a search found.

    :param id: of the article; empty for an issue.
    :param issue: the number of the issue that it is, or stands in; 0 for none.
    :param state: "new", "held 3 days", "dropped: REASON", "picked 42", "sent 41", "candidate"; "unsent 42" of an issue.
    :param snippet: where the words stand, **marked**.
    """

    kind: str
    id: str
    issue: int
    title: str
    source: str
    link: str
    published: str
    state: str
    snippet: str


@contextmanager
def searchable(newsletter: Newsletter) -> "Iterator[SearchIndex]":
    """Give the index of the newsletter's database, or one in memory where a clone has none."""
    from newsletter.store.search_index import InMemory, SearchIndex

    if newsletter.has_database():
        yield SearchIndex(newsletter.database)
        return
    database = InMemory()
    try:
        yield SearchIndex(database)
    finally:
        database.close()


def search(
    newsletter: Newsletter,
    words: str,
    *,
    state: str = "",
    limit: int = 20,
    now: datetime | None = None,
    counted: Progress = lambda done, total: None,
) -> list[Found]:
    """Return what *words* find, best first, at most *limit*.

    :param state: only what is in this state, one of :data:`STATES`.
    :param counted: is called with how many documents were made anew, and of how many.
    :raises InputError: when the words ask for nothing.
    """
    query = Query.parse(words)
    with searchable(newsletter) as index:
        bring_up_to_date(newsletter, index, counted)
        return _Search(index, query, now or datetime.now(UTC)).run(state, limit)


def bring_up_to_date(
    newsletter: Newsletter, index: "SearchIndex", counted: Progress = lambda done, total: None
) -> None:
    """Let the index know what has changed since it was made; nothing else is read."""
    stamps = _stamps(newsletter)
    if index.stamps() == stamps and index.is_current():
        return
    with index.changing() as change:
        known = {} if change.anew else index.stamps()
        if _of(known, "pool") != _of(stamps, "pool"):
            _take_in_pool(newsletter, change, counted)
        for name in known.keys() | stamps.keys():
            if name.startswith("issues/") and known.get(name) != stamps.get(name):
                _take_in_issue(newsletter, change, name.removeprefix("issues/"))
        change.put(of_candidate(article, seen_at) for article, seen_at in change.candidates())
        change.note(stamps)


def _of(stamps: Mapping[str, str], folder: str) -> dict[str, str]:
    return {name: stamp for name, stamp in stamps.items() if name.startswith(f"{folder}/")}


def _stamps(newsletter: Newsletter) -> dict[str, str]:
    """Return size and time of each file, an issue's together with its receipt's."""
    found = {f"pool/{path.name}": _stamp(path) for path in (newsletter.shown / "pool").glob("*.jsonl")}
    for number, path in newsletter.issues.paths().items():
        receipt = path.with_name(f"{number:03d}.receipt.toml")
        found[f"issues/{path.name}"] = f"{_stamp(path)} {_stamp(receipt)}"
    return found


def _stamp(path: Path) -> str:
    try:
        status = path.stat()
    except OSError:
        return "-"
    return f"{status.st_size}:{status.st_mtime_ns}"


def _take_in_pool(newsletter: Newsletter, change: "Change", counted: Progress) -> None:
    pool, known = newsletter.pool(), change.fingerprints(DocumentKind.ARTICLE)
    now = {id: pool.fingerprint(id) for id in pool.order()}
    change.take_out(DocumentKind.ARTICLE, known.keys() - now.keys())
    changed = [id for id, fingerprint in now.items() if known.get(id) != fingerprint]

    def documents() -> Iterator[Any]:
        for done, id in enumerate(changed, 1):
            yield of_entry(pool.entry(id), now[id])
            if done % 500 == 0 or done == len(changed):
                counted(done, len(changed))

    change.put(documents())


def _take_in_issue(newsletter: Newsletter, change: "Change", file: str) -> None:
    change.take_out_file(file)
    path = newsletter.issues.folder / file
    if path.is_file():
        text = read_text(path, errors="replace")
        state = stands_as(text, newsletter.issues.receipts(path))
        change.put(of_issue(text, path, number=number_of(path), state=state))


class _Search:
    """One search in an index that is up to date."""

    def __init__(self, index: "SearchIndex", query: Query, now: datetime) -> None:
        self._index = index
        self._query = query
        self._now = now
        self._ran: dict[str, tuple[bool, int]] = {}
        for item in index.items():
            for key in filter(None, (item.id, item.key) if item.state else ()):
                mark = (item.state == "picked", item.issue)  # an unsent issue says more than one that was sent
                self._ran[key] = max(self._ran.get(key, mark), mark)

    def run(self, state: str, limit: int) -> list[Found]:
        """Return the first *limit* in this state."""
        with closing(self._index.hits(self._query)) as hits:
            chosen = list(islice(self._chosen(hits, state), limit))
        texts = self._index.texts([hit.number for hit, _, _ in chosen])
        return [self._found(hit, row, now, texts[hit.number]) for hit, row, now in chosen]

    def _chosen(self, hits: Iterable[Any], state: str) -> Iterator[tuple[Any, Any, str]]:
        """Yield each hit that is to be shown, with what is told of it, and its state."""
        seen: set[str] = set()
        for hit in hits:
            if hit.kind == DocumentKind.CANDIDATE and state not in ("", "candidate"):
                continue
            row = self._pooled(hit)
            if hit.kind == DocumentKind.CANDIDATE and row is not hit:
                continue  # the pool has it, and what was decided
            name = f"issue {row.issue}" if row.kind == DocumentKind.ISSUE else row.key or row.id
            now = self._state(row)
            if name not in seen and now.startswith(state):
                seen.add(name)
                yield hit, row, now

    def _pooled(self, hit: Any) -> Any:
        """Return what the pool has of an item or candidate; else *hit* itself."""
        if hit.kind not in (DocumentKind.ITEM, DocumentKind.CANDIDATE):
            return hit
        return self._index.article(hit.id, hit.key) or hit

    def _state(self, row: Any) -> str:
        if row.kind == DocumentKind.ISSUE:
            return f"{'sent' if row.state == 'sent' else 'unsent'} {row.issue}"
        ran = next((self._ran[key] for key in (row.id, row.key) if key in self._ran), None)
        if ran:
            picked, issue = ran
            return f"{'picked' if picked else 'sent'} {issue}"
        if row.state == "held":
            days = age_in_days(row.since, self._now)
            return f"held {'today' if not days else '1 day' if days == 1 else f'{days} days'}"
        return f"dropped: {row.reason}" if row.state == "dropped" and row.reason else str(row.state)

    def _found(self, hit: Any, row: Any, state: str, text: str) -> Found:
        in_text = next(iter(self._query.places(text)), None)
        in_about = next(iter(self._query.places(hit.about)), None)
        source = text if in_text or not in_about else hit.about
        return Found(
            kind="issue" if row.kind == DocumentKind.ISSUE else "article",
            id="" if row.kind == DocumentKind.ISSUE or row.id.startswith("#") else row.id,
            issue=hit.issue or int((state.partition(" ")[2] or "0") if state.startswith(("sent ", "picked ")) else 0),
            title=row.title,
            source=row.source,
            link=row.link,
            published=row.published,
            state=state,
            snippet=self._query.snippet(source),
        )
