"""What somebody searches for, and the words that texts are found by.

::

    moka "data platform" -hadoop migrat*        every word, the phrase, not that word, all words that begin so

Whatever is typed is a query: marks between letters part words, as they do in texts.
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

from newsletter.errors import InputError

LONGEST = 64
"""Characters of a word that count: addresses and encoded data have longer ones, which nobody types."""
MOST = 32
"""Terms of a query."""

# Chinese and Japanese part no words: there each sign is one, and a word is a phrase of them.
_WORD = re.compile(r"[\u3040-\u30ff\u3400-\u9fff]|[^\W_\u3040-\u30ff\u3400-\u9fff]+")
_ACCENTS = re.compile("[\u0300-\u036f]")
_TERM = re.compile(r'(-?)(?:"([^"]*)"?|([^\s"]+))(\*?)')


def words_of(text: str) -> list[str]:
    """Return the words of *text* as they are compared: case and accents do not count."""
    if not text.isascii():
        text = _ACCENTS.sub("", unicodedata.normalize("NFKD", text))
    return [word[:LONGEST] for word in _WORD.findall(text.lower())]


@dataclass(frozen=True, kw_only=True, slots=True)
class Term:
    """Words that must stand one after the other.

    :param prefix: the last of them is the beginning of a word.
    :param refused: they must not stand there.
    """

    words: tuple[str, ...]
    prefix: bool = False
    refused: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Query:
    """Terms that must all hold; at least one of them asks for something."""

    terms: tuple[Term, ...]

    @classmethod
    def parse(cls, text: str) -> "Query":
        """Read what somebody typed.

        :raises InputError: when it asks for nothing.
        """
        terms = []
        for minus, phrase, word, star in _TERM.findall(text):
            prefix = bool(star) or (phrase or word).endswith("*")
            if words := tuple(words_of(phrase or word)):
                terms.append(Term(words=words, prefix=prefix, refused=bool(minus)))
        terms = list(dict.fromkeys(terms))[:MOST]
        if not any(not term.refused for term in terms):
            todo = "give at least one word that is to stand there" if terms else "give letters or digits"
            raise InputError("there is no word to search for", todo)
        return cls(terms=tuple(terms))

    @property
    def asked(self) -> tuple[Term, ...]:
        """The terms that must stand there."""
        return tuple(term for term in self.terms if not term.refused)

    @property
    def refused(self) -> tuple[Term, ...]:
        """The terms that must not."""
        return tuple(term for term in self.terms if term.refused)

    def places(self, text: str) -> Iterator[tuple[int, int]]:
        """Yield where in *text* a word of the query stands, from and to."""
        whole = {word for term in self.asked for word in (term.words[:-1] if term.prefix else term.words)}
        begins = tuple(term.words[-1] for term in self.asked if term.prefix)
        for match in _WORD.finditer(text):
            word = "".join(words_of(match[0]))
            if word in whole or (begins and word.startswith(begins)):
                yield match.span()

    def snippet(self, text: str, width: int = 160) -> str:
        """Return the stretch of *text* where most of the query stands, with **its words** marked."""
        text = unicodedata.normalize("NFC", " ".join(text.split()))
        places = list(self.places(text))
        begin, end = _window(text, places, width)
        marked, at = [], begin
        for start, stop in places:
            if begin <= start and stop <= end:
                marked += [text[at:start], "**", text[start:stop], "**"]
                at = stop
        return f"{'…' if begin else ''}{''.join(marked)}{text[at:end]}{'…' if end < len(text) else ''}"


def _window(text: str, places: list[tuple[int, int]], width: int) -> tuple[int, int]:
    """Return from and to of the *width* characters with most of *places*, between words where that can be."""
    if len(text) <= width:
        return 0, len(text)
    begin = 0
    if places:
        best = max(places, key=lambda place: sum(place[0] <= start < place[0] + width * 3 // 4 for start, _ in places))
        begin = max(0, min(best[0] - width // 5, len(text) - width))
    if begin and (space := text.find(" ", begin, begin + width // 5)) >= 0:
        begin = space + 1
    end = min(len(text), begin + width)
    if end < len(text) and (space := text.rfind(" ", begin + width // 2, end)) >= 0:
        end = space
    return begin, end
