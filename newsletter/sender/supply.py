"""Messages for the connections: claimed, addressed, signed ahead of time, and handed out as their domains allow."""

from collections import deque
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from typing import TYPE_CHECKING, Final

from newsletter.errors import SendError
from newsletter.model.address import Address
from newsletter.model.delivery import Delivery, State
from newsletter.model.mail import Message
from newsletter.model.subscriber import Subscriber
from newsletter.sender.dispatch import Envelope
from newsletter.sender.domains import Domains
from newsletter.sender.ledger import Ledger

if TYPE_CHECKING:  # heavy: imported by who signs
    from newsletter.sender.dkim import Draft
    from newsletter.sender.signing import Signing

CLAIM: Final = 500
"""Deliveries leased at once."""
LOT: Final = 32
"""Messages that are given away to be signed in one go."""
AHEAD: Final = 384
"""Messages made ahead: enough for every connection's next one, and few enough to keep in memory."""
PARKED: Final = 2000
"""Messages that wait for their domains; beyond that nothing more is claimed until some have gone."""

AddressedBy = Callable[[Subscriber], Message]


class Supply:
    """What is still to be sent in this run.

    :param signing: signs messages beside the loop; None: they are as *addressed* makes them.
    :param most: claim no more than so many in all; None is no limit.
    :param refused: hears of a delivery whose message cannot be made.
    :param woken: is called when there is something again after :meth:`next` had nothing.
    """

    def __init__(
        self,
        ledger: Ledger,
        addressed: AddressedBy,
        signing: "Signing | None",
        *,
        most: int | None,
        refused: Callable[[Delivery], None],
        woken: Callable[[], None],
    ) -> None:
        self._ledger = ledger
        self._addressed = addressed
        self._signing = signing
        self._most = most
        self._refused = refused
        self._woken = woken
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
        if self._signing:
            self._order(self._signing)
            return self._ready.popleft() if self._ready else None
        while not self._ready:
            if not (self._claimed or self._claim()):
                return None
            delivery = self._claimed.popleft()
            try:
                return _envelope(delivery, self._message(delivery))
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

    def _message(self, delivery: Delivery) -> Message:
        address = Address(address=delivery.address, name=delivery.name)
        return self._addressed(Subscriber(number=delivery.subscriber, address=address, without=delivery.variant))

    def _refuse(self, delivery: Delivery, cause: SendError) -> None:
        self._refused(delivery.now(State.REFUSED, f"not sent: {cause}"))

    def _order(self, signing: "Signing") -> None:
        """Have more messages signed, so that there are always some ahead."""
        while len(self._ready) + self._making < AHEAD and (self._claimed or self._claim()):
            deliveries: list[Delivery] = []
            drafts: list[Draft] = []
            while self._claimed and len(drafts) < LOT:
                delivery = self._claimed.popleft()
                try:
                    drafts.append(signing.draft(self._message(delivery)))
                except SendError as cause:
                    self._refuse(delivery, cause)
                else:
                    deliveries.append(delivery)
            if drafts:
                self._making += len(drafts)
                signing.begin(drafts, partial(self._signed, deliveries))

    def _signed(self, deliveries: Sequence[Delivery], messages: Sequence[Message]) -> None:
        self._making -= len(messages)
        if not self._stopped:
            empty = not self._ready
            self._ready.extend(map(_envelope, deliveries, messages))
            if empty:
                self._woken()


def _envelope(delivery: Delivery, message: Message) -> Envelope:
    return Envelope(delivery=delivery, message=message, domain=message.envelope_to.rpartition("@")[2].lower())
