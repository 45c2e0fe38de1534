"""The one client of the web: careful about where it connects to, how long it waits, and how much it takes.

::

    link ─► http(s)? ─► its addresses, looked up once ─► public ones ─► one of them is connected to, by its number
      ▲                                                                  (TLS and Host still name the host)
      └───────────────────────── redirect, judged as the first link was ─────────────────────────┘

The address that was judged is the one that is connected to, so a name server that answers differently the second time
(DNS rebinding) gains nothing. No proxy, no cookie and no password is taken from anywhere.
"""

import asyncio
import errno
import os
import time
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Any, Final

import httpx2

from newsletter.errors import NetError, NotAsked, Unreachable
from newsletter.net.guard import is_public
from newsletter.net.gzipped import Gzipped
from newsletter.net.lookup import look_up

AGENT: Final = "newsletterpress"
REDIRECTS: Final = (301, 302, 303, 307, 308)
"""RFC 9110 §15.4; 300 and 304 lead nowhere by themselves."""
CLOSED: Final = {
    number: os.strerror(number).lower()
    for number in (errno.ECONNREFUSED, errno.EHOSTUNREACH, errno.ENETUNREACH, errno.ETIMEDOUT)
}
"""What the system says of a host that cannot be connected to; an error of TLS has another kind of number."""
EXACT: Final = ("etag", "last-modified")
"""Headers whose octets are given back as they came (RFC 9110 §13.1)."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Limits:
    """How far a request may go.

    :param seconds: for all of it: looking up, connecting, redirects, and the last octet of the body.
    :param octets: of the body, decompressed.
    :param cut: a longer body is cut there, and not refused.
    :param redirects: how many are followed; with 0 the redirect itself is the answer.
    :param allow_private: the editor configured this address, so it may lead into a private network or to this machine.
    :param private_hosts: names of hosts, in lower case, that may do so wherever else a link may lead.
    """

    seconds: float = 20
    octets: int = 5_000_000
    cut: bool = False
    redirects: int = 5
    allow_private: bool = False
    private_hosts: frozenset[str] = frozenset()


@dataclass(frozen=True, kw_only=True, slots=True)
class Request:
    """What is asked.

    :param form: is posted as ``application/x-www-form-urlencoded``; without it and *body* it is a GET.
    :param body: is posted as it is; its Content-Type is one of the *headers*.
    :param headers: sent beside our own; not sent along to another host.
    :param agent: who asks, as RFC 9110 §10.1.5 has it: with a way to reach whoever runs it, where a site may mind.
    """

    url: str
    form: Mapping[str, str] | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes | None = None
    agent: str = AGENT


@dataclass(frozen=True, kw_only=True, slots=True)
class Answer:
    """What came back, whatever its status says.

    :param url: where it came from, after redirects.
    :param headers: their names in lower case. Those of :data:`EXACT` have a character for each octet (ISO 8859-1), so
        that they can be given back byte for byte.
    :param seconds: from the first question to the last octet.
    """

    status: int
    url: str
    headers: Mapping[str, str]
    body: bytes
    seconds: float = 0


def fetch_now(request: Request, limits: Limits = Limits()) -> Answer:
    """Do what :func:`fetch` does, where no event loop runs."""
    return asyncio.run(fetch(request, limits))


async def fetch(request: Request, limits: Limits = Limits()) -> Answer:
    """Ask *request* and return the answer; NetError if there is none within *limits*."""
    begun = time.monotonic()
    try:
        async with asyncio.timeout(limits.seconds):
            answer = await _ask(request, limits)
            for _ in range(limits.redirects):
                if not leads_on(answer):
                    break
                request = redirected(request, answer)
                answer = await _ask(request, limits)
    except TimeoutError as cause:
        raise NetError(f"no whole answer within {limits.seconds:g} seconds", "try later", where=request.url) from cause
    if limits.redirects and leads_on(answer):
        raise NetError(f"more than {limits.redirects} redirects", "give the address they end at", where=request.url)
    return replace(answer, seconds=time.monotonic() - begun)


async def _ask(request: Request, limits: Limits) -> Answer:
    """Ask once, the first of the host's addresses that can be connected to."""
    url = _parsed(request.url)
    host = url.raw_host.decode("ascii")
    addresses = await look_up(host, url.port or (443 if url.scheme == "https" else 80), request.url)
    anywhere = limits.allow_private or host.strip("[]").lower() in limits.private_hosts
    allowed = [address for address in addresses if anywhere or is_public(address)]
    if not allowed:
        what = f"{host} is in a private network ({', '.join(addresses)})"
        raise NotAsked(what, "only what is public is fetched", where=request.url)
    refused = None
    for address in allowed:
        # An address that swallows what is sent to it must leave time for the next one; the last one has all of it.
        patience = None if address == allowed[-1] else limits.seconds / len(allowed)
        try:
            return await _ask_at(address, url, request, limits, patience)
        except (httpx2.ConnectError, httpx2.ConnectTimeout) as error:
            refused = _unreachable(error, request.url)
        except httpx2.HTTPError as error:
            what = f"the answer broke off, or is none of the web's ({_words(error)})"
            raise NetError(what, "try later", where=request.url) from error
    raise refused or AssertionError("no address was tried")


async def _ask_at(address: str, url: httpx2.URL, request: Request, limits: Limits, patience: float | None) -> Answer:
    """Ask the server at *address*; it has *patience* seconds to be connected to, if not None."""
    own = {"Host": url.netloc.decode("ascii"), "User-Agent": request.agent, "Accept": "*/*", "Accept-Encoding": "gzip"}
    sent = httpx2.Request(
        "GET" if request.form is None and request.body is None else "POST",
        url.copy_with(host=address),
        data=dict(request.form) if request.form is not None else None,
        content=request.body,
        headers=[
            (name.encode(), value.encode("latin-1", "replace")) for name, value in {**own, **request.headers}.items()
        ],
        extensions={"sni_hostname": url.raw_host.decode("ascii"), "timeout": {"connect": patience}},
    )
    # A connection of its own: one of another host at the same address was not proved to be this host's.
    async with httpx2.AsyncHTTPTransport(verify=_trust()) as transport:
        response = await transport.handle_async_request(sent)
        try:
            body = await _body(response, limits, request.url)
        finally:
            await response.aclose()
    headers = {name.lower(): value for name, value in response.headers.items()}
    exact = {name.lower().decode("latin-1"): value for name, value in response.headers.raw}
    headers |= {name: exact[name].decode("latin-1") for name in EXACT if name in exact}
    return Answer(status=response.status_code, url=request.url, headers=headers, body=body)


def _trust() -> Any:
    """Return an SSLContext that trusts the system's authorities, or those that SSL_CERT_FILE or SSL_CERT_DIR names."""
    return _trusting(os.environ.get("SSL_CERT_FILE", ""), os.environ.get("SSL_CERT_DIR", ""))


@lru_cache(maxsize=4)  # reading some 140 authorities takes longer than a request
def _trusting(file: str, folder: str) -> Any:
    try:
        return httpx2.create_ssl_context()
    except OSError as cause:
        todo = "mend SSL_CERT_FILE and SSL_CERT_DIR, or unset them"
        raise NetError(
            f"its certificates cannot be read ({cause.strerror or cause})", todo, where=file or folder
        ) from cause


async def _body(response: httpx2.Response, limits: Limits, where: str) -> bytes:
    """Read the body, decompressed piece by piece: a small one may unpack to gigabytes."""
    coding = response.headers.get("content-encoding", "identity").strip().lower()
    if coding not in ("identity", "gzip", "x-gzip", ""):
        raise NetError(f'the answer is packed as "{coding}", which was not asked for', "try later", where=where)
    packed = Gzipped() if "gzip" in coding else None
    body, limit = bytearray(), limits.octets
    async for piece in response.aiter_raw():
        try:
            body += packed.unpacked(piece, limit + 1 - len(body)) if packed else piece
        except zlib.error as cause:
            raise NetError("the answer cannot be unpacked", "try later", where=where) from cause
        if len(body) > limit and limits.cut:
            return bytes(body[:limit])
        if len(body) > limit:
            raise NetError(f"the answer is longer than {limit:,} octets", "it is not read", where=where)
        if packed and packed.over:
            break
    if packed and body and not packed.whole:
        raise NetError("the answer is packed, and its end is missing", "try later", where=where)
    return bytes(body)


def _parsed(link: str) -> httpx2.URL:
    try:
        url = httpx2.URL(link)
    except (httpx2.InvalidURL, ValueError) as cause:
        raise NotAsked("this is no address of the web", "it begins with https://", where=link) from cause
    if url.scheme not in ("http", "https") or not url.raw_host or not 0 < (url.port or 80) < 65536 or url.port == 0:
        raise NotAsked("this is no address of the web", "it begins with https://", where=link)
    if url.userinfo:  # it would stand in logs and in error messages
        raise NotAsked(
            "there is a name or password in this address", "take it out", where=url.copy_with(userinfo=b"").host
        )
    return url


def leads_on(answer: Answer) -> bool:
    """Return whether *answer* names another address to be asked."""
    return answer.status in REDIRECTS and bool(answer.headers.get("location"))


def redirected(request: Request, answer: Answer) -> Request:
    """Return what is asked where *answer* leads to; NetError if that is no address."""
    before, target = httpx2.URL(request.url), answer.headers["location"]
    try:
        url = before.join(target)
    except (httpx2.InvalidURL, ValueError) as cause:
        raise NetError(f"it redirects to {target!a}, which is no address", "try later", where=request.url) from cause
    same = (url.scheme, url.host, url.port) == (before.scheme, before.host, before.port)
    kept = answer.status in (307, 308)  # RFC 9110 §15.4.3: others turn a POST into a GET
    form, body = (request.form, request.body) if kept else (None, None)
    return replace(request, url=str(url), form=form, body=body, headers=request.headers if same else {})


def _unreachable(error: httpx2.TransportError, where: str) -> NetError:
    said, found = _words(error), None
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, OSError) and cause.errno in CLOSED:
            said = CLOSED[cause.errno]
        if words := getattr(cause, "verify_message", ""):  # ssl.SSLCertVerificationError
            found = NetError(f"its certificate does not hold: {words.rstrip('.')}", "mend it", where=where)
        cause = cause.__cause__ or cause.__context__
    found = found or Unreachable(f"it cannot be connected to ({said})", "is it running, and reachable?", where=where)
    found.__cause__ = error
    return found


def _words(error: BaseException) -> str:
    return " ".join(str(error).split())[:200] or type(error).__name__
