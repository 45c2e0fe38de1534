"""Plain text as sentences: no model, no list to be downloaded, and a full stop in "v1.2" or "e.g." ends none."""

import re
from collections.abc import Iterator

_ABBREVIATION = re.compile(
    r"(?:^|[\s(\[“\"'])(?:e\.g|i\.e|etc|vs|cf|al|approx|ca|no|vol|fig|sec|eq|mr|mrs|ms|dr|prof|st|inc|ltd|co|corp|jr|sr|"
    r"u\.s|u\.k|a\.m|p\.m|z\.\s?b|d\.\s?h|u\.\s?a|bzw|usw|nr|vgl|bspw|jan|feb|mar|apr|jun|jul|aug|sept?|oct|okt|nov|dec|"
    r"dez|(?-i:[A-Z]))\.$",  # an initial; a small letter alone is a unit, "30 s."
    re.I,
)
_LETTER = re.compile(r"\b[^\W\d_]\.(?=\s|$)")  # "z. B.", "u. a."
# Chinese and Japanese have no blank behind a full stop; Arabic, Urdu and Hindi have marks of their own. Behind
# any of them may stand a closing quote or bracket, or the end of an emphasis in Markdown.
_END = re.compile(r"[.!?…।۔؟]+[\"'”’»)\]*_`]*(?=\s+|$)|[。！？｡]+(?:[」』”’）)*_`]*(?=\s|$)|(?![」』”’）]))")
# "am 27. November": in German an ordinal number has a full stop.
_DAY = re.compile(r"\b[0-3]?\d\.$")
_MONTH = re.compile(r"(?:Januar|Februar|März|April|Mai|Juni|Juli|August|September|Oktober|November|Dezember)\b")
_NEAR = 32
"""Characters before and behind a mark that tell whether it ends a sentence."""
_SPACE = re.compile(r"\s+")


def sentences_of(text: str) -> Iterator[str]:
    """Yield the sentences of *text*, one line each; a line that ends without a full stop is a piece of its own.

    Lines are paragraphs, headings, items or code, as a reader of pages gives them.
    """
    for line in text.splitlines():
        yield from _of_line(_SPACE.sub(" ", line).strip())


def _of_line(line: str) -> Iterator[str]:
    behind = 0
    for end in _END.finditer(line):
        # A look at what is around the mark and no further: a line may have a hundred thousand of them.
        piece, following = (
            line[max(behind, end.end() - _NEAR) : end.end()],
            line[end.end() : end.end() + _NEAR].lstrip(),
        )
        if following and not _ends(piece, following):
            continue
        yield line[behind : end.end()].strip()
        behind = end.end()
    if rest := line[behind:].strip():
        yield rest


def _ends(piece: str, following: str) -> bool:
    """Whether a sentence ends behind *piece*: not behind an abbreviation, nor before a small letter or an operator."""
    if _ABBREVIATION.search(piece) or (_LETTER.search(piece[-2:]) and _LETTER.match(following)):
        return False
    bare = piece.rstrip("\"'”’»)]*_`」』）")
    if bare[-1:] in "。！？｡":
        return True
    if _DAY.search(piece) and _MONTH.match(following):
        return False
    return not (following[0].islower() or following[0] in ",;:=<>+*/|&%") or bare[-1:] in "!?"
