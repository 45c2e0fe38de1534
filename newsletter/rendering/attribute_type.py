"""Types of MJML's attributes: whether a value is one, and what would be.

They accept what npm's mjml 5 accepts (mjml-core, lib/types).
"""

import re
from functools import cache
from typing import NamedTuple

from newsletter.model.table import nearest
from newsletter.rendering.components import colour_names

_UNIT = re.compile(r"(unit|unitWithNegative)\(([^)]*)\)(?:\{([\d,]+)\})?")
_COLOUR = re.compile(
    r"rgba\(\d{1,3},\s?\d{1,3},\s?\d{1,3},\s?\d(\.\d{1,3})?\)|rgb\(\d{1,3},\s?\d{1,3},\s?\d{1,3}\)|#([0-9a-f]{3}){1,2}",
    re.I,
)
_NUMBER = re.compile(r"-?\d+(\.\d+)?")


class AttributeType(NamedTuple):
    """One type.

    :param pattern: what a whole value matches.
    :param words: what it asks for: "a length in px or %".
    :param choices: the values of an enumeration.
    :param units: of a length.
    """

    pattern: re.Pattern[str]
    words: str
    choices: tuple[str, ...] = ()
    units: tuple[str, ...] = ()

    def todo(self, value: str) -> str:
        """Say what to write in the place of *value*."""
        if self.choices:
            near = nearest(value, list(self.choices))
            return near if near.startswith("did you mean") else f"write {self.words}"
        if self.units and _NUMBER.fullmatch(value) and "px" in self.units:
            return f"write {value}px, if pixels are meant"
        return f"write {self.words}"


@cache
def attribute_type(kind: str) -> AttributeType:
    """Return the type that npm's table calls *kind*; any text will do for one that asks for nothing."""
    if unit := _UNIT.fullmatch(kind):
        return _length(unit[2].split(","), unit[3] or "1", negative=unit[1] == "unitWithNegative")
    if kind.startswith("enum("):
        choices = kind[5:-1].split(",")
        named = [choice for choice in choices if choice]
        return AttributeType(re.compile("|".join(map(re.escape, choices))), _or(named), choices=tuple(named))
    if kind == "color":
        return AttributeType(_with(_COLOUR, colour_names()), "a colour like #24211e, rgb(36, 33, 30) or a name")
    if kind == "boolean":
        return AttributeType(re.compile("true|false", re.I), "true or false", choices=("true", "false"))
    if kind == "integer":
        return AttributeType(re.compile(r"\d+"), "a whole number")
    return AttributeType(re.compile(".*", re.S), "a text")


def _length(units: list[str], count: str, *, negative: bool) -> AttributeType:
    whole = "|0|auto" if "auto" in units else "|0"
    real = [unit for unit in units if unit != "auto"]
    number = r"(?:-|\d|,|\.)+" if negative else r"(?:\d|,|\.)+"
    pattern = re.compile(f"(?:(?:{number}(?:{'|'.join(map(re.escape, real))}){whole}) ?){{{count}}}")
    named = [unit for unit in real if unit]
    words = f"a length in {_or(named)}" + (" or without a unit" if "" in real else "")
    many = f", or up to {count[-1]} of them" if "," in count else ""
    return AttributeType(pattern, words + (", or auto" if "auto" in units else "") + many, units=tuple(named))


def _with(pattern: re.Pattern[str], names: list[str]) -> re.Pattern[str]:
    return re.compile(f"{pattern.pattern}|{'|'.join(map(re.escape, names))}", re.I)


def _or(names: list[str]) -> str:
    *first, last = names
    return f"{', '.join(first)} or {last}" if first else last
