"""Follows an address to where it leads, and says whether it has moved for good."""

from dataclasses import dataclass, replace

from newsletter.errors import NetError
from newsletter.net.hosts import Hosts
from newsletter.net.http import Answer, Limits, Request, leads_on, redirected
from newsletter.net.robots import require_allowed

FOR_GOOD = (301, 308)
"""Redirects that are meant to stay (RFC 9110 §15.4.2, §15.4.9)."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Followed:
    """The answer at the end.

    :param moved_to: the address that it has moved to for good: as far as each redirect from the first one on was meant
        to stay; empty when it stays where it is.
    """

    answer: Answer
    moved_to: str = ""


async def follow(request: Request, limits: Limits, hosts: Hosts, *, as_robot: bool = False) -> Followed:
    """Ask *request*, and again wherever it is redirected to, each host in its turn.

    The headers go along to every host: they must be no secret.

    :param limits: for all of it together, except for waiting for one's turn.
    :param as_robot: each site is asked first whether robots may have the address.
    :raises NotAsked: they may not.
    :raises NetError: there is no answer within the limits.
    """
    stays, moved_to, left, headers = True, "", limits.seconds, request.headers
    for _ in range(limits.redirects + 1):
        if left <= 0:
            raise NetError(f"no whole answer within {limits.seconds:g} seconds", "try later", where=request.url)
        if as_robot:
            await require_allowed(request.url, limits, agent=request.agent)
        answer = await hosts.ask(request, replace(limits, seconds=left, redirects=0))
        left -= answer.seconds
        if not leads_on(answer):
            return Followed(answer=replace(answer, seconds=limits.seconds - left), moved_to=moved_to)
        request = replace(redirected(request, answer), headers=headers)
        if stays := stays and answer.status in FOR_GOOD:
            moved_to = request.url
    raise NetError(f"more than {limits.redirects} redirects", "give the address they end at", where=request.url)
