"""The editor's desk: the pool beside one issue. Each move is written at once, and can be undone."""

from dataclasses import asdict, dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

from newsletter.app.issue_lock import issues_locked
from newsletter.app.moves import DECISIONS, Back, Move, make_move
from newsletter.app.newsletter import Newsletter, open_newsletter
from newsletter.composer.issues import read_text
from newsletter.composer.markdown import plain_text
from newsletter.composer.picking import state_of
from newsletter.errors import IssueError, PoolError
from newsletter.files import write_whole
from newsletter.model.article import Article
from newsletter.model.issue import PickedArticle

UNDO_LIMIT = 100


@dataclass(frozen=True, kw_only=True, slots=True)
class Step:
    """A move that was made.

    :param said: what it did, in words.
    :param before: the issue file as it was, and as it is from then on.
    :param back: takes back what it did to the pool.
    """

    said: str
    before: bytes
    after: bytes
    back: Back


class Desk:
    """The pool and the issue *path* of the newsletter in *folder*."""

    def __init__(self, folder: Path, path: Path) -> None:
        self._folder = folder
        self._path = path
        self._steps: list[Step] = []

    def view(self) -> dict[str, Any]:
        """Return pool and issue as they stand, as JSON takes it; *error* is why the issue cannot be shown."""
        newsletter = open_newsletter(self._folder)
        past = newsletter.past(self._list(newsletter))
        entries = newsletter.pool().entries.values()
        return {
            **self._issue(newsletter),
            "pool": [_pool_row(entry.article, state_of(entry, past), entry.reason) for entry in entries],
            "undo": self._steps[-1].said if self._steps else "",
        }

    def make(self, move: Move, digest: str) -> str:
        """Make *move*; return what it did, in words.

        :param digest: of the issue file that the editor saw.
        :raises NewsletterError: when it cannot be, or the file is another one by now; then nothing was changed.
        """
        newsletter = open_newsletter(self._folder)
        with issues_locked(newsletter):
            return self._make(newsletter, move, digest)

    def _make(self, newsletter: Newsletter, move: Move, digest: str) -> str:
        before = self._bytes()
        if move.do not in DECISIONS:
            if digest != _digest(before):
                raise IssueError("the issue was changed meanwhile", "look again", where=self._path)
            self._require_unsent(newsletter)
        said, back = make_move(newsletter, self._path, move)
        self._steps = [*self._steps, Step(said=said, before=before, after=self._bytes(), back=back)][-UNDO_LIMIT:]
        return said

    def undo(self) -> str:
        """Take the last move back; return what that did.

        :raises NewsletterError: there is none, or the issue was changed or sent since; then nothing is changed.
        """
        if not self._steps:
            raise PoolError("there is nothing to undo", "moves are remembered while the preview runs")
        step, newsletter = self._steps[-1], open_newsletter(self._folder)
        with issues_locked(newsletter):
            return self._take_back(newsletter, step)

    def _take_back(self, newsletter: Newsletter, step: Step) -> str:
        if step.before != step.after:
            self._require_unsent(newsletter)
            if self._bytes() != step.after:
                todo = "undo that in your editor first, or let it stand"
                raise IssueError(f"the issue was changed since: {step.said}", todo, where=self._path)
            write_whole(self._path, step.before)
        self._steps.pop()
        if step.back:
            step.back(newsletter)
        return f"undone: {step.said}"

    def _require_unsent(self, newsletter: Newsletter) -> None:
        if newsletter.issues.receipts(self._path):
            raise IssueError("this issue was sent, and stays as its readers have it", "pick for the next one")

    def _bytes(self) -> bytes:
        read_text(self._path, errors="replace")
        return self._path.read_bytes()

    def _list(self, newsletter: Newsletter) -> str:
        """Return the list of the issue; empty, which is any, where its front matter cannot be read."""
        try:
            return newsletter.issues.head(self._path).list
        except IssueError:
            return ""

    def _issue(self, newsletter: Newsletter) -> dict[str, Any]:
        data = self._bytes()
        known = {"digest": _digest(data), "source": data.decode("utf-8", "replace"), "sections": [], "error": ""}
        try:
            issue = newsletter.issues.read(self._path)
        except IssueError as error:
            return {**known, "error": str(error)}
        index, number, sections = 0, -1, []
        for section in issue.sections:
            number += bool(section.name)
            name = plain_text(section.name.markdown) if section.name else ""
            rows = [_issue_row(article, index + at) for at, article in enumerate(section.articles)]
            cap = newsletter.settings.caps.get(name)
            line = section.name.line if section.name else 0
            sections.append({"number": number, "name": name, "line": line, "articles": rows, "cap": cap})
            index += len(rows)
        return {**known, "sections": sections, "sent": bool(newsletter.issues.receipts(self._path))}


def _digest(data: bytes) -> str:
    return sha256(data).hexdigest()[:16]


def _pool_row(article: Article, state: str, reason: str) -> dict[str, Any]:
    return {**asdict(article), "state": state, "reason": reason}


def _issue_row(article: PickedArticle, index: int) -> dict[str, Any]:
    return {
        "index": index,
        "id": article.id,
        "title": plain_text(article.title.markdown),
        "link": article.link,
        "source": article.source,
        "minutes": article.minutes,
        "line": article.line,
        "sponsor": article.sponsor,
        "points": len(article.points),
        "why": plain_text(article.why.markdown) if article.why else "",
    }
