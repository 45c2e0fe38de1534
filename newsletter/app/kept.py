"""All that is kept about one person, as they would be sent it."""

from collections.abc import Sequence
from typing import Any

from newsletter.app.newsletter import Newsletter
from newsletter.errors import SubscriberError
from newsletter.store.kept import Row, kept

PERSON = ("number", "address", "name", "language", "timezone", "attributes")
LISTS = ("list", "consent", "basis", "since", "without", "paused_until")
CONSENTS = ("list", "consent", "basis", "at", "way", "source", "wording", "ip")
DELIVERIES = (
    "issue", "subject", "list", "address", "name", "state", "status", "reply", "attempts", "next_at", "updated",
    "variant",
)  # fmt: skip
EVENTS = ("issue", "kind", "at", "status", "words")
SUPPRESSIONS = ("folded", "list", "kind", "reason", "since")
NOTICES = ("kind", "address", "created", "sent_at", "attempts", "next_at", "reply", "facts")
HOOKS = ("hook", "event", "created", "attempts", "next_at", "words", "body")
NOT_TOLD = {
    "subscriber": ("folded", "created", "forgotten_at"),
    "delivery": ("number", "mailing", "subscriber", "folded", "claimed_by", "lease_until"),
    "delivery_event": ("number", "delivery", "report"),
    "notice": ("number", "subscriber", "folded", "lease_until"),
    "hook_outbox": ("number", "subscriber", "lease_until"),
    "subscription": ("subscriber",),
    "consent_log": ("number", "subscriber"),
    "suppression": (),
    "tag": ("subscriber",),
}
"""Columns that say nothing about a person that the others do not: keys, leases, another spelling of the address."""


def kept_of(newsletter: Newsletter, address: str, *, former: bool = False) -> dict[str, Any]:
    """Return all that is kept of the person with *address*: values that JSON can hold.

    :param former: also of who had it once; for an editor only, for it may be another one's by now.
    :raises SubscriberError: when that is nothing.
    """
    found = kept(newsletter.database, address, former=former)
    if found.nothing:
        raise SubscriberError(f"nobody here has the address {address}", "newsletter subscribers list shows who is")
    person = _only(PERSON, found.person) if found.person else dict.fromkeys(PERSON) | {"address": address}
    return {
        **person,
        "known_since": found.person["created"] if found.person else None,
        "tags": list(found.tags),
        "lists": [_only(LISTS, row) | {"title": _title(newsletter, row["list"])} for row in found.lists],
        "consent_log": _all(CONSENTS, found.consent_log),
        "deliveries": _all(DELIVERIES, found.deliveries),
        "events": _all(EVENTS, found.events),
        "suppressions": _all(SUPPRESSIONS, found.suppressions),
        "notices": _all(NOTICES, [_without_copies(row) for row in found.notices]),
        "hooks": _all(HOOKS, found.hooks),
        "forgotten_at": found.forgotten_at,
    }


def _only(names: Sequence[str], row: Row) -> dict[str, Any]:
    return {name: row[name] for name in names}


def _all(names: Sequence[str], rows: Sequence[Row]) -> list[dict[str, Any]]:
    return [_only(names, row) for row in rows]


def _without_copies(row: Row) -> Row:
    """Return a notice without what it said where that is a copy of all this, or a link that works."""
    return row if row["kind"] in ("confirm", "address") else {**row, "facts": {}}


def _title(newsletter: Newsletter, list_name: str) -> str:
    known = newsletter.settings.lists.get(list_name)
    return known.title if known else ""
