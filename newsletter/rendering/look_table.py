"""Reads the table ``[look]`` of newsletter.toml, and says of each colour how well it is read."""

import re
from collections.abc import Mapping
from math import floor
from pathlib import Path

from newsletter.model.colour import Colour, contrast, hex_colour, readable_on_all
from newsletter.model.table import Table
from newsletter.rendering.fonts import font_list, outlook_fonts, read_fonts
from newsletter.rendering.look import COLOURS, GROUNDS, TEXTS, Logo, Look, Palette
from newsletter.rendering.media import WIDTH, is_media

READABLE = 4.5
"""Contrast that text must have (WCAG 2.2, 1.4.3)."""

Palettes = tuple[Mapping[str, str], Mapping[str, str]]
"""The colours of a theme, light and dark."""


def read_look(table: Table) -> Look:
    """Return what *table* says of the look of the newsletter; its error names the line."""
    text, heading = _fonts(table, "text_font"), _fonts(table, "heading_font")
    look = Look(
        light=_palette(table),
        dark=_palette(dark := table.table("dark")),
        text_font=font_list(text),
        heading_font=font_list(heading),
        text_outlook=outlook_fonts(text) if text else "",
        heading_outlook=outlook_fonts(heading) if heading else "",
        web_font=_web_font(table, text or heading),
        logo=_logo(table.table("logo")) if "logo" in table.values else None,
    )
    table.get("logo", dict, {})
    table.close()
    dark.close()
    return look


def judge_look(table: Table, own: Palettes) -> None:
    """Raise the table's error for the first text that is hard to read with its colours above those of the theme.

    :param own: the theme's own colours; those that it does not name are not judged.
    """
    for scheme, values, colours in (("light", table, own[0]), ("dark", table.table("dark"), own[1])):
        given = {key: str(values.values[key]) for key in COLOURS if key in values.values}
        known = {key: colour for key, text in {**colours, **given}.items() if (colour := _colour(text))}
        for text in TEXTS:
            for ground in GROUNDS:
                if (text in given or ground in given) and text in known and ground in known:
                    _judge(values, scheme, known, text, ground)


def _judge(table: Table, scheme: str, known: Mapping[str, Colour], text: str, ground: str) -> None:
    ratio = contrast(known[text], known[ground])
    if ratio >= READABLE:
        return
    what = (
        f"{scheme} scheme: {text} {known[text]} on {ground} {known[ground]} has a contrast of "
        f"{floor(ratio * 100) / 100:.2f}:1; text needs {READABLE:g}:1"
    )
    grounds = [known[name] for name in GROUNDS if name in known]
    better = readable_on_all(known[text], grounds, READABLE)
    todo = (
        f'write {text} = "{better}"'
        if better
        else "no colour is readable on all of paper, card and tint: bring them closer"
    )
    raise table.fail(text if text in table.values else ground, what, todo)


def _colour(text: str) -> Colour | None:
    """Return the colour that *text* is; None for what a theme writes in another way."""
    try:
        return hex_colour(text)
    except ValueError:
        return None


def _palette(table: Table) -> Palette:
    found = {}
    for key in COLOURS:
        if text := table.text(key, ""):
            if not (colour := _colour(text)):
                raise table.fail(key, f'"{text}" is no colour', 'write it like "#9c3520" or "#933"')
            found[key] = str(colour)
    return Palette(**found)


def _fonts(table: Table, key: str) -> tuple[str, ...]:
    if not (text := table.text(key, "")):
        return ()
    try:
        return read_fonts(text)
    except ValueError as cause:
        todo = 'write a list that ends with what every machine has: "Georgia, serif", "Inter, Arial, sans-serif"'
        raise table.fail(key, str(cause), todo) from cause


def _web_font(table: Table, named: tuple[str, ...]) -> str:
    address = table.text("web_font", "")
    if not address:
        return ""
    if not re.fullmatch(r"https://[^\s\"'<>\\^`{|}]+", address):
        raise table.fail("web_font", f'"{address}" is no https address', "give that of a style sheet with @font-face")
    if not named:
        raise table.fail(
            "web_font", "no font is named that it would bring", "name it first in text_font or heading_font"
        )
    return address


def _logo(table: Table) -> Logo:
    file, alt, dark = table.text("file"), table.text("alt"), table.text("dark", "")
    width = table.get("width", int, 0)
    table.close()
    for key in ("file", "dark"):
        if name := table.values.get(key):
            _require_media(table, key, name)
    if not alt.strip():
        raise table.fail("alt", "the logo has no alternative text", "say what it says, which is the newsletter's name")
    if "width" in table.values and not 16 <= width <= WIDTH:
        raise table.fail("width", f"a logo {width} pixels wide will not do", f"give 16 to {WIDTH}")
    return Logo(file=file, alt=alt, dark=dark, width=width, path=Path(table.where), line=table.line("file") or 1)


def _require_media(table: Table, key: str, name: str) -> None:
    # Whether the file is there is for who renders: a mailing can be stopped without it.
    if not is_media(name):
        raise table.fail(key, f'"{name}" is no file of media/', f'write it like {key} = "media/logo.png"')
