"""Rules on the hosts that links lead to: no short cuts through others, no names that look like others."""

import unicodedata

from newsletter.checks.finding import Severity
from newsletter.checks.link_rules import links_of
from newsletter.checks.rule import Found, Subject, rule
from newsletter.model.canonical import host_of

SHORTENERS = frozenset(
    ("bit.ly", "buff.ly", "cutt.ly", "dlvr.it", "goo.gl", "ift.tt", "is.gd", "j.mp", "lnkd.in", "ow.ly", "rb.gy",
     "rebrand.ly", "s.id", "shorturl.at", "snip.ly", "t.co", "t.ly", "tiny.cc", "tinyurl.com", "trib.al", "v.gd",
     "wp.me")
)  # fmt: skip
"""Services whose links hide where they lead; block lists have them (SURBL and URIBL list what spammers shorten)."""

_LOOKALIKES = frozenset("асеһіјӏоԛрѕυуԝхѵɑɡνορκτι")
"""Cyrillic, Greek and phonetic letters that look like Latin ones (Unicode TR39, confusables)."""


@rule("link-shortened", Severity.WARNING)
def link_shortened(subject: Subject) -> Found:
    """A link shows where it leads, and does not pass through a shortener."""
    for line, link in links_of(subject):
        if (host := host_of(link)) in SHORTENERS:
            yield line, f"{host} hides where the link leads, as spam does", "write the address that it ends at"


@rule("link-lookalike", Severity.WARNING)
def link_lookalike(subject: Subject) -> Found:
    """A link's host does not look like another one by letters of another alphabet."""
    for line, link in links_of(subject):
        host = host_of(link)
        if any(_is_lookalike(_decoded(label)) for label in host.split(".")):
            shown = ".".join(map(_decoded, host.split(".")))
            what = f'the host "{shown}" ({_ascii(host)}) looks like one in other letters'
            yield line, what, "make sure that it is the one you mean, and waive this if it is"


def _decoded(label: str) -> str:
    if not label.startswith("xn--"):
        return label
    try:
        return label[4:].encode("ascii").decode("punycode")
    except UnicodeError:
        return label


def _ascii(host: str) -> str:
    try:
        return host.encode("idna").decode("ascii")
    except UnicodeError:
        return host


def _is_lookalike(label: str) -> bool:
    """Whether *label* mixes alphabets, or is written in letters that look Latin and are not (Unicode TR39 §5)."""
    letters = [letter for letter in label if letter.isalpha()]
    scripts = {unicodedata.name(letter, "?").split()[0] for letter in letters}
    foreign = scripts & {"CYRILLIC", "GREEK"}
    if foreign and "LATIN" in scripts:
        return True
    return bool(letters) and not label.isascii() and all(letter in _LOOKALIKES for letter in letters)
