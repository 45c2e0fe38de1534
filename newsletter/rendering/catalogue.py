"""The words of the readers' pages and notices by language: one file of messages each, ``locale/de.po``.

English stands in the templates. A further language is one more file: in the newsletter's own ``templates/locale`` or in
the built-in one; a file of the same name replaces the built-in one whole.
"""

import re
from collections.abc import Sequence
from gettext import GNUTranslations, NullTranslations
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING

from newsletter.errors import RenderError
from newsletter.rendering.words import language_of

if TYPE_CHECKING:
    from babel.messages.catalog import Message

LOCALE = "locale"
SOURCE = "en"
"""The language of the templates themselves."""


def languages(folders: Sequence[Path]) -> tuple[str, ...]:
    """Return the languages that there are words in, English first."""
    found = {path.stem.lower() for folder in folders for path in (folder / LOCALE).glob("*.po")}
    return (SOURCE, *sorted(found - {SOURCE}))


def read_catalogue(language: str, folders: Sequence[Path]) -> NullTranslations:
    """Return the words in *language*, by its primary part; English ones where there are none.

    :raises RenderError: the file cannot be read.
    """
    name = f"{language_of(language)}.po"
    path = next((path for folder in folders if (path := folder / LOCALE / name).is_file()), None)
    return NullTranslations() if path is None else _read(path)


def _read(path: Path) -> NullTranslations:
    from babel.messages.mofile import write_mo
    from babel.messages.pofile import PoFileError, read_po

    compiled = BytesIO()
    try:
        with path.open("rb") as file:
            catalogue = read_po(file, locale=path.stem, abort_invalid=True)
        for message in catalogue:
            _require_places(message, path)
        write_mo(compiled, catalogue)
        compiled.seek(0)
        return GNUTranslations(compiled)
    except (OSError, PoFileError, ValueError) as cause:
        raise RenderError(f"the messages cannot be read: {cause}", "msgfmt --check says where", where=path) from cause


def _require_places(message: "Message", path: Path) -> None:
    """Refuse a text that has not the places of the English one: "{time}" is filled in by code, not by a template."""
    if not isinstance(message.id, str) or not isinstance(message.string, str) or not message.string:
        return
    wanted = _places(message.id)
    if wanted and _places(message.string) != wanted:
        what = f'"{message.string}" must have the places of "{message.id}": {", ".join(wanted)}'
        raise RenderError(what, "write them as they are in the English text", where=path)


def _places(text: str) -> list[str]:
    return sorted(re.findall(r"\{.*?\}|[{}]", text))
