"""How many words a text has."""

import math
import re

# Chinese, Japanese and Thai are written without spaces: about two letters are a word.
_UNSPACED = re.compile("[\u0e00-\u0eff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff]")


def count_words(text: str) -> int:
    """Return how many words *text* has."""
    unspaced = len(_UNSPACED.findall(text))
    return len(_UNSPACED.sub(" ", text).split()) + math.ceil(unspaced / 2) if unspaced else len(text.split())
