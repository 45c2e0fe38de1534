"""How fast a server may be given messages: by minute evenly, by hour and day in all, and slowly at first."""

from collections import deque
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

from newsletter.model.delivery import Spent
from newsletter.sender.ledger import Traffic
from newsletter.sender.options import SmtpProfile

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


class TokenBucket:
    """Lets through so many a minute, evenly: a second's worth at once at most.

    :param per_minute: tokens that come in, on average and at most.
    :param now: in seconds of any clock that never goes back.
    """

    def __init__(self, per_minute: float, now: float) -> None:
        self._most = max(1.0, per_minute / 60)
        # What is let through at once counts in the minute that it begins.
        self._rate = (per_minute - (self._most - 1)) / 60
        self._tokens = self._most
        self._at = now

    def ready(self, now: float) -> bool:
        """Whether there is a token."""
        self._tokens = min(self._most, self._tokens + (now - self._at) * self._rate)
        self._at = now
        return self._tokens >= 1

    def take(self, now: float) -> bool:
        """Take a token, if there is one."""
        if not self.ready(now):
            return False
        self._tokens -= 1
        return True


class Allowance:
    """A number of messages for any span of a length, counted by the minute; it never allows more than that.

    :param most: messages in any *span*.
    :param spent: what earlier runs used up of it, oldest first.
    """

    def __init__(self, most: int, span: timedelta, spent: Iterable[Spent] = ()) -> None:
        self._most = most
        self._minutes = int(span.total_seconds()) // 60
        self._spent = deque((_minute(part.minute), part.messages) for part in spent)
        self._total = sum(messages for _, messages in self._spent)

    def left(self, at: datetime) -> int:
        """Return how many may go at *at*."""
        # A minute counts until its last second is as old as the span.
        oldest = _minute(at) - self._minutes
        while self._spent and self._spent[0][0] < oldest:
            self._total -= self._spent.popleft()[1]
        return max(0, self._most - self._total)

    def take(self, at: datetime) -> None:
        """Count a message."""
        minute = _minute(at)
        if self._spent and self._spent[-1][0] >= minute:  # also after the clock was set back
            self._spent[-1] = (self._spent[-1][0], self._spent[-1][1] + 1)
        else:
            self._spent.append((minute, 1))
        self._total += 1

    def opens_at(self) -> datetime | None:
        """Return when the oldest messages stop counting; None if none count."""
        return datetime.fromtimestamp((self._spent[0][0] + self._minutes + 1) * 60, UTC) if self._spent else None


class Pace:
    """All limits of one profile together.

    :param now: in seconds of the loop's clock.
    :param at: the time of day, aware: what the ledger remembers is counted by it.
    """

    def __init__(self, profile: SmtpProfile, traffic: Traffic | None, *, now: float, at: datetime) -> None:
        self._bucket = TokenBucket(profile.per_minute, now) if profile.per_minute else None
        self._allowances: list[Allowance] = []
        self._traffic = traffic
        self._name = profile.name
        self._unwritten: dict[datetime, int] = {}
        limits = [(profile.per_hour, HOUR), (_most_of_day(profile, traffic, at), DAY)]
        for most, span in limits:
            if most:
                spent = traffic.spent(profile.name, at - span - timedelta(minutes=1)) if traffic else ()
                self._allowances.append(Allowance(most, span, spent))
        self._counted = traffic is not None

    @property
    def unlimited(self) -> bool:
        """Whether nothing here ever says no."""
        return self._bucket is None and not self._allowances

    def ready(self, now: float, at: datetime) -> bool:
        """Whether there is leave for one message."""
        return all(allowance.left(at) for allowance in self._allowances) and (
            self._bucket is None or self._bucket.ready(now)
        )

    def take(self, now: float, at: datetime) -> bool:
        """Take leave for one message, if there is any."""
        if not self.ready(now, at):
            return False
        if self._bucket:
            self._bucket.take(now)
        for allowance in self._allowances:
            allowance.take(at)
        return True

    def used_up(self, at: datetime) -> datetime | None:
        """Return when there is leave again, if it is used up for the hour or the day; None if it is not."""
        ends = [allowance.opens_at() for allowance in self._allowances if not allowance.left(at)]
        return max((end for end in ends if end), default=None)

    def count(self, messages: int, at: datetime) -> None:
        """Remember that *messages* were handed over, to be written when :meth:`write` is called."""
        if self._counted and messages:
            minute = at.replace(second=0, microsecond=0)
            self._unwritten[minute] = self._unwritten.get(minute, 0) + messages

    def write(self) -> None:
        """Put what was counted into the ledger."""
        for minute, messages in list(self._unwritten.items()):
            if self._traffic:
                self._traffic.spend(self._name, minute, messages)
            del self._unwritten[minute]


def _most_of_day(profile: SmtpProfile, traffic: Traffic | None, at: datetime) -> int:
    """Return the limit of the day, 0 for none: the least of *per_day* and what warming up allows today."""
    limits = [profile.per_day] if profile.per_day else []
    if profile.warm_up:
        first = traffic.first_day(profile.name) if traffic else None
        day = max(0, (at.date() - first.date()).days) if first else 0  # a clock may have been set back
        if day < len(profile.warm_up):
            limits.append(profile.warm_up[day])
    return min(limits, default=0)


def _minute(at: datetime) -> int:
    return int(at.timestamp()) // 60
