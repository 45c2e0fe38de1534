"""Finds and judges the DMARC record of a domain that mail is from (RFC 9989).

RFC 9989 has no list of public suffixes any more: whom a domain belongs to is found by walking up the tree of names.
"""

import re
from dataclasses import dataclass, field

from newsletter.net.dns import Asks
from newsletter.net.judgement import Judgement, once
from newsletter.net.tag_list import read_tags

LABELS = 8
"""§4.10: a walk asks eight names at most; a longer domain is cut to its last seven labels after the first."""

_KNOWN = ("v", "p", "sp", "np", "adkim", "aspf", "rua", "ruf", "fo", "psd", "t")
_OBSOLETE = ("pct", "rf", "ri")
_POLICIES = ("none", "quarantine", "reject")
_CHOICES = {
    "sp": _POLICIES,
    "np": _POLICIES,
    "adkim": ("r", "s"),
    "aspf": ("r", "s"),
    "psd": ("y", "n", "u"),
    "t": ("y", "n"),
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Walk:
    """What walking up from a domain found.

    :param records: the DMARC records by the domain that has them, the longest domain first.
    :param several: domains with more than one record, which count as none.
    :param organisation: the domain that it belongs to (§4.10.2).
    """

    start: str
    organisation: str
    records: dict[str, str] = field(default_factory=dict)
    several: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()

    @property
    def domain(self) -> str:
        """Where the record is that decides about mail from *start* (§4.10.1); empty if there is none."""
        return next((name for name in (self.start, self.organisation, *self.records) if name in self.records), "")


def walk(domain: str, asks: Asks) -> Walk:
    """Walk up from *domain*, asking for the record of each name."""
    records: dict[str, str] = {}
    several, unknown = [], []
    for target in targets(domain):
        lookup = asks.look_up(f"_dmarc.{target}", "TXT")
        if not lookup.answered:
            unknown.append(f"_dmarc.{target}: {lookup}")
            if target == domain:
                break
            continue
        found = [text for text in lookup.values if re.match(r"v\s*=\s*DMARC1\s*(;|$)", text)]
        if len(found) > 1:
            several.append(target)
        elif found:
            records[target] = found[0]
            if _tags(found[0]).get("psd") in ("y", "n"):
                break
    return Walk(
        start=domain,
        organisation=_organisation(domain, records),
        records=records,
        several=tuple(several),
        unknown=tuple(unknown),
    )


def targets(domain: str) -> tuple[str, ...]:
    """Return the domains that are asked for a record, the longest first."""
    labels = domain.lower().rstrip(".").split(".")
    rest = labels[1:] if len(labels) < LABELS else labels[-LABELS + 1 :]
    return (".".join(labels), *(".".join(rest[at:]) for at in range(len(rest))))


def judge_dmarc(found: Walk, *, dkim: Walk | None, spf: Walk) -> Judgement:
    """Say whether the record speaks for mail that is signed by *dkim* and has a return path at *spf*.

    :param dkim: None if the mail is not signed here.
    """
    if not found.domain:
        if found.start in found.several:
            return Judgement(faults=("several DMARC records, which count as none; keep one",))
        return Judgement(unknown=found.unknown, missing="" if found.unknown else "no DMARC record")
    tags = _tags(found.records[found.domain])
    faults, notes = _syntax(found.records[found.domain], tags)
    if found.domain != found.start:
        policy = tags.get("sp", tags.get("p", "none"))
        notes.append(f"the record is that of {found.domain}; for {found.start} it says {policy}")
    unaligned, hints = _alignment(found, tags, dkim, spf)
    # Whom a domain belongs to is not known before all names above it have been asked.
    unknown = [words for each in (found, dkim, spf) if each and unaligned for words in each.unknown]
    return Judgement(
        faults=once(faults if unknown else [*faults, *unaligned]), notes=once([*notes, *hints]), unknown=once(unknown)
    )


def _organisation(domain: str, records: dict[str, str]) -> str:
    for name in records:
        psd = _tags(records[name]).get("psd")
        if psd == "n":
            return name
        if psd == "y" and name != domain:
            below = domain.removesuffix(f".{name}").split(".")
            return f"{below[-1]}.{name}"
    return min(records, key=lambda name: name.count("."), default=domain)


def _tags(record: str) -> dict[str, str]:
    return {name.lower(): value.lower() for name, value in read_tags(record)[0].items()}


def _syntax(record: str, tags: dict[str, str]) -> tuple[list[str], list[str]]:
    faults, notes = read_tags(record)[1], []
    policy = tags.get("p")
    if policy is None:
        notes.append("p= is missing, which is p=none")
    elif policy not in _POLICIES:
        faults.append(f"p={policy} is no policy: none, quarantine or reject")
    elif policy == "none":
        notes.append("p=none: receivers are asked to do nothing; go on to quarantine when the reports look right")
    for name, known in _CHOICES.items():
        if name in tags and tags[name] not in known:
            faults.append(f"{name}={tags[name]} is not known: {', '.join(known)}")
    if tags.get("t") == "y":
        notes.append("t=y: receivers are asked to treat the policy as a test")
    if obsolete := [name for name in _OBSOLETE if name in tags]:
        notes.append(f"{', '.join(f'{name}=' for name in obsolete)} is obsolete (RFC 9989); take it out")
    if unknown := [name for name in tags if name not in (*_KNOWN, *_OBSOLETE)]:
        notes.append(f"{', '.join(f'{name}=' for name in unknown)} is not known, and ignored")
    if "rua" not in tags:
        notes.append("without rua= nobody gets reports")
    for name in ("rua", "ruf"):
        for uri in re.split(r"\s*,\s*", tags.get(name, "")) if name in tags else ():
            if not re.fullmatch(r"mailto:[^@\s]+@[^@\s]+", uri):
                faults.append(f"{name}: {uri} is no address like mailto:reports@example.org")
            elif re.search(r"!\d+[kmgt]?$", uri):
                notes.append(f"{name}: the size behind ! is obsolete (RFC 9989); take it out")
    return faults, notes


def _alignment(found: Walk, tags: dict[str, str], dkim: Walk | None, spf: Walk) -> tuple[list[str], list[str]]:
    """Say where From is not what the signature or the return path speaks for (§4.4)."""
    by_dkim = dkim is not None and _aligned(found, dkim, strict=tags.get("adkim") == "s")
    by_spf = _aligned(found, spf, strict=tags.get("aspf") == "s")
    path = f"the return path's {spf.start} is not aligned with {found.start}"
    if dkim is None:
        unsigned = "mail is not signed here ([dkim] is not in newsletter.toml)"
        if not by_spf:
            return [f"{unsigned}, and {path}: only a signature by the mail provider for {found.start} passes"], []
        return [], [f"{unsigned}: DMARC rests on SPF alone, which forwarding breaks"]
    if by_dkim:
        return [], [] if by_spf else [f"{path}: DMARC rests on the signature alone"]
    signature = f"the signature's {dkim.start} is not aligned with {found.start}"
    strict = " (adkim=s)" if tags.get("adkim") == "s" else ""
    return ([f"{signature}{strict}, and {path}"], []) if not by_spf else ([f"{signature}{strict}"], [])


def _aligned(author: Walk, other: Walk, *, strict: bool) -> bool:
    return author.start == other.start or (not strict and author.organisation == other.organisation)
