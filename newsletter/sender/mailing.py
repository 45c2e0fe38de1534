"""Sends a mailing: claim, offer, begin, deliver, record, one message after the other.

Before ``begin`` a message can be sent again without harm. From ``begin`` until ``record`` the ledger says "sending": if
the process dies there, that one delivery is in doubt.
"""

from collections.abc import Callable, Iterable
from dataclasses import replace
from threading import Event

from newsletter.errors import SendError
from newsletter.model.address import Address
from newsletter.model.delivery import Balance, Delivery, State
from newsletter.model.mail import Message
from newsletter.model.subscriber import Subscriber
from newsletter.sender.alarm import Alarm
from newsletter.sender.courier import PAUSES, Courier, StopFlag
from newsletter.sender.ledger import Ledger
from newsletter.sender.opening import ServerUnavailable
from newsletter.sender.options import SmtpProfile
from newsletter.sender.verdict import Verdict

CLAIM = 100
"""Deliveries leased at once."""

Progress = Callable[[Delivery], None]


def run_mailing(
    ledger: Ledger,
    message_for: Callable[[Subscriber], Message],
    profile: SmtpProfile,
    *,
    progress: Progress = lambda delivery: None,
    stop: StopFlag | None = None,
    pauses: tuple[float, ...] = PAUSES,
) -> Balance:
    """Send what is open in *ledger* through *profile*, and return how all its deliveries stand then.

    :param message_for: addresses the mail; its SendError refuses that one recipient and hurts no other.
    :param progress: is told each outcome once it is recorded.
    :param stop: once set, nothing more is claimed or begun, and what is past its 354 is brought to its end.
    :param pauses: seconds before each try to reconnect.
    :raises SettingsError: no password.
    :raises ServerError: the server cannot be used, or not any more; all outcomes are recorded.
    """
    stop = stop or Event()
    if ledger.balance().open:
        with Courier(profile, stop=stop, pauses=pauses) as courier:
            _Run(ledger, message_for, courier, Alarm(profile.server), progress, stop).all()
    return ledger.balance()


def send_test(messages: Iterable[Message], profile: SmtpProfile) -> tuple[Delivery, ...]:
    """Send *messages* without a ledger, and return what became of each.

    :raises SettingsError: no password.
    :raises ServerError: the server cannot be used.
    """
    outcomes = []
    with Courier(profile, stop=Event(), pauses=()) as courier:
        for message in messages:
            if verdict := courier.carry(message, begin=lambda: True):
                tester = Delivery(subscriber=0, address=message.envelope_to, name="")
                outcomes.append(replace(tester, state=verdict.state, reply=verdict.words))
    return tuple(outcomes)


class _Run:
    """One run over the open deliveries."""

    def __init__(
        self,
        ledger: Ledger,
        message_for: Callable[[Subscriber], Message],
        courier: Courier,
        alarm: Alarm,
        progress: Progress,
        stop: StopFlag,
    ) -> None:
        self._ledger = ledger
        self._message_for = message_for
        self._courier = courier
        self._alarm = alarm
        self._progress = progress
        self._stop = stop

    def all(self) -> None:
        """Send until nothing is left, or until told to stop."""
        while not self._stop.is_set():
            claimed = self._ledger.claim(CLAIM)
            if not claimed:
                return
            for delivery in claimed:
                if self._stop.is_set():
                    return
                try:
                    self._one(delivery)
                except ServerUnavailable:
                    if self._stop.is_set():  # it was on its way back to the server when all was to end
                        return
                    raise

    def _one(self, delivery: Delivery) -> None:
        address = Address(address=delivery.address, name=delivery.name)
        try:
            message = self._message_for(Subscriber(number=delivery.subscriber, address=address))
        except SendError as cause:
            self._record(delivery, Verdict(state=State.REFUSED, words=f"not sent: {cause}"))
            return
        verdict = self._courier.carry(message, begin=lambda: self._ledger.begin(delivery))
        if verdict is None:
            self._progress(replace(delivery, state=State.EXCLUDED, reply=""))
            return
        self._record(delivery, verdict)
        self._alarm.heed(verdict)

    def _record(self, delivery: Delivery, verdict: Verdict) -> None:
        outcome = replace(delivery, state=verdict.state, reply=verdict.words)
        self._ledger.record(outcome)
        self._progress(outcome)
