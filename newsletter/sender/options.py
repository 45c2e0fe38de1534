"""What the sender room is told by the newsletter's settings."""

import ipaddress
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Final

from newsletter.errors import SettingsError
from newsletter.model.address import UNSAFE, Address

SECURITY: Final = ("starttls", "tls", "none")
"""How the line to a server is made private: STARTTLS required, TLS from the first byte (RFC 8314), or not at all."""

LONGEST_RETURN_NAME: Final = 21
"""Octets before the @ of a configured return path: "+", two numbers of ten digits, two dots and a token follow; 64."""

SELECTOR: Final = "newsletter"
"""What names the key that mail is signed with, unless [dkim] says otherwise."""
LONGEST_SELECTOR: Final = 120
"""Characters; with "._domainkey." and a domain behind it 253 are allowed (RFC 1035 §2.3.4)."""


LIMITS: Final = (
    "connections", "messages_per_connection", "per_minute", "per_hour", "per_day", "weight",
    "domain_connections", "domain_per_minute",
)  # fmt: skip
"""What a profile says of how much its server is given, in whole numbers."""

AUTH: Final = ("CRAM-MD5", "PLAIN", "LOGIN", "XOAUTH2")
"""How a server is told who we are."""


@dataclass(frozen=True, kw_only=True, slots=True)
class SenderOptions:
    """Who sends, and where readers turn.

    :param id: the newsletter's id, for Feedback-ID; without one there is no such header.
    :param name: the newsletter's name.
    :param sender: the From address; bounces go there too unless there is a *return_path*.
    :param reply_to: where answers go when it is not the sender.
    :param return_path: "bounces@news.example.org", where bounces go; each message adds "+" and whose it is (VERP).
    :param unsubscribe: the address that takes "unsubscribe" by mail; empty is the From address.
    :param public_url: ``https://…`` without a slash at its end; empty while there is no public site.
    :param reader: stands in the name slot of a subscriber whose name is not known.
    :param list_titles: title of each mailing list, by name.
    :param list_senders: the From address of each list that has one of its own.
    :param list_reply_to: where answers go, of each list that has it of its own.
    """

    id: str = ""
    name: str
    sender: Address
    reply_to: Address | None = None
    return_path: str = ""
    unsubscribe: str = ""
    public_url: str = ""
    reader: str = "reader"
    list_titles: Mapping[str, str] = field(default_factory=dict)
    list_senders: Mapping[str, Address] = field(default_factory=dict)
    list_reply_to: Mapping[str, Address] = field(default_factory=dict)

    def author_of(self, list_name: str) -> Address:
        """Return whom mail to the list is from."""
        return self.list_senders.get(list_name, self.sender)

    def reply_to_of(self, list_name: str) -> Address | None:
        """Return where answers to mail of the list go; None is to whom it is from."""
        return self.list_reply_to.get(list_name, self.reply_to)

    @property
    def unsubscribe_address(self) -> str:
        """Where a mail that says "unsubscribe" goes."""
        return self.unsubscribe or self.sender.address


def return_path_fault(address: str) -> str:
    """Return what keeps *address* from being a return path, in words; empty if nothing does."""
    name, _, domain = address.rpartition("@")
    if not re.fullmatch(r"[a-z0-9_-]+(\.[a-z0-9_-]+)*", name.lower()):
        return f'"{name}" before the @ is not made of letters, digits, dots and hyphens'
    if len(name) > LONGEST_RETURN_NAME:
        return f'"{name}" is too long: each message adds to it, so it may have {LONGEST_RETURN_NAME} characters'
    if not _is_host(domain) or len(domain.encode("idna")) > 254 - 65:
        return f'"{domain}" is no domain that mail can come back to'
    return ""


@dataclass(frozen=True, kw_only=True, slots=True)
class DkimOptions:
    """How mail is signed: what [dkim] says.

    :param domain: d= of all signatures, as A-labels; empty is the domain of whom the mail is from.
    :param selector: names the RSA key, in the data folder and in DNS.
    :param ed25519_selector: names the Ed25519 key; empty is no second signature.
    """

    domain: str = ""
    selector: str = SELECTOR
    ed25519_selector: str = ""


def is_selector(text: str) -> bool:
    """Return whether *text* can name a key (RFC 6376 §3.1), as a file too on systems that fold case."""
    label = "[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?"
    return len(text) <= LONGEST_SELECTOR and bool(re.fullmatch(rf"{label}(\.{label})*", text))


def is_aligned(domain: str, author: str) -> bool:
    """Return whether a signature by *domain* speaks for mail from *author*, a domain too (RFC 9989 §4.4, relaxed).

    Stricter than the RFC, which lets two subdomains of one organisation speak for each other: who the organisation is
    would have to be asked of DNS.
    """
    one, other = domain.lower(), author.lower()
    return one == other or one.endswith(f".{other}") or other.endswith(f".{one}")


@dataclass(frozen=True, kw_only=True, slots=True)
class Timeouts:
    """How long each phase may take, in seconds (RFC 5321 §4.5.3.2)."""

    connect: float = 30
    reply: float = 300
    data: float = 120
    write: float = 180
    dot: float = 600


@dataclass(frozen=True, kw_only=True, slots=True)
class SmtpProfile:
    """A mail server that takes our mail, and how we prove to it who we are.

    :param security: one of :data:`SECURITY`.
    :param auth: how to log in, one of :data:`AUTH`; empty for the best that the server offers. XOAUTH2 is never chosen
        by itself: there the password is a token.
    :param password_env: the environment variable that holds the password.
    :param password_command: a command that prints the password; its first line counts.
    :param ca_file: PEM file of the authority that signed the server's certificate; empty for those of the system.
    :param connections: open at once, at most.
    :param messages_per_connection: a TLS handshake is 0.7 ms of our time, and servers end a connection sooner or later.
    :param per_minute: messages, as *per_hour* and *per_day*; 0 is no limit.
    :param warm_up: most messages of the first day, the second day and so on, for an address nobody knows yet.
    :param weight: its share of the messages beside other servers; 0 is a stand-in for when the others fail.
    :param domain_connections: of them for one receiving domain; 0 is no limit.
    :param domain_per_minute: messages to one receiving domain; 0 is no limit.
    """

    name: str
    host: str
    port: int
    security: str = "starttls"
    username: str = ""
    auth: str = ""
    password_env: str = ""
    password_command: tuple[str, ...] = ()
    ca_file: str = ""
    connections: int = 10
    messages_per_connection: int = 100
    per_minute: int = 0
    per_hour: int = 0
    per_day: int = 0
    warm_up: tuple[int, ...] = ()
    weight: int = 1
    domain_connections: int = 0
    domain_per_minute: int = 0
    timeouts: Timeouts = Timeouts()

    @property
    def table(self) -> str:
        """The table of newsletter.local.toml that it stands in."""
        return f"smtp.{self.name}"

    @property
    def server(self) -> str:
        """The server as messages name it: "smtp.example.org:587"."""
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"


def is_loopback(host: str) -> bool:
    """Return whether *host* is this machine whatever a name server says."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host.lower() == "localhost"


def judge_profile(
    profile: SmtpProfile, where: str | Path = "", lines: Mapping[str, int] = MappingProxyType({})
) -> None:
    """Raise SettingsError for a profile that cannot or must not be used.

    :param lines: where in the file *where* each of its keys stands.
    """
    if fault := _fault(profile):
        what, todo = fault
        keys = [key for key in lines if re.search(rf"\b{key}\b", what)]
        line = lines[keys[0]] if keys else lines.get("host")
        raise SettingsError(f'SMTP profile "{profile.name}": {what}', todo, where=where, line=line)


def _is_host(text: str) -> bool:
    """Return whether *text* can be looked up; the resolver raises UnicodeError for an empty or too long label."""
    try:
        return bool(re.fullmatch(r"[\w.:-]+", text) and text.encode("idna"))
    except UnicodeError:
        return False


def _fault(profile: SmtpProfile) -> tuple[str, str] | None:
    texts = (profile.host, profile.username, profile.password_env, profile.ca_file, *profile.password_command)
    passworded = bool(profile.password_env or profile.password_command)
    if any(UNSAFE.search(text) for text in texts):
        return "a line break or control character in it", "write each value in one line"
    if not _is_host(profile.host):
        return f'"{profile.host}" is no host name', 'write it like host = "smtp.example.org", without a port'
    if not 0 < profile.port < 65536:
        return f"there is no port {profile.port}", "587 is usual with STARTTLS, 465 with TLS"
    if profile.security not in SECURITY:
        return f'security = "{profile.security}" is not known', 'write "starttls", "tls" or "none"'
    if profile.security == "none" and not is_loopback(profile.host):
        return (
            f'security = "none" would send mail and password readable to {profile.host}',
            'use "starttls" or "tls"; "none" is for this machine alone (localhost)',
        )
    if profile.port == 465 and profile.security == "starttls":
        # RFC 8314 §7.3: TLS from the first byte; whoever waits for a greeting in the clear waits five minutes.
        return "port 465 speaks TLS from the first byte, and no STARTTLS", 'write security = "tls", or use port 587'
    if profile.password_env and profile.password_command:
        return "it has password_env and password_command", "keep one of them"
    if limit := _wrong_limit(profile):
        return limit
    if profile.username and not passworded:
        return "it has a username and no password", 'add password_env = "NAME" or password_command = ["pass", "smtp"]'
    if profile.auth and profile.auth not in AUTH:
        return f'auth = "{profile.auth}" is not known', f"one of {', '.join(AUTH)}"
    if passworded and not profile.username:
        return "it has a password and no username", "add username"
    return None


def _wrong_limit(profile: SmtpProfile) -> tuple[str, str] | None:
    for name in ("connections", "messages_per_connection"):
        if getattr(profile, name) < 1:
            return f"{name} = {getattr(profile, name)} would send nothing", "write 1 or more"
    for name in LIMITS:
        if getattr(profile, name) < 0:
            return f"{name} = {getattr(profile, name)} is less than nothing", "leave it out for no limit"
    if any(most < 1 for most in profile.warm_up):
        return "warm_up has a day without a message", "write how many may go on each day, like warm_up = [50, 100, 200]"
    return None
