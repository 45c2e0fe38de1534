"""Asks whether links lead where a reader wants to go: politely, one at a time a host, four hosts at once."""

import re
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from html import unescape
from urllib.parse import urljoin

from newsletter.errors import NetError
from newsletter.net.hosts import Hosts, by_host
from newsletter.net.http import REDIRECTS, Answer, Limits, Request, fetch

HOPS = 5
HEAD = 200_000
"""Octets of a page that are read: its head, which has the canonical address."""
LIMITS = Limits(seconds=15, octets=HEAD, cut=True, redirects=0)

_CANONICAL = re.compile(r"""<link\b(?=[^>]*\brel\s*=\s*["']?canonical\b)[^>]*\bhref\s*=\s*["']?([^"'\s>]+)""", re.I)


@dataclass(frozen=True, kw_only=True, slots=True)
class LinkStatus:
    """Where a link leads today.

    :param status: of the last answer (RFC 9110 §15); 0 when there was none.
    :param end: the address that gave it.
    :param permanent: each redirect on the way there was meant to stay (301, 308).
    :param canonical: what that page says its address is; empty when it says nothing.
    :param fault: why there was no answer, in words; empty when there was one.
    """

    status: int
    end: str
    permanent: bool = False
    canonical: str = ""
    fault: str = ""


async def ask_links(
    links: Iterable[str], told: Callable[[str, LinkStatus], None], *, allow_private: bool = False
) -> None:
    """Ask each of *links* once and call *told* with what became of it, as soon as that is known."""
    hosts = Hosts()
    limits = replace(LIMITS, allow_private=allow_private)

    async def ask_of_host(links: Sequence[str]) -> None:
        for link in links:
            told(link, await _ask_link(link, lambda url: hosts.ask(Request(url=url), limits)))

    await hosts.visit(by_host(dict.fromkeys(links)), ask_of_host)


async def ask_link(link: str, limits: Limits = LIMITS) -> LinkStatus:
    """Follow *link* to its end."""
    return await _ask_link(link, lambda url: fetch(Request(url=url), limits))


async def _ask_link(link: str, ask: Callable[[str], Awaitable[Answer]]) -> LinkStatus:
    url, permanent = link, True
    for _ in range(HOPS + 1):
        try:
            answer = await ask(url)
        except NetError as error:
            return LinkStatus(status=0, end=url, fault=error.what)
        if answer.status not in REDIRECTS or not answer.headers.get("location"):
            return LinkStatus(
                status=answer.status, end=url, permanent=permanent and url != link, canonical=_canonical(answer)
            )
        permanent = permanent and answer.status in (301, 308)
        url = urljoin(url, answer.headers["location"])
    return LinkStatus(status=0, end=url, fault=f"more than {HOPS} redirects")


def _canonical(answer: Answer) -> str:
    """Return what an HTML page says its address is (RFC 6596)."""
    if "html" not in answer.headers.get("content-type", ""):
        return ""
    found = _CANONICAL.search(answer.body.decode("utf-8", "replace"))
    return urljoin(answer.url, unescape(found[1])) if found else ""
