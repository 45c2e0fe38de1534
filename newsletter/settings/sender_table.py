"""Whom mail is from, to which lists it goes, and how it is signed."""

import re
from collections.abc import Mapping

from newsletter.errors import SendError
from newsletter.model.mailing_list import MailingList
from newsletter.model.table import Table
from newsletter.rendering.words import nameless
from newsletter.sender.headers import ascii_domain
from newsletter.sender.options import SELECTOR, DkimOptions, SenderOptions, is_aligned, is_selector, return_path_fault
from newsletter.settings.list_table import named, read_address, read_reply_to


def read_id(table: Table) -> str:
    """Return what names the newsletter's data folder."""
    value = table.text("id")
    if not re.fullmatch(r"[a-z0-9][a-z0-9-]{2,62}", value):
        raise table.fail("id", f'"{value}" is no id', "3 to 63 lower-case letters, digits and hyphens")
    return value


def read_sender(table: Table, lists: Mapping[str, MailingList]) -> SenderOptions:
    """Return whom mail is from, to *lists* too, and what its headers say."""
    name, author = table.text("name"), read_address(table, "from", table.text("from"))
    unsubscribe = table.text("unsubscribe", "")
    return SenderOptions(
        id=read_id(table),
        name=name,
        sender=named(author, name),
        reply_to=read_reply_to(table),
        return_path=_return_path(table),
        unsubscribe=read_address(table, "unsubscribe", unsubscribe).address if unsubscribe else author.address,
        public_url=_public_url(table),
        reader=table.text("reader", "") or nameless(table.text("language", "en")),
        list_titles={key: one.title for key, one in lists.items()},
        list_senders={key: one.sender for key, one in lists.items() if one.sender},
        list_reply_to={key: one.reply_to for key, one in lists.items() if one.reply_to},
    )


def _return_path(table: Table) -> str:
    if not (text := table.text("return_path", "")):
        return ""
    address = read_address(table, "return_path", text).address.lower()
    if what := return_path_fault(address):
        raise table.fail("return_path", what, 'write it like return_path = "bounces@news.example.org"')
    return address


def read_dkim(table: Table, sender: SenderOptions) -> DkimOptions | None:
    """Return how mail is signed; None where nothing is said of it."""
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
