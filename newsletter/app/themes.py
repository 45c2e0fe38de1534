"""The themes that a newsletter may use, and a copy of one to change."""

import re
import shutil
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from newsletter.app.newsletter import Newsletter
from newsletter.errors import FileError, RenderError
from newsletter.model.table import nearest
from newsletter.rendering.themes import MJML, builtin_templates, theme_names

NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,30}")
RESERVED = ("preview", "sample", "web")
"""Folders of the built-in templates that are no themes."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Theme:
    """A theme that can be used here.

    :param words: what it says of itself, in one sentence.
    :param own: it is in the newsletter's own templates/, wholly or in part.
    :param used: newsletter.toml names it.
    """

    name: str
    words: str
    folder: Path
    own: bool
    used: bool

    def values(self) -> dict[str, object]:
        """What a program reads."""
        return {
            "name": self.name,
            "words": self.words,
            "folder": self.folder.as_posix(),
            "own": self.own,
            "used": self.used,
        }


def contract() -> Path:
    """Return the page that says what a theme is given and must do."""
    return builtin_templates() / "README.md"


def themes(newsletter: Newsletter) -> list[Theme]:
    """Return all themes, by name."""
    own, builtin = newsletter.shown / "templates", builtin_templates()
    found = []
    for name in theme_names((own, builtin)):
        folder = next(place / name for place in (own, builtin) if (place / name / MJML).is_file())
        found.append(
            Theme(
                name=name,
                words=_words(folder / MJML),
                folder=folder,
                own=(own / name).is_dir(),
                used=name == newsletter.settings.rendering.theme,
            )
        )
    return found


def copy_theme(newsletter: Newsletter, name: str, new: str = "") -> tuple[Path, ...]:
    """Copy the theme *name* into the newsletter's templates/, as *new* or under its own name; return the files.

    :raises RenderError: there is no such theme, or the new name will not do.
    :raises FileError: something stands there already, or it cannot be written.
    """
    known: Sequence[Theme] = themes(newsletter)
    theme = next((theme for theme in known if theme.name == name), None)
    if theme is None:
        raise RenderError(f'there is no theme "{name}"', nearest(name, [theme.name for theme in known]))
    new = new or name
    if not NAME.fullmatch(new) or new in RESERVED:
        raise RenderError(f'"{new}" is no name for a theme', "lower-case letters, digits and hyphens")
    target = newsletter.shown / "templates" / new
    if target.exists() or target.is_symlink():
        raise FileError(
            "there is something already", "give another name: newsletter themes copy THEME NAME", where=target
        )
    try:
        target.parent.mkdir(exist_ok=True)
        # Beside its place first: a copy that breaks off half-way leaves no half of a theme.
        with tempfile.TemporaryDirectory(dir=target.parent, prefix=".") as beside:
            copied = shutil.copytree(theme.folder, Path(beside) / new)
            copied.rename(target)
    except OSError as cause:
        raise FileError(f"it cannot be written: {cause.strerror or cause}", "mend that", where=target) from cause
    return tuple(sorted(path for path in target.rglob("*") if path.is_file()))


def _words(file: Path) -> str:
    """Return the first sentence of the comment that a theme begins with, without its name."""
    try:
        text = file.read_text("utf-8", errors="replace")
    except OSError:
        return ""
    found = re.match(r'\{#-?\s*(?:The theme "[^"]*":\s*)?([^\n]*?)\s*(?:-?#\}|\n|$)', text)
    return found[1] if found else ""
