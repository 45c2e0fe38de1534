"""A subscriber, and what they consented to."""

from dataclasses import dataclass
from enum import StrEnum

from newsletter.model.address import Address


class Consent(StrEnum):
    """Where a subscription stands: pending → confirmed → unsubscribed. Only the confirmed get mail."""

    PENDING = "pending"
    CONFIRMED = "confirmed"
    UNSUBSCRIBED = "unsubscribed"


@dataclass(frozen=True, kw_only=True, slots=True)
class Subscriber:
    """A person with an address.

    :param number: the database's number for them; it is in their unsubscribe links.
    """

    number: int
    address: Address


@dataclass(frozen=True, kw_only=True, slots=True)
class Subscription:
    """One subscriber on one list.

    :param basis: what the consent rests on, in the words of whoever recorded it.
    :param since: when the consent came to stand so, ISO 8601 in UTC.
    """

    subscriber: Subscriber
    list: str
    consent: Consent
    basis: str
    since: str
