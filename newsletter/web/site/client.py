"""Who asks, behind proxies too: a client can write any header, so only as many hops count as were configured."""

import re
from ipaddress import ip_address

from starlette.datastructures import Headers

# RFC 7239 §4: "for" is a token or a quoted string; an IPv6 address is in brackets, and a port may follow.
_FOR = re.compile(r'(?:^|[;,\s])for\s*=\s*("[^"]*"|[^;,\s"]+)', re.I)
_HOST = re.compile(r"\[([0-9A-Fa-f:.%]+)\](?::\d+)?|([0-9.]+)(?::\d+)?|([0-9A-Fa-f:.]+)")


def client_of(peer: str, headers: Headers, proxies: int) -> str:
    """Return the IP address of who asks.

    Each proxy adds whom it was asked by at the end of X-Forwarded-For, or of Forwarded (RFC 7239) where there is no
    X-Forwarded-For; the peer itself is the last proxy. What stands further ahead the client may have made up. Where no
    address stands in the place, the peer is the client.

    :param proxies: how many there are; with none the headers mean nothing.
    """
    if proxies < 1:
        return peer
    said = headers.getlist("x-forwarded-for")
    hops = [hop for line in said for hop in line.split(",")]
    if not said:
        hops = [hop for line in headers.getlist("forwarded") for hop in _FOR.findall(line)]
    return (_address(hops[-proxies]) if len(hops) >= proxies else "") or peer


def is_forwarded(headers: Headers) -> bool:
    """Whether somebody stands between the client and us."""
    return any(name in headers for name in ("x-forwarded-for", "forwarded", "x-real-ip", "via"))


def is_loopback(address: str) -> bool:
    """Whether *address* is this machine."""
    try:
        ip = ip_address(address)
    except ValueError:
        return False
    mapped = getattr(ip, "ipv4_mapped", None)
    return bool((mapped or ip).is_loopback)


def _address(hop: str) -> str:
    """Return the address in a hop, without its port; empty where there is none ("unknown", "_hidden")."""
    found = _HOST.fullmatch(hop.strip().strip('"').strip())
    try:
        return str(ip_address(next(filter(None, found.groups())))) if found else ""
    except ValueError:
        return ""
