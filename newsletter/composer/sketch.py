"""The sketch of a text: which runs of three words it has, small enough to stand beside an article in the pool.

::

    text ──words──► runs of three ──hashes, 32 bits──► the 512 smallest ──base64──► sketch, at most 2,732 characters

A text of up to 514 words is in its sketch whole. Of a longer one stand the smallest hashes, which are a fair sample of
all: two sketches are compared below the largest hash that both would have kept (bottom-k sampling; Cohen and Kaplan,
"Summarizing data using bottom-k sketches", 2007). Containment rather than resemblance, because the summary of a feed
is 40 words of an article's 4,000: measured on 1,500 posts, it finds 100 of 100 such pairs, MinHash none.
"""

import re
import sys
import unicodedata
from array import array
from base64 import b64decode, b64encode
from binascii import Error
from bisect import bisect
from collections.abc import Set
from hashlib import blake2b

SIZE = 512
"""Hashes in a sketch."""
RUN = 3
"""Words in a run."""
_WORDS = re.compile(
    r"[\u3040-\u30ff\u3400-\u9fff]|[^\W\u3040-\u30ff\u3400-\u9fff]+"
)  # Japanese and Chinese: a sign each
_UNSEEN = re.compile("[\u00ad\u200b-\u200d\u2060\ufeff]")
_HIGHEST = 2**32 - 1


def words_of(text: str) -> list[str]:
    """Return the words of *text*: case, marks and what nobody sees do not count."""
    return _WORDS.findall(_UNSEEN.sub("", unicodedata.normalize("NFKC", text)).casefold())


def sketch_of(text: str) -> str:
    """Return the sketch of *text*; empty for less than three words."""
    words = words_of(text)
    runs = {" ".join(words[at : at + RUN]) for at in range(len(words) - RUN + 1)}
    hashes = {int.from_bytes(blake2b(run.encode(), digest_size=4).digest(), "little") for run in runs}
    return _written(sorted(hashes)[:SIZE])


def containment(a: str, b: str, *without: Set[int]) -> float:
    """Return how much of the shorter of two texts stands in the other, from 0 to 1, by their sketches.

    :param without: hashes of runs that do not count.
    """
    return share(hashes_of(a), hashes_of(b), *without)


def share(a: "array[int]", b: "array[int]", *without: Set[int]) -> float:
    """Return what :func:`containment` does, of the hashes of two sketches."""
    limit = min(reach(a), reach(b))
    ours, theirs = (set(hashes[: bisect(hashes, limit)]).difference(*without) for hashes in (a, b))
    fewest = min(len(ours), len(theirs))
    return len(ours & theirs) / fewest if fewest else 0.0


def reach(hashes: "array[int]") -> int:
    """Return up to which hash a sketch has all that its text has."""
    return hashes[-1] if len(hashes) == SIZE else _HIGHEST


def hashes_of(sketch: str) -> "array[int]":
    """Return the hashes in *sketch*, smallest first; none where it is no sketch."""
    hashes = array("I")
    try:
        hashes.frombytes(b64decode(sketch, validate=True))
    except (Error, ValueError):  # a line of the pool that somebody wrote by hand
        return array("I")
    if sys.byteorder == "big":
        hashes.byteswap()
    return hashes


def _written(hashes: list[int]) -> str:
    packed = array("I", hashes)
    if sys.byteorder == "big":
        packed.byteswap()
    return b64encode(packed.tobytes()).decode()
