"""How often something may be asked for: buckets of tokens, in memory, as many as there is room for."""

import time
from collections import OrderedDict
from collections.abc import Callable
from ipaddress import IPv6Address, ip_address

MOST = 20_000
"""Buckets that are remembered; the one that was not used for longest goes first."""


class Limits:
    """A bucket of tokens for each key.

    :param burst: how many may be asked for at once.
    :param seconds: how long it takes until one more may be.
    """

    def __init__(self, burst: int, seconds: float, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._burst = burst
        self._seconds = seconds
        self._clock = clock
        self._buckets: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def take(self, key: str) -> bool:
        """Take a token of *key*; say whether there was one."""
        now = self._clock()
        left, at = self._buckets.pop(key, (float(self._burst), now))
        left = min(self._burst, left + (now - at) / self._seconds)
        enough = left >= 1
        self._buckets[key] = (left - 1 if enough else left, now)
        if len(self._buckets) > MOST:
            self._buckets.popitem(last=False)
        return enough


def client_key(host: str) -> str:
    """Return what stands for a client: of an IPv6 address the first 64 bits, which one customer has as a whole."""
    try:
        address = ip_address(host)
    except ValueError:
        return host
    if isinstance(address, IPv6Address) and not address.ipv4_mapped:
        return f"{int(address) >> 64:x}::/64"
    return str(address)
