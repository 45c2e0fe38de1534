"""Whether what was read of a page ends before its article does."""

import re
from typing import Final

from newsletter.model.word_count import count_words
from newsletter.sources.page_facts import PageFacts

_LAST: Final = 4
"""Lines at the end of a text in which a wall is said."""

# Said where an article goes on for those who pay or sign in: never in a list of other articles to read.
_WALL = re.compile(
    r"\b(to (continue|keep|finish) reading|(continue|keep) reading (with|this|for)|"
    r"subscribe (now )?to (read|continue|unlock)|"
    r"(this|the rest of this) (post|article|story|content) is (only )?(for|available to) (our )?"
    r"(paid |paying |premium )?"
    r"(subscribers|members)|already a (paid )?(subscriber|member)|(sign|log) in to (read|continue|view)|"
    r"members?[- ]only (story|post|article)|unlock this (post|article|story)|"
    r"read the (full|whole) (story|article|post)|"
    r"(upgrade|become a (paid )?(subscriber|member)) to (read|continue)|start (your )?free trial)\b",
    re.I,
)
_ENDS = re.compile(
    r"(\[?(…|\.\.\.)\]?|\b(continue reading|read more|weiterlesen|lire la suite|seguir leyendo))\s*[.…»→>]*$", re.I
)


def is_cut_short(text: str, facts: PageFacts, *, shown: str, cut: bool) -> bool:
    """Return whether *text* is not the whole article.

    :param shown: all text of the page: a wall often stands beside what is taken for the article.
    :param cut: the page itself was longer than is read.
    """
    words = count_words(text)
    if cut:
        return True
    if facts.expected >= 100:  # the page tells how many there are; code and captions are counted by some, not by others
        return words < 0.6 * facts.expected
    end = "\n".join(text.split("\n")[-_LAST:])
    wall = _WALL.search(end) is not None or _ENDS.search(end[-100:]) is not None
    return wall or (_WALL.search(shown) is not None and words < 400) or (facts.locked and words < 600)
