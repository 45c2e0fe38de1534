"""Joins the settings, the keys in the data folder and the signer."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from newsletter.app.newsletter import Newsletter
from newsletter.errors import FileError, SettingsError
from newsletter.model.dns_record import TxtRecord
from newsletter.sender.headers import ascii_domain
from newsletter.sender.options import DkimOptions, is_selector
from newsletter.settings import Settings

if TYPE_CHECKING:  # heavy: imported by who signs
    from newsletter.sender.dkim import Signer
    from newsletter.sender.dkim_key import Algorithm, SigningKey


@dataclass(frozen=True, kw_only=True, slots=True)
class PublishedKey:
    """A key, and what to publish of it.

    :param made: it was made just now.
    :param settings: what newsletter.toml has to say to sign with it; empty if it does.
    """

    selector: str
    algorithm: str
    path: Path
    made: bool
    records: tuple[TxtRecord, ...]
    settings: tuple[str, ...]


def signer_of(newsletter: Newsletter, list_name: str = "") -> "Signer | None":
    """Return who signs the mail of the list *list_name*, or of the newsletter's own From; None without [dkim].

    It is for messages that are all made of one template; where each has a template of its own, ask for one each.

    :raises SettingsError: a key that [dkim] asks for is not on this machine, or cannot be used.
    """
    if newsletter.settings.dkim is None:
        return None
    from newsletter.sender.dkim import Signer

    return Signer(signing_domain(newsletter.settings, list_name), signing_keys(newsletter.settings), uniform=True)


def signing_domain(settings: Settings, list_name: str = "") -> str:
    """Return d= of mail of the list *list_name*, or of the newsletter's own From."""
    if settings.dkim and settings.dkim.domain:
        return settings.dkim.domain
    return ascii_domain(settings.sender.author_of(list_name).domain).lower()


def signing_domains(settings: Settings) -> tuple[str, ...]:
    """Return d= of all mail of the newsletter, each once, that of its own From first."""
    return tuple(dict.fromkeys(signing_domain(settings, name) for name in ("", *settings.lists)))


def signing_keys(settings: Settings) -> "list[SigningKey]":
    """Read the keys that [dkim] asks for; SettingsError if one is missing or will not do."""
    from newsletter.sender.dkim_key import Algorithm, key_path, read_key

    if settings.dkim is None:
        return []
    keys = [read_key(key_path(settings.data_folder, settings.dkim.selector), Algorithm.RSA)]
    if settings.dkim.ed25519_selector:
        path = key_path(settings.data_folder, settings.dkim.ed25519_selector)
        keys.append(read_key(path, Algorithm.ED25519))
    return keys


def publish_key(newsletter: Newsletter, selector: str = "", *, ed25519: bool = False) -> PublishedKey:
    """Return the key of *selector* with its records; one that is not there yet is made.

    :param selector: empty for the one of [dkim].
    :raises SettingsError: no data folder on this machine, no selector, or a key of another kind.
    """
    from newsletter.sender.dkim_key import Algorithm, key_path

    settings = newsletter.settings
    if not settings.data_folder.is_dir():
        todo = "newsletter init makes it"
        raise SettingsError("there is no data folder on this machine yet", todo, where=settings.data_folder)
    selector = selector or _usual_selector(settings.dkim or DkimOptions(), ed25519=ed25519)
    if not is_selector(selector):
        raise SettingsError(f'"{selector}" is no selector', "lower-case letters, digits and hyphens")
    path = key_path(settings.data_folder, selector)
    key, made = _read_or_made(path, Algorithm.ED25519 if ed25519 else Algorithm.RSA)
    return PublishedKey(
        selector=selector,
        algorithm=key.algorithm.value,
        path=path,
        made=made,
        records=tuple(key.record(domain) for domain in signing_domains(settings)),
        settings=_settings_lines(settings, selector, ed25519=ed25519),
    )


def _read_or_made(path: Path, algorithm: "Algorithm") -> "tuple[SigningKey, bool]":
    from newsletter.sender.dkim_key import make_key, read_key

    if not path.exists():
        try:
            return make_key(path, algorithm), True
        except FileError:
            if not path.exists():
                raise
            # Somebody else was quicker, and theirs it is.
    return read_key(path, algorithm), False


def _usual_selector(options: DkimOptions, *, ed25519: bool) -> str:
    if ed25519:
        return options.ed25519_selector or f"{options.selector}-ed25519"
    return options.selector


def _settings_lines(settings: Settings, selector: str, *, ed25519: bool) -> tuple[str, ...]:
    options = settings.dkim
    if options and selector == (options.ed25519_selector if ed25519 else options.selector):
        return ()
    line = f'{"ed25519_selector" if ed25519 else "selector"} = "{selector}"'
    return (line,) if options else ("[dkim]", line)
