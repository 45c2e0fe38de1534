"""What bounces say of an address, and what becomes of it: decided here, without mail and database."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from itertools import takewhile

NOBODY = ("5.1.1", "5.1.3", "5.1.6", "5.1.10")
"""Codes that say so: no such mailbox, no such address, moved without a new one (RFC 3463 §3.2), null MX (RFC 7505)."""

IN_A_ROW = 5
"""Issues that came back one after the other: then the address gets no more."""
LONG = timedelta(days=30)
"""The same for issues that came back one after the other over so long a time, however many they were."""


class EventKind(StrEnum):
    """What came back about a delivery, beside its state."""

    BOUNCED = "bounced"
    """Nobody got it."""
    DELAYED = "delayed"
    """A server on the way is still trying."""
    COMPLAINED = "complained"
    """The reader called it spam."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Sent:
    """A mail that left, as what came back about it is compared with.

    :param delivery: the number of its row in the ledger.
    :param address: where it went, as the ledger froze it.
    :param started: when its mailing did; aware.
    """

    delivery: int
    issue: int
    list: str
    subscriber: int
    address: str
    started: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class DeliveryEvent:
    """One thing that came back about a delivery.

    :param at: when it happened, aware.
    :param status: "5.1.1" (RFC 3463); empty where there is no code.
    :param words: the far server's, or whose report it is.
    :param report: of which report it is: the same one counts once.
    :param partial: others whom that mail went on to got it.
    """

    kind: EventKind
    at: datetime
    status: str
    words: str
    report: str
    partial: bool = False


class Severity(StrEnum):
    """What one bounce says of the address."""

    NOBODY = "nobody is there"
    """It is suppressed at once."""
    SOFT = "not this time"
    """Full, out of reach, or for no known reason: one says nothing, many in a row do."""
    MESSAGE = "not this mail"
    """Policy, spam, size, the sender's address: it says nothing of the reader's."""


def severity(status: str) -> Severity:
    """Return what the code *status* says of the address: "5.1.1" (RFC 3463), "550", or empty for none."""
    if status in NOBODY:
        return Severity.NOBODY
    subject = status.partition(".")[2]
    # x.7 is policy and security, x.6 conversion; x.3.4 too big for the system, x.2.3 for the mailbox; x.1.7 and x.1.8
    # are about the sender's address (RFC 3463 §3).
    if subject.startswith(("7.", "6.")) or subject in ("3.4", "2.3", "1.7", "1.8"):
        return Severity.MESSAGE
    return Severity.SOFT


@dataclass(frozen=True, kw_only=True, slots=True)
class Past:
    """What became of one issue for one address.

    :param at: when its mailing started.
    :param bounced: whether it came back, or was refused; None where that says nothing of the address.
    """

    at: datetime
    bounced: bool | None


def row_around(history: Sequence[Past], index: int) -> tuple[Past, ...]:
    """Return the bounces before and after that at *index* that no issue which arrived stands between."""
    before = takewhile(lambda past: past.bounced is not False, reversed(history[:index]))
    after = takewhile(lambda past: past.bounced is not False, history[index:])
    return tuple(past for past in (*reversed(list(before)), *after) if past.bounced)


def is_dead(status: str, history: Sequence[Past], index: int, *, partial: bool = False) -> bool:
    """Return whether an address is to get no more mail, after the bounce *status* of its issue at *index*.

    :param history: its issues, oldest first, the bounce included.
    :param partial: others whom that mail went on to got it, so that it is no proof that nobody is there.
    """
    found = severity(status)
    if found is Severity.MESSAGE:
        return False
    if found is Severity.NOBODY and not partial:
        return True
    row = row_around(history, index)
    return len(row) >= IN_A_ROW or (len(row) > 1 and row[-1].at - row[0].at >= LONG)
