"""Sentences of an article that an editor may quote: offered to be chosen from, and never called a summary."""

import re
from collections.abc import Container, Iterable
from itertools import islice

from newsletter.composer.lexrank import rank, vectors_of
from newsletter.composer.tfidf import stems_of
from newsletter.model.sentences import sentences_of
from newsletter.model.word_count import count_words

FEWEST_WORDS, MOST_WORDS = 6, 30
"""Of a sentence that is offered: key points of real digests have 14 to 26."""
OFFERED = 5
RANKED = 400
"""Sentences of one text that are ranked, the first ones: likenesses grow with the square of them."""
REPEATED, TOO_LIKE = 0.75, 0.5
"""Of the words of the shorter of two sentences, how many stand in the other: from the first on they are one sentence
said twice, from the second on they say nearly the same, and an editor is offered one of them."""
FEWEST_SHARED = 3
"""Words that two sentences share that say nearly the same, or all of the shorter one."""
_CODE = re.compile(r"[{};\\]|=>|->|==|\w\(\)|</?\w+>|https?://|www\.|^\s*[$#>@]|[!-~]{40}")
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


def excerpts_of(text: str, *, most: int = OFFERED, never: Container[str] = ()) -> tuple[str, ...]:
    """Return at most *most* sentences of *text*, word for word, those first that say most of what the others say.

    Of several that say nearly the same there is one, and what is said twice does not speak for itself: a sentence that
    a site repeats down its page is not what the page says.

    :param never: sentences that are offered of no text.
    """
    wanted = (sentence for sentence in sentences_of(text) if sentence not in never and _fits(sentence))
    fitting = dict.fromkeys(islice(wanted, RANKED))
    found = _unlike(sorted(fitting, key=_leans), REPEATED)
    if not found:
        return ()
    ranks = dict(zip(found, rank(vectors_of(found)), strict=True))
    return tuple(_unlike(sorted(found, key=lambda one: (_leans(one), -ranks[one])), TOO_LIKE)[:most])


def _unlike(sentences: Iterable[str], share: float) -> list[str]:
    """Return *sentences* but for those of whose words so large a *share* stands in one before it, or the reverse."""
    kept: dict[str, frozenset[str]] = {}
    for sentence in sentences:
        stems = frozenset(stems_of(sentence))
        if not any(_has(stems, other, share) for other in kept.values()):
            kept[sentence] = stems
    return list(kept)


def _has(one: frozenset[str], other: frozenset[str], share: float) -> bool:
    # Not a cosine: by TF-IDF, the words that ten sentences repeat weigh least, and it saw no likeness in these.
    shared, shorter = len(one & other), min(len(one), len(other))
    return shared >= share * shorter and shared >= min(FEWEST_SHARED, max(shorter, 1))


def _leans(sentence: str) -> bool:
    return bool(_LEANING.match(sentence))


def _fits(sentence: str) -> bool:
    words = sentence.split()
    ended = sentence.rstrip("\"'”’»」』)]").endswith((".", "!", "…", "。", "！", "।", "۔"))
    if not (ended and _begins(words[0]) and FEWEST_WORDS <= count_words(sentence) <= MOST_WORDS):
        return False
    return not (_CODE.search(sentence) or _OF_THE_PAGE.search(sentence))


def _begins(word: str) -> bool:
    """Whether a sentence may begin with *word*: cAdvisor and iOS begin one, too, and many scripts have no capitals."""
    return word[0].isalnum() and (word != word.lower() or (word[0].isalpha() and word[0] == word[0].swapcase()))
