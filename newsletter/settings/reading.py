"""Reads the configuration of a newsletter."""

import getpass
import platform
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from newsletter.checks.clients.client import read_clients
from newsletter.composer.pool import writer_name
from newsletter.errors import SettingsError
from newsletter.model.address import Address
from newsletter.model.table import Table, read_toml
from newsletter.model.waiver import read_waivers
from newsletter.settings.draft_table import read_draft
from newsletter.settings.file import FILE, LOCAL_FILE, read_file
from newsletter.settings.hook_table import read_hook
from newsletter.settings.list_table import read_address, read_lists
from newsletter.settings.local_table import read_database, read_editor, read_imap, read_profile, read_via, read_webhook
from newsletter.settings.pages_table import read_pages
from newsletter.settings.picking_table import read_picking
from newsletter.settings.rendering_table import read_rendering
from newsletter.settings.segment_table import read_sections, read_segments
from newsletter.settings.sender_table import read_dkim, read_id, read_sender
from newsletter.settings.settings import Settings
from newsletter.settings.sources_table import read_sources


def read_settings(folder: Path) -> Settings:
    """Read the configuration of the newsletter in *folder*.

    :raises SettingsError: with file and line.
    """
    table = read_file(folder / FILE)
    local = (
        read_file(folder / LOCAL_FILE)
        if (folder / LOCAL_FILE).exists()
        else read_toml("", where=LOCAL_FILE, error=SettingsError)
    )
    host = platform.node() or "localhost"
    lists = read_lists(table, folder)
    sender = read_sender(table, lists)
    profiles = {name: read_profile(name, profile, folder) for name, profile in local.table("smtp").tables()}
    caps, optional = read_sections(table.table("sections"))
    settings = Settings(
        folder=folder,
        id=read_id(table),
        name=sender.name,
        timezone=_timezone(table),
        lists=lists,
        test_addresses=_test_addresses(table.table("test")),
        rendering=read_rendering(table, folder, sender, lists),
        sender=sender,
        dkim=read_dkim(table, sender),
        profiles=profiles,
        via=read_via(local, profiles),
        webhooks={name: read_webhook(name, hook) for name, hook in local.table("webhooks").tables()},
        imap={name: read_imap(name, account, folder) for name, account in local.table("imap").tables()},
        hooks={name: read_hook(name, hook) for name, hook in local.table("hooks").tables()},
        writer=writer_name(local.text("writer", "") or _user(), host),
        host=host,
        database=read_database(local.table("database")),
        caps=caps,
        optional_sections=optional,
        segments=read_segments(table.table("segments")),
        **_checks(table.table("check")),
        lines=table.lines(),
        editor=read_editor(local.table("preview")),
        pages=read_pages(table),
        picking=read_picking(table.table("picking")),
        draft=read_draft(local.table("draft")),
        sources=read_sources(table.table("sources"), local.table("sources")),
    )
    table.close()
    local.close()
    return settings


def _user() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # a container's user without a name
        return "writer"


def _timezone(table: Table) -> ZoneInfo:
    name = table.text("timezone", "UTC")
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError) as cause:
        raise table.fail("timezone", f'"{name}" is no time zone', 'write it like "Europe/Berlin" or "UTC"') from cause


def _test_addresses(table: Table) -> tuple[Address, ...]:
    addresses = tuple(read_address(table, "addresses", text) for text in table.texts("addresses"))
    table.close()
    return addresses


def _checks(table: Table) -> dict[str, Any]:
    checks = {"waivers": read_waivers(table), "clients": read_clients(table)}
    table.close()
    return checks
