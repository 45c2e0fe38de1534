"""A TOML table read strictly: each key is asked for by name, and what is left over is an error."""

import difflib
import re
import tomllib
from collections.abc import Iterator, Sequence
from datetime import date, datetime
from difflib import get_close_matches
from pathlib import Path
from typing import Any, TypeVar

from newsletter.errors import NewsletterError
from newsletter.model.toml_text import place_in_text

T = TypeVar("T")
_KINDS = {
    str: "text in quotes",
    int: "a whole number",
    bool: "true or false",
    list: "a list",
    dict: "a table",
    date: "a date like 2026-11-27",
}


MOST = 40
"""Known words that are told of."""


def nearest(word: str, known: Sequence[str]) -> str:
    """Return ``did you mean "…"?`` for the known word that looks like *word*, else what is known, 40 of it at most."""
    close = difflib.get_close_matches(word, known, n=1, cutoff=0.6)
    if close:
        return f'did you mean "{close[0]}"?'
    told = ", ".join(sorted(known)[:MOST])
    more = f" and {len(known) - MOST:,} more" if len(known) > MOST else ""
    return f"known here: {told}{more}" if known else "none is known here"


def read_toml(text: str, *, where: str | Path, error: type[NewsletterError], first_line: int = 1) -> "Table":
    """Read TOML from *text*, which begins at *first_line* of the file *where*; a broken one is an *error*."""
    try:
        values = tomllib.loads(text)
    except tomllib.TOMLDecodeError as cause:
        what, line = str(cause), None
        if match := re.search(r"\s*\(at line (\d+), column \d+\)$", what):
            what, line = what[: match.start()], int(match[1]) + first_line - 1
        elif "at end of document" in what:
            line = text.count("\n") + first_line
        raise error(f"this is not TOML: {what}", "mend that line", where=where, line=line) from cause
    except (ValueError, RecursionError) as cause:  # a number of thousands of digits, a list in thousands of lists
        raise error("this TOML has a number too long or lists too deep", "mend it", where=where) from cause
    return Table(values, text=text, where=where, error=error, first_line=first_line)


class Table:
    """Reads the keys of one table, with the file and line of each in every error."""

    def __init__(
        self,
        values: dict[str, Any],
        *,
        text: str,
        where: str | Path,
        error: type[NewsletterError],
        path: tuple[str, ...] = (),
        first_line: int = 1,
        row_at: int | None = None,
    ) -> None:
        self._row_at = row_at
        self.values = values
        self._text = text
        self.where = where
        self._error = error
        self._path = path
        self._first_line = first_line
        self._asked: list[str] = []

    def line(self, key: str) -> int | None:
        """Return the line where *key* stands, as near as the text tells; in a row of a list, where the row begins."""
        if self._row_at:
            return self._row_at
        inside = self._path == ()
        for number, line in enumerate(self._text.split("\n"), self._first_line):
            if header := re.match(r"\s*\[+\s*([^\]]+?)\s*\]+", line):
                names = tuple(part.strip().strip("\"'") for part in header[1].split("."))
                inside = names == self._path
                if names[: len(self._path) + 1] == (*self._path, key):
                    return number
            elif inside and re.match(rf"\s*[\"']?{re.escape(key)}[\"']?\s*[=.]", line):
                return number
        return None

    def lines(self) -> dict[str, int]:
        """Return the line of each key that stands in the table."""
        return {key: line for key in self.values if (line := self.line(key))}

    def fail(self, key: str, what: str, todo: str = "") -> NewsletterError:
        """Return the error that says *what* is wrong with *key*."""
        return self._error(what, todo, where=self.where, line=self.line(key))

    def fail_at(self, key: str, offset: int, what: str, todo: str = "") -> NewsletterError:
        """Return the error that says *what* is wrong at the character *offset* of the text that *key* has."""
        line = self.line(key)
        behind = self._text.split("\n")[(line or self._first_line) - self._first_line :]
        found = place_in_text("\n".join(behind), key, offset)
        if line is None or found is None:
            return self.fail(key, what, todo)
        return self._error(what, todo, where=self.where, line=line + found[0], column=found[1] + 1)

    def get(self, key: str, kind: type[T], default: T | None = None) -> T:
        """Return the value of *key*, which must be of *kind*; without a default it must be there."""
        self._asked.append(key)
        if key not in self.values:
            if default is None:
                raise self._missing(key)
            return default
        value = self.values[key]
        if not isinstance(value, kind) or (isinstance(value, bool) and kind is int):
            raise self.fail(key, f'"{self._name(key)}" must be {_KINDS.get(kind, kind.__name__)}')
        return value

    def _missing(self, key: str) -> NewsletterError:
        strange = [name for name in self.values if name not in self._asked]
        if meant := get_close_matches(key, strange, n=1, cutoff=0.7):
            return self.fail(meant[0], f'"{self._name(meant[0])}" is not a known key', f'did you mean "{key}"?')
        return self._error(
            f'"{self._name(key)}" is missing', f"add a line {key} = …", where=self.where, line=self._row_at
        )

    def text(self, key: str, default: str | None = None) -> str:
        """Return one line of text: what cannot stand in a header cannot stand here."""
        value = self.get(key, str, default)
        if re.search(r"[\x00-\x1f\x7f]", value):
            raise self.fail(
                key, f'"{self._name(key)}" has a line break or control character in it', "write it in one line"
            )
        return value

    def texts(self, key: str) -> tuple[str, ...]:
        """Return a list of texts, empty when the key is not there."""
        values = self.get(key, list, [])
        if not all(isinstance(value, str) for value in values):
            raise self.fail(key, f'"{self._name(key)}" must be a list of texts in quotes')
        return tuple(values)

    def choice(self, key: str, known: Sequence[str], default: str | None = None) -> str:
        """Return one of the *known* words."""
        value = self.text(key, default)
        if value not in known:
            raise self.fail(key, f'"{value}" will not do for "{self._name(key)}"', nearest(value, known))
        return value

    def whole(self, key: str, default: int, *, least: int, most: int) -> int:
        """Return a whole number from *least* to *most*."""
        value = self.get(key, int, default)
        if not least <= value <= most:
            raise self.fail(key, f'"{self._name(key)}" is {value}', f"it may be {least} to {most}")
        return value

    def share(self, key: str, default: float, *, most: float = 1) -> float:
        """Return a number from 0 to *most*."""
        value = self.get(key, object, default)
        if not isinstance(value, (int, float)) or isinstance(value, bool):
            raise self.fail(key, f'"{self._name(key)}" must be a number')
        if not 0 <= value <= most:
            raise self.fail(key, f'"{self._name(key)}" is {value}', f"it may be 0 to {most:g}")
        return float(value)

    def day(self, key: str) -> date | datetime:
        """Return a TOML date, or date and time."""
        return self.get(key, date)

    def table(self, key: str) -> "Table":
        """Return the table *key*, empty when it is not there."""
        return Table(
            self.get(key, dict, {}),
            text=self._text,
            where=self.where,
            error=self._error,
            path=(*self._path, key),
            first_line=self._first_line,
        )

    def tables(self) -> Iterator[tuple[str, "Table"]]:
        """Return every key of this table as a table of its own."""
        for key in self.values:
            yield key, self.table(key)

    def rows(self, key: str) -> Iterator["Table"]:
        """Return each table of the list *key*, which may not be there."""
        values = self.get(key, list, [])
        if not all(isinstance(value, dict) for value in values):
            raise self.fail(key, f'"{self._name(key)}" must be a list of tables', "write each as { … }")
        first = self.line(key) or self._first_line
        # Each stands behind a header [[…]] of its own, or in braces within the list.
        behind = self._text.split("\n")[first - self._first_line :]
        starts = [number for number, line in enumerate(behind, first) if re.match(r"\s*\[\[", line) or "{" in line]
        for number, value in enumerate(values):
            at = starts[min(number, len(starts) - 1)] if starts else first
            path = (*self._path, key)
            yield Table(value, text=self._text, where=self.where, error=self._error, path=path, row_at=at)

    def close(self) -> None:
        """Raise for the first key that nobody asked for."""
        for key in self.values:
            if key not in self._asked:
                raise self.fail(
                    key, f'"{self._name(key)}" is not a known key', nearest(key, list(dict.fromkeys(self._asked)))
                )

    def _name(self, key: str) -> str:
        return ".".join((*self._path, key))
