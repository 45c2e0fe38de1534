"""What ran before: which issue has which article, from the issue files and their receipts."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from newsletter.composer.issues import IssueFolder, read_text
from newsletter.model.article import Article
from newsletter.model.canonical import link_key

# Only headings are looked at: a mistake in an old issue does not keep the editor from the next one.
_HEADING = re.compile(r"^###\s+(?:.*\]\((?P<link>[^\s)]+)[^)]*\))?.*?(?:\{[^{}]*#(?P<id>[\w-]+)[^{}]*\})?\s*$", re.M)


@dataclass(frozen=True, kw_only=True, slots=True)
class Appearance:
    """An article in an issue."""

    number: int
    path: Path
    sent: bool


class Past:
    """Where articles appeared, by id and by link."""

    def __init__(self, folder: IssueFolder) -> None:
        self._by_id: dict[str, list[Appearance]] = {}
        self._by_link: dict[str, list[Appearance]] = {}
        for number, path in folder.paths().items():
            seen = Appearance(number=number, path=path, sent=bool(folder.receipts(path)))
            for match in _HEADING.finditer(read_text(path, errors="replace")):
                if match["id"]:
                    self._by_id.setdefault(match["id"], []).append(seen)
                if match["link"]:
                    self._by_link.setdefault(link_key(match["link"]), []).append(seen)

    def of(self, article: Article) -> tuple[Appearance, ...]:
        """Return where *article* appeared, oldest first."""
        seen: Iterable[Appearance] = self._by_id.get(article.id, [])
        if article.link:
            seen = [*seen, *self._by_link.get(link_key(article.link), [])]
        return tuple(sorted(set(seen), key=lambda appearance: appearance.number))

    def sent(self, article: Article) -> Appearance | None:
        """Return the last sent issue that had *article*."""
        return next((seen for seen in reversed(self.of(article)) if seen.sent), None)

    def ran_in(self, id: str, link: str, *, other_than: frozenset[int]) -> int:
        """Return the last sent issue, none of *other_than*, that had the article of this id or link; 0 if none had."""
        seen = [*self._by_id.get(id, []), *(self._by_link.get(link_key(link), []) if link else [])]
        return max((one.number for one in seen if one.sent and one.number not in other_than), default=0)

    def picked(self, article: Article) -> Appearance | None:
        """Return the unsent issue that has *article*."""
        return next((seen for seen in reversed(self.of(article)) if not seen.sent), None)
