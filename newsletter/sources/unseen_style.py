"""Which inline styles make a text that nobody can see."""

import re
from collections.abc import Mapping
from typing import Final

Style = Mapping[str, str]

_OFF: Final = -500
"""Pixels beyond an edge: no outline and no shadow is that far away."""
_FAR: Final = 5000
_EDGES = ("left", "top", "right", "bottom")
_PIXELS = {
    "rem": 16,
    "em": 16,
    "%": 0.16,
    "pt": 1.33,
    "ex": 8,
    "ch": 8,
    "vw": 12,
    "vh": 8,
    "in": 96,
    "cm": 38,
    "mm": 3.8,
}
_SIZE = r"([+-]?(?:\d+(?:\.\d+)?|\.\d+))([a-z%]*)"


def style_of(written: str) -> Style:
    """Return the properties of a style attribute: the last one of a name holds (CSS Cascading 4, §6)."""
    text = re.sub(r"/\*.*?(\*/|$)", "", written[:5000], flags=re.S)
    text = re.sub(r"\\([0-9a-fA-F]{1,6})\s?", _character, text)  # CSS Syntax 3, §4.3.7: \64 is a d
    pairs = (one.partition(":") for one in text.replace("\\", "").lower().split(";"))
    return {name.strip(): value.replace("!important", "").strip() for name, _, value in pairs if value.strip()}


def _character(escape: re.Match[str]) -> str:
    code = int(escape[1], 16)
    return chr(code) if 0 < code < 0x110000 and not 0xD800 <= code < 0xE000 else ""


def hides(style: Style, ground: str) -> bool:
    """Return whether what has *style* cannot be seen on *ground*, the colour below it as :func:`colour_of` gives it."""
    return (
        style.get("display", "").startswith("none")
        or style.get("visibility", "") in ("hidden", "collapse")
        or style.get("content-visibility", "") == "hidden"
        or _is_clear(style.get("opacity", "1"))
        or _is_tiny(style)
        or _is_elsewhere(style)
        or _is_clipped(style)
        or _is_pale(style, ground)
    )


def _is_clear(opacity: str) -> bool:
    found = re.match(_SIZE, opacity)
    return found is not None and float(found[1]) / (100 if found[2] == "%" else 1) < 0.05


def _is_tiny(style: Style) -> bool:
    size = style.get("font-size", "")
    if not size and (found := re.search(rf"(?:^|\s){_SIZE}\s*(?:/|\s)", style.get("font", ""))):
        size = found[1] + found[2]
    return re.match(r"[\d.]", size) is not None and _pixels(size) <= 2


def _is_elsewhere(style: Style) -> bool:
    if style.get("position", "static") != "static":
        places = [_pixels(style[edge]) for edge in _EDGES if edge in style]
        if any(place <= _OFF or place >= _FAR for place in places):
            return True
    moved = " ".join(re.findall(r"translate[xy3d]*\(([^)]*)\)", style.get("transform", "")))
    margins = " ".join(value for name, value in style.items() if name.startswith(("margin", "text-indent")))
    return any(_pixels(word) <= _OFF for word in re.split(r"[\s,]+", f"{margins} {moved}"))


def _is_clipped(style: Style) -> bool:
    clip, path = style.get("clip", ""), style.get("clip-path", "")
    if re.match(r"rect\(\s*[01](px)?([\s,]+[01](px)?){3}\s*\)", clip) or re.match(
        r"inset\(\s*([5-9]\d|100)%|circle\(\s*0", path
    ):
        return True
    if re.search(r"scale[xy]?\(\s*0(\.0+)?\s*[,)]", style.get("transform", "")):
        return True
    overflow = f"{style.get('overflow', '')} {style.get('overflow-x', '')} {style.get('overflow-y', '')}"
    sizes = [style[name] for name in ("width", "height", "max-width", "max-height") if name in style]
    small = any(re.match(r"[\d.]", size) and _pixels(size) <= 1 for size in sizes)
    return small and ("hidden" in overflow or "clip" in overflow)


def _is_pale(style: Style, ground: str) -> bool:
    """Return whether the text is of the colour below it, or of none."""
    colour = colour_of(style.get("-webkit-text-fill-color", "") or style.get("color", ""))
    if not colour:
        return False
    below = colour_of(style.get("background-color", "")) or first_colour(style.get("background", "")) or ground
    return colour == "clear" or (below != "clear" and _distance(colour, below) <= 24)


def _distance(one: str, other: str) -> int:
    return sum(abs(int(one[at : at + 2], 16) - int(other[at : at + 2], 16)) for at in (0, 2, 4))


def first_colour(written: str) -> str:
    """Return the first colour that stands in *written*, a background shorthand; empty if there is none."""
    words = re.findall(r"#[0-9a-f]{3,8}\b|(?:rgb|hsl)a?\([^)]*\)|[a-z]+", written)
    return next((colour for word in words if (colour := colour_of(word))), "")


def colour_of(written: str) -> str:
    """Return a colour as six hexadecimal digits, "clear" if it cannot be seen, empty if it is none that is known."""
    written = written.strip().lower()
    if written in ("transparent", "white", "black"):
        return {"transparent": "clear", "white": "ffffff", "black": "000000"}[written]
    if found := re.fullmatch(r"#([0-9a-f]{3,4}|[0-9a-f]{6}|[0-9a-f]{8})", written):
        digits = found[1] if len(found[1]) > 4 else "".join(digit * 2 for digit in found[1])
        return "clear" if len(digits) == 8 and int(digits[6:], 16) < 13 else digits[:6]
    if found := re.fullmatch(r"rgba?\(\s*([^)]*)\)", written):
        parts = re.split(r"[\s,/]+", found[1].strip())
        if len(parts) == 4 and _is_clear(parts[3]):
            return "clear"
        return "".join(_octet(part) for part in parts[:3]) if len(parts) in (3, 4) else ""
    return "ffffff" if re.match(r"hsla?\([^,\s]*[\s,]+[\d.]+%[\s,]+100%", written) else ""


def _octet(part: str) -> str:
    found = re.match(_SIZE, part)
    number = float(found[1]) * (2.55 if found[2] == "%" else 1) if found else 0
    return f"{min(max(round(number), 0), 255):02x}"


def _pixels(written: str) -> float:
    """Return about how many pixels a length is, in text of the usual size; 0 for what is none."""
    found = re.match(_SIZE, written.strip())
    return float(found[1]) * _PIXELS.get(found[2], 1) if found else 0
