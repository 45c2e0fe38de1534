"""Sends a mailing: claimed, addressed, offered, committed, sent and recorded, over several connections at once.

Before its intent is committed a message can be offered again without harm. From there until its outcome is committed
the ledger says "sending": if the process dies then, that one delivery is in doubt, one for each connection at most.
"""

import asyncio
import sys
from collections.abc import Callable, Coroutine, Iterator, Sequence
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta
from threading import Event
from typing import TYPE_CHECKING, Any, Final, Protocol

from newsletter.errors import LimitReached, ServerError
from newsletter.model.delivery import Balance, Delivery
from newsletter.sender.alarm import Alarm
from newsletter.sender.dispatch import Carrier, Envelope
from newsletter.sender.ledger import Ledger, Traffic
from newsletter.sender.opening import ServerUnavailable, open_line, part, tls_context
from newsletter.sender.options import SmtpProfile, judge_profile
from newsletter.sender.password import fetch_password
from newsletter.sender.server import PAUSES, Server
from newsletter.sender.supply import AddressedBy, Supply
from newsletter.sender.turn import Turn
from newsletter.sender.verdict import Verdict

if TYPE_CHECKING:  # heavy: imported by who signs
    from newsletter.sender.dkim import Signer
    from newsletter.sender.signing import Signing

TICK: Final = 0.05
"""Seconds between two looks at clocks, limits and the stop flag."""
PATIENCE: Final = 10.0
"""Seconds that a run which is to end waits for the answers to bodies that are out."""
STALLED: Final = 2.0
"""Seconds after which a server that took no message is not waited for, although it has not had its share."""
OFFERS: Final = 2
"""A message that was offered so often, and the line broke each time, is deferred: it may be what breaks the line."""

Progress = Callable[[Sequence[Delivery]], None]


class StopFlag(Protocol):
    """Tells that all shall end soon; threading.Event is one, and so is a class that a signal handler sets."""

    def is_set(self) -> bool:
        """Whether it is to end."""


def run_mailing(
    ledger: Ledger,
    addressed: AddressedBy,
    profiles: Sequence[SmtpProfile],
    *,
    traffic: Traffic | None = None,
    signer: "Signer | None" = None,
    progress: Progress = lambda outcomes: None,
    stop: StopFlag | None = None,
    first: int | None = None,
    pauses: Sequence[float] = PAUSES,
) -> Balance:
    """Send what is open in *ledger* through *profiles*, and return how all its deliveries stand then.

    :param addressed: makes the mail to a subscriber; its SendError refuses that one recipient and hurts no other.
    :param profiles: servers that share the work by weight; one that fails leaves its share to the others.
    :param traffic: remembers what limits by hour and day are counted by.
    :param signer: signs the messages; if they are many, in processes of its own.
    :param progress: is told outcomes once they are recorded.
    :param stop: once set, nothing more is claimed or begun, and what is past its 354 is brought to its end.
    :param first: take no more than so many: a canary.
    :param pauses: seconds before each further try to reach a server.
    :raises SettingsError: no password.
    :raises ServerError: no server can be used, or not any more; all outcomes are recorded.
    """
    passwords = _passwords(profiles)
    waiting = ledger.balance().open
    if waiting:

        async def run() -> None:
            with _making(addressed, signer, waiting if first is None else min(first, waiting)) as (made, signing):
                mailing = _Run(ledger, made, signing, progress, stop or Event(), first, waiting)
                mailing.servers = [
                    Server(profile, password, mailing, traffic, pauses)
                    for profile, password in zip(profiles, passwords, strict=True)
                ]
                await mailing.all()

        _run(run())
    return ledger.balance()


def try_servers(profiles: Sequence[SmtpProfile]) -> None:
    """Connect, log in and part, so that a server that is down or wrong shows before anything is begun.

    :raises SettingsError: a profile will not do, or its password cannot be had.
    :raises ServerError: a login or certificate is wrong, or none of the servers is there.
    """
    passwords = _passwords(profiles)

    async def knock() -> None:
        failures = []
        for profile, password in zip(profiles, passwords, strict=True):
            try:
                line, _ = await open_line(profile, password, await tls_context(profile))
            except ServerError as cause:
                if not isinstance(cause, ServerUnavailable):
                    raise
                failures.append(cause)
            else:
                await part(line)
        if len(failures) == len(profiles):
            raise failures[0]

    _run(knock())


def _passwords(profiles: Sequence[SmtpProfile]) -> list[str]:
    for profile in profiles:
        judge_profile(profile)
    return [fetch_password(profile) for profile in profiles]


@contextmanager
def _making(
    addressed: AddressedBy, signer: "Signer | None", messages: int
) -> "Iterator[tuple[AddressedBy, Signing | None]]":
    """Have what makes so many *messages*, and what signs them beside the loop if it is not signed there."""
    if signer is None:
        yield addressed, None
        return
    from newsletter.sender.signing import Signing

    if not Signing.is_worth_it(messages):
        yield lambda subscriber: signer.sign(addressed(subscriber)), None
        return
    with closing(Signing(signer)) as signing:
        yield addressed, signing


def _run(work: Coroutine[None, None, None]) -> None:
    # Sockets of our own need a loop that can watch them; Windows' default one cannot.
    factory = asyncio.SelectorEventLoop if sys.platform == "win32" else None
    with asyncio.Runner(loop_factory=factory) as runner:
        runner.run(work)


class _Run:
    """One run over the open deliveries; the servers' connections call it."""

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
        self._held_back = False
        self._over = asyncio.Event()
        self.servers: list[Server] = []

    async def all(self) -> None:
        """Send until nothing is left, or until told to stop."""
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
            for server in self.servers:
                server.drop("")
            self._turn.flush()
            self._guard(self._count)
        if self._failure:
            raise self._failure

    def next(self, server: Server) -> Envelope | None:
        """Return a message for *server*, unless it had its share, or all is to end."""
        if self._ending() or not server.has_leave() or not self._its_turn(server):
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
            self._let_others()
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
            for server in self.servers:
                server.retire()
            self._end_if_gone()
            return
        for server in self._chosen():
            server.grow(max(1, self._left))
        if all(server.lost for server in self.servers) and all(server.gone for server in self.servers):
            self.failed(next(server.lost for server in self.servers if server.lost))

    def _end_if_gone(self) -> None:
        if all(server.gone for server in self.servers):
            self._over.set()

    def _chosen(self) -> list[Server]:
        """Return the servers that take part now: those without weight only if no other can be used."""
        usable = [server for server in self.servers if server.usable and server.used_up() is None]
        return [server for server in usable if server.profile.weight] or usable

    def _its_turn(self, server: Server) -> bool:
        """Whether *server* is not ahead of its share by more than its connections' worth."""
        if len(self.servers) == 1:
            return True
        others = self._others(server)
        if not server.profile.weight:
            return not others
        now = self._loop.time()
        awaited = [other.share for other in others if now - other.moved_at < STALLED and other.has_leave()]
        ahead = server.profile.connections / server.profile.weight
        if not awaited or server.share <= min(awaited) + ahead:
            return True
        self._held_back = True
        return False

    def _others(self, server: Server) -> list[Server]:
        """Return those that take part beside *server*."""
        return [other for other in self._chosen() if other is not server and not other.gone]

    def _let_others(self) -> None:
        """Have the servers asked again that were ahead of one which has taken a message now."""
        if self._held_back:
            self._held_back = False
            self._loop.call_soon(self._feed)

    def joined(self, server: Server) -> None:
        """Count the share of *server* from now on: what it missed was done by others."""
        server.moved_at = self._loop.time()
        shares = [other.share for other in self._others(server) if other.profile.weight]
        server.share = max(server.share, min(shares, default=0.0))

    def _feed(self) -> None:
        for server in self.servers:
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
        for server in self.servers:
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
        for server in self.servers:
            server.watch()
        if self._ending() and self._halted_at is not None and now - self._halted_at > PATIENCE:
            for server in self.servers:
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
        ends = [server.used_up() for server in self.servers if not server.lost]
        if ends and all(ends) and not any(server.busy for server in self.servers) and self._supply.more():
            opens = min(end for end in ends if end)
            todo = "newsletter work goes on by itself then"
            what = f"the limit of the hour or the day is used up until {opens:%Y-%m-%d %H:%M} UTC"
            self.failed(LimitReached(what, todo, until=opens, where=self.servers[0].profile.server))

    def _postpone(self, now: float) -> None:
        for server in self.servers:
            for until, lot in self._supply.paused(server.domains, now):
                at = datetime.now(UTC) + timedelta(seconds=until - now)
                words = "not tried: its domain asks for less mail from us, or refuses us by policy"
                self._ledger.postpone(lot, at, words)

    def _count(self) -> None:
        for server in self.servers:
            server.count()

    def _told(self, outcomes: Sequence[Delivery]) -> None:
        self._left -= len(outcomes)
        self._progress(outcomes)


def _unexpected(context: dict[str, Any]) -> BaseException:
    error = context.get("exception")
    return error if isinstance(error, BaseException) else RuntimeError(context["message"])
