"""What the pages of the public site have in common."""

from dataclasses import dataclass
from ipaddress import IPv4Network, IPv6Network

from newsletter.app import Newsletter
from newsletter.model.site import SiteAddress

Network = IPv4Network | IPv6Network


@dataclass(frozen=True, kw_only=True, slots=True)
class SiteOptions:
    """How the site is served.

    :param root_path: the path below which a proxy shows it, without a slash at its end; empty for none.
    :param proxies: how many proxies stand before it, each of which says in X-Forwarded-For who asked it.
    :param metrics_for: who may read /metrics beside this machine itself.
    :param json_logs: a line of the log is a JSON object.
    :param log_clients: a line of the log names the client's IP address.
    """

    root_path: str = ""
    proxies: int = 0
    metrics_for: tuple[Network, ...] = ()
    json_logs: bool = False
    log_clients: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Site:
    """The newsletter that the site is of, opened, and where the site is.

    Who asks is ``request.client.host``, behind proxies too; the scope's root path is that of the proxy.
    """

    newsletter: Newsletter
    address: SiteAddress
    options: SiteOptions
