"""Which addresses of the network may be asked for somebody who only gave a link.

A link in a feed or behind a redirect may lead to this machine, to the router, or to a cloud's own data about us
(169.254.169.254), which answer whoever asks from here. So only what is public to everybody is connected to.
"""

from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address

_NAT64 = IPv6Network("64:ff9b::/96")  # RFC 6052 §2.1: where a network has IPv6 alone, IPv4 is asked through it
_COMPATIBLE = IPv6Network("::/96")  # RFC 4291 §2.5.5.1, deprecated
_UNICAST = IPv6Network("2000::/3")  # what IANA gives out as global unicast


def is_public(address: str) -> bool:
    """Return whether the IP *address* is one that everybody can reach: none of a private net, this machine, this link.

    An IPv4 address inside an IPv6 one (mapped, NAT64, 6to4) is judged too. What is no IP address is not public.
    """
    try:
        ip = ip_address(address.partition("%")[0])
    except ValueError:
        return False
    if isinstance(ip, IPv4Address):
        return ip.is_global and not ip.is_multicast and not ip.is_reserved
    if (inner := _inner(ip)) is not None:
        return is_public(str(inner))
    return ip in _UNICAST and ip.is_global


def _inner(ip: IPv6Address) -> IPv4Address | None:
    """Return the IPv4 address that a packet to *ip* ends at."""
    if ip in _NAT64 or ip in _COMPATIBLE:
        return IPv4Address(int(ip) & 0xFFFFFFFF)
    # RFC 4291 §2.5.5.2; RFC 3056 §2. Teredo (RFC 4380, 2001::/32) is not global to begin with.
    return ip.ipv4_mapped or ip.sixtofour
