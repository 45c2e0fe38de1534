"""Proves which of our mails a report is about: what proves nothing changes nothing.

::

    its marks, the return path first ──token holds──► the mail that it is of
    no mark holds, but a provider vouches for it ───► the last mail to the address it names
    neither, and the operator takes its word ───────► the same
    neither ────────────────────────────────────────► none: anybody can write that somebody's mailbox is gone
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from newsletter.model.bounce import Sent
from newsletter.returning.mark import Mark, Place
from newsletter.returning.report import Kind, Report


class Ledger(Protocol):
    """Where the mails are that left."""

    def to_subscriber(self, issue: int, number: int) -> Sent | None:
        """Return the mail of *issue* to the subscriber with that number."""

    def to_address(self, issue: int, address: str) -> Sent | None:
        """Return the mail of *issue* to *address*."""

    def latest(self, address: str) -> Sent | None:
        """Return the last mail that left for *address*, of whichever issue."""


class Proof(StrEnum):
    """What a report is believed for."""

    TOKEN = "token"  # noqa: S105 - a word
    """A mark of ours is in it that nobody else can make."""
    PROVIDER = "provider"
    """Whoever brought it knows of our mail, and has proved who it is."""
    WORD = "its word"
    """Nothing: the operator said that its word is enough."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Proved:
    """The mail that a report is about, and what it is believed for."""

    sent: Sent
    proof: Proof


def prove(report: Report, ledger: Ledger, keys: Sequence[bytes], *, unproven: bool = False) -> Proved | None:
    """Return which mail *report* is about; None if nothing proves that it is about one.

    :param keys: the newsletter's secrets, the newest first.
    :param unproven: the operator takes the word of a report, if its address was really sent to.
    """
    for mark in report.marks:
        if mark.place is Place.TICKET and report.kind not in (Kind.COMPLAINT, Kind.UNSUBSCRIBE):
            continue
        for sent in _candidates(mark, report, ledger):
            if any(mark.proved_by(key, sent.address) for key in keys):
                return Proved(sent=sent, proof=Proof.TOKEN)
    if report.vouched or unproven:
        for address in _named(report):
            if sent_last := ledger.latest(address):
                return Proved(sent=sent_last, proof=Proof.PROVIDER if report.vouched else Proof.WORD)
    return None


def _candidates(mark: Mark, report: Report, ledger: Ledger) -> Iterator[Sent]:
    if mark.subscriber is not None:
        found = ledger.to_subscriber(mark.issue, mark.subscriber)
        if found:
            yield found
        return
    for address in _named(report):
        if found := ledger.to_address(mark.issue, address):
            yield found


def _named(report: Report) -> tuple[str, ...]:
    return tuple(address for address in (report.address, *report.also)[:10] if address)
