"""What SpamAssassin says of a mail: its score, and the tests that brought it there."""

import re
from dataclasses import dataclass

_SCORE = re.compile(r"\s*(-?\d+(?:\.\d+)?)/(\d+(?:\.\d+)?)\s*$", re.M)
# A row of the report's table, and the lines that its description goes on in: " 0.7 NAME   BODY: words".
_ROW = re.compile(r"^ *(-?\d+(?:\.\d+)?) +([A-Z][A-Z0-9_]+) +(\S.*(?:\n {20,}\S.*)*)", re.M)


@dataclass(frozen=True, kw_only=True, slots=True)
class SpamTest:
    """One of SpamAssassin's tests that the mail met.

    :param points: what it costs; below zero what it is worth.
    :param words: what it is about, in SpamAssassin's words.
    """

    name: str
    points: float
    words: str


@dataclass(frozen=True, kw_only=True, slots=True)
class SpamReport:
    """A mail as SpamAssassin judges it.

    :param score: points of all tests together.
    :param required: points from which on it is spam.
    """

    score: float
    required: float
    tests: tuple[SpamTest, ...] = ()

    @property
    def costly(self) -> tuple[SpamTest, ...]:
        """The tests that cost points, the dearest first."""
        return tuple(sorted((test for test in self.tests if test.points > 0), key=lambda test: -test.points))

    def __str__(self) -> str:
        return f"{self.score:.1f} of {self.required:.1f} points"


def read_spam_report(text: str) -> SpamReport | None:
    """Read what ``spamc -R`` prints; None if it holds no judgement (spamc says "0/0" of a mail that is too large)."""
    found = _SCORE.match(text)
    if not found or not (required := float(found[2])):
        return None
    tests = tuple(
        SpamTest(name=name, points=float(points), words=" ".join(words.split()))
        for points, name, words in _ROW.findall(text.partition("Content analysis details")[2] or text)
    )
    return SpamReport(score=float(found[1]), required=required, tests=tests)
