"""Pairs of texts, labelled: is one the other's text once more? Some were made by hand, most by changing essays."""

import random
import re
import tomllib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path
from typing import Any

LABELLED = Path(__file__).parent / "data" / "duplicates.toml"
BANNER = (
    "Skip to content. Home, about, archive. You are reading the journal of a small team. Sign in, sign up, search. "
)
FOOTER = " Thank you for reading. Share this with a friend, follow us, or write to the editors. All rights reserved."


@dataclass(frozen=True, kw_only=True, slots=True)
class Text:
    """A text, with what else is known of it."""

    id: str
    text: str
    feed: str
    title: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Pair:
    """Two texts; *kind* is how the second came about."""

    a: Text
    b: Text
    same: bool
    kind: str


def texts() -> list[Text]:
    """Return all that were written: essays, and those that are alike."""
    return [_text(row) for name in ("essay", "text") for row in _read()[name]]


def pairs() -> Iterator[Pair]:
    """Yield all pairs: essays changed in seven ways, essays beside each other, and those that were labelled by hand."""
    essays = [_text(row) for row in _read()["essay"]]
    for number, essay in enumerate(essays):
        for kind, change in CHANGES.items():
            changed = change(" ".join(essay.text.split()), random.Random(number))
            copy = Text(id=f"{essay.id}-{kind}", text=changed, feed="elsewhere", title="")
            yield Pair(a=essay, b=copy, same=True, kind=kind)
    for a, b in combinations(essays, 2):
        yield Pair(a=a, b=b, same=False, kind="another essay")
    known = {text.id: text for text in texts()}
    for row in _read()["pair"]:
        yield Pair(a=known[row["a"]], b=known[row["b"]], same=row["same"], kind="by hand")


def _read() -> dict[str, Any]:
    return tomllib.loads(LABELLED.read_text(encoding="utf-8"))


def _text(row: dict[str, Any]) -> Text:
    return Text(id=row["id"], text=row["text"], feed=row.get("feed", ""), title=row.get("title", row["id"]))


def _edited(share: float) -> Callable[[str, random.Random], str]:
    def edit(text: str, chance: random.Random) -> str:
        words = text.split()
        return " ".join(f"other{at}" if chance.random() < share else word for at, word in enumerate(words))

    return edit


def _shuffled(text: str, chance: random.Random) -> str:
    sentences = re.split(r"(?<=[.?!]) ", text)
    kept = [sentence for sentence in sentences if chance.random() > 0.3]
    chance.shuffle(kept)
    return " ".join(kept)


CHANGES: dict[str, Callable[[str, random.Random], str]] = {
    "identical": lambda text, chance: text,
    "boilerplate": lambda text, chance: BANNER + text + FOOTER,
    "first 60 %": lambda text, chance: text[: len(text) * 6 // 10],
    "5 % edited": _edited(0.05),
    "15 % edited": _edited(0.15),
    "cut, shuffled": _shuffled,
    "first 40 words": lambda text, chance: " ".join(text.split()[:40]),
}
"""How one text comes to stand in two places; the notes on which the rule rests changed 1,500 posts in these ways."""
