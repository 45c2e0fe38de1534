"""Where two pictures of a page differ, when what is below a change has only moved.

Rows of pixels are matched like the lines of a text: one that comes again, further down, is no change. Equal rows that
follow one another count as one, so that a gap that grew by a pixel is none either::

    picture ──► rows ──► runs of equal rows ──match──► changed runs ──► changes, as boxes in both pictures
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import reduce
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # heavy: imported by who compares pictures
    from PIL.Image import Image

NEAR = 16
"""Rows between two changes that make them one: less than lines of text are apart."""
GREW = 8
"""Rows by which a gap may grow or shrink unnoticed: where lines stand is rounded to whole pixels."""

THIN = 4
"""Rows: less than any letter is high."""
FAINT = 8
"""Steps of 255 by which colours may differ unseen."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Box:
    """A part of a picture in pixels, *right* and *bottom* not included; without height it is a place between rows."""

    left: int
    top: int
    right: int
    bottom: int

    @property
    def height(self) -> int:
        """Rows."""
        return self.bottom - self.top

    def values(self) -> list[int]:
        """Left, top, right and bottom, for a program."""
        return [self.left, self.top, self.right, self.bottom]


@dataclass(frozen=True, kw_only=True, slots=True)
class Change:
    """One change: where it is in the picture before and in the picture after."""

    before: Box
    after: Box


@dataclass(frozen=True, slots=True)
class _Run:
    row: bytes
    top: int
    bottom: int

    @property
    def rows(self) -> int:
        return self.bottom - self.top

    @property
    def is_plain(self) -> bool:
        """Whether it is of a single colour."""
        return self.row == self.row[:3] * (len(self.row) // 3)


Rows = tuple[int, int, int, int]
"""From where to where rows changed before, and after."""


_STEADY = "<style>*{text-decoration-skip-ink:none!important}</style>"


def steady(html: str) -> str:
    """Return *html* for a picture that is to be compared: where a line of text stands changes nothing in it.

    The gap that Chromium leaves in an underline around a descender depends on fractions of a pixel further up.
    """
    head, end, rest = html.partition("</head>")
    return f"{head}{_STEADY}{end}{rest}"


def changes(before: "Image", after: "Image") -> list[Change]:
    """Return where the RGB pictures *before* and *after*, of one width, differ, from top to bottom."""
    rows = _changed_rows(_runs(before), _runs(after))
    found = _joined(one for one in rows if not _is_rounding(before, after, one))
    return [_change(before, after, _trimmed_both(before, after, one)) for one in found]


def _runs(picture: "Image") -> list[_Run]:
    data, width = picture.tobytes(), picture.width * 3
    runs: list[_Run] = []
    for top in range(picture.height):
        row = data[top * width : (top + 1) * width]
        if runs and runs[-1].row == row:
            runs[-1] = _Run(row, runs[-1].top, top + 1)
        else:
            runs.append(_Run(row, top, top + 1))
    return runs


def _changed_rows(before: Sequence[_Run], after: Sequence[_Run]) -> Iterator[Rows]:
    matcher = SequenceMatcher(None, [run.row for run in before], [run.row for run in after])
    codes = matcher.get_opcodes()
    room = taken = 0  # of the equal runs before, by a change that was shifted into them
    for (kind, i, i_end, j, j_end), behind in zip(codes, [*codes[1:], None], strict=True):
        if kind == "equal":
            for old, new in zip(before[i:i_end], after[j:j_end], strict=True):
                if abs(old.rows - new.rows) > GREW:
                    yield old.top, old.bottom, new.top, new.bottom
            room = i_end - i - taken
            continue
        shift = 0
        if kind != "replace":
            runs, start, end = (after, j, j_end) if kind == "insert" else (before, i, i_end)
            equal = behind[2] - behind[1] if behind else 0
            shift = _best_shift(runs, start, end, lowest=-room if i and j else 0, highest=equal)
        taken = max(shift, 0)
        yield *_rows(before, i + shift, i_end + shift), *_rows(after, j + shift, j_end + shift)


def _best_shift(runs: Sequence[_Run], start: int, end: int, *, lowest: int, highest: int) -> int:
    """Say by how many runs to shift what was inserted, so that it begins with the gap before it, the largest if many.

    Where an article comes in between two, the frame of its neighbour may count as its own: abc(dabc) is (abcd)abc.

    :param lowest: how many equal runs there are before it, below zero; *highest* those behind it.
    """
    first = last = 0
    while first > lowest and runs[start + first - 1].row == runs[end + first - 1].row:
        first -= 1
    while last < highest and runs[start + last].row == runs[end + last].row:
        last += 1
    begins = {shift: runs[start + shift] for shift in range(first, last + 1) if start + shift < len(runs)}
    return max(begins, key=lambda shift: (begins[shift].is_plain, begins[shift].rows, -abs(shift)))


def _rows(runs: Sequence[_Run], start: int, end: int) -> tuple[int, int]:
    """Return the rows of the runs from *start* to before *end*; of none, the place where they would be."""
    if start < end:
        return runs[start].top, runs[end - 1].bottom
    place = runs[start].top if start < len(runs) else runs[-1].bottom
    return place, place


def _is_rounding(before: "Image", after: "Image", rows: Rows) -> bool:
    """Whether a few rows differ only because what moved by part of a pixel is drawn between two rows.

    Then no pixel is lighter or darker than all of those before that are around it. (The gap in an underline around a
    letter's descender moves sideways, too.)
    """
    from PIL import ImageChops, ImageFilter

    top, bottom, new_top, new_bottom = rows
    if bottom - top > THIN or new_bottom - new_top > THIN:
        return False
    if new_top == new_bottom:  # a row that has gone is looked at as one that has come
        before, after, (new_top, new_bottom, top, bottom) = after, before, rows
    around = before.crop((0, max(top - 1, 0), before.width, min(bottom + 1, before.height)))
    dark, light = (around.filter(kind(3)) for kind in (ImageFilter.MinFilter, ImageFilter.MaxFilter))
    darkest, lightest = reduce(ImageChops.darker, _each_row(dark)), reduce(ImageChops.lighter, _each_row(light))
    new = list(_each_row(after.crop((0, new_top, after.width, new_bottom))))
    beyond = [ImageChops.subtract(darkest, row) for row in new] + [ImageChops.subtract(row, lightest) for row in new]
    return max(max(part.tobytes()) for part in beyond) <= FAINT


def _each_row(picture: "Image") -> "Iterator[Image]":
    return (_row(picture, row) for row in range(picture.height))


def _row(picture: "Image", row: int) -> "Image":
    return picture.crop((0, row, picture.width, row + 1))


def _joined(found: Iterator[Rows]) -> list[Rows]:
    """Return the changes with those that are near one another made one."""
    joined: list[Rows] = []
    for rows in found:
        if joined and rows[0] - joined[-1][1] < NEAR and rows[2] - joined[-1][3] < NEAR:
            joined[-1] = (joined[-1][0], rows[1], joined[-1][2], rows[3])
        else:
            joined.append(rows)
    return joined


def _trimmed_both(before: "Image", after: "Image", rows: Rows) -> Rows:
    """Return the rows without what is only ground around the change; with it where the ground itself changed."""
    top, bottom, new_top, new_bottom = rows
    grounds = top < bottom and new_top < new_bottom and _is_plain(before, top) and _is_plain(after, new_top)
    if grounds and before.getpixel((0, top)) != after.getpixel((0, new_top)):
        return rows
    return *_trimmed(before, top, bottom), *_trimmed(after, new_top, new_bottom)


def _trimmed(picture: "Image", top: int, bottom: int) -> tuple[int, int]:
    """Return the rows without those of a single colour at their ends, unless all are of one."""
    plain = [_is_plain(picture, row) for row in range(top, bottom)]
    if all(plain):
        return top, bottom
    return top + plain.index(False), bottom - plain[::-1].index(False)


def _is_plain(picture: "Image", row: int) -> bool:
    pixels = _row(picture, row).tobytes()
    return pixels == pixels[:3] * picture.width


def _change(before: "Image", after: "Image", rows: Rows) -> Change:
    top, bottom, new_top, new_bottom = rows
    if bottom - top == new_bottom - new_top:
        from PIL import ImageChops

        parts = (before.crop((0, top, before.width, bottom)), after.crop((0, new_top, after.width, new_bottom)))
        sides = (ImageChops.difference(*parts).getbbox() or (0, 0, after.width, 0))[::2]
        old, new = sides, sides
    else:
        old, new = _sides(before, top, bottom), _sides(after, new_top, new_bottom)
        if top == bottom or new_top == new_bottom:  # what came or went is as wide in the picture that has it not
            old = new = new if top == bottom else old
    return Change(
        before=Box(left=old[0], top=top, right=old[1], bottom=bottom),
        after=Box(left=new[0], top=new_top, right=new[1], bottom=new_bottom),
    )


def _sides(picture: "Image", top: int, bottom: int) -> tuple[int, int]:
    """Return from where to where the rows have something else than what is at their left end."""
    from PIL import Image, ImageChops

    part = picture.crop((0, top, picture.width, bottom))
    if not part.height:
        return 0, picture.width
    ground = Image.new("RGB", part.size, part.getpixel((0, 0)))
    box = ImageChops.difference(part, ground).getbbox()
    return (box[0], box[2]) if box else (0, picture.width)
