"""Says what is configured, where things are kept, and what is missing."""

import os
import re
import shutil
import sys
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from newsletter.app.git import uncommitted
from newsletter.app.newsletter import Newsletter
from newsletter.composer.issue_file import parse_issue
from newsletter.errors import NewsletterError
from newsletter.model.hook import Hook
from newsletter.rendering.words import has_words
from newsletter.settings import FILE, LOCAL_FILE

if TYPE_CHECKING:  # heavy: only who has a database
    from newsletter.store.hook_queue import HookStanding

EXAMPLE = re.compile(r"(^|\.)(example\.(com|net|org)|example|test|invalid|localhost)$", re.I)
"""Domains that nobody has (RFC 2606)."""
MUCH = 1_000_000_000
"""Octets of backups from which on their editor is told to look after them."""
SMALLEST = """+++
number = 1
date = 2000-01-01
subject = "A look at the theme"
preheader = ""
list = ""
+++

### [An article](https://example.com/) {#look}
Example · 1 min

**Why it matters:** it shows.

- One point
"""
"""An issue that has one of everything."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Diagnosis:
    """One thing that was looked at: "ok", "note" or "missing"."""

    topic: str
    verdict: str
    words: str

    def values(self) -> dict[str, str]:
        """What a program reads."""
        return asdict(self)


def diagnose(newsletter: Newsletter) -> list[Diagnosis]:
    """Look at everything that a newsletter needs to be composed and sent."""
    looks = (
        _program,
        _settings,
        _database,
        _backups,
        _theme,
        _server,
        _signing,
        _returning,
        _tests,
        _hooks,
        _drafts,
        _git,
    )
    return [
        Diagnosis(topic=topic, verdict=verdict, words=words)
        for look in looks
        for topic, verdict, words in look(newsletter)
    ]


Looked = Iterator[tuple[str, str, str]]


def _program(newsletter: Newsletter) -> Looked:
    from newsletter import __version__

    yield "program", "ok", f"newsletter {__version__}, Python {sys.version.split()[0]}"


def _settings(newsletter: Newsletter) -> Looked:
    settings = newsletter.settings
    yield "folder", "ok", str(settings.folder)
    yield (
        "from",
        *(
            ("missing", f"{settings.sender.sender} is an example; set from in {FILE}")
            if EXAMPLE.search(settings.sender.sender.domain)
            else ("ok", str(settings.sender.sender))
        ),
    )
    address = settings.rendering.postal_address.replace("\n", ", ")
    yield "postal address", *(("ok", address) if address else ("missing", f"set postal_address in {FILE}"))
    lists = ", ".join(settings.lists)
    yield "lists", *(("ok", lists) if lists else ("missing", f"add [lists.weekly] to {FILE}"))
    url = settings.sender.public_url
    yield (
        "public URL",
        *(("ok", url) if url else ("note", f"none: unsubscribing is by mail to {settings.sender.unsubscribe}")),
    )


def _database(newsletter: Newsletter) -> Looked:
    from newsletter.store.wiping import is_unwiped

    folder = newsletter.settings.data_folder
    server = newsletter.settings.database
    if not server and not newsletter.has_database():
        gone = folder.is_dir() and any(folder.iterdir())
        todo = "it is gone; put it back from a backup" if gone else "newsletter init makes one"
        yield "database", "missing", f"none at {folder}; {todo}"
        return
    try:
        database = newsletter.database
        where = f"{database.where}, with the key in {folder}" if server else folder
        yield "database", "ok", f"{database.id} at {where} (keep a backup: newsletter backup FILE)"
        if is_unwiped(database):
            words = "somebody who was forgotten may be left in the file's free space; newsletter work wipes it"
            yield "forgotten", "note", words
    except NewsletterError as error:
        yield "database", "missing", str(error)


def _backups(newsletter: Newsletter) -> Looked:
    """Tell how much room those take that are made by themselves: nobody but the editor may delete one."""
    from newsletter.store.backup import BACKUPS

    folder = newsletter.settings.data_folder / BACKUPS
    found = sorted(path for path in folder.glob("*") if path.is_file())  # by their names, which begin with the time
    if not found:
        return
    taken = sum(path.stat().st_size for path in found)
    words = f"{len(found):,} in {folder}, {taken / 1e6:,.1f} MB in all, the oldest is {found[0].name}"
    if taken > MUCH:
        yield "backups", "note", f"{words}; delete those that you do not need any more"
    else:
        yield "backups", "ok", words


def _theme(newsletter: Newsletter) -> Looked:
    try:
        newsletter.render(parse_issue(SMALLEST, newsletter.issues.folder / "001.md"))
        yield "theme", "ok", newsletter.settings.rendering.theme
        if not has_words(language := newsletter.settings.rendering.language):
            yield "language", "note", f'the theme\'s own words are English: it has none in "{language}"'
    except NewsletterError as error:
        yield "theme", "missing", str(error)


def _server(newsletter: Newsletter) -> Looked:
    settings = newsletter.settings
    if not settings.profiles:
        yield "mail server", "missing", f"none; add [smtp.NAME] to {LOCAL_FILE}"
    for name, profile in settings.profiles.items():
        mark = " (default)" if name == settings.via else ""
        words = f"{name}{mark}: {profile.host}:{profile.port}, {profile.security}"
        if profile.password_env and profile.password_env not in os.environ:
            yield "mail server", "missing", f"{words}; the environment has no {profile.password_env}"
        elif profile.password_command and not shutil.which(profile.password_command[0]):
            yield "mail server", "missing", f"{words}; there is no command {profile.password_command[0]}"
        else:
            yield "mail server", "ok", words


def _signing(newsletter: Newsletter) -> Looked:
    if newsletter.settings.dkim is None:
        yield "signing", "note", "mail is not signed here; newsletter dns key makes a key and says what to publish"
        return
    from newsletter.app.signing import signing_domains, signing_keys

    try:
        keys = ", ".join(f"{key.selector} ({key.algorithm.value})" for key in signing_keys(newsletter.settings))
        domains = ", ".join(signing_domains(newsletter.settings))
        yield "signing", "ok", f"{keys} by {domains}; newsletter dns check looks at the records"
    except NewsletterError as error:
        yield "signing", "missing", str(error)


def _returning(newsletter: Newsletter) -> Looked:
    settings = newsletter.settings
    where = settings.sender.return_path or f"{settings.sender.sender.address}; return_path would tell whose each is"
    sources = [f"[imap.{name}]" for name in settings.imap] + [f"[webhooks.{name}]" for name in settings.webhooks]
    read = f"read from {', '.join(sources)}" if sources else "newsletter bounces reads them"
    yield "bounces", "ok" if settings.sender.return_path else "note", f"come back to {where}; {read}"


def _tests(newsletter: Newsletter) -> Looked:
    addresses = ", ".join(address.address for address in newsletter.settings.test_addresses)
    yield "test addresses", *(("ok", addresses) if addresses else ("note", f"none; set addresses in [test] of {FILE}"))


def _hooks(newsletter: Newsletter) -> Looked:
    hooks = newsletter.settings.hooks
    if not newsletter.has_database():
        return
    from newsletter.store.hook_queue import HookQueue

    try:
        standings = {standing.hook: standing for standing in HookQueue(newsletter.database).standings()}
    except NewsletterError:  # it is said of the database
        return
    for name in dict.fromkeys([*hooks, *standings]):
        yield "hook", *_hook(name, standings.get(name), hooks.get(name))


def _drafts(newsletter: Newsletter) -> Looked:
    options = newsletter.settings.draft
    if options.command and not shutil.which(options.command[0]) and "/" not in options.command[0]:
        yield "drafts", "note", f"{options.command[0]}: there is no such command; look at [draft] of {LOCAL_FILE}"
    elif options.key_env and options.key_env not in os.environ:
        yield "drafts", "note", f"{options.name}: the environment has no {options.key_env}"
    elif options.command or options.url:
        yield "drafts", "ok", f"{options.name}, by {'a command' if options.command else urlsplit(options.url).hostname}"


def _hook(name: str, standing: "HookStanding | None", hook: Hook | None) -> tuple[str, str]:
    if hook is None:
        return "note", f"{name}: events wait for it, and {LOCAL_FILE} does not name it; newsletter hooks drop {name}"
    if hook.secret_env and hook.secret_env not in os.environ:
        return "note", f"{name}: the environment has no {hook.secret_env}"
    if standing and (standing.failing or standing.given_up):
        counts = f"{standing.failing} events are tried again, {standing.given_up} are given up"
        return "note", f"{name}: {counts} ({standing.words}); newsletter hooks retry {name}, once it is mended"
    return "ok", f"{name}: {', '.join(hook.events)}"


def _git(newsletter: Newsletter) -> Looked:
    if uncommitted(newsletter.settings.folder / FILE):
        yield "git", "note", f"{FILE} is not committed as it is"
