"""Operate: what has to stand in DNS, so that mail arrives."""

from typing import TYPE_CHECKING

import click

from newsletter.cli.options import json_option, one_line
from newsletter.cli.output import here, say, say_json

if TYPE_CHECKING:
    from newsletter.app.dns import RecordCheck
    from newsletter.app.signing import PublishedKey


@click.group()
def dns() -> None:
    """Make the signing key, and check the records that mail needs.

    Receivers ask DNS who may send for the domain that mail is from: SPF for the return path, DKIM for the signature,
    DMARC for both. Without them big receivers take no newsletter.
    """


@dns.command()
@click.option(
    "--selector", metavar="NAME", default="", callback=one_line, help="The key's name; default: that of [dkim]."
)
@click.option("--ed25519", is_flag=True, help="A key for a second, short signature beside the one with RSA.")
@json_option
def key(selector: str, ed25519: bool, as_json: bool) -> None:
    """Make a key to sign mail with, and print the record to publish.

    The key is a file in the data folder, and is never overwritten: called again, this prints the record again. Mail is
    signed when newsletter.toml has [dkim]; put it there when the record is published. For a new key give another
    --selector, publish its record, then change the selector in [dkim].
    """
    from newsletter.app.signing import publish_key

    published = publish_key(here(), selector, ed25519=ed25519)
    if as_json:
        say_json(_key_values(published))
    else:
        _say_key(published)


def _key_values(published: "PublishedKey") -> dict[str, object]:
    return {
        "selector": published.selector,
        "algorithm": published.algorithm,
        "file": published.path,
        "made": published.made,
        "used": not published.settings,
        "records": [
            {
                "name": record.name,
                "type": "TXT",
                "value": record.value,
                "strings": list(record.strings),
                "zone": record.zone,
            }
            for record in published.records
        ],
    }


def _say_key(published: "PublishedKey") -> None:
    say(f"{'made' if published.made else 'there'}    {published.path} ({published.algorithm}; keep a backup)")
    for record in published.records:
        say(f"\nPublish this TXT record:\n\nname   {record.name}\nvalue  {record.value}")
        if len(record.strings) > 1:
            say("\nWhere a text may have 255 characters only, in these strings, in this order:\n")
            for text in record.strings:
                say(f'  "{text}"')
        say(f"\nIn a zone file:\n\n{record.zone}")
    if published.settings:
        place = "newsletter.toml" if len(published.settings) > 1 else "[dkim] of newsletter.toml"
        say(f"\nThen sign with it; in {place}:\n\n" + "\n".join(published.settings))
    say("\nNext: newsletter dns check")


@dns.command()
@click.option(
    "--nameserver", metavar="ADDRESS", default="", help="Ask this one, like 192.0.2.53:53; default: the system's."
)
@click.option(
    "--timeout",
    metavar="SECONDS",
    type=click.FloatRange(0.1, 300),
    default=5.0,
    show_default=True,
    help="How long to wait for the answer about a name.",
)
@json_option
def check(nameserver: str, timeout: float, as_json: bool) -> None:
    """Check the SPF, DKIM, DMARC and return-path records that mail needs.

    Each record is good, wrong, missing, or unknown because DNS did not answer; with what is there, what to publish, and
    what is worth knowing. Which SPF record is right is for your mail provider to say: its syntax and its cost are
    judged, not whom it names.

    Exit code 1 when a record is wrong or missing, 2 when DNS did not answer for one and all others are good.
    """
    from newsletter.app.dns import check_dns
    from newsletter.net.dns import Resolver
    from newsletter.net.judgement import Verdict

    checks = check_dns(here(), Resolver(nameserver, seconds=timeout))
    if as_json:
        say_json([_check_values(one) for one in checks])
    else:
        for one in checks:
            _say_check(one)
    if any(one.bad for one in checks):
        raise click.exceptions.Exit(1)
    if any(one.judgement.verdict is Verdict.UNKNOWN for one in checks):
        raise click.exceptions.Exit(2)


def _check_values(check: "RecordCheck") -> dict[str, object]:
    judgement = check.judgement
    missing = [judgement.missing] if judgement.missing else []
    return {
        "topic": check.topic,
        "name": check.name,
        "type": check.kind,
        "verdict": judgement.verdict.value,
        "found": list(check.found),
        "needed": check.needed,
        "exact": check.exact,
        "why": check.why,
        "faults": [*missing, *judgement.faults],
        "unknown": list(judgement.unknown),
        "notes": list(judgement.notes),
    }


def _say_check(check: "RecordCheck") -> None:
    judgement = check.judgement
    say(f"{judgement.verdict.value:<7}  {check.topic:<11}  {check.name} {check.kind}")
    for text in check.found:
        say(f"         is       {text}")
    if judgement.missing:
        say(f"         missing  {judgement.missing}")
    for word, lines in (("fault", judgement.faults), ("unknown", judgement.unknown), ("note", judgement.notes)):
        for line in lines:
            say(f"         {word:<7}  {line}")
    good = judgement.verdict.value == "good"
    if check.needed and not good:
        say(f"         {'publish' if check.exact else 'like':<7}  {check.needed}")
    if not good or check.topic == "SPF":  # whether it names the right provider, nobody here can say
        say(f"         why      {check.why}")
