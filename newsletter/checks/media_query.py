"""Which media queries hold for a mail in a window of some width and scheme."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from operator import eq, ge, gt, le, lt

_FEATURE = re.compile(r"\(\s*([^()]+?)\s*\)")
_LENGTH = re.compile(r"(\d*\.?\d+)\s*(px|em|rem)?$")
_RANGE = re.compile(r"width\s*(<=|>=|<|>|=)\s*(\d*\.?\d+(?:px|em|rem)?)$")
_SIGNS: dict[str, Callable[[float, float], bool]] = {"<": lt, "<=": le, ">": gt, ">=": ge, "=": eq}


@dataclass(frozen=True, slots=True)
class View:
    """How a mail is looked at.

    :param width: of the window, in pixels.
    """

    width: int
    dark: bool = False


@lru_cache(maxsize=512)
def holds(query: str, view: View) -> bool:
    """Whether a list of media queries holds; what it asks and we do not know does not."""
    return any(_holds(one.strip().lower(), view) for one in query.split(","))


def _holds(query: str, view: View) -> bool:
    words = _FEATURE.sub(" ", query).split()
    negated = bool(words) and words[0] == "not"
    kinds = [word for word in words if word not in ("not", "only", "and")]
    fits = all(kind in ("screen", "all") for kind in kinds)
    return (fits and all(_feature(one, view) for one in _FEATURE.findall(query))) is not negated


def _feature(feature: str, view: View) -> bool:
    if ranged := _RANGE.match(feature):
        return _SIGNS[ranged[1]](view.width, _pixels(ranged[2]))
    name, _, value = (part.strip() for part in feature.partition(":"))
    match name:
        case "min-width" | "min-device-width":
            return view.width >= _pixels(value)
        case "max-width" | "max-device-width":
            return view.width <= _pixels(value)
        case "prefers-color-scheme":
            return value == ("dark" if view.dark else "light")
        case "orientation":
            return value == "portrait"
        case _:
            return False


def _pixels(length: str) -> float:
    match = _LENGTH.match(length)
    if not match:
        return float("nan")
    return float(match[1]) * (16 if match[2] in ("em", "rem") else 1)
