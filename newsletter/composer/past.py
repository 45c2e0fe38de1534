"""What ran before: which issue has which article, from the issue files and their receipts."""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from newsletter.composer.issues import IssueFolder, read_text
from newsletter.composer.receipt import Receipt
from newsletter.model.article import Article
from newsletter.model.canonical import article_key, keys_of

# Only headings are looked at: a mistake in an old issue does not keep the editor from the next one.
# A heading is taken apart piece by piece: one expression for all of it took 70 seconds for a line of 9 KB.
_HEADING = re.compile(r"^###[ \t]+(\S.*)$", re.M)
_TARGET = re.compile(r"<([^<>\n]*)>|((?:\\.|[^\s()\\]|\((?:\\.|[^\s()\\])*\))*)")  # CommonMark §6.3
_ESCAPE = re.compile(r"\\([!-/:-@\[-`{-~])")  # §2.4
_ID = re.compile(r"#([\w-]+)")
_NEXT = re.compile(r"^#{1,3}\s", re.M)
_LIST = re.compile(r"""^list\s*=\s*["']([^"'\n]*)["']""", re.M)
_DATE = re.compile(r"^date\s*=\s*[\"']?([^\s\"'#]+)", re.M)
_IMPORTED = re.compile(r"""^imported_from\s*=\s*["'][^"'\n]""", re.M)
_LINK = re.compile(r"\]\((?=<?https?://)|<(?=https?://)", re.I)
_REACHED = ("accepted", "in_doubt", "deferred", "sending", "queued")
"""States of a delivery that is, may be, or is still to be, in somebody's hands."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Appearance:
    """An article in an issue."""

    number: int
    path: Path
    sent: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class Told:
    """An article as a sent issue told it.

    :param date: of the issue, ISO 8601; empty where it has none that can be read.
    :param id: empty where its heading has none.
    :param title: its Markdown.
    :param text: the whole issue file; the article's words stand in it from *begin* to before the next heading.
    """

    number: int
    date: str
    id: str
    link: str
    title: str
    text: str
    begin: int

    @property
    def words(self) -> str:
        """What the issue says of it, below the heading."""
        following = _NEXT.search(self.text, self.begin)
        return self.text[self.begin : following.start() if following else len(self.text)]


Known = Callable[[str], Article | None]


def _nobody_knows(id: str) -> Article | None:
    return None


class Past:
    """Where articles appeared, by id and by address, in the issues of one list.

    An issue is sent when a receipt says that a mailing of it to that list began; one that reached nobody counts for
    nothing, as if there were no issue. An issue that was taken over from another tool was sent by that.

    :param list_name: the list; empty is any.
    :param known: gives the article of an id, if there is more known of it than the issue says: where else it is, and
        which id it has in its feed.
    """

    def __init__(self, folder: IssueFolder, list_name: str = "", known: Known = _nobody_knows) -> None:
        self._known = known
        self._by_id: dict[str, list[Appearance]] = {}
        self._by_key: dict[str, list[Appearance]] = {}
        self.told: list[Told] = []
        for number, path in folder.paths().items():
            text = read_text(path, errors="replace")
            head = text[: max(text.find("\n+++", 3), 0)]
            if (sent := _sent(head, folder.receipts(path), list_name)) is not None:
                self._take_in(Appearance(number=number, path=path, sent=sent), head, text)

    @cached_property
    def _by_other_key(self) -> dict[str, list[Appearance]]:
        """Appearances by the addresses that an article has beside the one that was printed."""
        found: dict[str, list[Appearance]] = {}
        for id, seen in self._by_id.items():
            article = self._known(id)
            for key in keys_of_article(article) if article and article.canonical else ():
                found.setdefault(key, []).extend(seen)
        return found

    @cached_property
    def _by_guid(self) -> dict[tuple[str, str], list[Appearance]]:
        """Appearances by feed and id in it."""
        found: dict[tuple[str, str], list[Appearance]] = {}
        for id, seen in self._by_id.items():
            if (article := self._known(id)) and article.guid:
                found.setdefault((article.feed, article.guid), []).extend(seen)
        return found

    @property
    def has_sent(self) -> bool:
        """Whether there is a sent issue."""
        return any(seen.sent for known in (self._by_id, self._by_key) for some in known.values() for seen in some)

    def _take_in(self, seen: Appearance, head: str, text: str) -> None:
        date = found[1] if (found := _DATE.search(head)) else ""
        for match in _HEADING.finditer(text):
            title, link, id = _taken_apart(match[1].rstrip())
            if id:
                self._by_id.setdefault(id, []).append(seen)
            self._note(link, seen)
            if seen.sent and (id or link):
                number, begin = seen.number, match.end()
                told = Told(number=number, date=date, id=id, link=link, title=title, text=text, begin=begin)
                self.told.append(told)
        if _is_imported(head):  # by a tool that had other headings, or none
            for match in _LINK.finditer(text):
                self._note(_target(text, match.end() if match[0] == "](" else match.start()), seen)

    def _note(self, link: str, seen: Appearance) -> None:
        for key in keys_of(link) if link else ():
            self._by_key.setdefault(key, []).append(seen)

    def of(self, article: Article) -> tuple[Appearance, ...]:
        """Return where *article* appeared, oldest first."""
        seen = list(self._by_id.get(article.id, ()))
        for key in keys_of_article(article):
            seen += self._by_key.get(key, ())
            seen += self._by_other_key.get(key, ())
        if article.guid:
            seen += self._by_guid.get((article.feed, article.guid), ())
        return tuple(sorted(set(seen), key=lambda appearance: appearance.number))

    def sent(self, article: Article) -> Appearance | None:
        """Return the last sent issue that had *article*."""
        return next((seen for seen in reversed(self.of(article)) if seen.sent), None)

    def picked(self, article: Article) -> Appearance | None:
        """Return the unsent issue that has *article*."""
        return next((seen for seen in reversed(self.of(article)) if not seen.sent), None)


def keys_of_article(article: Article) -> Iterator[str]:
    """Yield the keys that *article* may have run under: of its canonical address, and of its link.

    Where the fragment of its canonical address tells it from another article, that key alone.
    """
    key = article_key(article)
    if key:
        yield key
    if article.canonical and article.link and "#" not in article.canonical:
        yield keys_of(article.link)[0]


def _sent(head: str, receipts: Iterable[Receipt], list_name: str) -> bool | None:
    """Return whether an issue was sent to *list_name*, or is to be; None where it is no issue of that list."""
    own = _LIST.search(head)
    is_for_it = not list_name or not own or own[1] in ("", list_name)
    if _is_imported(head):
        return True if is_for_it else None
    receipts = tuple(receipts)
    if not receipts:
        return False if is_for_it else None
    asked = (receipt for receipt in receipts if not list_name or receipt.list in ("", list_name))
    return True if any(_reached(receipt) for receipt in asked) else None


def _reached(receipt: Receipt) -> bool:
    """Whether a mailing reached somebody, or still may."""
    ended = receipt.finished is not None and bool(receipt.counts)
    return not ended or any(receipt.counts.get(state) for state in _REACHED)


def _taken_apart(heading: str) -> tuple[str, str, str]:
    """Return title, link and id of an article's *heading*; link and id are empty where it has none."""
    id = ""
    if heading.endswith("}"):
        before, _, attributes = heading[:-1].rpartition("{")
        ids = () if before.endswith("\\") else _ID.findall(attributes)
        if ids:
            heading, id = before.rstrip(), ids[-1]
    title, is_linked, _ = heading.rpartition("](")
    if is_linked and (link := _target(heading, len(title) + 2)):
        return title.removeprefix("["), link, id
    return heading, "", id


def _target(text: str, begin: int) -> str:
    """Return the link destination that begins there, as it was before it was escaped."""
    found = _TARGET.match(text, begin)
    return _ESCAPE.sub(r"\1", found[1] or found[2] or "") if found else ""


def _is_imported(head: str) -> bool:
    return bool(_IMPORTED.search(head))


def stands_as(text: str, receipts: Iterable[Receipt]) -> str:
    """Return "sent" or "picked" for the articles of an issue with this *text*; empty where it reached nobody."""
    sent = _sent(text[: max(text.find("\n+++", 3), 0)], receipts, "")
    return {True: "sent", False: "picked", None: ""}[sent]
