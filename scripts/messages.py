"""Takes the texts of the readers' pages and notices out of templates and code, and merges them into each language.

``make messages`` after a text has changed; then translate what is empty or marked fuzzy in ``templates/locale/*.po``.
"""

import sys
from collections.abc import Iterator
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_file
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).parents[1]
LOCALE = ROOT / "templates" / "locale"
TEMPLATES = ("templates/web/public",)
CODE = ("newsletter/web/public", "newsletter/rendering/reader_pages.py", "newsletter/app/kept_text.py")


def texts() -> Iterator[tuple[str, int, "str | tuple[str, ...]"]]:
    """Yield each text with the file and line that it is in."""
    for folder in TEMPLATES:
        for path in sorted((ROOT / folder).rglob("*.j2")):
            yield from _of("jinja2.ext:babel_extract", path)
    for name in CODE:
        place = ROOT / name
        for path in [place] if place.is_file() else sorted(place.rglob("*.py")):
            yield from _of("python", path)


def _of(method: str, path: Path) -> Iterator[tuple[str, int, "str | tuple[str, ...]"]]:
    keywords = {"_": None, "gettext": None, "ngettext": (1, 2)}
    for line, message, _comments, _context in extract_from_file(method, path, keywords=keywords):
        yield str(path.relative_to(ROOT)), line, message


def merged(path: Path) -> Catalog:
    """Return the catalogue in *path* with all texts as they are now."""
    template = Catalog(charset="utf-8")
    for file, _line, message in texts():
        template.add(message, locations=[(file, 0)])
    with path.open("rb") as file:
        catalogue = read_po(file, locale=path.stem)
    catalogue.update(template, no_fuzzy_matching=True)
    catalogue.obsolete.clear()
    return catalogue


def main() -> None:
    """Merge the texts into the files that are given, or into all."""
    for path in map(Path, sys.argv[1:] or sorted(map(str, LOCALE.glob("*.po")))):
        catalogue = merged(path)
        with path.open("wb") as file:
            write_po(file, catalogue, width=110, omit_header=True, include_lineno=False, sort_output=True)


if __name__ == "__main__":
    main()
