"""What a mail that came back says: which kind of report, about whom, and what of ours is in it to prove that."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from newsletter.returning.mark import Mark


class Kind(StrEnum):
    """What a mail is that came back."""

    BOUNCE = "bounce"
    """It could not be delivered, and nobody tries any more (RFC 3464 §2.3.3, "failed")."""
    DELAY = "delay"
    """It is still being tried."""
    COMPLAINT = "complaint"
    """A reader called it spam (RFC 5965)."""
    UNSUBSCRIBE = "unsubscribe"
    """A reader asks to get no more, by the address that our mails have for it."""
    DELIVERED = "delivered"
    """A report of success: there is nothing to do."""
    AUTO_REPLY = "auto-reply"
    """A machine answers for a person who is away (RFC 3834)."""
    OTHER = "other report"
    """A report that is none of these, or that nobody can read."""
    MAIL = "mail"
    """A person's."""


ABOUT_READERS = (Kind.BOUNCE, Kind.DELAY, Kind.COMPLAINT, Kind.UNSUBSCRIBE)
"""The kinds that are recorded; all else is left alone."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Report:
    """One thing that is said about one reader.

    :param kind: one of :data:`ABOUT_READERS`.
    :param id: the same whenever and however the same report is read again: what makes reading twice harmless.
    :param address: whom it names; empty where it names nobody.
    :param also: other addresses by which the mail may be found: the original recipient, the returned mail's To.
    :param status: "5.1.1" (RFC 3463), as precise as the report is; empty where it has no code.
    :param words: the server's own, on one line.
    :param marks: what of ours is in it; each proves something or nothing.
    :param at: when it was written, by its own word; aware, or None.
    :param partial: others whom the same mail went on to are said to have got it.
    :param vouched: whoever brought it has proved to know of our mail, so that its address counts: a provider's webhook.
    """

    kind: Kind
    id: str
    address: str = ""
    also: tuple[str, ...] = ()
    status: str = ""
    words: str = ""
    marks: tuple[Mark, ...] = ()
    at: datetime | None = None
    partial: bool = False
    vouched: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Returned:
    """A mail that came back, read.

    :param kind: of the gravest report in it, or of the mail if it has none.
    :param reports: one for each reader that it is about.
    """

    kind: Kind
    reports: tuple[Report, ...] = ()

    @classmethod
    def of(cls, reports: Sequence[Report]) -> "Returned":
        """Return *reports*, of which there is one at least."""
        return cls(kind=min((r.kind for r in reports), key=ABOUT_READERS.index), reports=tuple(reports))
