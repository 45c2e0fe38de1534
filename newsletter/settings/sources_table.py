"""What newsletter.toml and newsletter.local.toml say of how sources are asked."""

import re

from newsletter.model.table import Table
from newsletter.sources.options import SourcesOptions

_HOST = re.compile(r"[\w.-]+|[0-9a-fA-F:]+")


def read_sources(table: Table, local: Table) -> SourcesOptions:
    """Return how sources are asked.

    For how long is said by *table*, which is in git; which private hosts may be asked by *local*, which never is.
    """
    usual = SourcesOptions()
    options = SourcesOptions(
        feed_seconds=_seconds(table, "feed_seconds", usual.feed_seconds),
        run_seconds=_seconds(table, "run_seconds", usual.run_seconds),
        private_hosts=_hosts(local),
    )
    if "allow_private" in table.values:
        todo = "write it in newsletter.local.toml: a pull request must not open your network"
        raise table.fail("allow_private", "which private hosts may be asked is said on this machine alone", todo)
    table.close()
    local.close()
    return options


def _seconds(table: Table, key: str, usual: float) -> float:
    value = table.share(key, usual, most=86_400)
    if value < 0.1:
        raise table.fail(key, f'"{key}" is {value:g} seconds', "it may be 0.1 to 86400")
    return value


def _hosts(table: Table) -> frozenset[str]:
    hosts = table.texts("allow_private")
    for host in hosts:
        if not _HOST.fullmatch(host.strip("[]")):
            what = f'"{host}" is no name of a host'
            raise table.fail("allow_private", what, 'write it like "wiki.example.internal", without https:// and port')
    return frozenset(host.strip("[]").lower() for host in hosts)
