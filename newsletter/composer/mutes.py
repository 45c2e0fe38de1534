"""What an editor does not want to see any more: sources by name, words wherever they stand in an article."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from unicodedata import normalize

from newsletter.errors import PoolError
from newsletter.model.article import Article
from newsletter.model.canonical import host_of


class MuteKind(StrEnum):
    """What a mute looks at."""

    SOURCE = "source"
    """Who published it, by name or host."""
    WORD = "word"
    """A word or phrase in title, summary or tags."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Mute:
    """One source or word that is passed over.

    :param since: when it was muted, ISO 8601 in UTC.
    """

    kind: MuteKind
    name: str
    reason: str = ""
    since: str = ""

    @property
    def id(self) -> str:
        """What events call it: "source:Acme Blog"."""
        return f"{self.kind.value}:{self.name}"

    @property
    def key(self) -> str:
        """What is the same for all spellings of its name."""
        return f"{self.kind.value}:{_squeezed(self.name)}"

    @classmethod
    def parse(cls, id: str, *, reason: str = "", since: str = "") -> "Mute":
        """Read the id of an event; ValueError when it is no mute's."""
        kind, _, name = id.partition(":")
        if not _squeezed(name):
            raise ValueError(f"{id!r} is no mute")
        return cls(kind=MuteKind(kind), name=" ".join(name.split()), reason=reason, since=since)

    def __str__(self) -> str:
        return f'the word "{self.name}"' if self.kind is MuteKind.WORD else f"the source {self.name}"


class Mutes:
    """All that is muted, in the order of their names."""

    def __init__(self, mutes: Iterable[Mute] = ()) -> None:
        self._mutes = tuple(sorted(mutes, key=lambda mute: mute.key))

    def __iter__(self) -> Iterator[Mute]:
        return iter(self._mutes)

    def __len__(self) -> int:
        return len(self._mutes)

    def find(self, kind: MuteKind, name: str) -> Mute:
        """Return the one of this name, in whatever case.

        :raises PoolError: when there is none.
        """
        asked = Mute(kind=kind, name=name)
        for mute in self._mutes:
            if mute.key == asked.key:
                return mute
        raise PoolError(f"{asked} is not muted", "newsletter pool mutes lists what is")

    @cached_property
    def _sources(self) -> dict[str, Mute]:
        return {_squeezed(mute.name): mute for mute in self._mutes if mute.kind is MuteKind.SOURCE}

    @cached_property
    def _words(self) -> tuple[tuple[re.Pattern[str], Mute], ...]:
        return tuple((_pattern(mute.name), mute) for mute in self._mutes if mute.kind is MuteKind.WORD)

    def of(self, article: Article) -> Mute | None:
        """Return what mutes *article*, the source before any word; None when nothing does."""
        if self._sources:
            for name in (article.source, host_of(article.link), article.feed):
                if mute := self._sources.get(_squeezed(name).removeprefix("www.")):
                    return mute
        if self._words:
            text = _squeezed(" ".join((article.title, article.summary, *article.tags)))
            return next((mute for pattern, mute in self._words if pattern.search(text)), None)
        return None


def _squeezed(text: str) -> str:
    return " ".join(normalize("NFC", text).casefold().split())


def _pattern(words: str) -> re.Pattern[str]:
    """Return what finds *words* where no letter or digit touches them: "AI" is not in "train"."""
    return re.compile(rf"(?<!\w){re.escape(_squeezed(words))}(?!\w)")
