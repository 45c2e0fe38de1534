"""What a site asks robots to leave alone (RFC 9309)."""

import time
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from newsletter.errors import NetError, NotAsked
from newsletter.net.http import AGENT, Limits, Request, fetch

if TYPE_CHECKING:
    from protego import Protego

OCTETS: Final = 512_000
"""Of a robots.txt that are read: at least 500 kibibytes (RFC 9309 §2.5)."""
FRESH: Final = 3600.0
"""Seconds for which the answer of a site is good; RFC 9309 §2.4 allows a day."""
SILENT: Final = 60.0
"""Seconds until a site that could not say is asked again."""
MOST: Final = 1000
"""Sites whose answers are remembered."""


@dataclass(frozen=True, kw_only=True, slots=True)
class _Known:
    """What a site said.

    :param rules: None is "leave all of it alone", because of the *fault*.
    :param until: good until then, on the clock that only goes forward.
    """

    rules: "Protego | None"
    until: float
    fault: NetError | None = None


_known: dict[tuple[str, frozenset[str]], _Known] = {}


async def may_fetch(url: str, limits: Limits, *, agent: str = AGENT) -> bool:
    """Return whether the site of *url* lets us have it; what it said is remembered for an hour.

    A site without a robots.txt allows everything, and one that cannot say forbids everything (RFC 9309 §2.3.1.3-4).

    :param limits: those of the page itself: they say which private hosts may be asked.
    :param agent: who asks; the rules are found by its first word, without the version (§2.2.1).
    """
    return _allows(await _known_of(url, limits, agent), url, agent)


async def require_allowed(url: str, limits: Limits, *, agent: str = AGENT) -> None:
    """Refuse what :func:`may_fetch` denies.

    :raises NotAsked: its site wants robots to leave it alone, or must not be asked itself.
    :raises NetError: it cannot say.
    """
    known = await _known_of(url, limits, agent)
    if isinstance(known.fault, NotAsked):
        raise NotAsked(known.fault.what, known.fault.todo, where=url)
    if known.fault:
        raise NetError(f"its robots.txt cannot be had: {known.fault.what}", "try later", where=url)
    if not _allows(known, url, agent):
        raise NotAsked("its site wants robots to leave it alone", "save it in a browser, and add the file", where=url)


def _allows(known: _Known, url: str, agent: str) -> bool:
    return known.rules is not None and known.rules.can_fetch(url, agent.partition("/")[0])


async def _known_of(url: str, limits: Limits, agent: str) -> _Known:
    parts = urlsplit(url)
    site = f"{parts.scheme}://{parts.netloc}".lower()
    key, now = (site, limits.private_hosts), time.monotonic()
    known = _known.get(key)
    if known is None or known.until <= now:
        known = await _ask(site, limits, agent)
        if len(_known) >= MOST:
            _known.clear()
        _known[key] = known
    return known


async def _ask(site: str, limits: Limits, agent: str) -> _Known:
    from protego import Protego  # heavy enough for a command that asks no page

    now = time.monotonic()
    try:
        # §2.3.1.2: five redirects are followed, to other hosts too.
        answer = await fetch(
            Request(url=f"{site}/robots.txt", agent=agent), replace(limits, octets=OCTETS, cut=True, redirects=5)
        )
    except NetError as error:
        return _Known(rules=None, until=now + SILENT, fault=error)  # §2.3.1.4: unreachable
    if answer.status == 429 or answer.status >= 500:
        return _Known(rules=None, until=now + SILENT, fault=NetError(f"the answer is {answer.status}", "try later"))
    text = answer.body.decode("utf-8", "replace") if 200 <= answer.status < 300 else ""  # §2.3.1.3: unavailable
    return _Known(rules=Protego.parse(text), until=now + FRESH)


def forget_robots() -> None:
    """Ask all sites anew."""
    _known.clear()
