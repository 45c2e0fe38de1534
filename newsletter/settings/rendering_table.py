"""What newsletter.toml says of how the mail looks."""

import re
from collections.abc import Mapping, Sequence
from pathlib import Path

from newsletter.model.mailing_list import MailingList
from newsletter.model.table import Table, nearest
from newsletter.rendering.look import Look, Palette
from newsletter.rendering.look_table import judge_look, read_look
from newsletter.rendering.options import RenderingOptions
from newsletter.rendering.palette import own_palettes
from newsletter.rendering.themes import builtin_templates, theme_names
from newsletter.rendering.words import direction_of
from newsletter.sender.options import SenderOptions


def _theme(table: Table, folder: Path) -> str:
    theme = table.text("theme", "digest")
    known = theme_names((folder / "templates", builtin_templates()))
    if theme not in known:
        raise table.fail("theme", f'there is no theme "{theme}"', nearest(theme, known))
    return theme


def _language(table: Table) -> str:
    language = table.text("language", "en")
    if not re.fullmatch(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*", language):
        raise table.fail("language", f'"{language}" is no language tag', 'write it like "en" or "pt-BR" (BCP 47)')
    return language


def _pictures_at(table: Table, public_url: str) -> str:
    if table.choice("pictures", ("embed", "publish"), "embed") == "embed":
        return ""
    if not public_url:
        raise table.fail("pictures", "there is no public URL to publish pictures at", 'write pictures = "embed"')
    return f"{public_url}/media"


def read_rendering(
    table: Table, folder: Path, sender: SenderOptions, lists: Mapping[str, MailingList]
) -> RenderingOptions:
    """Return what themes are told of the newsletter; its look must do for the themes of its *lists*, too."""
    theme = _theme(table, folder)
    themes = tuple(dict.fromkeys([theme, *(one.theme for one in lists.values() if one.theme)]))
    return RenderingOptions(
        name=table.text("name"),
        author=sender.sender.name,
        tagline=table.text("tagline", ""),
        postal_address=table.get("postal_address", str, "").strip(),
        language=(language := _language(table)),
        direction=table.choice("direction", ("ltr", "rtl"), direction_of(language)),
        theme=theme,
        public=bool(sender.public_url),
        pictures_at=_pictures_at(table, sender.public_url),
        mark=_mark(table.table("draft")),
        look=_look(table.table("look"), themes, folder),
    )


def _mark(table: Table) -> str:
    mark = table.choice("mark", ("item", "footer", "none"), "item")
    table.close()
    return mark


def _look(table: Table, themes: Sequence[str], folder: Path) -> Look:
    look = read_look(table)
    if look.light != Palette() or look.dark != Palette():
        for theme in themes:
            judge_look(table, own_palettes(theme, (folder / "templates", builtin_templates())))
    return look
