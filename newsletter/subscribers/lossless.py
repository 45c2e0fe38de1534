"""Everything of everybody as JSON lines: written, and read again into another newsletter, nothing is lost.

::

    {"newsletter": "people", "version": 1}
    {"forgotten": HASH, "at": …}                     who asked to be forgotten: a keyed hash
    {"address": …, "name": …, "consents": [ … ], "log": [ … ], …}
    {"suppressed": ADDRESS, "list": …, "kind": …, "reason": …, "since": …}
"""

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from newsletter.errors import InputError, SubscriberError
from newsletter.model.canonical import fold_address
from newsletter.model.incoming import Arrival, ForgottenTrace, Incoming, IncomingConsent
from newsletter.model.subscriber import Consent, ConsentEntry, Way
from newsletter.model.suppression import Kind, Suppression
from newsletter.model.variant import read_without, written_without
from newsletter.subscribers.address import is_unsafe, shown, validate
from newsletter.subscribers.importing import RejectedRow
from newsletter.subscribers.particulars import (
    read_attributes,
    valid_attributes,
    valid_language,
    valid_tags,
    valid_timezone,
)

HEADER = {"newsletter": "people", "version": 1}
_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", re.ASCII)
_LIST = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*", re.ASCII)
_HASH = re.compile(r"[0-9a-f]{64}", re.ASCII)
LONGEST_TEXT = 10_000
"""Characters of a basis, a reason or the text that was agreed to."""


def json_lines(arrivals: Iterable[Arrival]) -> Iterator[str]:
    """Yield everything, a line each, ended by LF."""
    yield _line(HEADER)
    for one in arrivals:
        match one:
            case ForgottenTrace():
                yield _line({"forgotten": one.hash, "at": one.at})
            case Suppression():
                values = {"list": one.list, "kind": one.kind.value, "reason": one.reason, "since": one.since}
                yield _line({"suppressed": one.address, **values})
            case Incoming():
                yield _line(_person(one))


def _line(values: Mapping[str, Any]) -> str:
    return json.dumps(values, ensure_ascii=False) + "\n"


def _person(person: Incoming) -> dict[str, Any]:
    return {
        "address": person.address.address,
        "name": person.address.name,
        "created": person.created,
        "language": person.language,
        "timezone": person.timezone,
        "attributes": json.loads(person.attributes),
        "tags": list(person.tags),
        "consents": [
            {
                "list": one.list,
                "consent": one.consent.value,
                "basis": one.basis,
                "since": one.at,
                "without": sorted(read_without(one.without)),
                "paused_until": one.paused_until,
            }
            for one in person.consents
        ],
        "log": [
            {
                "list": one.list,
                "consent": one.consent.value,
                "basis": one.basis,
                "at": one.at,
                "way": one.way,
                "source": one.source,
                "wording": one.wording,
                "ip": one.ip,
            }
            for one in person.log
        ],
    }


def is_lossless(first: str) -> bool:
    """Whether a file whose first line is *first* was written by :func:`json_lines`, by this or a later version."""
    try:
        read = json.loads(first) if first.startswith("{") else None
    except (ValueError, RecursionError):
        return False
    return isinstance(read, dict) and read.get("newsletter") == HEADER["newsletter"]


def read_lossless(lines: Iterable[str], name: str) -> Iterator[Arrival | RejectedRow]:
    """Yield everything of a file that :func:`json_lines` wrote; a line that will not do is rejected.

    :raises InputError: when a later version wrote it.
    """
    for number, line in enumerate(lines, start=1):
        try:
            read = json.loads(line) if line.strip() else HEADER
            if number == 1:
                if read.get("version") != HEADER["version"]:
                    raise InputError("a later version wrote this file", "update newsletter", where=name)
                continue
            if read is not HEADER:
                yield _read(read, number, name)
        except SubscriberError as cause:
            yield RejectedRow(line=number, reason=cause.what, text=shown(line.rstrip("\n")))
        except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
            yield RejectedRow(line=number, reason="this is no line of an export", text=shown(line.rstrip("\n")))


def _read(values: Mapping[str, Any], line: int, name: str) -> Arrival:
    if "forgotten" in values:
        return ForgottenTrace(hash=_matching(_HASH, values["forgotten"]), at=_time(values["at"]))
    if "suppressed" in values:
        address = _text(values["suppressed"])
        return Suppression(
            address=address if _HASH.fullmatch(address) else fold_address(validate(address).address),
            list=values["list"] and _matching(_LIST, values["list"]),
            kind=Kind(values["kind"]),
            reason=_text(values["reason"]),
            since=_time(values["since"]),
        )
    return Incoming(
        address=validate(values["address"], values["name"]),
        line=line,
        source=f"{name}:{line}",
        created=_time(values["created"]),
        language=valid_language(values["language"]),
        timezone=valid_timezone(values["timezone"]),
        attributes=valid_attributes(read_attributes(json.dumps(values["attributes"]))),
        tags=valid_tags(values["tags"]),
        consents=tuple(map(_consent, values["consents"])),
        log=tuple(map(_entry, values["log"])),
    )


def _consent(values: Mapping[str, Any]) -> IncomingConsent:
    return IncomingConsent(
        **_standing(values),
        at=_time(values["since"]),
        without=written_without(map(_text, values["without"])),
        paused_until=_time(values["paused_until"]) if values["paused_until"] is not None else None,
    )


def _entry(values: Mapping[str, Any]) -> ConsentEntry:
    way = values["way"] and Way(values["way"]).value
    return ConsentEntry(
        **_standing(values, logged=True),
        at=_time(values["at"]),
        way=way,
        source=_text(values["source"]),
        wording=_text(values["wording"], many_lines=True),
        ip=_text(values["ip"]),
    )


def _standing(values: Mapping[str, Any], *, logged: bool = False) -> dict[str, Any]:
    consent, basis = Consent(values["consent"]), _text(values["basis"])
    if consent is Consent.CONFIRMED and not basis and not logged:
        raise SubscriberError("a confirmed consent needs a basis")
    return {"list": _matching(_LIST, values["list"]), "consent": consent, "basis": basis}


def _text(value: Any, *, many_lines: bool = False) -> str:
    text: Callable[[str], str] = (lambda given: re.sub(r"[\n\t]", " ", given)) if many_lines else str
    if not isinstance(value, str) or len(value) > LONGEST_TEXT or is_unsafe(text(value)):
        raise SubscriberError("a text in it is no text, too long, or not one line")
    return value


def _time(value: Any) -> str:
    return _matching(_TIME, value)


def _matching(pattern: re.Pattern[str], value: Any) -> str:
    if not isinstance(value, str) or not pattern.fullmatch(value):
        raise SubscriberError(f'"{shown(str(value))}" is none of what an export has there')
    return value
