"""A list of fonts, as CSS has it, and what Outlook is told of it."""

import re

GENERIC = {"sans-serif": "Arial", "serif": "Georgia", "monospace": "Consolas"}
"""What every machine has, and the font that Windows has for it."""

# Windows brings these. Word's engine does not go on to the next font of a list: it shows Times New Roman instead.
WINDOWS = re.compile(
    r"arial|verdana|tahoma|georgia|times new roman|trebuchet ms|segoe ui|calibri|cambria|candara|constantia|corbel|"
    r"palatino linotype|book antiqua|courier new|consolas|lucida console|lucida sans unicode|garamond",
    re.I,
)
_NAME = re.compile(r"-?[^\W\d_][\w -]*")


def read_fonts(text: str) -> tuple[str, ...]:
    """Return the names of a CSS list of fonts; ValueError says what is wrong with it."""
    names = tuple(part.strip().strip("'\"").strip() for part in text.split(","))
    for name in names:
        if not _NAME.fullmatch(name):
            raise ValueError(f'"{name}" is no name of a font')
    if names[-1].lower() not in GENERIC:
        raise ValueError(f'"{names[-1]}" is not on every machine')
    return names


def font_list(names: tuple[str, ...]) -> str:
    """Return *names* as CSS writes them; in single quotes, because a style attribute has the double ones."""
    return ",".join(f"'{name}'" if " " in name else name for name in names)


def outlook_fonts(names: tuple[str, ...]) -> str:
    """Return what Outlook is told instead of *names*: a font that Windows has, and the generic one."""
    generic = names[-1].lower()
    known = next((name for name in names if WINDOWS.fullmatch(name)), GENERIC[generic])
    return font_list((known, generic))
