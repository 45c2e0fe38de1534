"""Two pictures side by side, with numbered marks on what changed between them."""

from collections.abc import Sequence
from io import BytesIO
from typing import TYPE_CHECKING

from newsletter.browser.changes import Box, Change, changes

if TYPE_CHECKING:  # heavy: imported by who compares pictures
    from PIL.Image import Image
    from PIL.ImageDraw import ImageDraw
    from PIL.ImageFont import FreeTypeFont, ImageFont

MARGIN, HEAD, TAG = 32, 48, 22
"""Pixels around a picture, above both, and of a number's side."""
GROUND, INK = (229, 231, 235), (17, 24, 39)
OLD, NEW = (185, 28, 28), (21, 104, 58)
"""Red before, green after; which is which is written above, too."""
VEIL = 36
"""Opacity of the colour on what changed, of 255."""


def mark_changes(before: bytes, after: bytes, *, names: tuple[str, str]) -> tuple[bytes, list[Change]]:
    """Return a PNG of *before* and *after*, two PNGs of one width, side by side, and the changes marked in it.

    :param names: what both are, written above them.
    """
    from PIL import Image

    old, new = (Image.open(BytesIO(data)).convert("RGB") for data in (before, after))
    found = changes(old, new)
    file = BytesIO()
    _side_by_side(old, new, found, names).save(file, "PNG")
    return file.getvalue(), found


def _side_by_side(old: "Image", new: "Image", found: Sequence[Change], names: tuple[str, str]) -> "Image":
    from PIL import Image, ImageDraw

    second = MARGIN + old.width + MARGIN
    size = second + new.width + MARGIN, HEAD + max(old.height, new.height) + MARGIN
    whole = Image.new("RGB", size, GROUND)
    whole.paste(old, (MARGIN, HEAD))
    whole.paste(new, (second, HEAD))
    draw = ImageDraw.Draw(whole, "RGBA")
    for left, width, word, name, colour in (
        (MARGIN, old.width, "Before", names[0], OLD),
        (second, new.width, "After", names[1], NEW),
    ):
        _write(draw, (left, HEAD // 2), _shortened(draw, f"{word}: {name}", width), colour, anchor="lm")
        for number, change in enumerate(found, 1):
            _mark(draw, change.before if word == "Before" else change.after, left, str(number), colour)
    return whole


def _mark(draw: "ImageDraw", box: Box, left: int, number: str, colour: tuple[int, int, int]) -> None:
    """Mark *box* of the picture that begins at *left*: a frame, or a line where something came or went."""
    x, right, y, bottom = left + box.left, left + box.right, HEAD + box.top, HEAD + box.bottom
    if box.height:
        draw.rectangle((x - 3, y - 3, right + 2, bottom + 2), fill=(*colour, VEIL), outline=colour, width=2)
    else:
        draw.line((x, y, right, y), fill=colour, width=2)
    side = max(TAG, round(draw.textlength(number, font=_font())) + 8)
    x = max(x - 3 - side, left - MARGIN + 2)
    draw.rectangle((x, y - 3, x + side, y - 3 + TAG), fill=colour)
    _write(draw, (x + side / 2, y - 3 + TAG / 2), number, (255, 255, 255), anchor="mm")


def _write(draw: "ImageDraw", at: tuple[float, float], text: str, colour: tuple[int, int, int], *, anchor: str) -> None:
    draw.text(at, text, fill=colour, font=_font(), anchor=anchor)


def _shortened(draw: "ImageDraw", text: str, width: int) -> str:
    while draw.textlength(text, font=_font()) > width:
        text = f"{text.rstrip('…')[:-1]}…"
    return text


def _font() -> "FreeTypeFont | ImageFont":
    from PIL import ImageFont

    return ImageFont.load_default(size=15)
