"""What a mailing needs of the ledger; the room ``store`` has one."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from newsletter.model.delivery import Balance, Committed, Delivery, Spent


class Ledger(Protocol):
    """Where one run over a mailing records each delivery, before and after.

    ::

        queued | deferred ──intent───► sending ──outcome──► accepted | deferred | refused | in_doubt
        queued | deferred ──outcome──► deferred | refused          (the server never said 354)
        queued | deferred ──claim, intent──► excluded              (no consent any more, or suppressed)

    Every move is guarded by the state that it starts from, and is on the disk when the call returns.
    """

    def claim(self, limit: int) -> Sequence[Delivery]:
        """Lease up to *limit* queued or deferred deliveries that are due and that this run has not had yet.

        Whoever has no consent any more becomes excluded and is not among them. None left is an empty sequence.
        """

    def commit(self, outcomes: Sequence[Delivery], intents: Sequence[Delivery]) -> Committed:
        """Commit *outcomes* and then *intents*, all in one transaction.

        An outcome is a delivery with the state that it has now and the server's words; one that was not sending before
        counts as an attempt too. An intent is a claimed delivery whose body is about to go out.
        """

    def postpone(self, deliveries: Sequence[Delivery], until: datetime, words: str) -> None:
        """Commit that claimed *deliveries* are to be tried at *until*, for no fault of theirs: it is no attempt."""

    def balance(self) -> Balance:
        """Return how many deliveries of the issue stand where."""


class Traffic(Protocol):
    """How much each mail server was given, also by earlier runs: limits by hour and day outlive a process."""

    def spent(self, profile: str, since: datetime) -> Sequence[Spent]:
        """Return what *profile* was given in the minutes after *since*, oldest first."""

    def first_day(self, profile: str) -> datetime | None:
        """Return when *profile* was given its first message ever; None if it never was."""

    def spend(self, profile: str, minute: datetime, messages: int) -> None:
        """Add *messages* to what *profile* was given in *minute*."""
