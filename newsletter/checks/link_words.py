"""Words of a link that do not say where it leads."""

import re

_SAYS_NOTHING = """
here, click here, click, this, this link, this article, link, links,
more, read more, learn more, see more, show more, view
more, find out more, more info, more information, read, read on, read this, continue, continue reading, go,
details, see here,
hier, hier klicken, klick hier, klicke hier, klicken sie hier, dieser link, zum link, mehr, mehr lesen, mehr
erfahren, mehr dazu, mehr infos, mehr informationen, weiterlesen, weiter, weiter lesen, lesen, jetzt lesen,
ansehen
"""
"""Texts that do not say where a link leads, in English and German."""
_EMPTY_WORDS = frozenset(" ".join(one.split()) for one in _SAYS_NOTHING.split(","))


def say_nothing(text: str) -> bool:
    """Whether the words of a link mean nothing when they are read alone."""
    return " ".join(re.sub(r"[\W_]+", " ", text).split()).casefold() in _EMPTY_WORDS
