"""Traffic in memory: what a server was given, for tests of its limits."""

from datetime import datetime

from newsletter.model.delivery import Spent


class PaperTraffic:
    """Traffic in memory."""

    def __init__(self, *spent: Spent) -> None:
        self.notes = list(spent)

    def spent(self, profile: str, since: datetime) -> list[Spent]:
        return [note for note in self.notes if note.minute > since]

    def first_day(self, profile: str) -> datetime | None:
        return min((note.minute for note in self.notes), default=None)

    def spend(self, profile: str, minute: datetime, messages: int) -> None:
        self.notes.append(Spent(minute=minute, messages=messages))
