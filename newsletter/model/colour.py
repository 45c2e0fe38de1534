"""A colour, what it looks like above another, and how well it is read there."""

import re
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Colour:
    """Red, green and blue from 0 to 255, and how opaque: 0 to 1."""

    red: float
    green: float
    blue: float
    alpha: float = 1.0

    def over(self, ground: "Colour") -> "Colour":
        """Return what is seen of this colour above *ground*, which is opaque."""
        if self.alpha >= 1:
            return self
        parts = zip(
            (self.red, self.green, self.blue),
            (ground.red, ground.green, ground.blue),
            strict=True,
        )
        return Colour(*(above * self.alpha + below * (1 - self.alpha) for above, below in parts))

    @property
    def luminance(self) -> float:
        """Relative luminance, 0 to 1 (WCAG 2.2, "relative luminance")."""
        red, green, blue = (_linear(part / 255) for part in (self.red, self.green, self.blue))
        return 0.2126 * red + 0.7152 * green + 0.0722 * blue

    def __str__(self) -> str:
        return "#" + "".join(f"{round(part):02x}" for part in (self.red, self.green, self.blue))


BLACK, WHITE = Colour(0, 0, 0), Colour(255, 255, 255)
CLEAR = Colour(0, 0, 0, 0)


def hex_colour(text: str) -> Colour:
    """Return the colour that ``#rrggbb`` or ``#rgb`` is; ValueError for anything else."""
    if not re.fullmatch(r"#(?:[0-9a-fA-F]{3}){1,2}", text):
        raise ValueError(text)
    digits = text[1:] if len(text) == 7 else "".join(digit * 2 for digit in text[1:])
    return Colour(*(int(digits[at : at + 2], 16) for at in (0, 2, 4)))


def _linear(part: float) -> float:
    return part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4


def contrast(one: Colour, other: Colour) -> float:
    """Return the contrast ratio of two opaque colours, 1 to 21 (WCAG 2.2, "contrast ratio")."""
    low, high = sorted((one.luminance, other.luminance))
    return (high + 0.05) / (low + 0.05)


def readable(colour: Colour, ground: Colour, least: float) -> Colour:
    """Return the colour nearest to *colour* that has at least this contrast above *ground*."""
    goal = BLACK if contrast(BLACK, ground) >= contrast(WHITE, ground) else WHITE
    for step in range(1, 50):
        pure = Colour(goal.red, goal.green, goal.blue, step / 50)
        seen = pure.over(colour)
        # Down to whole numbers, as it will be written: a colour that just reaches it must do so there too.
        whole = Colour(round(seen.red), round(seen.green), round(seen.blue))
        if contrast(whole, ground) >= least:
            return whole
    return goal


def readable_on_all(colour: Colour, grounds: Sequence[Colour], least: float) -> Colour | None:
    """Return the colour nearest to *colour* that has this contrast above each of *grounds*; None if there is none."""
    tried = [colour, *(readable(colour, ground, least) for ground in grounds)]
    good = [one for one in tried if all(contrast(one, ground) >= least for ground in grounds)]
    return min(good, key=lambda one: _distance(one, colour), default=None)


def _distance(one: Colour, other: Colour) -> float:
    return abs(one.red - other.red) + abs(one.green - other.green) + abs(one.blue - other.blue)
