"""Ampersands as people write them into XML: bare ones, and HTML's entities, which XML has not."""

import re
from html import escape
from html.entities import html5

_BARE = re.compile(r"&(?!(?:amp|lt|gt|quot|apos|#\d{1,7}|#x[\da-f]{1,6});)(\w{1,32};)?", re.I)


def spelled_out(text: str) -> str:
    """Return *text* with HTML's entities as their characters, and every other ampersand that is none of XML's escaped.

    XML 1.0 §4.6 has five entities: amp, lt, gt, quot, apos.
    """
    return _BARE.sub(_escaped, text)


def _escaped(match: re.Match[str]) -> str:
    character = html5.get(match[1] or "", "")
    return escape(character) if character else f"&amp;{match[1] or ''}"
