"""The words of a segment's condition, each with its place in the text."""

import re
from dataclasses import dataclass

WORDS = frozenset({"and", "or", "not", "in", "contains", "starts", "ends", "with", "is", "missing", "true", "false",
                   "today", "ago", "days", "weeks", "months", "years", "day", "week", "month", "year"})  # fmt: skip

_TOKEN = re.compile(
    r"""\s*(?:
        (?P<text>"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')
      | (?P<date>[0-9]{4}-[0-9]{2}-[0-9]{2}(?![\w-]))
      | (?P<number>-?[0-9]+(?:\.[0-9]+)?(?![\w.]))
      | (?P<name>[^\W\d][\w-]*)
      | (?P<mark>!=|<=|>=|[=<>().,])
      | (?P<end>$)
    )""",
    re.VERBOSE | re.DOTALL,
)


class SegmentFault(ValueError):
    """What is wrong with a condition.

    :param offset: of the character where it is wrong, from 0.
    """

    def __init__(self, offset: int, what: str, todo: str = "") -> None:
        super().__init__(what)
        self.offset = offset
        self.what = what
        self.todo = todo


@dataclass(frozen=True, kw_only=True, slots=True)
class Token:
    """A word of a condition.

    :param kind: text, date, number, name, mark or end.
    :param text: as it stands.
    """

    kind: str
    text: str
    offset: int

    @property
    def word(self) -> str:
        """The word of the language that it may be, in lower case; empty for a text, a date, a number."""
        return self.text.lower() if self.kind in ("name", "mark") else ""

    def is_(self, *words: str) -> bool:
        """Whether it is one of *words*."""
        return self.word in words


def tokens_of(text: str) -> list[Token]:
    """Return the words of *text*, the end as the last; SegmentFault for what is none."""
    tokens, offset = [], 0
    while True:
        match = _TOKEN.match(text, offset)
        if match is None:
            raise _unknown(text, offset)
        kind = match.lastgroup or "end"
        tokens.append(Token(kind=kind, text=match[kind], offset=match.start(kind)))
        if kind == "end":
            return tokens
        offset = match.end()


def _unknown(text: str, offset: int) -> SegmentFault:
    while text[offset].isspace():
        offset += 1
    if (quote := text[offset]) in "\"'":
        return SegmentFault(offset, f"this text has no end: a {quote} is missing", f"close it with {quote}")
    if text[offset].isdigit() or text[offset] == "-":
        return SegmentFault(
            offset, "this is no number and no date", 'write 18, 2.5 or 2026-11-27; a text has quotes: "…"'
        )
    return SegmentFault(offset, f'"{text[offset]}" means nothing here', 'a text stands in quotes: "…"')
