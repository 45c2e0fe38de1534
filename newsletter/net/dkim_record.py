"""Judges the record of a DKIM key (RFC 6376 §3.6.1)."""

import re

from newsletter.model.dns_record import TxtRecord
from newsletter.net.dns import Lookup, Outcome
from newsletter.net.judgement import Judgement
from newsletter.net.tag_list import read_tags


def judge_dkim(lookup: Lookup, own: TxtRecord) -> Judgement:
    """Say whether what DNS holds verifies signatures by the key whose record is *own*."""
    if not lookup.answered:
        return Judgement(unknown=(f"{lookup.name}: {lookup}",))
    notes = (f"an alias (CNAME) of {lookup.alias}",) if lookup.alias else ()
    if lookup.outcome is not Outcome.FOUND:
        where = f": the alias leads to {lookup.alias}, and nothing is there" if lookup.alias else ""
        return Judgement(missing=f"{lookup.outcome.value}{where}")
    if len(lookup.values) > 1:
        # RFC 6376 §3.6.2.2: what comes of several records is undefined.
        return Judgement(faults=(f"{len(lookup.values)} TXT records; keep the one of this key",), notes=notes)
    tags, faults = read_tags(lookup.values[0])
    return Judgement(
        faults=(*faults, *_faults(tags, read_tags(own.value)[0])),
        notes=(*notes, *_notes(tags)),
    )


def _faults(tags: dict[str, str], own: dict[str, str]) -> list[str]:
    faults = []
    if "v" in tags and (tags["v"] != "DKIM1" or next(iter(tags)) != "v"):
        faults.append("v=DKIM1 must be the first tag, written so")
    if (kind := tags.get("k", "rsa").lower()) != own["k"]:
        faults.append(f"k={kind}: it is for another kind of key; ours is {own['k']}")
    elif "p" not in tags:
        faults.append("the key is not in it: p= is missing")
    elif not (key := re.sub(r"\s", "", tags["p"])):
        faults.append("the key is revoked: p= is empty")
    elif key != own["p"]:
        short = own["p"].startswith(key)
        faults.append("the key is cut short: publish all of p=" if short else "it is another key than ours")
    if "h" in tags and "sha256" not in re.split(r"\s*:\s*", tags["h"].lower()):
        faults.append(f"h={tags['h']} does not allow sha256")
    if "s" in tags and not {"*", "email"} & set(re.split(r"\s*:\s*", tags["s"].lower())):
        faults.append(f"s={tags['s']} does not allow mail")
    return faults


def _notes(tags: dict[str, str]) -> list[str]:
    flags = re.split(r"\s*:\s*", tags.get("t", ""))
    return ["t=y: receivers treat signatures as a test; take it out when they verify"] if "y" in flags else []
