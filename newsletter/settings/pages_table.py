"""What newsletter.toml says of the readers' pages."""

import re
from dataclasses import dataclass

from newsletter.model.table import Table


@dataclass(frozen=True, kw_only=True, slots=True)
class PagesOptions:
    """How people subscribe on the pages.

    :param wording: what they agree to, in the newsletter's own words; empty for the built-in ones. The log keeps it.
    :param privacy: where the newsletter says what it does with data; empty for nowhere.
    :param keep_ip: the log of consents keeps the IP address of who subscribed.
    """

    wording: str = ""
    privacy: str = ""
    keep_ip: bool = False


def read_pages(table: Table) -> PagesOptions:
    """Return what [pages] says."""
    values = table.table("pages")
    options = PagesOptions(
        wording=values.text("wording", ""),
        privacy=values.text("privacy", ""),
        keep_ip=values.get("keep_ip", bool, False),
    )
    if options.privacy and not re.fullmatch(r"https?://\S+|/\S*", options.privacy):
        raise values.fail(
            "privacy", f'"{options.privacy}" is no address', 'write it like "https://example.com/privacy"'
        )
    values.close()
    return options
