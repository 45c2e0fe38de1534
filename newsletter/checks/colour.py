"""The colours that CSS names."""

from functools import lru_cache
from typing import Any

from tinycss2 import color4

from newsletter.model.colour import Colour

CURRENT = "currentcolor"


def read_colour(tokens: Any) -> Colour | str | None:
    """Return the colour that a CSS text or token is, CURRENT if it is the text's colour, None if it is none."""
    if isinstance(tokens, str):
        return _read_text(tokens)
    # A number or a string is no colour, and tinycss2 says so only after a long look.
    return _read(tokens) if tokens.type in ("ident", "hash", "function") else None


@lru_cache(maxsize=1024)
def _read_text(text: str) -> Colour | str | None:
    return _read(text)


def _read(value: Any) -> Colour | str | None:
    colour = color4.parse_color(value)
    if colour is None or isinstance(colour, str):
        return CURRENT if colour else None
    red, green, blue = (min(max(part or 0, 0), 1) * 255 for part in colour.to("srgb").coordinates)
    return Colour(red, green, blue, colour.alpha)
