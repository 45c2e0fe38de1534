"""The folder of issue files: finding, reading and making them."""

import hashlib
import re
from collections.abc import Sequence
from contextlib import suppress
from datetime import date, datetime, timedelta
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

from newsletter.composer.receipt import Receipt, read_receipts, receipt_path
from newsletter.errors import IssueError
from newsletter.files import alone_in, write_whole
from newsletter.model.excerpt import excerpt

if TYPE_CHECKING:  # heavy: imported by what reads or writes a whole issue; the pool and what ran before need neither
    from newsletter.composer.issue_text import IssueText
    from newsletter.model.issue import Issue


class IssueFolder:
    """The issue files of a newsletter, by number."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def paths(self) -> dict[int, Path]:
        """Return the issue files by number, smallest first.

        :raises IssueError: when two files have one number.
        """
        found: dict[int, Path] = {}
        for path in sorted(self.folder.glob("*.md")):
            if (number := number_of(path)) and not path.is_dir():
                if number in found:
                    raise IssueError(
                        f"there is a {found[number].name} too", "give one of them another number", where=path
                    )
                found[number] = path
        return dict(sorted(found.items()))

    def find(self, reference: str) -> Path:
        """Return the file that *reference* names: a number or a path."""
        if re.fullmatch(r"\d+", reference):
            name = reference.lstrip("0") or "0"  # compared as text: int() takes no more than 4,300 digits
            path = next((path for number, path in self.paths().items() if str(number) == name), None)
            if path is None:
                numbers = ", ".join(map(str, self.paths())) or "none yet"
                todo = f"issues here: {numbers}"
                raise IssueError(f"there is no issue {excerpt(name, 20)}", todo, where=self.folder)
            return path
        path = Path(reference)
        if not path.is_file() or path.suffix != ".md":
            raise IssueError("there is no such issue file", "give a number or the path of an .md file", where=path)
        return path

    def newest_unsent(self) -> Path | None:
        """Return the file with the highest number of those without a receipt."""
        return next((path for number, path in reversed(self.paths().items()) if not self.receipts(path)), None)

    def default(self, reference: str | None) -> Path:
        """Return the file that *reference* names, or the newest unsent issue."""
        path = self.find(reference) if reference else self.newest_unsent()
        if path is None:
            raise IssueError("there is no unsent issue", "newsletter new makes one", where=self.folder)
        return path

    def read(self, path: Path) -> "Issue":
        """Return the issue in *path*."""
        from newsletter.composer.issue_file import parse_issue

        return parse_issue(read_text(path), path)

    def receipts(self, path: Path) -> tuple[Receipt, ...]:
        """Return what is known of the mailings of the issue in *path*."""
        match = re.match(r"\d+", path.name)
        return read_receipts(receipt_path(path, f"{int(match[0]):03d}")) if match else ()

    def receipts_of(self, number: int) -> tuple[Receipt, ...]:
        """Return what is known of the mailings of issue *number*, whose file need not be there any more."""
        return read_receipts(receipt_path(self.folder / "issue.md", f"{number:03d}"))

    def last(self) -> "Issue | None":
        """Return the front matter of the issue with the highest number: what is below it may be broken."""
        paths = self.paths()
        return self.head(paths[max(paths)]) if paths else None

    def create(
        self, values: dict[str, Any], blocks: Sequence[tuple[str, str]] = (), more: dict[str, Any] | None = None
    ) -> Path:
        """Make a new issue from the last one's settings and *values*; return its file.

        :param blocks: section and Markdown of its first articles; *more* is front matter for them.
        :raises IssueError: when it would not be an issue; then there is no file.
        """
        from newsletter.composer.issue_text import new_issue_text

        with suppress(OSError):  # writing says what is wrong
            self.folder.mkdir(parents=True, exist_ok=True)
        with alone_in(self.folder):
            path, settings = self._next(values)
            text = _added(new_issue_text(path, settings), blocks, more or {})
            write_whole(path, text.encode())
        return path

    def _next(self, values: dict[str, Any]) -> tuple[Path, dict[str, Any]]:
        """Return the file of the next issue, and its settings: the last one's, and *values*."""
        last = self.last()
        number = last.number + 1 if last else 1
        settings = {
            "number": number,
            "date": values.get("date") or self._next_date(),
            "subject": values.get("subject") or "",
            "preheader": values.get("preheader") or "",
            "list": values.get("list") or (last.list if last else ""),
        }
        if values.get("correction_of"):
            settings["correction_of"] = values["correction_of"]
        return self.folder / f"{number:03d}.md", settings

    def imported(self) -> dict[str, int]:
        """Return the numbers of the issues that another tool sent, by what they were called there."""
        found = {}
        for number, path in self.paths().items():
            head = read_text(path, errors="replace")[:5000]
            if match := re.search(r"""^imported_from\s*=\s*["']([^"'\n]+)["']""", head, re.M):
                found[match[1]] = number
        return found

    def _next_date(self) -> date:
        """Return the day after the last issue by the distance between the last two, a week when there is one.

        Corrections keep no rhythm, and count for nothing here.
        """
        heads = (self.head(path) for path in reversed(self.paths().values()))
        days = [_day(head.date) for head in islice((head for head in heads if not head.correction_of), 2)]
        if not days:
            return date.today()
        day, before = days if len(days) == 2 else (days[0], days[0] - timedelta(days=7))
        try:
            return day + max(day - before, timedelta(days=1))
        except OverflowError:  # after 9999-12-31
            return date.today()

    def head(self, path: Path) -> "Issue":
        """Return the front matter of the issue file *path*: what is below it may be broken."""
        from newsletter.composer.issue_file import parse_issue, split_front_matter

        text = read_text(path, errors="replace").removeprefix("\ufeff").replace("\r\n", "\n")
        return parse_issue(split_front_matter(text, path)[0], path)

    def edit(self, path: Path, blocks: Sequence[tuple[str, str]], values: dict[str, Any]) -> None:
        """Add *blocks* (section, Markdown) and front matter *values* to the file.

        :raises IssueError: when what results would not be an issue with these articles; then nothing is written.
        """
        with alone_in(path.parent):
            write_whole(path, _added(read_issue_text(path), blocks, values).encode())


def _added(text: "IssueText", blocks: Sequence[tuple[str, str]], values: dict[str, Any]) -> "IssueText":
    from newsletter.composer.issue_file import parse_issue

    for section, block in blocks:
        text = text.with_article(block, section)
    if values:
        text = text.with_values(values)
    found = {article.id for article in parse_issue(text.text, text.path).articles}
    if lost := set(values.get("articles", {})) - found:
        what = f"an article added at its end would be none ({', '.join(sorted(lost))})"
        raise IssueError(what, "close the code block or comment above it", where=text.path)
    return text


def number_of(path: Path) -> int:
    """Return the number that the name of *path* has, like 42 of 042.md and 042-slug.md; 0 if it is no issue's name."""
    match = re.fullmatch(r"(\d+)(?:-[^.]*)?\.md", path.name)
    return int(match[1]) if match else 0


def _day(moment: date | datetime) -> date:
    return moment.date() if isinstance(moment, datetime) else moment


def read_text(path: Path, errors: str = "strict") -> str:
    """Return the text of an issue file; not UTF-8 is an IssueError with the line, unless *errors* allows it."""
    try:
        data = path.read_bytes()
        return data.decode("utf-8", errors)
    except OSError as cause:
        raise IssueError(f"it cannot be read: {cause.strerror}", "give a file that is there", where=path) from cause
    except UnicodeDecodeError as cause:
        line = data.count(b"\n", 0, cause.start) + 1
        raise IssueError("this is not UTF-8 text", "save the file as UTF-8", where=path, line=line) from cause


def read_issue_text(path: Path) -> "IssueText":
    """Return the text of an issue file, to be changed; an IssueError as :func:`read_text` has it."""
    from newsletter.composer.issue_text import IssueText

    read_text(path)
    return IssueText.decode(path.read_bytes(), path)


def sha256_of(path: Path) -> str:
    """Return the SHA-256 of a file, in hexadecimal."""
    return hashlib.sha256(path.read_bytes()).hexdigest()
