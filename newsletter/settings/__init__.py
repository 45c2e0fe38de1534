"""The configuration: newsletter.toml, newsletter.local.toml and the environment become each room's own options."""

from newsletter.settings.file import FILE, LOCAL_FILE, find_folder
from newsletter.settings.local_table import database_of_environment
from newsletter.settings.reading import read_settings
from newsletter.settings.settings import Settings, data_home

__all__ = [
    "FILE",
    "LOCAL_FILE",
    "Settings",
    "data_home",
    "database_of_environment",
    "find_folder",
    "read_settings",
]
