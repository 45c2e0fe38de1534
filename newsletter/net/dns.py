"""Asks the domain name system: one name and type at a time, each answer told apart, none of them an exception."""

import ipaddress
import re
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Protocol

from newsletter.errors import NetError

if TYPE_CHECKING:  # heavy: imported by the first look-up
    import dns.resolver

SECONDS = 5.0
"""How long a name may take, all tries together."""
GIVES_UP = 2
"""Time-outs in a row after which a name server is asked no more: a check has twenty names."""
_PAYLOAD = 1232
"""Octets of an answer by UDP that no network has to cut (dnsflagday.net/2020); longer ones come by TCP."""


class Outcome(StrEnum):
    """What became of a look-up."""

    FOUND = "found"
    """There are records."""
    NO_RECORD = "no record"
    """The name is there, without records of this type."""
    NO_NAME = "no such name"
    """NXDOMAIN: the name is not there, whatever the type."""
    TIMEOUT = "no answer in time"
    """The name server did not answer."""
    FAILED = "the name server failed"
    """It answered with an error, as SERVFAIL or REFUSED, or with what is no answer."""
    UNREACHABLE = "no name server can be reached"
    """No network, or nobody listens there."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Lookup:
    """The answer to one question.

    :param kind: "TXT", "MX", "A", "AAAA", "CNAME".
    :param values: TXT joined, MX as "10 mx.example.org", names without the dot at their end.
    :param alias: the name that a CNAME led to; empty without one.
    :param words: what the name server or the system said of a failure.
    """

    name: str
    kind: str
    outcome: Outcome
    values: tuple[str, ...] = ()
    alias: str = ""
    words: str = ""

    @property
    def answered(self) -> bool:
        """Whether DNS said what is there, be it nothing."""
        return self.outcome in (Outcome.FOUND, Outcome.NO_RECORD, Outcome.NO_NAME)

    def __str__(self) -> str:
        return f"{self.outcome.value}{f' ({self.words})' if self.words else ''}"


class Asks(Protocol):
    """Looks names up."""

    def look_up(self, name: str, kind: str) -> Lookup:
        """Return the records of *name*; no failure is raised."""


class Resolver:
    """Looks names up with the system's name servers, or with one that is given; each name and type once.

    :param nameserver: "192.0.2.53", "192.0.2.53:5353", "[2001:db8::53]:5353"; empty for those of the system.
    :param seconds: how long a name may take.
    :raises NetError: *nameserver* is no such address.
    """

    def __init__(self, nameserver: str = "", *, seconds: float = SECONDS) -> None:
        self._server = _server(nameserver) if nameserver else None
        self._seconds = seconds
        self._known: dict[tuple[str, str], Lookup] = {}
        self._silent = 0
        self._resolver: dns.resolver.Resolver | None = None

    def look_up(self, name: str, kind: str) -> Lookup:
        """Return the records of *name*; no failure is raised."""
        key = (name.lower().rstrip("."), kind)
        if key not in self._known:
            self._known[key] = self._asked(*key)
        return self._known[key]

    def _asked(self, name: str, kind: str) -> Lookup:
        if self._silent >= GIVES_UP:
            words = f"it did not answer {GIVES_UP} times, and was not asked again"
            return Lookup(name=name, kind=kind, outcome=Outcome.TIMEOUT, words=words)
        found = self._answer(name, kind)
        self._silent = self._silent + 1 if found.outcome is Outcome.TIMEOUT else 0
        return found

    def _answer(self, name: str, kind: str) -> Lookup:
        import dns.exception
        import dns.resolver

        try:
            answer = self._opened().resolve(f"{name}.", kind, search=False, lifetime=self._seconds)
        except dns.resolver.NXDOMAIN:
            return Lookup(name=name, kind=kind, outcome=Outcome.NO_NAME)
        except dns.resolver.NoAnswer as nothing:
            return Lookup(
                name=name, kind=kind, outcome=Outcome.NO_RECORD, alias=_alias(name, nothing.kwargs.get("response"))
            )
        except dns.resolver.LifetimeTimeout:
            return Lookup(name=name, kind=kind, outcome=Outcome.TIMEOUT, words=f"{self._seconds:g} s")
        except dns.resolver.NoNameservers as failure:
            outcome, words = _failure(failure)
            return Lookup(name=name, kind=kind, outcome=outcome, words=words)
        except dns.resolver.NoResolverConfiguration:
            words = "the system names no name server"
            return Lookup(name=name, kind=kind, outcome=Outcome.UNREACHABLE, words=words)
        except dns.exception.DNSException as failure:  # a label of more than 63 octets, an empty one
            return Lookup(name=name, kind=kind, outcome=Outcome.FAILED, words=str(failure).rstrip("."))
        values = sorted(_text(record) for record in answer)
        alias = _alias(name, answer.response)
        return Lookup(name=name, kind=kind, outcome=Outcome.FOUND, values=tuple(values), alias=alias)

    def _opened(self) -> "dns.resolver.Resolver":
        if self._resolver is None:
            import dns.resolver

            self._resolver = dns.resolver.Resolver(configure=self._server is None)
            if self._server:
                host, port = self._server
                self._resolver.nameservers = [host]
                self._resolver.port = port
            self._resolver.use_edns(0, 0, _PAYLOAD)
            # One try may take a third of the time, so that a lost packet is not the end.
            self._resolver.timeout = self._seconds / 3
        return self._resolver


def _server(text: str) -> tuple[str, int]:
    """Return host and port of a name server given by address."""
    match = re.fullmatch(r"\[([0-9A-Fa-f:.]+)\](?::(\d+))?|([^:]+):(\d+)|(.+)", text)
    host, port = (match[1] or match[3] or match[5], match[2] or match[4] or "53") if match else (text, "")
    try:
        if not 0 < int(port) < 65536:
            raise ValueError(port)
        return str(ipaddress.ip_address(host)), int(port)
    except ValueError as cause:
        what = f'"{text}" is no address of a name server'
        raise NetError(what, 'write it like "192.0.2.53", "192.0.2.53:5353" or "[2001:db8::53]:53"') from cause


def _text(record: object) -> str:
    """Return what a record says as a person would write it."""
    strings = getattr(record, "strings", None)
    if strings is not None:  # TXT: the strings are one text (RFC 7208 §3.3, RFC 6376 §3.6.2.2)
        return b"".join(strings).decode("utf-8", errors="backslashreplace")
    said = str(record)
    return said if said == "." or said.endswith(" .") else said.rstrip(".")


def _alias(name: str, response: object) -> str:
    import dns.message

    if not isinstance(response, dns.message.QueryMessage):
        return ""
    led = response.canonical_name().to_text(omit_final_dot=True).lower()
    return "" if led == name else led


def _failure(failure: "dns.resolver.NoNameservers") -> tuple[Outcome, str]:
    """Tell a name server that says no from one that is not there."""
    import dns.rcode

    errors = failure.kwargs.get("errors", [])
    said = []
    for _, _, _, cause, response in errors:
        if isinstance(cause, OSError):
            said.append((cause.strerror or str(cause)).lower())
        elif response is not None:
            said.append(dns.rcode.to_text(response.rcode()))
        else:
            said.append(type(cause).__name__ if isinstance(cause, Exception) else str(cause))
    words = ", ".join(dict.fromkeys(said))
    reachable = any(not isinstance(cause, OSError) for _, _, _, cause, _ in errors)
    return (Outcome.FAILED if reachable else Outcome.UNREACHABLE), words
