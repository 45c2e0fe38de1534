"""A notice: mail to one person about their subscription, which they or somebody on a page asked for."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any


class NoticeKind(StrEnum):
    """What a notice is about."""

    CONFIRM = "confirm"
    """Asks whether it was really they who subscribed."""
    KNOWN = "known"
    """Somebody subscribed an address that is on the lists already."""
    ADDRESS = "address"
    """Asks at a new address whether the change is theirs."""
    LINK = "link"
    """The way to their preferences."""
    KEPT = "kept"
    """All that is kept about them."""


VALID = timedelta(days=7)
"""How long the link of a notice holds; then it is not sent any more either."""
APART = timedelta(hours=1)
"""The least time between two notices of one kind to one address: nobody can have somebody's mailbox filled."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Notice:
    """One notice.

    :param subscriber: whom it is about.
    :param address: where it goes.
    :param folded: the key of *address*.
    :param facts: what it says: values that JSON can hold.
    :param created: aware, as *sent_at* is, which is None until it was sent.
    :param attempts: how often it was tried.
    """

    number: int
    kind: NoticeKind
    subscriber: int
    address: str
    folded: str
    facts: Mapping[str, Any]
    created: datetime
    attempts: int = 0
    sent_at: datetime | None = None

    def holds(self, now: datetime) -> bool:
        """Whether its link is still good."""
        return now < self.created + VALID
