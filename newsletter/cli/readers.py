"""Readers: the people on the mailing lists."""

import json
import shlex
from typing import TYPE_CHECKING

import click

from newsletter.cli.moving_in import export, import_
from newsletter.cli.options import CONSENTS, basis_option, consent_option, json_option, lists_option, segment_option
from newsletter.cli.output import here, say, say_json, say_table

if TYPE_CHECKING:
    from newsletter.store.people import Particulars

list_option = click.option("--list", "list_name", metavar="NAME", help="The mailing list; default: the only one.")


tag_option = click.option("--tag", "tags", metavar="TAG", multiple=True, help="A tag to find them by.")
attribute_option = click.option(
    "--attribute", "attributes", metavar="KEY=VALUE", multiple=True, help="VALUE is text, or JSON: 42, true."
)
language_option = click.option("--language", metavar="TAG", help="Their language: en, pt-BR (BCP 47).")
timezone_option = click.option("--timezone", metavar="ZONE", help="Their time zone: Europe/Berlin (IANA).")


@click.group()
def subscribers() -> None:
    """Add, import, show and export the people who get the newsletter."""


subscribers.add_command(import_)
subscribers.add_command(export)


@subscribers.command()
@click.argument("address")
@click.option("--name", default="", help="Their name.")
@list_option
@consent_option
@basis_option
@tag_option
@attribute_option
@language_option
@timezone_option
@json_option
def add(
    address: str,
    name: str,
    list_name: str | None,
    consent: str,
    basis: str,
    tags: tuple[str, ...],
    attributes: tuple[str, ...],
    language: str | None,
    timezone: str | None,
    as_json: bool,
) -> None:
    """Add one person to a list."""
    from newsletter.app.particulars import Edit, edit_person, read_attribute
    from newsletter.app.readers import add_reader

    edit = Edit(language=language, timezone=timezone, attributes=dict(map(read_attribute, attributes)), tags=tags)
    edit.require_sound()
    newsletter = here()
    added = add_reader(newsletter, address, name, list_name, consent, basis)
    if edit != Edit(attributes={}):
        edit_person(newsletter, address, edit)
    if as_json:
        say_json(added.values())
        return
    say(f"{added.person} on {added.list}: {added.outcome}, {added.consent}")
    if added.outcome in ("new", "changed"):
        say(f"Undo: newsletter subscribers unsubscribe {address} --list {added.list}")


@subscribers.command()
@click.argument("address")
@click.option("--name", help="Their name.")
@tag_option
@click.option("--untag", "without_tags", metavar="TAG", multiple=True, help="A tag to take away.")
@attribute_option
@click.option("--no-attribute", "without", metavar="KEY", multiple=True, help="An attribute to take away.")
@language_option
@timezone_option
@json_option
def edit(
    address: str,
    name: str | None,
    tags: tuple[str, ...],
    without_tags: tuple[str, ...],
    attributes: tuple[str, ...],
    without: tuple[str, ...],
    language: str | None,
    timezone: str | None,
    as_json: bool,
) -> None:
    """Change what is known of one person.

    Name, tags, attributes, language, time zone; what is not said stays as it is.
    """
    from dataclasses import asdict

    from newsletter.app.particulars import Edit, edit_person, read_attribute

    changes = Edit(
        name=name, language=language, timezone=timezone, tags=tags, without_tags=without_tags,
        attributes=dict(map(read_attribute, attributes)), without_attributes=without,
    )  # fmt: skip
    if changes == Edit(attributes={}):
        raise click.UsageError("Say what is to be different: --name, --tag, --attribute KEY=VALUE…")
    before, after = edit_person(here(), address, changes)
    if as_json:
        say_json({"address": address, **asdict(after), "attributes": json.loads(after.attributes)})
        return
    say(f"{address}: {_told(after)}")
    if undo := _undo(before, after):
        say(f"Undo: newsletter subscribers edit {shlex.quote(address)} {undo}")
    else:
        say("It was so before; nothing changed.")


def _told(now: "Particulars") -> str:
    parts = (
        now.name or "no name",
        f"tags {', '.join(now.tags)}" if now.tags else "no tags",
        f"attributes {now.attributes}" if now.attributes != "{}" else "no attributes",
        f"language {now.language}" if now.language else "",
        f"time zone {now.timezone}" if now.timezone else "",
    )
    return "; ".join(filter(None, parts))


def _undo(before: "Particulars", after: "Particulars") -> str:
    """Return the options that lead from *after* to *before*; none when nothing changed."""
    words = [
        f"--{field} {shlex.quote(getattr(before, field))}"
        for field in ("name", "language", "timezone")
        if getattr(before, field) != getattr(after, field)
    ]
    words += [f"--untag {shlex.quote(one)}" for one in after.tags if one not in before.tags]
    words += [f"--tag {shlex.quote(one)}" for one in before.tags if one not in after.tags]
    old, new = json.loads(before.attributes), json.loads(after.attributes)
    words += [f"--no-attribute {shlex.quote(key)}" for key in new if key not in old]
    words += [
        f"--attribute {shlex.quote(f'{key}={json.dumps(value, ensure_ascii=False)}')}"
        for key, value in old.items()
        if key not in new or new[key] != value
    ]
    return " ".join(words)


@subscribers.command("list")
@lists_option
@click.option("--consent", type=click.Choice(CONSENTS), help="Only those whose consent stands so.")
@click.option("--tag", "tag_name", metavar="TAG", help="Only those who have this tag.")
@segment_option
@json_option
def list_(list_name: str | None, consent: str | None, tag_name: str | None, segment: str, as_json: bool) -> None:
    """List the subscriptions."""
    from newsletter.app.readers import subscriptions

    found = list(subscriptions(here(), list_name, consent, segment, tag_name))
    if as_json:
        say_json(found)
        return
    say_table(
        ("ADDRESS", "NAME", "LIST", "CONSENT", "SINCE"),
        [(row["address"], row["name"], row["list"], row["consent"], row["since"][:10]) for row in found],
    )
    if not found:
        say("nobody; newsletter subscribers add ADDRESS, or import FILE.csv")


@subscribers.command()
@click.argument("address")
@lists_option
@click.option("--basis", metavar="TEXT", default="by the editor", show_default=True, help="How they asked for it.")
@json_option
def unsubscribe(address: str, list_name: str | None, basis: str, as_json: bool) -> None:
    """Unsubscribe one person from a list, or from all."""
    from newsletter.app.readers import unsubscribe as leave

    lists = leave(here(), address, list_name, basis)
    if as_json:
        say_json({"address": address, "lists": lists})
    elif lists:
        where = ", ".join(lists)
        say(f"{address} is unsubscribed from {where}; it takes effect at once, also in a mailing that is under way")
    else:
        say(f"{address} had left before; nothing changed")
