"""What newsletter.local.toml says of where mail comes back to: mailboxes behind IMAP."""

import ipaddress
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Final

from newsletter.errors import SettingsError
from newsletter.model.address import UNSAFE

SECURITY: Final = ("tls", "starttls", "none")
"""How the line is made private: TLS from the first byte (RFC 8314 §3.2), STARTTLS required, or not at all."""
AUTH: Final = ("PLAIN", "LOGIN", "XOAUTH2")
"""How the server is told who we are; with XOAUTH2 the password is a token."""


@dataclass(frozen=True, kw_only=True, slots=True)
class ImapProfile:
    """A mailbox behind IMAP, and how we prove to its server who we are.

    :param auth: one of :data:`AUTH`; empty is PLAIN where the server offers it, else LOGIN.
    :param password_env: the environment variable that holds the password.
    :param password_command: a command that prints the password; its first line counts.
    :param ca_file: PEM file of the authority that signed the server's certificate; empty for those of the system.
    :param mailbox: "INBOX", or another folder of the account.
    """

    name: str
    host: str
    port: int
    security: str = "tls"
    username: str
    auth: str = ""
    password_env: str = ""
    password_command: tuple[str, ...] = ()
    ca_file: str = ""
    mailbox: str = "INBOX"

    @property
    def table(self) -> str:
        """The table of newsletter.local.toml that it stands in."""
        return f"imap.{self.name}"

    @property
    def server(self) -> str:
        """The server as messages name it: "imap.example.org:993"."""
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"


def judge_imap(profile: ImapProfile, where: str | Path = "", lines: Mapping[str, int] = MappingProxyType({})) -> None:
    """Raise SettingsError for a profile that cannot or must not be used.

    :param lines: where in the file *where* each of its keys stands.
    """
    if fault := _fault(profile):
        what, todo = fault
        keys = [key for key in lines if re.search(rf"\b{key}\b", what)]
        line = lines[keys[0]] if keys else lines.get("host")
        raise SettingsError(f'IMAP profile "{profile.name}": {what}', todo, where=where, line=line)


def _fault(profile: ImapProfile) -> tuple[str, str] | None:
    texts = (profile.host, profile.username, profile.mailbox, profile.password_env, *profile.password_command)
    if any(UNSAFE.search(text) for text in texts):
        return "a line break or control character in it", "write each value in one line"
    if not _is_host(profile.host):
        return f'"{profile.host}" is no host name', 'write it like host = "imap.example.org", without a port'
    if not 0 < profile.port < 65536:
        return f"there is no port {profile.port}", "993 is usual"
    if profile.security == "none" and not _is_loopback(profile.host):
        return (
            f'security = "none" would send the password readable to {profile.host}',
            'use "tls" or "starttls"; "none" is for this machine alone (localhost)',
        )
    if bool(profile.password_env) == bool(profile.password_command):
        return "it needs password_env or password_command, one of them", 'like password_command = ["pass", "imap"]'
    return None


def _is_host(text: str) -> bool:
    try:
        return bool(re.fullmatch(r"[\w.:-]+", text) and text.encode("idna"))
    except UnicodeError:
        return False


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host.lower() == "localhost"
