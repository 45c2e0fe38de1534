"""What is configured for one newsletter."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from zoneinfo import ZoneInfo

from newsletter.checks.clients.client import DEFAULT
from newsletter.composer.draft_options import DraftOptions
from newsletter.composer.picking_options import PickingOptions
from newsletter.errors import SettingsError
from newsletter.model.address import Address
from newsletter.model.hook import Hook
from newsletter.model.mailing_list import MailingList
from newsletter.model.segment import Segment
from newsletter.model.table import nearest
from newsletter.model.waiver import Waiver
from newsletter.rendering.options import RenderingOptions
from newsletter.returning.options import ImapProfile
from newsletter.returning.webhook import Webhook
from newsletter.sender.options import DkimOptions, SenderOptions, SmtpProfile
from newsletter.settings.file import LOCAL_FILE, shown
from newsletter.settings.pages_table import PagesOptions
from newsletter.sources.options import SourcesOptions


@dataclass(frozen=True, kw_only=True, slots=True)
class Settings:
    """Everything that is configured for one newsletter.

    :param folder: where newsletter.toml is.
    :param id: names the data folder; never changes.
    :param lists: the mailing lists by name.
    :param profiles: SMTP servers by name; *via* names those that are used unasked, with commas between.
    :param dkim: how mail is signed; None where newsletter.toml has no [dkim], and mail is not signed here.
    :param writer: the name of this person's pool file.
    :param host: the name of this machine.
    :param database: the address of the PostgreSQL that has readers and ledger; empty for a file in the data folder.
    :param caps: how many articles a section may have, by its name.
    :param optional_sections: those that a reader may do without, by name, in the order of the file.
    :param segments: named parts of the lists.
    :param waivers: the rules that do not count for this newsletter.
    :param clients: the mail clients whose faults count, by name.
    :param lines: the line of each key of newsletter.toml.
    :param webhooks: mail providers that may post what came back, by name.
    :param imap: mailboxes that mail comes back to, by name.
    :param hooks: programs that are told what happens, by name.
    :param pages: how people subscribe on the readers' pages.
    :param picking: how the pool is winnowed.
    :param draft: who may draft words for articles, and for how much.
    :param sources: how long feeds and pages are waited for, and which private hosts may be asked.
    :param editor: the command that opens a file in the editor: {file}, {line} and {column} stand for the place.
    """

    folder: Path
    id: str
    name: str
    timezone: ZoneInfo
    lists: Mapping[str, MailingList]
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
    optional_sections: tuple[str, ...] = ()
    segments: Mapping[str, Segment] = field(default_factory=dict)
    waivers: tuple[Waiver, ...] = ()
    clients: tuple[str, ...] = DEFAULT
    lines: Mapping[str, int] = field(default_factory=dict)
    editor: tuple[str, ...] = ()
    pages: PagesOptions = field(default_factory=PagesOptions)
    picking: PickingOptions = field(default_factory=PickingOptions)
    draft: DraftOptions = field(default_factory=DraftOptions)
    sources: SourcesOptions = field(default_factory=SourcesOptions)
    imap: Mapping[str, ImapProfile] = field(default_factory=dict)
    hooks: Mapping[str, Hook] = field(default_factory=dict)
    webhooks: Mapping[str, Webhook] = field(default_factory=dict, repr=False)  # they have secrets in them

    @property
    def data_folder(self) -> Path:
        """Where database and key are: the user's data folder, or below NEWSLETTER_HOME."""
        return data_home() / self.id

    @property
    def sections(self) -> tuple[str, ...]:
        """The sections that newsletter.toml names."""
        return tuple(dict.fromkeys([*self.caps, *self.optional_sections]))

    def rendering_of(self, list_name: str) -> RenderingOptions:
        """Return how issues look that go to a list: its theme, its footer, whom its mail is from."""
        mailing_list = self.lists.get(list_name)
        if mailing_list is None:
            return self.rendering
        return replace(
            self.rendering,
            theme=mailing_list.theme or self.rendering.theme,
            footer=mailing_list.footer,
            author=mailing_list.sender.name if mailing_list.sender else self.rendering.author,
        )

    def profile(self, name: str = "") -> SmtpProfile:
        """Return the SMTP profile *name*, or the first one that is used unasked."""
        return self.servers(name)[0]

    def servers(self, names: str = "") -> tuple[SmtpProfile, ...]:
        """Return the SMTP profiles *names*, "main, backup", or those that are used unasked; they share a mailing."""
        wanted = [name.strip() for name in (names or self.via).split(",")]
        return tuple(self._profile(name) for name in dict.fromkeys(wanted))

    def mailbox(self, wanted: str = "") -> ImapProfile:
        """Return the IMAP profile *wanted*, or the only one there is."""
        if not self.imap:
            todo = "add [imap.NAME] with host, username and password_command"
            raise SettingsError("no mailbox is configured", todo, where=shown(self.folder / LOCAL_FILE))
        name = wanted or (next(iter(self.imap)) if len(self.imap) == 1 else "")
        if name not in self.imap:
            what = f'there is no IMAP profile "{name}"' if name else "several IMAP profiles"
            raise SettingsError(what, nearest(name, list(self.imap)), where=shown(self.folder / LOCAL_FILE))
        return self.imap[name]

    def _profile(self, wanted: str) -> SmtpProfile:
        if not self.profiles:
            todo = "add [smtp.NAME] with host, port and username"
            raise SettingsError("no mail server is configured", todo, where=shown(self.folder / LOCAL_FILE))
        if wanted not in self.profiles:
            what = (
                f'there is no SMTP profile "{wanted}"' if wanted else "several SMTP profiles, and none is the default"
            )
            todo = nearest(wanted, list(self.profiles)) if wanted else 'add via = "NAME" above them, or give --via NAME'
            raise SettingsError(what, todo, where=shown(self.folder / LOCAL_FILE))
        return self.profiles[wanted]


def data_home() -> Path:
    """Return the folder that holds the data folders of all newsletters of this user."""
    if home := os.environ.get("NEWSLETTER_HOME"):
        return Path(home).expanduser()
    from platformdirs import user_data_path

    return user_data_path("newsletter", appauthor=False)
