"""An event of the pool: one line, written and read.

::

    {"at":"2026-11-27T10:00:00.000000+00:00","event":"added","id":"5d46b0q7xk2ma","article":{"title":"…"}}

=================  ===================================================================================================
added              an article came in, or what it lacked: of several, the first that says a fact is right
edited             somebody changed facts: of several, the last is right, and before all that were added
held dropped new   what was decided about it: the last is right
muted unmuted      the id is "source:NAME" or "word:WORD": the last is right
=================  ===================================================================================================

First and last are by time, then by the line's own bytes, so that every clone decides the same, whatever the order of
files and lines.
"""

import json
import re
import sys
from collections.abc import Collection, Mapping
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any, NamedTuple

from newsletter.composer.mutes import Mute
from newsletter.errors import PoolError
from newsletter.model.article import Article
from newsletter.model.excerpt import excerpt

LINE_LIMIT = 4096
"""Bytes of a line, its end included."""

SUMMARY_KEPT = 120
"""Characters of a publisher's summary that are left at least when a line is too long."""


class Decision(StrEnum):
    """What was decided about an article of the pool."""

    NEW = "new"
    HELD = "held"
    DROPPED = "dropped"


FACTS = ("added", "edited")
MUTES = ("muted", "unmuted")
_REPEATED = {"source", "section", "feed", "language", "found", "drafted_by"}
_KNOWN = {*FACTS, *MUTES, *(decision.value for decision in Decision)}


class Head(NamedTuple):
    """What stands in front of an event's facts.

    :param at: ISO 8601 in UTC to the microsecond: text order is time order.
    """

    at: str
    event: str
    id: str
    reason: str = ""


# What this program writes is known by its two ends, and what is between is read when somebody asks for it.
_WRITTEN = re.compile(
    rb'\{"at":"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}\+00:00)","event":"(\w+)","id":"([\w.-]+)","(?:article":\{|reason":"([^"\\]*)"\}\r?\n?$)'
)
_ADDRESS = re.compile(rb'"(link|canonical)":"([^"]*)"')
_CONFLICT = re.compile(rb"(<{7}|>{7}|\|{7}) |={7}\r?\n?$")


def head_of(line: bytes) -> Head:
    """Return the head of the event in *line*.

    :raises PoolError: without file and line, when it is none.
    """
    if written := _WRITTEN.match(line):
        at, event, id, reason = written.groups()
        if reason is None and event in (b"added", b"edited") and line.endswith((b"}}\n", b"}}\r\n", b"}}")):
            return Head(at.decode(), event.decode(), id.decode())
        if reason is not None and event in (b"held", b"dropped", b"new"):
            return Head(at.decode(), event.decode(), id.decode(), reason.decode("utf-8", "replace"))
    if _CONFLICT.match(line):
        what = "git left the mark of a conflict here"
        raise PoolError(what, "keep the lines of both sides, and take out those that begin with <<<, === or >>>")
    return _read(line)[0]


def facts_of(line: bytes) -> dict[str, Any]:
    """Return the facts of the added or edited article in *line*, by name.

    :raises PoolError: without file and line.
    """
    return _shared(_read(line)[1])


def article_of(id: str, line: bytes) -> Article:
    """Return the article whose only facts are in *line*.

    :raises PoolError: without file and line.
    """
    try:
        return Article(id=id).with_facts(_shared(json.loads(line)["article"]))
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return Article(id=id).with_facts(facts_of(line))  # it says what is wrong


def _shared(facts: dict[str, Any]) -> dict[str, Any]:
    """Let thousands of articles of one source share its name."""
    for name in _REPEATED.intersection(facts):
        facts[name] = sys.intern(facts[name])
    return facts


def addresses_of(line: bytes) -> tuple[str, str] | None:
    """Return link and canonical address of *line*, without reading the rest; None where that cannot be told so."""
    found = dict(_ADDRESS.findall(line))
    if any(b"\\" in address for address in found.values()):
        return None
    return found.get(b"link", b"").decode("utf-8", "replace"), found.get(b"canonical", b"").decode("utf-8", "replace")


def may_hold(line: bytes, traces: Collection[bytes]) -> bool:
    """Whether an address in *line* may have one of *traces*: False is sure, and said without reading the line."""
    if not line.isascii() or b"%" in line or b"\\" in line:  # what stands there in another spelling
        return True
    small = line.lower()
    return any(trace in small for trace in traces)


def is_whole(line: bytes) -> bool:
    """Whether *line* holds one whole thing, whatever it is: what is torn does not."""
    try:
        return isinstance(json.loads(line.decode("utf-8", "replace")), dict)
    except (ValueError, RecursionError):
        return False


def _read(line: bytes) -> tuple[Head, dict[str, Any]]:
    try:
        event: dict[str, Any] = json.loads(line.decode("utf-8", "replace").removeprefix("\ufeff"))
        head = Head(_moment(event["at"]), event["event"], event["id"], event.get("reason", ""))
        if not all(isinstance(text, str) for text in head):
            raise TypeError("time, event, id and reason are texts")
        facts = event["article"] if head.event in FACTS else {}
        if unknown := _unknown(head.event, facts):
            what = f"this line has the {unknown}, which this program does not know"
            raise PoolError(what, "a newer newsletter wrote it: install that one here too")
        Article(id=head.id).with_facts(facts)
        if head.event in MUTES:
            Mute.parse(head.id)
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError, OverflowError) as cause:
        what = "this line of the pool cannot be read"
        raise PoolError(what, "mend it, or take it out; git log has it as it was") from cause
    return head, facts


def _unknown(event: str, facts: Mapping[str, Any]) -> str:
    if event not in _KNOWN:
        return f'event "{excerpt(event, 30)}"'
    name = next((name for name in facts if name not in Article.__dataclass_fields__), "")
    return f'fact "{excerpt(name, 30)}"' if name else ""


def _moment(text: str) -> str:
    moment = datetime.fromisoformat(text)
    return _iso(moment if moment.tzinfo else moment.replace(tzinfo=UTC))


def _iso(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="microseconds")


def moment_after(now: datetime, *earlier: str) -> str:
    """Return *now* for an event, but later than all *earlier* ones: what follows from another is never before it."""
    latest = max(earlier, default="")
    text = _iso(now)
    if text > latest:
        return text
    try:
        return _iso(datetime.fromisoformat(latest) + timedelta(microseconds=1))
    except OverflowError:  # somebody's clock, or hand, had written the end of the year 9999
        return latest


def written(event: Mapping[str, Any]) -> bytes:
    """Return *event* as one line, or as two where a text's sketch has no room beside the other facts.

    A publisher's summary is shortened where it would be too long.

    :raises PoolError: when it is too long all the same.
    """
    line = _line(event)
    if len(line) <= LINE_LIMIT:
        return line
    facts = dict(event.get("article", {}))
    sketch = facts.pop("sketch", "")
    line = _line({**event, "article": facts}) if facts else line
    if len(line) > LINE_LIMIT and facts.get("summary"):
        facts["summary"] = _shortened(facts["summary"], len(line) - LINE_LIMIT)
        line = _line({**event, "article": facts})
    if len(line) > LINE_LIMIT:
        title = excerpt(facts.get("title") or event["id"], 60)
        what = f'"{title}" takes {len(line):,} bytes; a line of the pool holds {LINE_LIMIT:,}'
        raise PoolError(what, "shorten its why and key points; the pool keeps notes on articles, not articles")
    return line + (written({**event, "article": {"sketch": sketch}}) if sketch and facts else b"")


def _shortened(summary: str, excess: int) -> str:
    """Return *summary* with at least *excess* bytes less, but not less than its beginning."""
    kept = len(summary)
    while kept > SUMMARY_KEPT and len(_json(summary)) - len(_json(excerpt(summary, kept))) < excess:
        kept = max(SUMMARY_KEPT, kept * 9 // 10)
    return excerpt(summary, kept)


def excess(article: Article) -> int:
    """Return how many bytes *article* has too many for a line of the pool; 0 when it fits."""
    event = {"at": _iso(datetime.now(UTC)), "event": "added", "id": article.id, "article": article.facts()}
    try:
        written(event)
    except PoolError:
        facts = {**event["article"], "summary": excerpt(article.summary, SUMMARY_KEPT)}  # type: ignore[dict-item]
        facts.pop("sketch", None)
        return len(_line({**event, "article": facts})) - LINE_LIMIT
    return 0


def _json(value: Any) -> bytes:
    # A half of a surrogate pair, as file names may have it, is no text in any file.
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace")


def _line(event: Mapping[str, Any]) -> bytes:
    return _json(event) + b"\n"
