"""Articles that come in parts: "Moka (Part 2 of 2)", "Moka, Pt. II", "Moka (2/3)", "Moka, Teil 2"."""

import re
from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass

from newsletter.model.article import Article
from newsletter.model.canonical import link_key, text_key

_ROMAN = {"i": 1, "ii": 2, "iii": 3, "iv": 4, "v": 5, "vi": 6, "vii": 7, "viii": 8, "ix": 9, "x": 10}
_NUMBERS = _ROMAN | {
    word: number
    for words in (
        "one two three four five six seven eight nine ten",
        "eins zwei drei vier fünf sechs sieben acht neun zehn",
        "un deux trois quatre cinq six sept huit neuf dix",
        "uno dos tres cuatro cinco seis siete ocho nueve diez",
    )
    for number, word in enumerate(words.split(), 1)
}
_NUMBER = rf"(?P<number>\d{{1,2}}|{'|'.join(sorted(_NUMBERS, key=len, reverse=True))})(?![\w.]\w)(?!\w)"
_OF = r"(?: ?(?:of|/|von|de|sur|van|di) ?(?P<of>\d{1,2})(?!\w))?"
_PART = re.compile(
    rf"(?<!\w)(?:part|pt\.?|teil|partie|parte|deel|del|часть) ?#? ?{_NUMBER}{_OF}"
    r"|[(\[] ?(?P<bracketed>\d{1,2}) ?(?:/|of|von|de|sur) ?(?P<all>\d{1,2}) ?[)\]]",
    re.I,
)
_FEWEST = 2
"""Words that a series' name must have before its part is named; of less, those behind it are its name."""

LONGEST = 500
"""Characters of a title that are looked at."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Part:
    """Which part of which series an article is.

    :param series: the key of the series' name.
    :param site: the host that has it; empty is unknown, and may be any.
    :param of: how many parts there are to be; 0 is unknown.
    """

    series: str
    site: str
    number: int
    of: int = 0

    def belongs_with(self, other: "Part") -> bool:
        """Whether both are of one series."""
        return self.series == other.series and (self.site == other.site or not self.site or not other.site)

    def __str__(self) -> str:
        return f"part {self.number}{f' of {self.of}' if self.of else ''}"


def part_of(title: str, link: str = "") -> Part | None:
    """Return which part of a series an article of this title is; None where the title names none."""
    title = " ".join(title[:LONGEST].split())
    found = _PART.search(title)
    if not found:
        return None
    number, of = found["number"] or found["bracketed"], int(found["of"] or found["all"] or 0)
    number = _NUMBERS.get(number.lower()) or int(number)
    before, behind = text_key([title[: found.start()]]), text_key([title[found.end() :]])
    name = before if len(before.split()) >= _FEWEST or not behind else behind if not before else f"{before} {behind}"
    return (
        Part(series=name, site=_site(link), number=number, of=of) if name and number and number <= (of or 99) else None
    )


class SentParts:
    """Parts of series, by series, in the issues that told of them."""

    def __init__(self) -> None:
        self._parts: dict[str, list[tuple[Part, int]]] = {}

    def add(self, title: str, link: str, number: int) -> None:
        """Note that issue *number* told an article of this title: one that names no part may prove to be the first."""
        part = part_of(title, link) or Part(series=text_key([title]), site=_site(link), number=1)
        self._parts.setdefault(part.series, []).append((part, number))

    def issues(self, part: Part, *, other_than: frozenset[int] = frozenset()) -> dict[int, int]:
        """Return the last issue that told each part of the series of *part*, by the part's number."""
        known = self._parts.get(part.series, ())
        return {one.number: issue for one, issue in known if issue not in other_than and one.belongs_with(part)}


def hint(
    part: Part, issues: Mapping[int, int], waiting: Sequence[tuple[Part, str]] = (), here: Container[int] = ()
) -> tuple[int, str]:
    """Return what an editor is told of *part* before it runs, and the number of the issue that it is about.

    :param issues: where the parts of the series ran.
    :param waiting: parts of the series that wait, with their ids.
    :param here: numbers of the parts that run together with it.
    """
    if part.number in issues:
        return issues[part.number], f"{part} of this series ran in #{issues[part.number]}"
    if missing := [number for number in range(1, part.number) if number not in issues and number not in here]:
        ids = {one.number: id for one, id in waiting}
        named = " and ".join(f"part {number}{f' ({ids[number]})' if number in ids else ''}" for number in missing[-2:])
        return 0, f"{part}; {named} not sent"
    if earlier := max((number for number in issues if number < part.number), default=0):
        return issues[earlier], f"{part}; part {earlier} ran in #{issues[earlier]}"
    if later := min(issues, default=0):
        return issues[later], f"{part}; part {later} ran in #{issues[later]} before it"
    return 0, ""


def faults(parts: Sequence[tuple[int, Part]], issues: Mapping[int, Mapping[int, int]]) -> dict[int, str]:
    """Return what is wrong with the order of the parts in an issue, by line.

    :param parts: those of the issue, with their lines, as they stand.
    :param issues: by line, where the parts of that series ran before.
    """
    found = {}
    for at, (line, part) in enumerate(parts):
        ran = issues[line]
        here = {other.number: (place, where) for place, (where, other) in enumerate(parts) if other.belongs_with(part)}
        missing = [number for number in range(1, part.number) if number not in ran and number not in here]
        behind = [number for number in here if number < part.number and here[number][0] > at]
        if part.number in ran:
            found[line] = f"{part} of a series, and that part ran in issue {ran[part.number]}"
        elif behind:
            found[line] = f"{part} of a series, and stands before part {behind[0]} at line {here[behind[0]][1]}"
        elif missing:
            found[line] = f"{part} of a series, whose part {missing[-1]} neither ran nor is in this issue"
    return found


def in_order(articles: Iterable[Article]) -> list[Article]:
    """Return *articles* as they are, but for the parts of each series: these take their places by number."""
    ordered = list(articles)
    series: list[list[tuple[int, Part]]] = []
    for at, article in enumerate(ordered):
        if part := part_of(article.title, article.link):
            group = next((group for group in series if group[0][1].belongs_with(part)), None)
            if group is None:
                series.append([(at, part)])
            else:
                group.append((at, part))
    for group in series:
        places = [at for at, _ in group]
        sources = [at for at, _ in sorted(group, key=lambda one: one[1].number)]
        moved = [ordered[at] for at in sources]
        for at, article in zip(places, moved, strict=True):
            ordered[at] = article
    return ordered


def _site(link: str) -> str:
    return link_key(link).partition("/")[0]
