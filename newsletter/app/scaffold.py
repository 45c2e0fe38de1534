"""Makes a newsletter: its folder, its settings, its data folder."""

import re
import secrets
from dataclasses import dataclass
from pathlib import Path

from newsletter.errors import SettingsError, StoreError
from newsletter.files import write_whole
from newsletter.model.address import UNSAFE, Address
from newsletter.model.slug import slug_of
from newsletter.settings import FILE, LOCAL_FILE, data_home, database_of_environment

IGNORED = f"# What newsletter makes anew, and what only this machine may know.\n/.newsletter/\n/{LOCAL_FILE}\n"


MERGED = (
    "# Lines of the pool are only ever added: two clones of one writer keep both sides.\n/pool/*.jsonl merge=union\n"
)


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

    :raises SettingsError: when the folder holds a newsletter or a file of a name that is needed, or *author* is no
        address.
    :raises FileError: when it cannot be written; then nothing is left of it.
    """
    from newsletter.store.database import create, take_back

    name = name or UNSAFE.sub(" ", re.sub(r"[-_]", " ", folder.resolve().name)).strip().title() or "Newsletter"
    slug = slug_of(name, 40) or "newsletter"
    id = f"{slug}-{secrets.token_hex(4)}"
    _require_room(folder)
    _require_address(author)
    contents = {
        FILE: _settings(id=id, name=name, tagline=tagline, author=author, address=address),
        LOCAL_FILE: _template(LOCAL_FILE),
        ".gitignore": _ignored(folder / ".gitignore"),
        ".gitattributes": "" if (folder / ".gitattributes").exists() else MERGED,
    }
    data = data_home() / id
    url = database_of_environment()
    create(data, url).close()
    try:
        files = [_write(folder / file, text) for file, text in contents.items() if text]
        for inner in ("issues", "pool"):
            (folder / inner).mkdir(exist_ok=True)
    except BaseException:
        take_back(data, url)
        raise
    return Made(folder=folder, files=tuple(files), data=data)


def _write(path: Path, text: str) -> Path:
    write_whole(path, text.encode(), mode=0o600 if path.name == LOCAL_FILE else None)
    return path


def _require_room(folder: Path) -> None:
    if folder.exists() and not folder.is_dir():
        raise SettingsError("this is a file", "give a folder", where=folder)
    for file in (FILE, LOCAL_FILE):
        if (folder / file).exists():
            raise SettingsError(f"there is a {file} already", "nothing was changed; give another folder", where=folder)


def _require_address(author: str) -> None:
    try:
        Address.parse(author or "newsletter@example.com")
    except ValueError as cause:
        raise SettingsError(str(cause), "nothing was made; give it again", where="--from") from cause


def _ignored(path: Path) -> str:
    """Return what *path* must say so that git passes over what is not for it; empty when it says so already."""
    there = path.read_text(encoding="utf-8", errors="surrogateescape") if path.exists() else ""
    if set(IGNORED.splitlines()[1:]) <= set(there.splitlines()):
        return ""
    return f"{there.rstrip()}\n\n{IGNORED}" if there.strip() else IGNORED


def _template(file: str) -> str:
    from newsletter.rendering.themes import builtin_templates

    return (builtin_templates() / "sample" / file).read_text(encoding="utf-8")


def _settings(**values: str) -> str:
    """Return newsletter.toml with *values* in the places of its words, all in one go: a value may be such a word."""
    values["author"] = values["author"] or "newsletter@example.com"
    values["address"] = values["address"] or "Street 1, 12345 Town, Country"
    values["timezone"] = _timezone()
    words = {"ID": "id", "NAME": "name", "TAGLINE": "tagline", "FROM": "author", "TIMEZONE": "timezone"}

    def fill(match: re.Match[str]) -> str:
        value = values[words[match[1]] if match[1] else "address"].replace("\\", "\\\\").replace('"', '\\"')
        return f'"{value}"' if match[1] else value

    return re.sub(rf'"({"|".join(words)})"|^ADDRESS$', fill, _template(FILE), flags=re.M)


def _timezone() -> str:
    """Return the name of this machine's time zone, as far as it says one."""
    local = Path("/etc/localtime")
    if local.is_symlink() and "zoneinfo/" in (target := str(local.resolve())):
        name = target.partition("zoneinfo/")[2]
        if re.fullmatch(r"[A-Z][\w+-]*(/[\w+-]+)*", name):
            return name.removeprefix("Etc/")
    return "UTC"


def complete_newsletter(data: Path, url: str = "") -> bool:
    """Make the database of a newsletter that came by git to a machine where it has none; say whether it was made.

    :param url: of the PostgreSQL that is to have it; empty for a file in *data*.
    :raises StoreError: when part of what was there is gone: an empty database would hide that.
    """
    from newsletter.store.database import create, is_there, open_database

    if is_there(data, url):
        if url:
            open_database(data, url).close()  # the key alone is here: what is wrong on the server is said now
        return False
    if data.is_dir() and any(data.iterdir()):
        what = "there was a database: its file is gone, and other files are there"
        raise StoreError(what, "put it back from a backup; to begin anew, move this folder away", where=data)
    create(data, url).close()
    return True
