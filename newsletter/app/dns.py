"""Joins the settings and DNS: the records that mail of this newsletter needs, and what is there."""

from collections.abc import Iterator
from dataclasses import dataclass

from newsletter.app.newsletter import Newsletter
from newsletter.app.signing import signing_domain, signing_domains
from newsletter.errors import NewsletterError
from newsletter.net.dkim_record import judge_dkim
from newsletter.net.dmarc import Walk, judge_dmarc, walk
from newsletter.net.dns import Asks, Lookup
from newsletter.net.judgement import Judgement, Verdict
from newsletter.net.mail_exchange import judge_mx
from newsletter.net.spf import judge_spf, spf_texts
from newsletter.sender.headers import ascii_domain
from newsletter.settings import Settings


@dataclass(frozen=True, kw_only=True, slots=True)
class RecordCheck:
    """A record that the configuration needs, and what DNS has in its place.

    :param topic: "SPF", "DKIM", "DMARC" or "return path".
    :param kind: "TXT" or "MX".
    :param needed: what to publish at *name*; words in capitals stand for what only the editor knows.
    :param exact: just that is needed; otherwise it is an example.
    :param why: how to find out what to publish, or what it is for.
    :param found: what is there.
    """

    topic: str
    name: str
    kind: str
    needed: str
    why: str
    found: tuple[str, ...]
    judgement: Judgement
    exact: bool = False

    @property
    def bad(self) -> bool:
        """Whether mail will not do as it is."""
        return self.judgement.verdict in (Verdict.WRONG, Verdict.MISSING)


def check_dns(newsletter: Newsletter, asks: Asks) -> list[RecordCheck]:
    """Look at every record that mail of *newsletter* needs."""
    settings = newsletter.settings
    checks = [_spf(settings, domain, asks) for domain in _return_domains(settings)]
    checks += _dkim(settings, asks)
    walks = {domain: walk(domain, asks) for domain in (*_authors(settings), *_return_domains(settings))}
    walks |= {domain: walk(domain, asks) for domain in signing_domains(settings)}
    checks += [_dmarc(settings, list_name, walks) for list_name in _first_lists(settings)]
    return checks + [_mx(settings, domain, asks) for domain in _return_domains(settings)]


def _authors(settings: Settings) -> tuple[str, ...]:
    """Return the domains that mail is from, each once."""
    return tuple(dict.fromkeys(_author(settings, name) for name in ("", *settings.lists)))


def _author(settings: Settings, list_name: str) -> str:
    return ascii_domain(settings.sender.author_of(list_name).domain).lower()


def _first_lists(settings: Settings) -> list[str]:
    """Return a list for each domain that mail is from; "" is the newsletter's own From."""
    first = {_author(settings, name): name for name in (*reversed(list(settings.lists)), "")}
    return [first[domain] for domain in _authors(settings)]


def _return_domains(settings: Settings) -> tuple[str, ...]:
    """Return the domains that bounces go to: those that SPF is asked about (RFC 7208 §2.4)."""
    if path := settings.sender.return_path:
        return (ascii_domain(path.rpartition("@")[2]).lower(),)
    return _authors(settings)


def _spf(settings: Settings, domain: str, asks: Asks) -> RecordCheck:
    servers = ", ".join(dict.fromkeys(profile.host for profile in settings.profiles.values()))
    return RecordCheck(
        topic="SPF",
        name=domain,
        kind="TXT",
        needed="v=spf1 include:PROVIDER ~all",
        why=f"it names who may send: your mail provider{f' ({servers})' if servers else ''} says what to include",
        found=tuple(spf_texts(asks.look_up(domain, "TXT"))),
        judgement=judge_spf(domain, asks),
    )


def _dkim(settings: Settings, asks: Asks) -> Iterator[RecordCheck]:
    if settings.dkim is None:
        return
    from newsletter.sender.dkim_key import Algorithm, key_path, read_key

    selectors = {Algorithm.RSA: settings.dkim.selector, Algorithm.ED25519: settings.dkim.ed25519_selector}
    for algorithm, selector in selectors.items():
        for domain in signing_domains(settings) if selector else ():
            lookup = asks.look_up(f"{selector}._domainkey.{domain}", "TXT")
            try:
                own = read_key(key_path(settings.data_folder, selector), algorithm).record(domain)
            except NewsletterError as error:
                yield _keyless(lookup, error)
            else:
                yield RecordCheck(
                    topic="DKIM",
                    name=own.name,
                    kind="TXT",
                    needed=own.value,
                    why="the key that signatures are verified with; newsletter dns key prints it for a zone file too",
                    found=lookup.values,
                    judgement=judge_dkim(lookup, own),
                    exact=True,
                )


def _keyless(lookup: Lookup, error: NewsletterError) -> RecordCheck:
    return RecordCheck(
        topic="DKIM",
        name=lookup.name,
        kind="TXT",
        needed="",
        why="newsletter dns key makes the key and prints its record",
        found=lookup.values,
        judgement=Judgement(faults=(f"{error.what} ({error.where})",)),
    )


def _dmarc(settings: Settings, list_name: str, walks: dict[str, Walk]) -> RecordCheck:
    author = _author(settings, list_name)
    found = walks[author]
    returned = author if not settings.sender.return_path else _return_domains(settings)[0]
    dkim = walks[signing_domain(settings, list_name)] if settings.dkim else None
    return RecordCheck(
        topic="DMARC",
        name=f"_dmarc.{found.domain or author}",
        kind="TXT",
        needed=f"v=DMARC1; p=none; rua=mailto:postmaster@{author}",
        why="reports go to the address behind rua=; p=quarantine or p=reject when they look right",
        found=(found.records[found.domain],) if found.domain else (),
        judgement=judge_dmarc(found, dkim=dkim, spf=walks[returned]),
    )


def _mx(settings: Settings, domain: str, asks: Asks) -> RecordCheck:
    path = settings.sender.return_path or f"the From address at {domain}"
    return RecordCheck(
        topic="return path",
        name=domain,
        kind="MX",
        needed=f"10 MAIL-SERVER.{domain}",
        why=f"bounces go to {path}; name the server that takes its mail",
        found=asks.look_up(domain, "MX").values,
        judgement=judge_mx(domain, asks),
    )
