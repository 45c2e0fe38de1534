"""Whether an article bears out what a draft says of it: quotes word for word, and no number or name of its own.

What cannot be seen so: a true quote that is put to a wrong use, and a name that stands first in its sentence and could
be any word. The last control is the person who reviews.
"""

import re
import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import cached_property

from newsletter.composer.tfidf import stems_of
from newsletter.model.draft import Claim, Draft
from newsletter.model.excerpt import excerpt

FEWEST_QUOTED, MOST_QUOTED = 3, 80
"""Words of a quote: what is shorter stands in any text, what is longer supports everything."""
_TYPOGRAPHIC = str.maketrans({
    "“": '"', "”": '"', "„": '"', "«": '"', "»": '"', "‟": '"', "″": '"', "‘": "'", "’": "'", "‚": "'", "‹": "'",
    "›": "'", "′": "'", "–": "-", "—": "-", "‐": "-", "‑": "-", "−": "-", "…": "...",
})  # fmt: skip
_UNSEEN = re.compile("[\u00ad\u200b-\u200f\u2060\ufeff\U000e0000-\U000e007f]")
_NUMBER = re.compile(
    r"(?<![\w.,])(\d+(?:[.,]\d+)*)"
    r"(?:\s?(k|m|bn|b|thousand|million|billion|trillion|tausend|millionen|milliarden)(?![^\W_]))?",
    re.I,
)
_SCALES = {
    "k": 3, "thousand": 3, "tausend": 3, "m": 6, "million": 6, "millionen": 6, "bn": 9, "b": 9, "billion": 9,
    "milliarden": 9, "trillion": 12,
}  # fmt: skip
_UNITS = (
    "zero one two three four five six seven eight nine ten eleven twelve",
    "null eins zwei drei vier fünf sechs sieben acht neun zehn elf zwölf",
)
_TENS = ("ten", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")
_SPELLED = {
    **{word: number for words in _UNITS for number, word in enumerate(words.split())},
    **{word: 10 * number for number, word in enumerate(_TENS, 1)},
    **{"hundred": 100, "thousand": 1000, "million": 10**6},
}
_CLAIMED = frozenset(
    ("three", "four", "five", "six", "seven", "eight", "nine", "eleven", "twelve", "twenty", "thirty", "forty", "fifty")
)
"""Spelled numbers that a claim must answer for: the others have other meanings too, in one language or the other."""
_TOKEN = re.compile(r"[^\W_](?:[\w.+#/&'-]*[\w+#])?")
_FIRST = re.compile(r"(?:^|[.!?:;]\s+|[\"(\[])([^\W_])")
_CAPITALISING = ("de", "lb")
"""Languages whose nouns all begin with a capital: there, only what no noun looks like is a name."""
_WORDLIKE = re.compile(r"(?:s|ing|ed|ly|er|ion|ity|ment|ness|able|ive|al|ful|less|ance|ence|ant|ent)$")
_COMMON = frozenset(
    """about above after again against almost alone along already although always among another around because become
    before behind below beside between beyond both choose could create during each either enough even every everyone
    everything except first from further given half having hence however instead into keep later least less like made
    make many maybe might more most much must near neither never next nobody nothing often once only other otherwise
    over people rather reduce same second should simple since some someone something soon still such take than that
    their them then there these they third this those though through together toward under unless unlike until upon
    small large long short high better good great fast slow new old real whole
    what when where whether which while whole whose will with within without would write avoid use
    prefer""".split()  # noqa: SIM905 - as a list, it would be a page
)
_VERB_NEXT = re.compile(r"(?:\w+(?:s|ed)|is|was|are|were|has|had|will|can|may|cut|built|made|found|ran)$")


def plain(text: str) -> str:
    """Return *text* as quotes are compared: typographic marks as typed ones, white space as one space."""
    seen = _UNSEEN.sub("", unicodedata.normalize("NFKC", text.translate(_TYPOGRAPHIC))).translate(_TYPOGRAPHIC)
    return " ".join(seen.split())


@dataclass(frozen=True)
class Ground:
    """A text that claims are judged by.

    :param head: title, source and author: a name or number may be theirs, a quote may not.
    :param language: of the claims, BCP 47.
    :param same_language: whether the text is in it: only then the words of a claim can be compared with its quote.
    """

    text: str
    head: str = ""
    language: str = "en"
    same_language: bool = True

    @cached_property
    def _plain(self) -> str:
        return plain(self.text)

    @cached_property
    def _all(self) -> str:
        return f"{plain(self.head)}\n{self._plain}"

    @cached_property
    def _words(self) -> frozenset[str]:
        return frozenset(part for token in _TOKEN.findall(self._all) for part in _forms(token))

    @cached_property
    def _stems(self) -> frozenset[str]:
        return frozenset(word[:5] for word in self._words)

    @cached_property
    def _numbers(self) -> frozenset[Decimal]:
        said = {value for values in _numbers_in(self._all) for value in values}
        return frozenset(said | {Decimal(_SPELLED[word]) for word in self._words if word in _SPELLED})

    def judge(self, draft: Draft) -> Draft:
        """Return *draft* with the fault of each claim that the text does not bear out."""
        why = replace(draft.why, fault=self._stray(draft.why.text)) if draft.why else None
        points = tuple(replace(point, fault=self.fault(point)) for point in draft.points)
        return replace(draft, why=why, points=points)

    def fault(self, claim: Claim) -> str:
        """Return why the text does not bear out *claim*, which has a quote; empty if it does."""
        quote = plain(claim.quote).strip("\"' ")
        words = quote.split()
        if not FEWEST_QUOTED <= len(words) <= MOST_QUOTED:
            return f"its quote has {len(words)} words, and {FEWEST_QUOTED} to {MOST_QUOTED} can be judged"
        if not self.has(quote):
            return f'its quote is not in the article: "{excerpt(quote, 80)}"'
        said, quoted = set(stems_of(plain(claim.text))), {word[:5] for word in stems_of(quote)}
        if self.same_language and said and not any(word[:5] in quoted for word in said):
            return f'its quote speaks of something else: "{excerpt(quote, 80)}"'
        return self._stray(claim.text)

    def has(self, quote: str) -> bool:
        """Whether the text has *quote* word for word."""
        return bool(quote) and plain(quote).strip("\"' ") in self._plain

    def _stray(self, said: str) -> str:
        """Return which number or name of *said* the text does not have."""
        line = plain(said)
        for shown, values in zip(_numbers_shown(line), _numbers_in(line), strict=True):
            if not self._numbers & values:
                return f'the number "{shown}" is not in the article'
        for token in _TOKEN.findall(line):
            word = token.casefold()
            if word in _CLAIMED and Decimal(_SPELLED[word]) not in self._numbers:
                return f'the number "{token}" is not in the article'
        for name in _names(line, self.language, self._is_known):
            if not self._knows(name):
                return f'the name "{name}" is not in the article'
        return ""

    def _knows(self, name: str) -> bool:
        return any(form in self._words for form in _forms(name)) or all(
            any(form in self._words for form in _forms(part)) for part in re.split(r"[-/&.]", name) if part
        )

    def _is_known(self, word: str) -> bool:
        """Whether the text has a word that begins as *word* does: then it is one in another form."""
        return word.casefold()[:5] in self._stems


def _forms(token: str) -> tuple[str, ...]:
    """Return a token in small letters, also without a possessive's or a plural's ending."""
    word = token.casefold()
    bare = re.sub(r"'(?:s|re|ve|ll|d|t)?$", "", word)
    parts = [part for part in re.split(r"[-/]", bare) if part] if re.search(r"[-/]", bare) else []
    return tuple(dict.fromkeys([word, bare, bare.removesuffix("s"), *parts]))


def _numbers_shown(line: str) -> list[str]:
    return [match[0].strip() for match in _NUMBER.finditer(line)]


def _numbers_in(line: str) -> Iterator[set[Decimal]]:
    """Yield what each number may mean: 5 m may be metres."""
    for match in _NUMBER.finditer(line):
        bare, scale = _value(match[1]), (match[2] or "").casefold()
        scaled = bare.scaleb(_SCALES[scale]) if scale else bare
        yield {scaled, bare} if len(scale) == 1 else {scaled}


def _value(digits: str) -> Decimal:
    """Return what *digits* mean, "1,234.5" and "1.234,5" alike: one mark before three digits is that of thousands."""
    marks = re.findall(r"[.,]", digits)
    last = marks[-1] if marks else ""
    decimal = marks.count(last) == 1 and (len(set(marks)) > 1 or not re.fullmatch(r"[1-9]\d*[.,]\d{3}", digits))
    whole, _, rest = digits.rpartition(last) if last and decimal else (digits, "", "")
    return Decimal(re.sub(r"[.,]", "", whole) + (f".{rest}" if rest else ""))


def _names(line: str, language: str, known: Callable[[str], bool]) -> Iterator[str]:
    """Yield the words of *line* that are names, as far as their letters tell."""
    firsts = {match.start(1) for match in _FIRST.finditer(line)}
    tokens = [(match.start(), match[0]) for match in _TOKEN.finditer(line)]
    for at, (start, token) in enumerate(tokens):
        following = tokens[at + 1][1] if at + 1 < len(tokens) else ""
        bare = re.sub(r"'s?$", "", token)
        if _NUMBER.fullmatch(bare) or not any(letter.isalpha() for letter in bare):
            continue
        if _looks_like_one(bare):
            yield bare
        elif not bare[0].isupper() or bare in ("I", "A") or language.partition("-")[0].casefold() in _CAPITALISING:
            continue
        elif start not in firsts or _first_is_name(token, bare, following, known):
            yield bare


def _looks_like_one(word: str) -> bool:
    """Whether no common word looks so: a capital inside, a digit beside letters, a dot or a plus inside."""
    if re.fullmatch(r"\d+(?:\.\d+)?[a-z%]{1,3}", word):  # 30ms, 12x
        return False
    letters = [letter for letter in word if letter.isalpha()]
    inside = any(letter.isupper() for letter in re.sub(r"-\w", "-", word)[1:])
    return inside or (bool(letters) and any(letter.isdigit() for letter in word)) or bool(re.search(r"\w[.+#]\w", word))


def _first_is_name(token: str, word: str, following: str, known: Callable[[str], bool]) -> bool:
    """Whether the first word of a sentence, which has its capital anyway, is a name."""
    small = word.casefold()
    if small in _COMMON or len(small) < 4 or known(small):
        return False
    if token.endswith("'s"):
        return True
    return not _WORDLIKE.search(small) and bool(_VERB_NEXT.match(following) or following[:1].isupper())
