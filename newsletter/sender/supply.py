"""Messages for the connections: claimed, addressed, signed ahead of time, and handed out as their domains allow."""

import asyncio
from collections import deque
from collections.abc import Callable, Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Final

from newsletter.errors import SendError
from newsletter.model.address import Address
from newsletter.model.delivery import Delivery, State
from newsletter.model.mail import Message
from newsletter.model.subscriber import Subscriber
from newsletter.sender.dispatch import Envelope
from newsletter.sender.domains import Domains
from newsletter.sender.ledger import Ledger

CLAIM: Final = 500
"""Deliveries leased at once."""
SIGNERS: Final = 2
"""Threads that sign: the RSA operation lets go of the interpreter's lock (cryptography), on two cores or more."""
CHUNK: Final = 16
"""Messages that one of them signs in one go."""
AHEAD: Final = 192
"""Messages made ahead: enough for every connection's next one, and few enough to keep in memory."""
PARKED: Final = 2000
"""Messages that wait for their domains; beyond that nothing more is claimed until some have gone."""

AddressedBy = Callable[[Subscriber], Message]
SignedBy = Callable[[Message], Message]


class Supply:
    """What is still to be sent in this run.

    :param sign: None where nothing is signed; else it is called in threads.
    :param most: claim no more than so many in all; None is no limit.
    :param refused: hears of a delivery whose message cannot be made.
    :param woken: is called when there is something again after :meth:`next` had nothing.
    :param failed: is called with what nobody expected in a thread.
    """

    def __init__(
        self,
        ledger: Ledger,
        addressed: AddressedBy,
        sign: SignedBy | None,
        *,
        most: int | None,
        refused: Callable[[Delivery], None],
        woken: Callable[[], None],
        failed: Callable[[BaseException], None],
    ) -> None:
        self._ledger = ledger
        self._addressed = addressed
        self._sign = sign
        self._most = most
        self._refused = refused
        self._woken = woken
        self._failed = failed
        self._loop = asyncio.get_running_loop()
        self._pool = ThreadPoolExecutor(SIGNERS, thread_name_prefix="signer") if sign else None
        self._claimed: deque[Delivery] = deque()
        self._ready: deque[Envelope] = deque()
        self._parked: dict[str, deque[Envelope]] = {}
        self._waiting = 0
        self._making = 0
        self._drained = False
        self._stopped = False

    def more(self) -> bool:
        """Whether anything is left that nobody has in hand, claiming some if need be."""
        return bool(self._ready or self._parked or self._making or self._claimed or self._claim())

    def next(self, domains: Domains, now: float) -> Envelope | None:
        """Return a message whose domain may get it at *now*; None if there is none, now."""
        if self._parked and (envelope := self._freed(domains, now)):
            return envelope
        while self._waiting < PARKED and (envelope := self._one()):
            if domains.take(envelope.domain, now):
                return envelope
            self._parked.setdefault(envelope.domain, deque()).append(envelope)
            self._waiting += 1
        return None

    def give_back(self, envelope: Envelope) -> None:
        """Take back a message that was not begun; it is the next one."""
        self._ready.appendleft(envelope)

    def paused(self, domains: Domains, now: float) -> Iterable[tuple[float, list[Delivery]]]:
        """Take out the messages to domains that are paused, each lot with the end of its pause."""
        for name in list(self._parked):
            if (until := domains.paused_until(name, now)) is not None:
                lot = [envelope.delivery for envelope in self._parked.pop(name)]
                self._waiting -= len(lot)
                yield until, lot

    def stop(self) -> None:
        """Make nothing more."""
        self._drained = self._stopped = True
        self._claimed.clear()
        self._ready.clear()
        self._parked.clear()
        self._waiting = 0
        if self._pool:
            self._pool.shutdown(wait=False, cancel_futures=True)

    def close(self) -> None:
        """Wait for the threads, so that nothing of the caller's is called any more."""
        self.stop()
        if self._pool:
            self._pool.shutdown(wait=True)

    def _freed(self, domains: Domains, now: float) -> Envelope | None:
        for name, parked in self._parked.items():
            if domains.take(name, now):
                envelope = parked.popleft()
                self._waiting -= 1
                if not parked:
                    del self._parked[name]
                return envelope
        return None

    def _one(self) -> Envelope | None:
        if self._pool:
            self._order()
            return self._ready.popleft() if self._ready else None
        while not self._ready:
            if not (self._claimed or self._claim()):
                return None
            delivery = self._claimed.popleft()
            try:
                return self._envelope(delivery)
            except SendError as cause:
                self._refuse(delivery, cause)
        return self._ready.popleft()

    def _claim(self) -> bool:
        """Lease some more; whether there are any."""
        if not self._drained:
            limit = CLAIM if self._most is None else min(CLAIM, self._most)
            claimed = self._ledger.claim(limit) if limit else ()
            self._claimed.extend(claimed)
            if self._most is not None:
                self._most -= len(claimed)
            self._drained = not claimed
        return bool(self._claimed)

    def _envelope(self, delivery: Delivery) -> Envelope:
        address = Address(address=delivery.address, name=delivery.name)
        message = self._addressed(Subscriber(number=delivery.subscriber, address=address))
        if self._sign:
            message = self._sign(message)
        return Envelope(delivery=delivery, message=message, domain=address.domain.lower())

    def _refuse(self, delivery: Delivery, cause: SendError) -> None:
        self._refused(delivery.now(State.REFUSED, f"not sent: {cause}"))

    def _order(self) -> None:
        """Have more messages made, so that there are always some ahead."""
        while self._pool and len(self._ready) + self._making < AHEAD and (self._claimed or self._claim()):
            chunk = [self._claimed.popleft() for _ in range(min(CHUNK, len(self._claimed)))]
            self._making += len(chunk)
            self._pool.submit(self._make, chunk).add_done_callback(self._made)

    def _make(self, chunk: list[Delivery]) -> list[Envelope | tuple[Delivery, SendError]]:
        made: list[Envelope | tuple[Delivery, SendError]] = []
        for delivery in chunk:
            try:
                made.append(self._envelope(delivery))
            except SendError as cause:
                made.append((delivery, cause))
        return made

    def _made(self, future: "Future[list[Envelope | tuple[Delivery, SendError]]]") -> None:
        if not future.cancelled() and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._take, future)

    def _take(self, future: "Future[list[Envelope | tuple[Delivery, SendError]]]") -> None:
        if error := future.exception():
            self._failed(error)
            return
        made = future.result()
        self._making -= len(made)
        if self._stopped:
            return
        empty = not self._ready
        for one in made:
            if isinstance(one, Envelope):
                self._ready.append(one)
            else:
                self._refuse(*one)
        if empty:
            self._woken()
