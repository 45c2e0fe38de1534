"""Judges whether bounces can come back to a domain (RFC 5321 §5.1)."""

from newsletter.net.dns import Asks, Lookup, Outcome
from newsletter.net.judgement import Judgement


def judge_mx(domain: str, asks: Asks) -> Judgement:
    """Say whether mail can be delivered to *domain*."""
    lookup = asks.look_up(domain, "MX")
    if not lookup.answered:
        return Judgement(unknown=(f"{domain} MX: {lookup}",))
    if lookup.outcome is not Outcome.FOUND:
        return _without(domain, lookup, asks)
    hosts = [value.partition(" ")[2] for value in lookup.values]
    if "." in hosts:
        return Judgement(faults=("a null MX: the domain takes no mail, and so no bounces (RFC 7505)",))
    faults, notes, unknown = [], [], []
    for host in hosts:
        found = _addresses(host, asks)
        if not all(one.answered for one in found):
            unknown.append(f"{host}: {next(one for one in found if not one.answered)}")
        elif not any(one.outcome is Outcome.FOUND for one in found):
            faults.append(f"{host} has no address")
        elif found[0].alias:
            notes.append(f"{host} is an alias (CNAME), which an MX must not name (RFC 2181 §10.3)")
    if len(faults) < len(hosts):  # the others take the mail
        notes, faults = [*faults, *notes], []
    return Judgement(faults=tuple(faults), notes=tuple(notes), unknown=tuple(unknown))


def _without(domain: str, lookup: Lookup, asks: Asks) -> Judgement:
    if lookup.outcome is Outcome.NO_RECORD:
        found = _addresses(domain, asks)
        if any(one.outcome is Outcome.FOUND for one in found):
            return Judgement(notes=("no MX; mail goes to the domain's own address: is a mail server there?",))
        if unanswered := [one for one in found if not one.answered]:
            return Judgement(unknown=(f"{domain} {unanswered[0].kind}: {unanswered[0]}",))
    return Judgement(missing=f"{lookup.outcome.value}: bounces cannot come back")


def _addresses(host: str, asks: Asks) -> list[Lookup]:
    first = asks.look_up(host, "A")
    return [first] if first.outcome is Outcome.FOUND else [first, asks.look_up(host, "AAAA")]
