"""What a mailing needs of the ledger; the room ``store`` has one."""

from collections.abc import Sequence
from typing import Protocol

from newsletter.model.delivery import Balance, Delivery


class Ledger(Protocol):
    """Where one run over a mailing records each delivery, before and after.

    ::

        queued | deferred ──begin──► sending ──record──► accepted | deferred | refused | in_doubt
        queued | deferred ──record──► deferred | refused          (the server never said 354)
        queued | deferred ──claim, begin──► excluded              (no consent any more)

    Every move is guarded by the state that it starts from, and is on the disk when the call returns.
    """

    def claim(self, limit: int) -> Sequence[Delivery]:
        """Lease up to *limit* queued or deferred deliveries that are due and that this run has not had yet.

        Whoever has no consent any more becomes excluded and is not among them. None left is an empty sequence.
        """

    def begin(self, delivery: Delivery) -> bool:
        """Commit that the body is about to go out; False if it may not: it became excluded, or is not ours any more."""

    def record(self, delivery: Delivery) -> None:
        """Commit the outcome: the state of *delivery* and the server's words in it."""

    def balance(self) -> Balance:
        """Return how many deliveries of the issue stand where."""
