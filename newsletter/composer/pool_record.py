"""What all lines about one id say together, whatever the order in which they were read."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from hashlib import blake2b
from typing import Any, NamedTuple

from newsletter.composer.pool_event import Head, addresses_of, article_of, facts_of, may_hold
from newsletter.composer.pool_file import Place, PoolFile
from newsletter.model.article import Article


class Part(NamedTuple):
    """A line that has facts of an article: where it stands, for they are read when somebody asks for them."""

    at: str
    event: str
    file: PoolFile
    place: Place

    def line(self) -> bytes:
        """Read the line."""
        return self.file.line(self.place)

    def facts(self) -> dict[str, Any]:
        """Read its facts, by name."""
        with self.file.said_of(self.place):
            return facts_of(self.line())


@dataclass(slots=True)
class Record:
    """The lines about one id: of an article, or of a mute.

    :ivar parts: those with facts.
    :ivar added: the time of the first that added it; empty when none did.
    :ivar judged: time and line of the last decision; decisions are in this order.
    :ivar event: that decision; *reason* and *id* are as it says them.
    """

    parts: list[Part] = field(default_factory=list)
    added: str = ""
    judged: tuple[str, bytes] = ("", b"")
    event: str = ""
    reason: str = ""
    id: str = ""

    def add(self, part: Part) -> None:
        """Take in a line with facts."""
        self.parts.append(part)
        if part.event == "added":
            self.added = min(self.added or part.at, part.at)

    def judge(self, head: Head, line: bytes) -> None:
        """Take in a decision."""
        if head.at >= self.judged[0] and (order := (head.at, line.strip())) > self.judged:
            self.judged, self.event, self.reason, self.id = order, head.event, head.reason, head.id

    def article(self, id: str) -> Article:
        """Read the article: of facts that were added the first is right, of those that were edited the last."""
        if len(self.parts) == 1:
            part = self.parts[0]
            with part.file.said_of(part.place):
                return article_of(id, part.line())
        facts: dict[str, Any] = {}
        parts = self._in_order()
        for part in (part for part in parts if part.event == "added"):
            facts = part.facts() | facts
        for part in (part for part in parts if part.event == "edited"):
            facts |= part.facts()
        return Article(id=id).with_facts(facts)

    def _in_order(self) -> Sequence[Part]:
        return sorted(self.parts, key=lambda part: (part.at, part.line().strip()))

    def edited_names(self) -> frozenset[str]:
        """Return the names of the facts that somebody has edited."""
        return frozenset(name for part in self.parts if part.event == "edited" for name in part.facts())

    def addressed(self, id: str) -> Article:
        """Read as much of the article as its addresses are."""
        addresses = addresses_of(self.parts[0].line()) if len(self.parts) == 1 else None
        return Article(id=id, link=addresses[0], canonical=addresses[1]) if addresses else self.article(id)

    def may_have(self, traces: Collection[bytes]) -> bool:
        """Whether one of its lines may hold an address with one of these traces."""
        return any(may_hold(part.line(), traces) for part in self.parts)

    def fingerprint(self) -> str:
        """Return a hash of all lines about it."""
        lines = sorted(part.line().strip() for part in self.parts)
        return blake2b(b"\n".join([*lines, self.judged[1]]), digest_size=12).hexdigest()
