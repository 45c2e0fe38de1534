"""The pool: collected articles and what was decided about each, in append-only files.

``pool/WRITER.jsonl`` holds one event a line, at most 4 KB. Each writer appends to a file of their own, so that git has
nothing to merge; all files together, in the order of their times, are the pool.
"""

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import Any

from newsletter.errors import FileError, PoolError
from newsletter.model.article import Article
from newsletter.model.canonical import link_key
from newsletter.model.excerpt import excerpt

LINE_LIMIT = 4096
"""Bytes of a line, its end included: one write of up to this many is never torn by another."""


class Decision(StrEnum):
    """What was decided about an article of the pool."""

    NEW = "new"
    HELD = "held"
    DROPPED = "dropped"


@dataclass(frozen=True, kw_only=True, slots=True)
class Entry:
    """An article of the pool.

    :param reason: why it was held or dropped.
    :param added: when it came in, ISO 8601 in UTC.
    """

    article: Article
    decision: Decision = Decision.NEW
    reason: str = ""
    added: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Addition:
    """What adding one article did: "added", "completed" with what was missing, or "known" already."""

    article: Article
    outcome: str


class Pool:
    """All entries, by id, in the order in which they came."""

    def __init__(self, folder: Path, writer: str, now: datetime | None = None) -> None:
        self._file = folder / f"{writer}.jsonl"
        self._now = now
        self.entries: dict[str, Entry] = {}
        for event in sorted(_events(folder), key=lambda event: event["at"]):
            self._apply(event)

    def add(self, articles: Iterable[Article]) -> list[Addition]:
        """Add what is new, complete what lacked something; an article of the same words or link is the same one."""
        additions, events = [], []
        by_link = {link_key(e.article.link): e.article.id for e in self.entries.values() if e.article.link}
        for article in articles:
            known = self.entries.get(article.id) or self.entries.get(by_link.get(link_key(article.link), ""))
            if known is None:
                event = {"event": "added", "id": article.id, "article": article.facts()}
                additions.append(Addition(article=article, outcome="added"))
            elif missing := _completes(known.article, article):
                event = {"event": "edited", "id": known.article.id, "article": missing}
                additions.append(Addition(article=known.article, outcome="completed"))
            else:
                additions.append(Addition(article=known.article, outcome="known"))
                continue
            events.append(self._stamp(event))
            self._apply(events[-1])
            if article.link:
                by_link.setdefault(link_key(article.link), events[-1]["id"])
        self._append(events)
        return [replace(addition, article=self.entries[addition.article.id].article) for addition in additions]

    def edit(self, id: str, facts: Mapping[str, Any]) -> Article:
        """Replace some facts of an article."""
        self._record({"event": "edited", "id": id, "article": dict(facts)})
        return self.entries[id].article

    def decide(self, id: str, decision: Decision, reason: str = "") -> None:
        """Hold, drop or restore an article."""
        self._record({"event": decision.value, "id": id, "reason": reason})

    def find(self, prefix: str) -> Entry:
        """Return the one entry whose id begins with *prefix*."""
        found = [entry for id, entry in self.entries.items() if id.startswith(prefix.lower())]
        if len(found) == 1 and prefix:
            return found[0]
        if not found:
            raise PoolError(f'no article of the pool has the id "{prefix}"', "newsletter pool list shows them")
        ids = ", ".join(entry.article.id for entry in found[:5])
        raise PoolError(f'"{prefix}" begins {len(found)} ids: {ids}', "type a letter more")

    def _record(self, event: dict[str, Any]) -> None:
        stamped = self._stamp(event)
        self._append([stamped])
        self._apply(stamped)

    def _stamp(self, event: dict[str, Any]) -> dict[str, Any]:
        now = self._now or datetime.now(UTC)
        return {"at": now.isoformat(timespec="microseconds"), **event}

    def _append(self, events: Sequence[Mapping[str, Any]]) -> None:
        lines = [_line(event) for event in events]
        if not lines:
            return
        try:
            self._file.parent.mkdir(parents=True, exist_ok=True)
            before = self._file.read_bytes() if self._file.exists() else b""
            torn = b"\n" if before and not before.endswith(b"\n") else b""
            with self._file.open("ab") as file:
                file.write(torn + b"".join(lines))
        except OSError as cause:
            todo = "make room, or look at the folder and its permissions"
            raise FileError(f"it cannot be written ({cause.strerror or cause})", todo, where=self._file) from cause

    def _apply(self, event: Mapping[str, Any]) -> None:
        id, entry = event["id"], self.entries.get(event["id"])
        if event["event"] == "added":
            if entry is None:
                self.entries[id] = Entry(article=Article(id=id).with_facts(event["article"]), added=event["at"])
        elif entry and event["event"] == "edited":
            self.entries[id] = replace(entry, article=entry.article.with_facts(event["article"]))
        elif entry:
            self.entries[id] = replace(entry, decision=Decision(event["event"]), reason=event.get("reason", ""))


def _completes(known: Article, article: Article) -> dict[str, Any]:
    """Return the facts of *article* that *known* lacks."""
    had = known.facts()
    return {
        name: value
        for name, value in article.facts().items()
        if name not in had and name not in ("found", "drafted_by")
    }


def excess(article: Article) -> int:
    """Return how many bytes *article* has too many for a line of the pool; 0 when it fits."""
    stamp = datetime.now(UTC).isoformat(timespec="microseconds")
    event = {"at": stamp, "event": "completed", "id": article.id, "article": article.facts()}
    return max(len(_written(event)) - LINE_LIMIT, 0)


def _written(event: Mapping[str, Any]) -> bytes:
    return json.dumps(event, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"


def _line(event: Mapping[str, Any]) -> bytes:
    line = _written(event)
    if len(line) > LINE_LIMIT:
        title = excerpt(event.get("article", {}).get("title") or event["id"], 60)
        what = f'"{title}" takes {len(line):,} bytes; a line of the pool holds {LINE_LIMIT:,}'
        raise PoolError(what, "shorten its why and key points; the pool keeps notes on articles, not articles")
    return line


def _events(folder: Path) -> Iterable[dict[str, Any]]:
    for path in sorted(folder.glob("*.jsonl")):
        for number, line in enumerate(path.read_text(encoding="utf-8", errors="replace").split("\n"), 1):
            if line.strip():
                yield _event(line, path, number)


def _event(line: str, path: Path, number: int) -> dict[str, Any]:
    try:
        event: dict[str, Any] = json.loads(line)
        if not all(isinstance(event[name], str) for name in ("at", "event", "id")):
            raise TypeError("time, event and id are texts")
        if event["event"] in ("added", "edited"):
            Article(id=event["id"]).with_facts(event["article"])
        else:
            Decision(event["event"])
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as cause:
        what = "this line of the pool cannot be read"
        raise PoolError(what, "mend it, or take it out; git log has it as it was", where=path, line=number) from cause
    return event


def writer_name(user: str, host: str) -> str:
    """Return the name of a writer's file: letters, digits and hyphens of *user* and *host*."""
    return re.sub(r"[^a-z0-9]+", "-", f"{user}-{host.partition('.')[0]}".lower()).strip("-") or "writer"
