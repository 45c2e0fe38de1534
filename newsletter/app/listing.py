"""Lists the articles of the pool, or the candidates beside it, each with its state."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

from newsletter.app.newsletter import Newsletter
from newsletter.composer.picking import state_of
from newsletter.composer.pool import Decision, Entry
from newsletter.composer.sitting import age_in_days, held_words


@dataclass(frozen=True, kw_only=True, slots=True)
class Row:
    """An article, and how it stands.

    :param state: "new", "held", "dropped", "picked 42", "sent 41" or "candidate".
    :param days: since it was held or dropped, or else since it came in.
    """

    entry: Entry
    state: str
    days: int

    @property
    def shown(self) -> str:
        """The state as a list has it: what is held has its age."""
        return held_words(self.days) if self.state == "held" else self.state


def listed(newsletter: Newsletter, state: str = "", now: datetime | None = None) -> Iterator[Row]:
    """Yield what is in *state*, in the order in which it came; empty is all of the pool."""
    now = now or datetime.now(UTC)
    for entry, stands in _candidates(newsletter) if state == "candidate" else _pooled(newsletter, state):
        yield Row(entry=entry, state=stands, days=age_in_days(entry.decided or entry.added, now))


def _pooled(newsletter: Newsletter, state: str) -> Iterator[tuple[Entry, str]]:
    past = newsletter.past()
    decisions = [Decision(state)] if state in ("new", "held", "dropped") else list(Decision)
    for entry in newsletter.pool().of(*decisions):
        if (stands := state_of(entry, past)).startswith(state):
            yield entry, stands


def _candidates(newsletter: Newsletter) -> Iterator[tuple[Entry, str]]:
    if not newsletter.has_database():
        return
    from newsletter.store.candidates import CandidateStore

    pooled = newsletter.pool()
    for candidate in CandidateStore(newsletter.database).waiting():
        if pooled.has(candidate.article.id):
            continue  # the pool has it, and what was decided
        yield Entry(article=candidate.article, added=candidate.seen_at.isoformat(timespec="microseconds")), "candidate"
