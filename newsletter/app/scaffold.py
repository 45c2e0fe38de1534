"""Makes a newsletter: its folder, its settings, its data folder."""

import re
import secrets
from dataclasses import dataclass
from pathlib import Path

from newsletter.errors import SettingsError
from newsletter.files import write_whole
from newsletter.settings import FILE, LOCAL_FILE, data_home

IGNORED = f"# What newsletter makes anew, and what only this machine may know.\n/.newsletter/\n/{LOCAL_FILE}\n"


@dataclass(frozen=True, kw_only=True, slots=True)
class Made:
    """A newsletter that was made.

    :param data: the data folder, with database and key.
    """

    folder: Path
    files: tuple[Path, ...]
    data: Path


def make_newsletter(folder: Path, *, name: str = "", author: str = "", tagline: str = "", address: str = "") -> Made:
    """Make a newsletter in *folder*; what is there already is never overwritten.

    :raises SettingsError: when the folder holds a newsletter, or a file of a name that is needed.
    """
    from newsletter.store.database import create

    name = name or folder.resolve().name.replace("-", " ").replace("_", " ").title() or "Newsletter"
    slug = re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")[:40] or "newsletter"
    id = f"{slug}-{secrets.token_hex(4)}"
    _require_room(folder)
    contents = {
        FILE: _settings(id=id, name=name, tagline=tagline, author=author, address=address),
        LOCAL_FILE: _template(LOCAL_FILE),
        **({} if (folder / ".gitignore").exists() else {".gitignore": IGNORED}),
    }
    data = data_home() / id
    create(data).close()
    for file, text in contents.items():
        write_whole(folder / file, text.encode(), mode=0o600 if file == LOCAL_FILE else 0o644)
    for inner in ("issues", "pool"):
        (folder / inner).mkdir(exist_ok=True)
    return Made(folder=folder, files=tuple(folder / file for file in contents), data=data)


def _require_room(folder: Path) -> None:
    if folder.exists() and not folder.is_dir():
        raise SettingsError("this is a file", "give a folder", where=folder)
    for file in (FILE, LOCAL_FILE):
        if (folder / file).exists():
            raise SettingsError(f"there is a {file} already", "nothing was changed; give another folder", where=folder)


def _template(file: str) -> str:
    from newsletter.rendering.themes import builtin_templates

    return (builtin_templates() / "sample" / file).read_text(encoding="utf-8")


def _settings(**values: str) -> str:
    text = _template(FILE)
    defaults = {"author": f"{values['name']} <newsletter@example.com>", "address": "Street 1, 12345 Town, Country"}
    words = {"ID": "id", "NAME": "name", "TAGLINE": "tagline", "FROM": "author", "ADDRESS": "address"}
    for word, key in words.items():
        value = (values[key] or defaults.get(key, "")).replace("\\", "\\\\").replace('"', '\\"')
        text = re.sub(rf"\b{word}\b(?=\"|\n\"\"\")", lambda match, value=value: value, text)  # type: ignore[misc]
    return text.replace("TIMEZONE", _timezone())


def _timezone() -> str:
    """Return the name of this machine's time zone, as far as it says one."""
    local = Path("/etc/localtime")
    if local.is_symlink() and "zoneinfo/" in (target := str(local.resolve())):
        name = target.partition("zoneinfo/")[2]
        if re.fullmatch(r"[A-Z][\w+-]*(/[\w+-]+)*", name):
            return name.removeprefix("Etc/")
    return "UTC"


def complete_newsletter(data: Path) -> bool:
    """Make the database of a newsletter that came by git to a machine where it has none; say whether it was made."""
    from newsletter.store.database import create

    if data.exists():
        return False
    create(data).close()
    return True
