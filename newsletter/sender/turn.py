"""One commit for all connections in each turn of the loop: outcomes first, then intents, and then the bodies go."""

import asyncio
from collections.abc import Callable, Sequence
from typing import Final

from newsletter.model.delivery import Delivery, State
from newsletter.sender.dispatch import Carrier, Envelope
from newsletter.sender.ledger import Ledger

PATIENCE: Final = 0.002
"""Seconds that a commit may wait for company."""
COMPANY: Final = 3
"""Messages that must be likely to come in that time: to a distant server each message's time counts, not the disk's."""


class Turn:
    """What the ledger is to be told at the end of this turn.

    :param told: hears the outcomes that a commit brought onto the disk, the excluded among them.
    :param stopped: is called when the ledger says that somebody asked to stop.
    :param failed: is called with what a commit raised; its outcomes are kept for :meth:`flush`, its bodies never go.
    """

    def __init__(
        self,
        ledger: Ledger,
        *,
        told: Callable[[Sequence[Delivery]], None],
        stopped: Callable[[], None],
        failed: Callable[[BaseException], None],
    ) -> None:
        self._ledger = ledger
        self._loop = asyncio.get_running_loop()
        self._told = told
        self._stopped = stopped
        self._failed = failed
        self._outcomes: list[Delivery] = []
        self._intents: list[tuple[Carrier, Envelope]] = []
        self._due = False
        self._gathered = 0
        self._since = 0.0
        self._pace = 0.0  # outcomes a second
        self._flushed_at = self._loop.time()
        self._out = 0

    def outcome(self, delivery: Delivery, *, was_out: bool = False) -> None:
        """Have *delivery* recorded as it stands now; *was_out* says that its body was."""
        self._out -= was_out
        self._outcomes.append(delivery)
        self._soon()

    def intend(self, connection: Carrier, envelope: Envelope) -> None:
        """Have it recorded that *envelope* is being sent; its body goes when that is on the disk."""
        self._intents.append((connection, envelope))
        self._soon()

    def flush(self) -> None:
        """Commit what there is; a connection that has ended meanwhile has taken its message back."""
        self._due = False
        outcomes, self._outcomes = self._outcomes, []
        intents = [(connection, envelope) for connection, envelope in self._intents if not connection.closed]
        self._intents = []
        if not outcomes and not intents:
            return
        try:
            committed = self._ledger.commit(outcomes, [envelope.delivery for _, envelope in intents])
        except BaseException as error:
            self._outcomes = outcomes + self._outcomes
            for connection, _ in intents:
                connection.withhold()
            self._failed(error)
            return
        self._out += len(intents) - len(committed.forbidden)
        self._measure(len(outcomes))
        if not committed.forbidden:
            for connection, _ in intents:
                connection.go()
        else:
            outcomes += self._part(intents, committed.forbidden)
        if outcomes:
            self._told(outcomes)
        if committed.stop:
            self._stopped()

    def _measure(self, outcomes: int) -> None:
        now = self._loop.time()
        self._pace += 0.2 * (outcomes / max(now - self._flushed_at, 1e-6) - self._pace)
        self._flushed_at = now

    def _part(self, intents: Sequence[tuple[Carrier, Envelope]], forbidden: frozenset[int]) -> list[Delivery]:
        """Let go what may, and return the others, who are excluded."""
        excluded = []
        for connection, envelope in intents:
            if envelope.delivery.number in forbidden:
                connection.withhold()
                excluded.append(envelope.delivery.now(State.EXCLUDED))
            else:
                connection.go()
        return excluded

    def _soon(self) -> None:
        if not self._due:
            self._due = True
            self._gathered = 0
            self._since = self._loop.time()
            self._loop.call_soon(self._gather)

    def _gather(self) -> None:
        """Wait while more comes in: a commit costs the disk as much for one message as for thirty.

        It waits as long as each turn of the loop brings more, and then for :data:`PATIENCE` at most, where answers
        come thick and fast and fewer have come than are still out.
        """
        if not self._due:
            return
        there = len(self._outcomes) + len(self._intents)
        left = self._since + PATIENCE - self._loop.time()
        if there > self._gathered:
            self._gathered = there
            self._loop.call_soon(self._gather)
        elif there < self._out and left > 0 and self._pace * PATIENCE >= COMPANY:
            self._loop.call_later(left, self._gather)
        else:
            self.flush()
