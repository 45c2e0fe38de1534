"""Sentences of an article that an editor may quote: offered to be chosen from, and never called a summary."""

import re
from collections.abc import Sequence
from itertools import islice

from newsletter.composer.lexrank import Vector, likeness, rank, vectors_of
from newsletter.composer.sentences import sentences_of

FEWEST_WORDS, MOST_WORDS = 6, 30
"""Of a sentence that is offered: key points of real digests have 14 to 26."""
OFFERED = 5
RANKED = 400
"""Sentences of one text that are ranked, the first ones: likenesses grow with the square of them."""
TOO_LIKE = 0.6
"""A cosine: of two sentences that say the same, one is offered."""
_CODE = re.compile(r"[{};\\]|=>|->|==|\w\(\)|</?\w+>|https?://|www\.|^\s*[$#>@]|\S{40}")
# What leans on the sentence before it cannot stand alone; nor does what speaks to the reader of the page.
_LEANING = re.compile(
    r"(?:but|and|so|however|therefore|thus|then|also|this|that|these|those|it|they|he|she|here|there|as such|instead|"
    r"additionally|furthermore|moreover|for example|for instance|in addition|aber|und|doch|dies|diese[rsmn]?|das|er|"
    r"sie|es|daher|deshalb|dort|hier|so|außerdem|zudem)\b",
    re.I,
)
_OF_THE_PAGE = re.compile(
    r"\b(?:subscribe|sign up|newsletter|cookies?|privacy policy|all rights reserved|click here|read more|follow us|"
    r"leave a comment|abonnieren|datenschutz)\b",
    re.I,
)


def excerpts_of(text: str, *, most: int = OFFERED) -> tuple[str, ...]:
    """Return at most *most* sentences of *text*, word for word, those first that say most of what the others say."""
    found = list(dict.fromkeys(islice((sentence for sentence in sentences_of(text) if _fits(sentence)), RANKED)))
    if not found:
        return ()
    vectors = vectors_of(found)
    ranks = rank(vectors)
    order = sorted(range(len(found)), key=lambda at: (bool(_LEANING.match(found[at])), -ranks[at], at))
    chosen: list[int] = []
    for at in order:
        if len(chosen) < most and not _said(vectors[at], [vectors[other] for other in chosen]):
            chosen.append(at)
    return tuple(found[at] for at in chosen)


def _said(vector: Vector, before: Sequence[Vector]) -> bool:
    return any(likeness(vector, other) > TOO_LIKE for other in before)


def _fits(sentence: str) -> bool:
    words = sentence.split()
    ended = sentence.rstrip("\"'”’»)]").endswith((".", "!", "…", "。", "！"))
    begun = sentence[0].isalnum() and words[0] != words[0].lower()  # cAdvisor and iOS begin one, too
    if not (ended and begun and FEWEST_WORDS <= len(words) <= MOST_WORDS):
        return False
    return not (_CODE.search(sentence) or _OF_THE_PAGE.search(sentence))
