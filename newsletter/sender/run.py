"""A run over the open deliveries of a mailing: what its servers, its supply and its ledger have to do with each other.

Before its intent is committed a message can be offered again without harm. From there until its outcome is committed
the ledger says "sending": if the process dies then, that one delivery is in doubt, one for each connection at most.
"""

import asyncio
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final, Protocol

from newsletter.errors import LimitReached
from newsletter.model.delivery import Delivery
from newsletter.sender.alarm import Alarm
from newsletter.sender.dispatch import Carrier, Envelope
from newsletter.sender.ledger import Ledger
from newsletter.sender.server import Server
from newsletter.sender.shares import Shares
from newsletter.sender.supply import AddressedBy, Supply
from newsletter.sender.turn import Turn
from newsletter.sender.verdict import Verdict

if TYPE_CHECKING:  # heavy: imported by who signs
    from newsletter.sender.signing import Signing

TICK: Final = 0.05
"""Seconds between two looks at clocks, limits and the stop flag."""
PATIENCE: Final = 10.0
"""Seconds that a run which is to end waits for the answers to bodies that are out."""
OFFERS: Final = 2
"""A message that was offered so often, and the line broke each time, is deferred: it may be what breaks the line."""

Progress = Callable[[Sequence[Delivery]], None]


class StopFlag(Protocol):
    """Tells that all shall end soon; threading.Event is one, and so is a class that a signal handler sets."""

    def is_set(self) -> bool:
        """Whether it is to end."""


class MailingRun:
    """One run over the open deliveries; the servers' connections call it.

    :param signing: signs messages beside the loop; None: they are as *addressed* makes them.
    :param waiting: how many are open.

    The others are those of :func:`newsletter.sender.mailing.run_mailing`.
    """

    def __init__(
        self,
        ledger: Ledger,
        addressed: AddressedBy,
        signing: "Signing | None",
        progress: Progress,
        stop: StopFlag,
        first: int | None,
        waiting: int,
    ) -> None:
        self._loop = asyncio.get_running_loop()
        self._ledger = ledger
        self._progress = progress
        self._stop = stop
        self._left = waiting if first is None else min(first, waiting)
        self._alarm = Alarm()
        self._turn = Turn(ledger, told=self._told, stopped=self._halt, failed=self.failed)
        self._supply = Supply(
            ledger,
            addressed,
            signing,
            most=first,
            refused=self._turn.outcome,
            woken=self._feed,
        )
        self._failure: BaseException | None = None
        self._halted_at: float | None = None
        self._counted_at = 0.0
        self._over = asyncio.Event()
        self._servers: Sequence[Server] = ()
        self._shares = Shares(())

    async def send_through(self, servers: Sequence[Server]) -> None:
        """Send until nothing is left, or until told to stop; the *servers* are those that call this run."""
        self._servers, self._shares = servers, Shares(servers)
        # What nobody expected in a callback would only be logged, and the run go on without that connection.
        self._loop.set_exception_handler(lambda loop, context: self.failed(_unexpected(context)))
        try:
            self.look()
            while not self._over.is_set():
                self._guard(self._tick)
                try:
                    async with asyncio.timeout(TICK):
                        await self._over.wait()
                except TimeoutError:
                    continue
        finally:
            self._halt()
            for server in self._servers:
                server.drop("")
            self._turn.flush()
            self._guard(self._count)
        if self._failure:
            raise self._failure

    def next(self, server: Server) -> Envelope | None:
        """Return a message for *server*, unless it had its share, or all is to end."""
        if self._ending() or not server.has_leave() or not self._shares.may_take(server, self._loop.time()):
            return None
        try:
            envelope = self._supply.next(server.domains, self._loop.time())
            if envelope is None and not self._supply.more():
                self._loop.call_soon(self.look)
        except Exception as error:  # a connection that asks has a body to send, and others wait to send theirs
            self.failed(error)
            return None
        if envelope is not None:
            server.take()
            if self._shares.waits():
                self._loop.call_soon(self._feed)
        return envelope

    def intend(self, connection: Carrier, envelope: Envelope) -> None:
        """Have the intent committed; the body goes then."""
        if self._ending():
            connection.halt()
        else:
            self._turn.intend(connection, envelope)

    def judged(self, server: Server, envelope: Envelope, verdict: Verdict) -> None:
        """Have the outcome committed."""
        outcome = envelope.delivery.now(verdict.state, verdict.words, verdict.status)
        self._turn.outcome(outcome, was_out=envelope.out)
        if fault := self._alarm.heed(verdict, server.profile.server):
            self.failed(fault)

    def returned(self, server: Server, envelope: Envelope, verdict: Verdict | None) -> None:
        """Offer a message again that was not begun; one that saw the line break twice is deferred."""
        if verdict and not verdict.not_now and envelope.offers >= OFFERS:
            self.judged(server, envelope, verdict)
        elif self._halted_at is None:
            self._supply.give_back(envelope)

    def failed(self, error: BaseException) -> None:
        """End the run with *error*; what is past its 354 is brought to its end first."""
        self._failure = self._failure or error
        self._halt()

    def look(self) -> None:
        """See whether connections are wanted, or none any more, or all is over."""
        if self._halted_at is not None:
            self._end_if_gone()
            return
        if not self._supply.more():
            for server in self._servers:
                server.retire()
            self._end_if_gone()
            return
        for server in self._shares.chosen():
            server.grow(max(1, self._left))
        if all(server.lost for server in self._servers) and all(server.gone for server in self._servers):
            self.failed(next(server.lost for server in self._servers if server.lost))

    def _end_if_gone(self) -> None:
        if all(server.gone for server in self._servers):
            self._over.set()

    def joined(self, server: Server) -> None:
        """Let *server* take part in the sharing."""
        self._shares.join(server, self._loop.time())

    def _feed(self) -> None:
        for server in self._servers:
            server.feed()

    def _ending(self) -> bool:
        """Whether nothing more is to be begun; a signal counts at once, not at the next tick."""
        if self._halted_at is None and self._stop.is_set():
            self._halt()
        return self._halted_at is not None

    def _halt(self) -> None:
        """Begin nothing more from now on; the connections hear of it when those that may go have gone."""
        if self._halted_at is None:
            self._halted_at = self._loop.time()
            self._supply.stop()
            self._loop.call_soon(self._halt_servers)

    def _halt_servers(self) -> None:
        for server in self._servers:
            server.halt()
        self.look()

    def _guard(self, work: Callable[[], None]) -> None:
        """Do *work*; what it raises ends the run, and no body that is out is left without its answer."""
        try:
            work()
        except Exception as error:
            self.failed(error)

    def _tick(self) -> None:
        now = self._loop.time()
        for server in self._servers:
            server.watch()
        if self._ending() and self._halted_at is not None and now - self._halted_at > PATIENCE:
            for server in self._servers:
                server.drop(f"no answer within {PATIENCE:g} s of the end")
        if now - self._counted_at >= 1:
            self._counted_at = now
            self._count()
            self._postpone(now)
        if self._halted_at is None:
            self._stop_where_used_up()
            self._feed()
        self.look()

    def _stop_where_used_up(self) -> None:
        """End the run when the hour or the day of every server is used up and all its answers are there."""
        ends = [server.used_up() for server in self._servers if not server.lost]
        if ends and all(ends) and not any(server.busy for server in self._servers) and self._supply.more():
            opens = min(end for end in ends if end)
            todo = "newsletter work goes on by itself then"
            what = f"the limit of the hour or the day is used up until {opens:%Y-%m-%d %H:%M} UTC"
            self.failed(LimitReached(what, todo, until=opens, where=self._servers[0].profile.server))

    def _postpone(self, now: float) -> None:
        for server in self._servers:
            for until, lot in self._supply.paused(server.domains, now):
                at = datetime.now(UTC) + timedelta(seconds=until - now)
                words = "not tried: its domain asks for less mail from us, or refuses us by policy"
                self._ledger.postpone(lot, at, words)

    def _count(self) -> None:
        for server in self._servers:
            server.count()

    def _told(self, outcomes: Sequence[Delivery]) -> None:
        self._left -= len(outcomes)
        self._progress(outcomes)


def _unexpected(context: dict[str, Any]) -> BaseException:
    error = context.get("exception")
    return error if isinstance(error, BaseException) else RuntimeError(context["message"])
