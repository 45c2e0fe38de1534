"""How much mail each receiving domain gets at a time: more while it takes it, half when it asks for less."""

from collections import deque
from dataclasses import dataclass, field
from typing import Final

from newsletter.sender.options import SmtpProfile
from newsletter.sender.pacing import TokenBucket

PATIENCE: Final = 5
"""Requests for less in a row, to a domain that gets one message at a time, before it is left alone: a single 4.7.1 is
most often greylisting, which wants every reader's message tried once."""
PAUSE: Final = 60.0
"""Seconds that such a domain is left alone; doubled each time."""
LONGEST_PAUSE: Final = 3600.0
POLICY_PAUSE: Final = 900.0
"""Seconds that a domain is left alone which refuses us by policy (5.7.x): more of the same only makes it worse."""
POLICY_SHARE: Final = (5, 100)
"""So many refusals by policy among so many answers are not one reader's filter."""


@dataclass(slots=True)
class _Domain:
    """What is known of one domain.

    :ivar limit: messages on their way at once; None while it never asked for less.
    :ivar answers: the last ones, True for a refusal by policy.
    """

    active: int = 0
    limit: float | None = None
    complaints: int = 0
    pauses: int = 0
    paused_until: float = 0.0
    bucket: TokenBucket | None = None
    answers: deque[bool] = field(default_factory=lambda: deque(maxlen=POLICY_SHARE[1]))


class Domains:
    """The receiving domains of a run: additive increase, multiplicative decrease, each by itself.

    :param profile: its limits for one domain.
    """

    def __init__(self, profile: SmtpProfile) -> None:
        self._most = profile.domain_connections
        self._per_minute = profile.domain_per_minute
        self._known: dict[str, _Domain] = {}

    def take(self, name: str, now: float) -> bool:
        """Begin a message to the domain *name*, if it may get one more at *now*."""
        domain = self._known.get(name)
        if domain is None:
            domain = self._known[name] = _Domain(limit=self._most or None)
            if self._per_minute:
                domain.bucket = TokenBucket(self._per_minute, now)
        if domain.paused_until > now or (domain.limit is not None and domain.active >= int(domain.limit)):
            return False
        if domain.bucket and not domain.bucket.take(now):
            return False
        domain.active += 1
        return True

    def paused_until(self, name: str, now: float) -> float | None:
        """Return until when the domain *name* is to be left alone; None if it is not."""
        domain = self._known.get(name)
        return domain.paused_until if domain and domain.paused_until > now else None

    def ended(self, name: str) -> None:
        """Take note that a message to *name* is not on its way any more."""
        if domain := self._known.get(name):
            domain.active -= 1

    def accepted(self, name: str) -> None:
        """Take note of a good answer: one more at a time after as many of them."""
        domain = self._known.get(name)
        if domain is None:
            return
        domain.complaints = 0
        if domain.limit is not None and (not self._most or domain.limit < self._most):
            domain.limit += 1 / max(domain.limit, 1.0)
            domain.pauses = 0
        if domain.answers:
            domain.answers.append(False)

    def too_fast(self, name: str, now: float) -> None:
        """Take note that the domain wants less: half as much at a time, or nothing for a while."""
        domain = self._known.setdefault(name, _Domain())
        before = domain.limit if domain.limit is not None else float(domain.active + 1)
        if before <= 1:
            domain.complaints += 1
        if domain.complaints >= PATIENCE:
            domain.complaints = 0
            domain.paused_until = now + min(PAUSE * 2**domain.pauses, LONGEST_PAUSE)
            domain.pauses += 1
        domain.limit = max(1.0, before / 2)

    def refused_by_policy(self, name: str, now: float) -> bool:
        """Take note of a 5.7.x; whether it was one too many, and the domain is paused."""
        domain = self._known.setdefault(name, _Domain())
        domain.answers.append(True)
        if sum(domain.answers) < POLICY_SHARE[0]:
            return False
        domain.answers.clear()
        domain.paused_until = now + POLICY_PAUSE
        return True
