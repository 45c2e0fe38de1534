"""The colours of a theme's own, which stand in its palette.j2."""

from collections.abc import Sequence
from pathlib import Path

from newsletter.errors import RenderError
from newsletter.rendering.look import COLOURS, Look
from newsletter.rendering.look_table import Palettes
from newsletter.rendering.themes import FALLBACK

PALETTE = "palette.j2"


def palette_template(theme: str, folders: Sequence[Path]) -> str:
    """Return the name of the template with the colours of *theme*, or of the theme that stands in for it."""
    has_palette = any((folder / theme / PALETTE).is_file() for folder in folders)
    return f"{theme if has_palette else FALLBACK}/{PALETTE}"


def own_palettes(theme: str, folders: Sequence[Path]) -> Palettes:
    """Return the light and the dark colours of *theme*; none where it has no palette, or one that cannot be read.

    Reading the settings is no place to complain of a broken theme: rendering does, at its line.
    """
    if not any((folder / theme / PALETTE).is_file() for folder in folders):
        return {}, {}
    from newsletter.rendering.templates import html_environment, template_values  # Jinja: for who sets colours

    try:
        values = template_values(html_environment(folders), f"{theme}/{PALETTE}", {"look": Look()})
    except RenderError:
        return {}, {}
    dark = values.get("dark")
    return _colours(values), _colours(dark) if isinstance(dark, dict) else {}


def _colours(values: dict[str, object]) -> dict[str, str]:
    return {name: str(values[name]) for name in COLOURS if name in values}
