"""Mail clients by the names that newsletter.toml has for them."""

from collections.abc import Mapping
from dataclasses import dataclass

from newsletter.model.table import Table, nearest


@dataclass(frozen=True, kw_only=True, slots=True)
class Client:
    """A mail client.

    :param platforms: what caniemail.com tests of it, each with the word for it: {"gmail.ios": "iOS"}.
    """

    title: str
    platforms: Mapping[str, str]


_WORDS = {
    "desktop-webmail": "web",
    "mobile-webmail": "mobile web",
    "ios": "iOS",
    "android": "Android",
    "macos": "macOS",
    "windows": "Windows",
}


def _client(title: str, family: str, *platforms: str) -> Client:
    return Client(title=title, platforms={f"{family}.{name}": _WORDS.get(name, "") for name in platforms})


_WEB, _APPS = "desktop-webmail", ("ios", "android")

CLIENTS: Mapping[str, Client] = {
    "gmail": _client("Gmail", "gmail", _WEB, *_APPS, "mobile-webmail"),
    "outlook-windows": _client("Outlook (Windows)", "outlook", "windows"),
    "outlook-com": _client("Outlook.com", "outlook", "outlook-com"),
    "apple-mail": _client("Apple Mail", "apple-mail", "macos", "ios"),
    "yahoo": _client("Yahoo", "yahoo", _WEB, *_APPS),
    "thunderbird": _client("Thunderbird", "thunderbird", "macos", "windows"),
    "outlook-mac": _client("Outlook (macOS)", "outlook", "macos"),
    "outlook-ios": _client("Outlook (iOS)", "outlook", "ios"),
    "outlook-android": _client("Outlook (Android)", "outlook", "android"),
    "windows-mail": _client("Windows Mail", "outlook", "windows-mail"),
    "aol": _client("AOL", "aol", _WEB, *_APPS),
    "fastmail": _client("Fastmail", "fastmail", _WEB),
    "free-fr": _client("Free.fr", "free-fr", _WEB),
    "gmx": _client("GMX", "gmx", _WEB, *_APPS),
    "hey": _client("HEY", "hey", _WEB),
    "ionos": _client("IONOS", "ionos-1and1", _WEB, "android"),
    "laposte": _client("LaPoste.net", "laposte", _WEB, *_APPS),
    "mail-ru": _client("Mail.ru", "mail-ru", _WEB),
    "orange": _client("Orange", "orange", _WEB, *_APPS),
    "protonmail": _client("Proton Mail", "protonmail", _WEB, *_APPS),
    "samsung-email": _client("Samsung Email", "samsung-email", "android"),
    "sfr": _client("SFR", "sfr", _WEB, *_APPS),
    "t-online-de": _client("T-Online", "t-online-de", _WEB),
    "web-de": _client("WEB.DE", "web-de", _WEB, *_APPS),
}
"""All that the table knows enough of; RainLoop and WP.pl have a handful of tests."""

DEFAULT = ("gmail", "outlook-windows", "outlook-com", "apple-mail", "yahoo", "thunderbird")
"""Those that most people read with."""


def read_clients(table: Table) -> tuple[str, ...]:
    """Read the list ``clients`` of *table*: names of CLIENTS; without it DEFAULT, and none when it is empty."""
    if "clients" not in table.values:
        table.texts("clients")  # so that it is known
        return DEFAULT
    names = table.texts("clients")
    for name in names:
        if name not in CLIENTS:
            raise table.fail("clients", f'there is no mail client "{name}" here', nearest(name, list(CLIENTS)))
    return tuple(dict.fromkeys(names))
