"""All that is kept about one person, as they would be sent it: for a program, and in words."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
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


_CONSENT = {
    "pending": "you have not confirmed it, and get no mail",
    "confirmed": "you get it",
    "unsubscribed": "you left",
}
_WAY = {
    "": "", "editor": "entered by the editor", "import": "by an import", "page": "by you, on a page",
    "link": "by you, through the link in a mail", "mail": "by you, by mail",
    "complaint": "by your mail provider, to which you called a mail spam",
}  # fmt: skip
_STATE = {
    "queued": "waits to be sent", "sending": "is being sent", "accepted": "was taken by your mail server",
    "deferred": "your mail server said later, and it is tried again", "refused": "was refused by your mail server",
    "excluded": "was not sent: you had left, paused, or were to get no mail",
    "in_doubt": "may have arrived: the connection broke at the last moment",
}  # fmt: skip
_EVENT = {
    "bounced": "came back", "delayed": "was late: a mail server was still trying", "complained": "was called spam",
}  # fmt: skip
_SUPPRESSED = {
    "refused": "a mail server said that nobody is there", "bounced": "mail came back",
    "complained": "a mail was called spam", "editor": "entered by the editor", "imported": "known from another tool",
}  # fmt: skip
_NOTICE = {
    "confirm": "asked you to confirm a subscription", "known": "said that you are on the lists already",
    "address": "asked you to confirm a new address", "link": "brought you the way to your preferences",
    "kept": "told you what is kept",
}  # fmt: skip


def kept_text(record: Mapping[str, Any], name: str) -> str:
    """Return what :func:`kept_of` found in words; *name* is the newsletter's."""
    lines = [f"What {name} keeps about {record['address']}"]
    for title, part in (
        ("You", _person(record)),
        ("Your lists", map(_list, record["lists"])),
        ("How that came about", map(_consent, record["consent_log"])),
        ("Mail to you", map(_delivery, record["deliveries"])),
        ("What came back", map(_event, record["events"])),
        ("No mail goes to", map(_suppression, record["suppressions"])),
        ("Mail about your subscription", map(_notice, record["notices"])),
        ("What other programs are still to be told", map(_hook, record["hooks"])),
    ):
        said = [line for line in part if line]
        lines += ["", title, *(f"  {line}" for line in said)] if said else []
    if record["forgotten_at"]:
        lines += ["", f"You asked to be forgotten: {_at(record['forgotten_at'])}. Nothing else is kept."]
    return "\n".join(lines) + "\n"


def _person(record: Mapping[str, Any]) -> Iterator[str]:
    if record["known_since"] is None:
        return
    yield f"address: {record['address']}"
    for word, key in (("name", "name"), ("language", "language"), ("time zone", "timezone")):
        if record[key]:
            yield f"{word}: {record[key]}"
    yield f"known since: {_at(record['known_since'])}, as number {record['number']}"
    if record["tags"]:
        yield f"tags: {', '.join(record['tags'])}"
    for key, value in record["attributes"].items():
        yield f"{key}: {value}"


def _list(row: Row) -> str:
    named = f"{row['list']} ({row['title']})" if row["title"] else row["list"]
    said = [f"{named}: {_CONSENT[row['consent']]}, since {_at(row['since'])}"]
    said += [f"on the basis: {row['basis']}"] if row["basis"] else []
    said += [f"without the sections {', '.join(row['without'])}"] if row["without"] else []
    said += [f"paused until {_at(row['paused_until'])}"] if row["paused_until"] else []
    return "; ".join(said)


def _consent(row: Row) -> str:
    said = [f"{_at(row['at'])}  {row['list']}: {row['consent']}", _WAY.get(row["way"], row["way"]), row["source"]]
    line = ", ".join(filter(None, said))
    more = [("basis", "basis"), ("wording", "the text"), ("ip", "IP address")]
    return "; ".join([line, *(f"{word}: {row[key]}" for key, word in more if row[key])])


def _delivery(row: Row) -> str:
    whole = f'issue {row["issue"]}, "{row["subject"]}", of {row["list"]}, to {row["address"]}'
    said = [f"{_at(row['updated'])}  {whole}: {_STATE[row['state']]}"]
    said += [f"its words: {row['reply']}"] if row["reply"] else []
    said += [f"without the sections {', '.join(row['variant'])}"] if row["variant"] else []
    return "; ".join(said)


def _event(row: Row) -> str:
    line = f"{_at(row['at'])}  issue {row['issue']} {_EVENT[row['kind']]}"
    return f"{line}; {' '.join(filter(None, (row['status'], row['words'])))}".rstrip("; ")


def _suppression(row: Row) -> str:
    of = f"{row['folded']}, of {row['list'] or 'any list'}"
    return f"{of}: {_SUPPRESSED[row['kind']]}, since {_at(row['since'])}; {row['reason']}".rstrip("; ")


def _notice(row: Row) -> str:
    sent = f"sent {_at(row['sent_at'])}" if row["sent_at"] else "not sent"
    return f"{_at(row['created'])}  {_NOTICE[row['kind']]}, to {row['address']}: {sent}"


def _hook(row: Row) -> str:
    return f"{_at(row['created'])}  {row['hook']}: {row['event']}"


def _at(moment: str) -> str:
    return f"{datetime.fromisoformat(moment):%Y-%m-%d %H:%M} UTC"
