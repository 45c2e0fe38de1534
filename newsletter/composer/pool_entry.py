"""An article of the pool, and what was decided about it."""

from dataclasses import dataclass

from newsletter.composer.pool_event import Decision
from newsletter.model.article import Article


@dataclass(frozen=True, kw_only=True, slots=True)
class Entry:
    """An article of the pool.

    :param reason: why it was held or dropped.
    :param added: when it came in, ISO 8601 in UTC.
    :param decided: when it was held, dropped or restored; empty when nobody has decided.
    """

    article: Article
    decision: Decision = Decision.NEW
    reason: str = ""
    added: str = ""
    decided: str = ""

    @property
    def verdict(self) -> str:
        """What was decided, when and why: "dropped on 2026-11-20: too old"; empty for what is new."""
        if self.decision is Decision.NEW:
            return ""
        day = f" on {self.decided[:10]}" if self.decided else ""
        return f"{self.decision.value}{day}{f': {self.reason}' if self.reason else ''}"


@dataclass(frozen=True, kw_only=True, slots=True)
class Addition:
    """What adding one article did: "added", "completed" with what was missing, or "known" already.

    :param entry: the article as it stands in the pool now, with what was decided about it.
    """

    entry: Entry
    outcome: str

    @property
    def article(self) -> Article:
        """The article as it stands in the pool now."""
        return self.entry.article
