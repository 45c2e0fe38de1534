"""Pages of the project's own making, with what must come out of them: tests/data/pages/NAME.html, .toml and .txt."""

import re
import tomllib
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from newsletter.sources.context import Context

FOLDER = Path(__file__).with_name("data") / "pages"
NOW = datetime(2026, 11, 27, tzinfo=UTC)


@dataclass(frozen=True)
class Sample:
    """A page, the facts that it says, and the text of its article."""

    name: str
    data: bytes
    expected: dict[str, Any]
    text: str

    @property
    def context(self) -> Context:
        return Context(name=self.name, address=self.expected["address"], now=NOW)


def samples() -> Iterator[Sample]:
    for path in sorted(FOLDER.glob("*.html")):
        expected = tomllib.loads(path.with_suffix(".toml").read_text("utf-8"))
        yield Sample(path.stem, path.read_bytes(), expected, path.with_suffix(".txt").read_text("utf-8"))


def f1(found: str, expected: str) -> float:
    """Return F1 of the runs of four words, as scrapinghub's benchmark of article extraction counts it."""
    ours, theirs = _runs(found), _runs(expected)
    if not ours and not theirs:
        return 1.0
    same = sum((ours & theirs).values())
    return 2 * same / (sum(ours.values()) + sum(theirs.values()))


def _runs(text: str) -> "Counter[tuple[str, ...]]":
    words = re.findall(r"[\u3040-\u9fff]|[^\W\u3040-\u9fff]+", text)
    return Counter(tuple(words[at : at + 4]) for at in range(max(len(words) - 3, min(len(words), 1))))
