"""What is kept about one person, in words and in their language."""

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from typing import Any

Says = Callable[[str], str]
Row = Mapping[str, Any]


def kept_text(record: Mapping[str, Any], name: str, _: Says = str) -> str:
    """Return what :func:`newsletter.app.kept.kept_of` found in words.

    :param name: the newsletter's.
    :param _: says a text of ours in the person's language; English without it.
    """
    lines = [_("What {name} keeps about {address}").format(name=name, address=record["address"])]
    for title, said in (
        (_("You"), _person(record, _)),
        (_("Your lists"), [_list(row, _) for row in record["lists"]]),
        (_("How that came about"), [_consent(row, _) for row in record["consent_log"]]),
        (_("Mail to you"), [_delivery(row, _) for row in record["deliveries"]]),
        (_("What came back"), [_event(row, _) for row in record["events"]]),
        (_("No mail goes to"), [_suppression(row, _) for row in record["suppressions"]]),
        (_("Mail about your subscription"), [_notice(row, _) for row in record["notices"]]),
        (_("What other programs are still to be told"), map(_hook, record["hooks"])),
    ):
        if part := list(said):
            lines += ["", title, *(f"  {line}" for line in part)]
    if record["forgotten_at"]:
        said_so = _("You asked to be forgotten: {time}. Nothing else is kept.")
        lines += ["", said_so.format(time=_at(record["forgotten_at"]))]
    return "\n".join(lines) + "\n"


def _person(record: Mapping[str, Any], _: Says) -> Iterator[str]:
    if record["known_since"] is None:
        return
    facts = ((_("address"), "address"), (_("name"), "name"), (_("language"), "language"), (_("time zone"), "timezone"))
    for word, key in facts:
        if record[key]:
            yield f"{word}: {record[key]}"
    since = _("known since: {time}, as number {number}")
    yield since.format(time=_at(record["known_since"]), number=record["number"])
    if record["tags"]:
        yield _("tags: {tags}").format(tags=", ".join(record["tags"]))
    for key, value in record["attributes"].items():
        yield f"{key}: {value}"


def _list(row: Row, _: Says) -> str:
    standing = {
        "pending": _("you have not confirmed it, and get no mail"),
        "confirmed": _("you get it"),
        "unsubscribed": _("you left"),
    }[row["consent"]]
    named = f"{row['list']} ({row['title']})" if row["title"] else row["list"]
    return _joined(
        _("{what}, since {time}").format(what=f"{named}: {standing}", time=_at(row["since"])),
        _("on the basis: {basis}").format(basis=row["basis"]) if row["basis"] else "",
        _without(row["without"], _),
        _("paused until {time}").format(time=_at(row["paused_until"])) if row["paused_until"] else "",
    )


def _consent(row: Row, _: Says) -> str:
    states = {"pending": _("pending"), "confirmed": _("confirmed"), "unsubscribed": _("unsubscribed")}
    ways = {
        "editor": _("entered by the editor"),
        "import": _("by an import"),
        "page": _("by you, on a page"),
        "link": _("by you, through the link in a mail"),
        "mail": _("by you, by mail"),
        "complaint": _("by your mail provider, to which you called a mail spam"),
    }
    moved = f"{_at(row['at'])}  {row['list']}: {states.get(row['consent'], row['consent'])}"
    more = ((_("basis"), "basis"), (_("the text"), "wording"), (_("IP address"), "ip"))
    return _joined(
        ", ".join(filter(None, [moved, ways.get(row["way"], row["way"]), row["source"]])),
        *(f"{word}: {row[key]}" for word, key in more if row[key]),
    )


def _delivery(row: Row, _: Says) -> str:
    became = {
        "queued": _("waits to be sent"),
        "sending": _("is being sent"),
        "accepted": _("was taken by your mail server"),
        "deferred": _("your mail server said later, and it is tried again"),
        "refused": _("was refused by your mail server"),
        "excluded": _("was not sent: you had left, paused, or were to get no mail"),
        "in_doubt": _("may have arrived: the connection broke at the last moment"),
    }[row["state"]]
    what = _('issue {issue}, "{subject}", of {list}, to {address}').format(
        issue=row["issue"], subject=row["subject"], list=row["list"], address=row["address"]
    )
    return _joined(
        f"{_at(row['updated'])}  {what}: {became}",
        _("its words: {words}").format(words=row["reply"]) if row["reply"] else "",
        _without(row["variant"], _),
    )


def _event(row: Row, _: Says) -> str:
    what = {
        "bounced": _("issue {issue} came back"),
        "delayed": _("issue {issue} was late: a mail server was still trying"),
        "complained": _("issue {issue} was called spam"),
    }[row["kind"]].format(issue=row["issue"])
    return _joined(f"{_at(row['at'])}  {what}", " ".join(filter(None, (row["status"], row["words"]))))


def _suppression(row: Row, _: Says) -> str:
    why = {
        "refused": _("a mail server said that nobody is there"),
        "bounced": _("mail came back"),
        "complained": _("a mail was called spam"),
        "editor": _("entered by the editor"),
        "imported": _("known from another tool"),
    }[row["kind"]]
    of = _("{address}, of {list}").format(address=row["folded"], list=row["list"] or _("any list"))
    return _joined(_("{what}, since {time}").format(what=f"{of}: {why}", time=_at(row["since"])), row["reason"])


def _notice(row: Row, _: Says) -> str:
    what = {
        "confirm": _("asked you to confirm a subscription, to {address}"),
        "known": _("said that you are on the lists already, to {address}"),
        "address": _("asked you to confirm a new address, to {address}"),
        "link": _("brought you the way to your preferences, to {address}"),
        "kept": _("told you what is kept, to {address}"),
    }[row["kind"]].format(address=row["address"])
    sent = _("sent {time}").format(time=_at(row["sent_at"])) if row["sent_at"] else _("not sent")
    return f"{_at(row['created'])}  {what}: {sent}"


def _hook(row: Row) -> str:
    return f"{_at(row['created'])}  {row['hook']}: {row['event']}"


def _without(sections: list[str], _: Says) -> str:
    return _("without the sections {sections}").format(sections=", ".join(sections)) if sections else ""


def _joined(*parts: str) -> str:
    return "; ".join(filter(None, parts))


def _at(moment: str) -> str:
    return f"{datetime.fromisoformat(moment):%Y-%m-%d %H:%M} UTC"
