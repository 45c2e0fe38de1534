"""Where the themes are that come with the program."""

from collections.abc import Sequence
from pathlib import Path

from newsletter.errors import RenderError
from newsletter.model.table import nearest

MJML, TEXT = "issue.mjml.j2", "issue.txt.j2"
"""The two files that a theme cannot do without."""

WEB = "web.html.j2"
"""The web page of an issue."""

FALLBACK = "digest"
"""The theme whose web page is shown where a theme has none."""


def builtin_templates() -> Path:
    """Return the folder of the built-in themes: inside an installed package, else beside it in a checkout.

    :raises RenderError: the installation is incomplete.
    """
    package = Path(__file__).parents[1]
    for folder in (package / "templates", package.parent / "templates"):
        if (folder / "digest" / MJML).is_file():
            return folder
    raise RenderError("the built-in templates are not there", "install newsletterpress again", where=package)


def theme_names(folders: Sequence[Path]) -> list[str]:
    """Return the themes of *folders*, each once."""
    return sorted({file.parent.name for folder in folders for file in folder.glob(f"*/{MJML}")})


def find_theme_file(theme: str, name: str, folders: Sequence[Path]) -> Path:
    """Return the first file *name* of *theme* in *folders*.

    :raises RenderError: there is no such theme.
    """
    for folder in folders:
        if (path := folder / theme / name).is_file():
            return path
    raise RenderError(f'there is no theme "{theme}" with a file {name}', nearest(theme, theme_names(folders)))
