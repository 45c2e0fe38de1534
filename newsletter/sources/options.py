"""How sources are asked."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True, slots=True)
class SourcesOptions:
    """How long sources are waited for, and where they may be.

    :param feed_seconds: for one feed: looking up, connecting, redirects, and the last octet.
    :param run_seconds: for all feeds of a run; what was not asked by then has its turn in the next one.
    :param private_hosts: hosts by name, in lower case, that may be in a private network or on this machine.
    """

    feed_seconds: float = 30
    run_seconds: float = 900
    private_hosts: frozenset[str] = frozenset()
