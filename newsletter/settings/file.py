"""The two files of the configuration: newsletter.toml in git, newsletter.local.toml on one machine."""

from pathlib import Path

from newsletter.errors import SettingsError
from newsletter.model.table import Table, read_toml

FILE = "newsletter.toml"
LOCAL_FILE = "newsletter.local.toml"


def find_folder(start: Path) -> Path:
    """Return the nearest folder upwards from *start* that has a newsletter.toml."""
    for folder in (start.resolve(), *start.resolve().parents):
        if (folder / FILE).is_file():
            return folder
    raise SettingsError(f"no {FILE} here or above", "newsletter init makes one", where=start)


def read_file(path: Path) -> Table:
    """Return the TOML file *path* as a table; SettingsError when it cannot be read."""
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except OSError as cause:
        raise SettingsError(f"it cannot be read: {cause.strerror}", "newsletter init makes one", where=path) from cause
    except UnicodeDecodeError as cause:
        raise SettingsError("this is not UTF-8 text", "save the file as UTF-8", where=path) from cause
    return read_toml(text, where=shown(path), error=SettingsError)


def shown(path: Path) -> Path:
    """Return *path* as a person in the current folder would name it."""
    try:
        return path.relative_to(Path.cwd())
    except ValueError:
        return path
