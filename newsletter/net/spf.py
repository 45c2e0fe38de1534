"""Judges an SPF record (RFC 7208): its syntax, and what looking it up costs a receiver.

Which record a domain needs is for its mail provider to say; what no record may do is judged here.
"""

import ipaddress
import re
from dataclasses import dataclass

from newsletter.net.dns import Asks, Lookup, Outcome
from newsletter.net.judgement import Judgement, once

MOST_LOOKUPS = 10
"""§4.6.4: with more the result is an error, and the mail as good as without SPF."""
MOST_VOID = 2
"""§4.6.4: look-ups that find nothing."""
LONGEST = 450
"""§3.4: octets that leave room for the rest of an answer of 512."""

_MODIFIER = re.compile(r"([A-Za-z][A-Za-z0-9_.-]*)=(\S*)")
_NAMES = ("all", "include", "a", "mx", "ptr", "ip4", "ip6", "exists")
_MECHANISM = re.compile(rf"([-+~?]?)({'|'.join(_NAMES)})(?::([^/\s]+))?((?://?\d+)*)", re.I)
_CIDR = re.compile(r"(?:/(\d{1,2}))?(?://(\d{1,3}))?")
_DOMAIN = re.compile(r"([A-Za-z0-9_]([A-Za-z0-9_-]*[A-Za-z0-9_])?\.)+[A-Za-z0-9-]*[A-Za-z][A-Za-z0-9-]*\.?")
_ASKS = ("include", "a", "mx", "ptr", "exists")


@dataclass(frozen=True, kw_only=True, slots=True)
class Term:
    """One word of a record.

    :param name: of the mechanism or modifier, in lower case.
    :param qualifier: "+", "-", "~" or "?"; empty for a modifier.
    """

    text: str
    name: str
    value: str = ""
    qualifier: str = ""


def spf_texts(lookup: Lookup) -> list[str]:
    """Return which of the texts at a name are SPF records (§4.5)."""
    return [text for text in lookup.values if re.match(r"v=spf1( |$)", text, re.I)]


def read_terms(record: str) -> tuple[list[Term], list[str]]:
    """Return the terms of *record* behind its version, and what is wrong with it in words."""
    terms, faults = [], []
    if not record.isascii():
        faults.append("there is more than ASCII in it")
    for text in record.split(" ")[1:]:
        if not text:
            continue
        if (match := _MODIFIER.fullmatch(text)) and match[1].lower() in _NAMES:
            faults.append(f'"{text}" is no term of SPF: write {match[1]}:{match[2]}')
        elif match:
            terms.append(Term(text=text, name=match[1].lower(), value=match[2]))
        elif match := _MECHANISM.fullmatch(text):
            term = Term(text=text, name=match[2].lower(), value=match[3] or "", qualifier=match[1] or "+")
            terms.append(term)
            faults += _fault_of(term, match[4])
        else:
            faults.append(f'"{text}" is no term of SPF')
    for name in ("redirect", "exp"):
        named = [term for term in terms if term.name == name]
        if len(named) > 1:
            faults.append(f"{name}= is there twice")
        faults += [f'"{term.text}" names no domain' for term in named if not _is_domain(term.value)]
    return terms, faults


def _fault_of(term: Term, cidr: str) -> list[str]:
    if term.name in ("ip4", "ip6"):
        try:
            network = ipaddress.ip_network(term.value + cidr, strict=False)
            good = network.version == int(term.name[-1])
        except ValueError:
            good = False
        return [] if good else [f'"{term.text}" is no IPv{term.name[-1]} address or network']
    if term.name in ("include", "exists") and not term.value:
        return [f'"{term.text}" names no domain']
    if term.name == "all" and (term.value or cidr):
        return [f'"{term.text}": nothing may stand behind "all"']
    if term.value and not _is_domain(term.value):
        return [f'"{term.text}" names no domain']
    if cidr:
        sizes = _CIDR.fullmatch(cidr) if term.name in ("a", "mx") else None
        if not sizes or int(sizes[1] or 0) > 32 or int(sizes[2] or 0) > 128:
            return [f'"{term.text}": {cidr} is no size of a network']
    return []


def _is_domain(text: str) -> bool:
    """Return whether *text* names a domain, be it with macros (§7) in it."""
    return bool(_DOMAIN.fullmatch(text)) or bool(re.search(r"%[{%_-]", text))


def judge_spf(domain: str, asks: Asks) -> Judgement:
    """Say whether the SPF record of *domain* can be read, is affordable, and keeps anybody out."""
    lookup = asks.look_up(domain, "TXT")
    if not lookup.answered:
        return Judgement(unknown=(f"{domain}: {lookup}",))
    records = spf_texts(lookup)
    if not records:
        why = lookup.outcome.value if lookup.outcome is Outcome.NO_NAME else "no SPF record"
        return Judgement(missing=why)
    if len(records) > 1:
        # §4.5: more than one is an error, whatever they say.
        return Judgement(faults=(f"{len(records)} SPF records, which is an error; make one of them",))
    cost = _Cost(asks)
    cost.record(domain, records[0], (domain,))
    faults, notes = _ending(read_terms(records[0])[0])
    if len(records[0]) > LONGEST:
        notes.append(f"{len(records[0])} octets; more than {LONGEST} may not fit into one answer (RFC 7208 §3.4)")
    return Judgement(
        faults=once([*cost.faults, *cost.limits(), *faults]),
        notes=once([*notes, *cost.notes]),
        unknown=once(cost.unknown),
    )


def _ending(terms: list[Term]) -> tuple[list[str], list[str]]:
    """Say what becomes of those that nothing before matched."""
    names = [term.name for term in terms]
    if "all" not in names:
        return [], [] if "redirect" in names else ['without "~all" or "-all" at its end it keeps nobody out']
    at = names.index("all")
    notes = [f'"{term.text}" stands behind "all", and is ignored' for term in terms[at + 1 :] if term.name != "exp"]
    if terms[at].qualifier == "+":
        return [f'"{terms[at].text}" lets everybody send as this domain'], notes
    if terms[at].qualifier == "?":
        notes.append('"?all" says nothing of strangers; "~all" or "-all" keeps them out')
    return [], notes


class _Cost:
    """Follows a record as a receiver does in the worst case, and counts."""

    def __init__(self, asks: Asks) -> None:
        self._asks = asks
        self.lookups = 0
        self.void: list[str] = []
        self.faults: list[str] = []
        self.notes: list[str] = []
        self.unknown: list[str] = []

    def record(self, domain: str, record: str, path: tuple[str, ...]) -> None:
        """Count what *record*, which is that of *domain*, asks for."""
        terms, faults = read_terms(record)
        where = "" if len(path) == 1 else f"{domain}: "
        self.faults += [f"{where}{fault}" for fault in faults]
        everybody = any(term.name == "all" for term in terms)
        for term in terms:
            if self.lookups > MOST_LOOKUPS:
                return
            if term.name in _ASKS or (term.name == "redirect" and not everybody):
                self.lookups += 1
                self._term(domain, term, path)

    def limits(self) -> list[str]:
        """Say which limits it breaks."""
        said = []
        if self.lookups > MOST_LOOKUPS:
            said.append(f"more than {MOST_LOOKUPS} look-ups, which is an error; take out what does not send for you")
        if len(self.void) > MOST_VOID:
            said.append(f"more than {MOST_VOID} look-ups find nothing ({', '.join(self.void)}), which is an error")
        return said

    def _term(self, domain: str, term: Term, path: tuple[str, ...]) -> None:
        target = (term.value or domain).lower().rstrip(".")
        if term.name == "ptr":
            self.notes.append('"ptr" is slow, and many receivers do not ask for it (RFC 7208 §5.5)')
        elif "%" in target:
            self.notes.append(f'"{term.text}" depends on the message, and was not followed')
        elif term.name in ("include", "redirect"):
            self._follow(term, target, path)
        elif term.name in ("a", "mx"):
            self._host(term, target)

    def _follow(self, term: Term, target: str, path: tuple[str, ...]) -> None:
        if target in path:
            self.faults.append(f'"{term.text}" leads round in a circle')
            return
        lookup = self._asks.look_up(target, "TXT")
        records = spf_texts(lookup)
        if not lookup.answered:
            self.unknown.append(f"{target}: {lookup}")
        elif len(records) != 1:
            found = f"{len(records)} SPF records" if records else lookup.outcome.value
            # §5.2: including a domain without a record of its own is an error.
            self.faults.append(f'"{term.text}": {target} has no SPF record that counts ({found})')
        else:
            if _ending(read_terms(records[0])[0])[0]:
                self.faults.append(f'"{term.text}" lets everybody send as this domain: its record ends in "+all"')
            self.record(target, records[0], (*path, target))

    def _host(self, term: Term, target: str) -> None:
        kinds = ("MX",) if term.name == "mx" else ("A", "AAAA")
        for kind in kinds:
            lookup = self._asks.look_up(target, kind)
            if not lookup.answered:
                self.unknown.append(f"{target} {kind}: {lookup}")
                return
            if lookup.outcome is Outcome.FOUND:
                return
        self.void.append(target)
        self.notes.append(f'"{term.text}": {target} has no such address')
