"""The configuration: newsletter.toml, newsletter.local.toml and the environment become each room's own options."""

import getpass
import os
import platform
import re
import shlex
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from newsletter.composer.pool import writer_name
from newsletter.errors import SendError, SettingsError
from newsletter.model.address import Address
from newsletter.model.table import Table, nearest, read_toml
from newsletter.model.waiver import Waiver, read_waivers
from newsletter.rendering.look import Look, Palette
from newsletter.rendering.look_table import judge_look, read_look
from newsletter.rendering.options import RenderingOptions
from newsletter.rendering.palette import own_palettes
from newsletter.rendering.themes import builtin_templates, theme_names
from newsletter.rendering.words import direction_of, nameless
from newsletter.sender.headers import ascii_domain
from newsletter.sender.options import (
    AUTH,
    LIMITS,
    SECURITY,
    SELECTOR,
    DkimOptions,
    SenderOptions,
    SmtpProfile,
    is_aligned,
    is_selector,
    judge_profile,
    return_path_fault,
)

FILE = "newsletter.toml"
LOCAL_FILE = "newsletter.local.toml"


@dataclass(frozen=True, kw_only=True, slots=True)
class Settings:
    """Everything that is configured for one newsletter.

    :param folder: where newsletter.toml is.
    :param id: names the data folder; never changes.
    :param lists: title of each mailing list, by name.
    :param profiles: SMTP servers by name; *via* names those that are used unasked, with commas between.
    :param dkim: how mail is signed; None where newsletter.toml has no [dkim], and mail is not signed here.
    :param writer: the name of this person's pool file.
    :param host: the name of this machine.
    :param database: the address of the PostgreSQL that has readers and ledger; empty for a file in the data folder.
    :param caps: how many articles a section may have, by its name.
    :param waivers: the rules that do not count for this newsletter.
    :param lines: the line of each key of newsletter.toml.
    :param editor: the command that opens a file in the editor: {file}, {line} and {column} stand for the place.
    """

    folder: Path
    id: str
    name: str
    timezone: ZoneInfo
    lists: Mapping[str, str]
    test_addresses: tuple[Address, ...]
    rendering: RenderingOptions
    sender: SenderOptions
    dkim: DkimOptions | None
    profiles: Mapping[str, SmtpProfile]
    via: str
    writer: str
    host: str
    database: str = field(default="", repr=False)  # it may have a password in it
    caps: Mapping[str, int] = field(default_factory=dict)
    waivers: tuple[Waiver, ...] = ()
    lines: Mapping[str, int] = field(default_factory=dict)
    editor: tuple[str, ...] = ()

    @property
    def data_folder(self) -> Path:
        """Where database and key are: the user's data folder, or below NEWSLETTER_HOME."""
        return data_home() / self.id

    def profile(self, name: str = "") -> SmtpProfile:
        """Return the SMTP profile *name*, or the first one that is used unasked."""
        return self.servers(name)[0]

    def servers(self, names: str = "") -> tuple[SmtpProfile, ...]:
        """Return the SMTP profiles *names*, "main, backup", or those that are used unasked; they share a mailing."""
        wanted = [name.strip() for name in (names or self.via).split(",")]
        return tuple(self._profile(name) for name in dict.fromkeys(wanted))

    def _profile(self, wanted: str) -> SmtpProfile:
        if not self.profiles:
            todo = "add [smtp.NAME] with host, port and username"
            raise SettingsError("no mail server is configured", todo, where=_shown(self.folder / LOCAL_FILE))
        if wanted not in self.profiles:
            what = (
                f'there is no SMTP profile "{wanted}"' if wanted else "several SMTP profiles, and none is the default"
            )
            todo = nearest(wanted, list(self.profiles)) if wanted else 'add via = "NAME" above them, or give --via NAME'
            raise SettingsError(what, todo, where=_shown(self.folder / LOCAL_FILE))
        return self.profiles[wanted]


def data_home() -> Path:
    """Return the folder that holds the data folders of all newsletters of this user."""
    if home := os.environ.get("NEWSLETTER_HOME"):
        return Path(home).expanduser()
    from platformdirs import user_data_path

    return user_data_path("newsletter", appauthor=False)


def database_of_environment() -> str:
    """Return the address of a PostgreSQL that NEWSLETTER_DATABASE gives; empty when it gives none.

    :raises SettingsError: when that is none.
    """
    url = os.environ.get("NEWSLETTER_DATABASE", "")
    if url and not _POSTGRESQL.match(url):
        raise SettingsError("this is no address of a PostgreSQL", _LIKE_THAT, where="NEWSLETTER_DATABASE")
    return url


_POSTGRESQL = re.compile(r"postgres(ql)?://\S+$")
_LIKE_THAT = "write it like postgresql://user@host/name"


def find_folder(start: Path) -> Path:
    """Return the nearest folder upwards from *start* that has a newsletter.toml."""
    for folder in (start.resolve(), *start.resolve().parents):
        if (folder / FILE).is_file():
            return folder
    raise SettingsError(f"no {FILE} here or above", "newsletter init makes one", where=start)


def read_settings(folder: Path) -> Settings:
    """Read the configuration of the newsletter in *folder*.

    :raises SettingsError: with file and line.
    """
    table = _read(folder / FILE)
    local = (
        _read(folder / LOCAL_FILE)
        if (folder / LOCAL_FILE).exists()
        else read_toml("", where=LOCAL_FILE, error=SettingsError)
    )
    host = platform.node() or "localhost"
    sender = _sender(table)
    profiles = {name: _profile(name, profile, folder) for name, profile in local.table("smtp").tables()}
    settings = Settings(
        folder=folder,
        id=_id(table),
        name=sender.name,
        timezone=_timezone(table),
        lists=sender.list_titles,
        test_addresses=_test_addresses(table.table("test")),
        rendering=_rendering(table, folder, sender),
        sender=sender,
        dkim=_dkim(table, sender),
        profiles=profiles,
        via=_via(local, profiles),
        writer=writer_name(local.text("writer", "") or _user(), host),
        host=host,
        database=_database(local.table("database")),
        caps=_caps(table.table("sections")),
        waivers=_waivers(table.table("check")),
        lines=table.lines(),
        editor=_editor(local.table("preview")),
    )
    table.close()
    local.close()
    return settings


def _read(path: Path) -> Table:
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except OSError as cause:
        raise SettingsError(f"it cannot be read: {cause.strerror}", "newsletter init makes one", where=path) from cause
    except UnicodeDecodeError as cause:
        raise SettingsError("this is not UTF-8 text", "save the file as UTF-8", where=path) from cause
    return read_toml(text, where=_shown(path), error=SettingsError)


def _shown(path: Path) -> Path:
    """Return *path* as a person in the current folder would name it."""
    try:
        return path.relative_to(Path.cwd())
    except ValueError:
        return path


def _user() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # a container's user without a name
        return "writer"


def _id(table: Table) -> str:
    value = table.text("id")
    if not re.fullmatch(r"[a-z0-9][a-z0-9-]{2,62}", value):
        raise table.fail("id", f'"{value}" is no id', "3 to 63 lower-case letters, digits and hyphens")
    return value


def _timezone(table: Table) -> ZoneInfo:
    name = table.text("timezone", "UTC")
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError) as cause:
        raise table.fail("timezone", f'"{name}" is no time zone', 'write it like "Europe/Berlin" or "UTC"') from cause


def _address(table: Table, key: str, text: str) -> Address:
    try:
        return Address.parse(text)
    except ValueError as cause:
        raise table.fail(key, str(cause), "mend it") from cause


def _sender(table: Table) -> SenderOptions:
    name, author = table.text("name"), _address(table, "from", table.text("from"))
    unsubscribe = table.text("unsubscribe", "")
    lists, senders, reply_to = _lists(table, name)
    return SenderOptions(
        id=_id(table),
        name=name,
        sender=_named(author, name),
        reply_to=_reply_to(table),
        return_path=_return_path(table),
        unsubscribe=_address(table, "unsubscribe", unsubscribe).address if unsubscribe else author.address,
        public_url=_public_url(table),
        reader=table.text("reader", "") or nameless(table.text("language", "en")),
        list_titles=lists,
        list_senders=senders,
        list_reply_to=reply_to,
    )


def _lists(table: Table, name: str) -> tuple[dict[str, str], dict[str, Address], dict[str, Address]]:
    """Return the title of each list, and whom it is from and answered to where it says so itself."""
    titles, senders, answers = {}, {}, {}
    known = table.table("lists")
    for key, values in known.tables():
        if not re.fullmatch(r"[a-z0-9][a-z0-9-]{0,30}", key):
            raise known.fail(key, f'"{key}" is no name of a list', "lower-case letters, digits and hyphens")
        titles[key] = values.text("title", key)
        if author := values.text("from", ""):
            senders[key] = _named(_address(values, "from", author), name)
        if reply_to := _reply_to(values):
            answers[key] = reply_to
        values.close()
    return titles, senders, answers


def _named(author: Address, name: str) -> Address:
    return author if author.name else Address(address=author.address, name=name)


def _reply_to(table: Table) -> Address | None:
    text = table.text("reply_to", "")
    return _address(table, "reply_to", text) if text else None


def _return_path(table: Table) -> str:
    if not (text := table.text("return_path", "")):
        return ""
    address = _address(table, "return_path", text).address.lower()
    if what := return_path_fault(address):
        raise table.fail("return_path", what, 'write it like return_path = "bounces@news.example.org"')
    return address


def _dkim(table: Table, sender: SenderOptions) -> DkimOptions | None:
    values = table.table("dkim")
    if "dkim" not in table.values:
        return None
    options = DkimOptions(
        domain=_dkim_domain(values, sender),
        selector=values.text("selector", SELECTOR),
        ed25519_selector=values.text("ed25519_selector", ""),
    )
    values.close()
    for key in ("selector", "ed25519_selector"):
        name = getattr(options, key)
        if name and not is_selector(name):
            raise values.fail(key, f'"{name}" is no selector', "lower-case letters, digits and hyphens")
    if options.selector == options.ed25519_selector:
        raise values.fail("ed25519_selector", "both keys have one selector", "give each a selector of its own")
    return options


def _dkim_domain(values: Table, sender: SenderOptions) -> str:
    if not (text := values.text("domain", "")):
        return ""
    try:
        domain = ascii_domain(text).lower()
    except SendError as cause:
        raise values.fail("domain", cause.what, cause.todo) from cause
    if not re.fullmatch(r"([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z0-9-]{2,63}", domain):
        raise values.fail("domain", f'"{text}" is no domain', 'write it like domain = "example.org"')
    for author in (sender.sender, *sender.list_senders.values()):
        if not is_aligned(domain, ascii_domain(author.domain)):
            what = f"a signature by {domain} says nothing for mail from {author.address} (RFC 9989 §4.4)"
            raise values.fail("domain", what, "leave domain out, and each mail is signed by the domain it is from")
    return domain


def _public_url(table: Table) -> str:
    url = table.text("public_url", "").rstrip("/")
    if url and not re.fullmatch(r"https://[A-Za-z0-9.-]+(:\d+)?(/[\w./~-]*)?", url):
        raise table.fail(
            "public_url", f'"{url}" is no https address', "RFC 8058 asks for https; leave it empty until there is one"
        )
    return url


def _theme(table: Table, folder: Path) -> str:
    theme = table.text("theme", "digest")
    known = theme_names((folder / "templates", builtin_templates()))
    if theme not in known:
        raise table.fail("theme", f'there is no theme "{theme}"', nearest(theme, known))
    return theme


def _language(table: Table) -> str:
    language = table.text("language", "en")
    if not re.fullmatch(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*", language):
        raise table.fail("language", f'"{language}" is no language tag', 'write it like "en" or "pt-BR" (BCP 47)')
    return language


def _pictures_at(table: Table, public_url: str) -> str:
    if table.choice("pictures", ("embed", "publish"), "embed") == "embed":
        return ""
    if not public_url:
        raise table.fail("pictures", "there is no public URL to publish pictures at", 'write pictures = "embed"')
    return f"{public_url}/media"


def _rendering(table: Table, folder: Path, sender: SenderOptions) -> RenderingOptions:
    theme = _theme(table, folder)
    return RenderingOptions(
        name=table.text("name"),
        author=sender.sender.name,
        tagline=table.text("tagline", ""),
        postal_address=table.get("postal_address", str, "").strip(),
        language=(language := _language(table)),
        direction=table.choice("direction", ("ltr", "rtl"), direction_of(language)),
        theme=theme,
        public=bool(sender.public_url),
        pictures_at=_pictures_at(table, sender.public_url),
        look=_look(table.table("look"), theme, folder),
    )


def _look(table: Table, theme: str, folder: Path) -> Look:
    look = read_look(table, folder)
    if look.light != Palette() or look.dark != Palette():
        judge_look(table, own_palettes(theme, (folder / "templates", builtin_templates())))
    return look


def _test_addresses(table: Table) -> tuple[Address, ...]:
    addresses = tuple(_address(table, "addresses", text) for text in table.texts("addresses"))
    table.close()
    return addresses


def _caps(table: Table) -> dict[str, int]:
    caps = {}
    for name, section in table.tables():
        caps[name] = section.get("cap", int)
        if caps[name] < 1:
            raise section.fail("cap", f"a section of {caps[name]} articles is none", "give 1 or more")
        section.close()
    return caps


def _waivers(table: Table) -> tuple[Waiver, ...]:
    waivers = read_waivers(table)
    table.close()
    return waivers


def _via(local: Table, profiles: Mapping[str, SmtpProfile]) -> str:
    """Return the names of the profiles that are used unasked: one in quotes, or a list of them."""
    if isinstance(local.values.get("via"), list):
        return ", ".join(local.texts("via"))
    return local.text("via", next(iter(profiles)) if len(profiles) == 1 else "")


def _database(table: Table) -> str:
    url = table.text("url", "")
    if url and not _POSTGRESQL.match(url):  # the words never repeat it: it may have a password in it
        raise table.fail("url", "this is no address of a PostgreSQL", _LIKE_THAT)
    table.close()
    return database_of_environment() or url


def _editor(table: Table) -> tuple[str, ...]:
    command = _command(table, "editor")
    table.close()
    if command and not any("{file}" in word for word in command):
        raise table.fail("editor", "it does not say which file", 'write it like ["code", "--goto", "{file}:{line}"]')
    return command


def _limits(table: Table) -> dict[str, Any]:
    """Return how much a server may be given at a time: what the file says, and no more than that."""
    limits: dict[str, Any] = {key: table.get(key, int) for key in LIMITS if key in table.values}
    if "warm_up" in table.values:
        days = table.get("warm_up", list)
        if not all(type(most) is int for most in days):
            raise table.fail("warm_up", "it is no list of numbers", "write it like warm_up = [50, 100, 200]")
        limits["warm_up"] = tuple(days)
    return limits


def _profile(name: str, table: Table, folder: Path) -> SmtpProfile:
    security = table.choice("security", SECURITY, "starttls")
    ca_file = table.text("ca_file", "")
    profile = SmtpProfile(
        name=name,
        host=table.text("host"),
        port=table.get("port", int, {"starttls": 587, "tls": 465, "none": 25}[security]),
        security=security,
        username=table.text("username", ""),
        auth=table.choice("auth", ("", *AUTH), ""),
        password_env=table.text("password_env", ""),
        password_command=_command(table, "password_command"),
        ca_file=str(folder / Path(ca_file).expanduser()) if ca_file else "",
        **_limits(table),
    )
    table.close()
    judge_profile(profile, table.where, table.lines())
    return profile


def _command(table: Table, key: str) -> tuple[str, ...]:
    """Return a command's words: given as a list, or in one line as a shell would split it."""
    if isinstance(table.values.get(key), list):
        return table.texts(key)
    try:
        return tuple(shlex.split(table.text(key, "")))
    except ValueError as cause:
        raise table.fail(key, f"the command cannot be split into words: {cause}", "write it as a list") from cause
