"""One mail server of a run: its connections, its limits, and how long it is left alone when it is in trouble."""

import asyncio
import random
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Final, Protocol

from newsletter.errors import ServerError
from newsletter.sender.dispatch import Carrier, Envelope
from newsletter.sender.domains import Domains
from newsletter.sender.ledger import Traffic
from newsletter.sender.line import Line
from newsletter.sender.opening import Features, ServerUnavailable, TlsContext, open_line, tls_context
from newsletter.sender.options import SmtpProfile
from newsletter.sender.pacing import Pace
from newsletter.sender.smtp import Connection
from newsletter.sender.verdict import Verdict

PAUSES: Final = (2.0, 10.0, 30.0, 60.0, 120.0)
"""Seconds before each further try to come back to a server after the first one, which is made at once."""


class Run(Protocol):
    """What the servers of a run share."""

    def next(self, server: "Server") -> Envelope | None:
        """Return a message for *server*; None if there is none, now."""

    def intend(self, connection: Carrier, envelope: Envelope) -> None:
        """Hear that a server waits for a body."""

    def judged(self, server: "Server", envelope: Envelope, verdict: Verdict) -> None:
        """Hear the last word on a message."""

    def returned(self, server: "Server", envelope: Envelope, verdict: Verdict | None) -> None:
        """Hear that a message was not begun."""

    def joined(self, server: "Server") -> None:
        """Hear that *server* takes part, from now on or again."""

    def failed(self, error: BaseException) -> None:
        """Hear what ends the run."""

    def look(self) -> None:
        """Hear that something has changed: see who needs what."""


class Server:
    """The server of one profile.

    :param pauses: seconds before each further try to come back to it; then it is given up.
    :ivar share: messages that it took in hand, by its weight.
    :ivar moved_at: when it took the last one, in the loop's time.
    :ivar lost: why it was given up, if it was.
    """

    def __init__(
        self, profile: SmtpProfile, password: str, run: Run, traffic: Traffic | None, pauses: Sequence[float]
    ) -> None:
        self._loop = asyncio.get_running_loop()
        self.profile = profile
        self._password = password
        self._context: TlsContext | None = None
        self._run = run
        self._pauses = (0.0, *pauses)
        self.domains = Domains(profile)
        self.pace = Pace(profile, traffic, now=self._loop.time(), at=datetime.now(UTC))
        self._paced = not self.pace.unlimited
        self._connections: dict[Connection, float] = {}  # and when each was begun
        self._opening: set[asyncio.Task[None]] = set()
        self._limit = float(profile.connections)
        self._troubles = 0
        self._troubled_at = -1.0
        self._alone_until = 0.0
        self._proven = False
        self._delivered = 0
        self.share = 0.0
        self.moved_at = 0.0
        self.lost: ServerError | None = None

    @property
    def gone(self) -> bool:
        """Whether it has no connection, open or opening."""
        return not self._connections and not self._opening

    @property
    def busy(self) -> bool:
        """Whether any of its connections has something in hand."""
        return any(not connection.idle for connection in self._connections)

    @property
    def usable(self) -> bool:
        """Whether it can be given messages now, as far as is known."""
        return self.lost is None and self._loop.time() >= self._alone_until

    def grow(self, wanted: int) -> None:
        """Open connections, up to *wanted* in all: one first, and the others when that one stands."""
        if not self.usable or self.used_up():
            return
        most = min(wanted, int(self._limit)) if self._proven else 1
        for _ in range(most - len(self._connections) - len(self._opening)):
            task = self._loop.create_task(self._open())
            self._opening.add(task)
            task.add_done_callback(self._opening.discard)

    def feed(self) -> None:
        """Offer what there is to the connections that have nothing in hand."""
        for connection in list(self._connections):
            if connection.idle:
                connection.feed()

    def retire(self) -> None:
        """Let the connections that have nothing in hand part, since nothing is left for them."""
        for connection in list(self._connections):
            if connection.idle:
                connection.retire()

    def halt(self) -> None:
        """Begin nothing more: what is past its 354 is brought to its end."""
        for task in list(self._opening):
            task.cancel()
        for connection in list(self._connections):
            connection.halt()

    def drop(self, words: str) -> None:
        """Hang up everywhere."""
        for connection in list(self._connections):
            connection.drop(words)

    def watch(self) -> None:
        """Hang up where an answer, or the other side's reading, has taken too long."""
        now = self._loop.time()
        for connection in list(self._connections):
            if words := connection.overdue(now):
                connection.drop(words)

    def next(self, connection: Carrier) -> Envelope | None:
        """Return what *connection* may offer next."""
        if self._limit < len(self._connections) and self._surplus():
            connection.retire()
            return None
        return self._run.next(self)

    def _surplus(self) -> bool:
        """Whether more connections take messages than it may have now."""
        return sum(not connection.leaving for connection in self._connections) > max(1.0, self._limit)

    def intend(self, connection: Carrier, envelope: Envelope) -> None:
        """Pass on that the server waits for a body."""
        self._run.intend(connection, envelope)

    def judged(self, connection: Carrier, envelope: Envelope, verdict: Verdict) -> None:
        """Learn from a verdict, and pass it on."""
        domain = envelope.domain
        self.domains.ended(domain)
        if verdict.good:
            self._delivered += 1
            if self._troubles:
                self._troubles, self.lost = 0, None
            if self._limit < self.profile.connections:
                self._limit += 1 / self._limit
            self.domains.accepted(domain)
        elif verdict.too_fast:
            self.domains.too_fast(domain, self._loop.time())
        elif verdict.policy:
            self.domains.refused_by_policy(domain, self._loop.time())
        self._run.judged(self, envelope, verdict)

    def returned(self, connection: Carrier, envelope: Envelope, verdict: Verdict | None) -> None:
        """Learn from a message that was not begun, and pass it on."""
        self.domains.ended(envelope.domain)
        if verdict and verdict.too_fast:
            self.domains.too_fast(envelope.domain, self._loop.time())
        self._run.returned(self, envelope, verdict)

    def withheld(self, connection: Carrier, envelope: Envelope) -> None:
        """Take note that a message is not on its way any more."""
        self.domains.ended(envelope.domain)

    def parted(self, connection: Carrier, words: str, fault: ServerError | None) -> None:
        """Take note that a connection has ended."""
        begun = next((at for one, at in self._connections.items() if one is connection), 0.0)
        self._connections = {one: at for one, at in self._connections.items() if one is not connection}
        if fault:
            self._run.failed(fault)
        elif words and not connection.served:
            todo = "what it accepted is recorded; go on when the server is well"
            self._trouble(ServerUnavailable(f"the line broke: {words}", todo, where=self.profile.server), begun)
        self._run.look()

    def count(self) -> None:
        """Write down how many messages it was given since the last call."""
        delivered, self._delivered = self._delivered, 0
        self.pace.count(delivered, datetime.now(UTC))
        self.pace.write()

    def has_leave(self) -> bool:
        """Whether its limits leave room for a message now."""
        return not self._paced or self.pace.ready(self._loop.time(), datetime.now(UTC))

    def take(self) -> None:
        """Take note of a message that it is given; its limits had room for it."""
        self.moved_at = self._loop.time()
        self.share += 1 / (self.profile.weight or 1)
        if self._paced:
            self.pace.take(self.moved_at, datetime.now(UTC))

    def used_up(self) -> datetime | None:
        """Return when its limits open again, if an hour or a day is used up."""
        return self.pace.used_up(datetime.now(UTC)) if self._paced else None

    async def _open(self) -> None:
        begun = self._loop.time()
        try:
            if self._context is None:
                self._context = await tls_context(self.profile)
            self._begin(begun, *await open_line(self.profile, self._password, self._context))
        except ServerUnavailable as cause:
            self._trouble(cause, begun)
        except Exception as cause:
            self._run.failed(cause)
        self._loop.call_soon(self._run.look)

    def _begin(self, begun: float, line: Line, features: Features) -> None:
        self._proven = True
        if not self._connections:
            self._run.joined(self)
        connection = Connection(line, features, self.profile, self)
        self._connections[connection] = begun
        connection.feed()

    def _trouble(self, cause: ServerError, begun: float) -> None:
        """Leave the server alone for a while; ten lines that break together are one trouble.

        :param begun: when the line was begun; what was begun before the last trouble belongs to that one.
        """
        now = self._loop.time()
        if begun <= self._troubled_at or self.lost:
            return
        self._troubled_at = now
        self._limit = max(1.0, self._limit / 2)
        if self._troubles >= len(self._pauses):
            self.lost = cause
            return
        self._alone_until = now + self._pauses[self._troubles] * random.uniform(0.8, 1.2)  # noqa: S311
        self._troubles += 1
