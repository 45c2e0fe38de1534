"""Shares a mailing among servers by their weights, without waiting for one that does not get on."""

from collections.abc import Sequence
from typing import Final

from newsletter.sender.server import Server

STALLED: Final = 2.0
"""Seconds after which a server that took no message is not waited for, although it has not had its share."""


class Shares:
    """Who of *servers* takes the next message; times are the loop's."""

    def __init__(self, servers: Sequence[Server]) -> None:
        self._servers = servers
        self._held_back = False

    def chosen(self) -> list[Server]:
        """Return the servers that take part now: those without weight only if no other can be used."""
        usable = [server for server in self._servers if server.usable and server.used_up() is None]
        return [server for server in usable if server.profile.weight] or usable

    def may_take(self, server: Server, now: float) -> bool:
        """Whether *server* is not ahead of its share by more than its connections' worth."""
        if len(self._servers) == 1:
            return True
        others = self._others(server)
        if not server.profile.weight:
            return not others
        awaited = [other.share for other in others if now - other.moved_at < STALLED and other.has_leave()]
        ahead = server.profile.connections / server.profile.weight
        if not awaited or server.share <= min(awaited) + ahead:
            return True
        self._held_back = True
        return False

    def waits(self) -> bool:
        """Whether a server was ahead of others since this was asked last: it is to be asked again."""
        held_back, self._held_back = self._held_back, False
        return held_back

    def join(self, server: Server, now: float) -> None:
        """Count the share of *server* from now on: what it missed was done by others."""
        server.moved_at = now
        shares = [other.share for other in self._others(server) if other.profile.weight]
        server.share = max(server.share, min(shares, default=0.0))

    def _others(self, server: Server) -> list[Server]:
        """Return those that take part beside *server*."""
        return [other for other in self.chosen() if other is not server and not other.gone]
