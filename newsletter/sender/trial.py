"""Sends a few messages without a ledger, as a test send does, by the same run as a mailing."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import datetime

from newsletter.model.delivery import Balance, Committed, Delivery, State
from newsletter.model.mail import Message
from newsletter.model.subscriber import Subscriber
from newsletter.sender.mailing import run_mailing
from newsletter.sender.options import SmtpProfile

Hears = Callable[[Delivery], None]
"""Hears what became of one message, numbered from 1."""


def send_test(
    messages: Iterable[Message], profiles: Sequence[SmtpProfile], *, heard: Hears = lambda outcome: None
) -> tuple[Delivery, ...]:
    """Send *messages* without a ledger, and return what became of each.

    :param heard: hears it as soon as it is known, also where the server cannot be used for the rest.
    :raises SettingsError: no password.
    :raises ServerError: the server cannot be used.
    """
    trial = _Trial(messages, heard)
    run_mailing(trial, trial.addressed, profiles, pauses=())
    return tuple(trial.deliveries)


class _Trial:
    """What a test send has in place of a ledger."""

    def __init__(self, messages: Iterable[Message], heard: Hears) -> None:
        self._messages = dict(enumerate(messages, 1))
        self._heard = heard
        self._claimed = False
        self._outcomes: dict[int, Delivery] = {}

    @property
    def deliveries(self) -> list[Delivery]:
        return [self._outcomes[number] for number in sorted(self._outcomes)]

    def addressed(self, subscriber: Subscriber) -> Message:
        return self._messages[subscriber.number]

    def claim(self, limit: int) -> Sequence[Delivery]:
        if self._claimed:
            return ()
        self._claimed = True
        return [
            Delivery(number=number, subscriber=number, address=message.envelope_to, name="")
            for number, message in self._messages.items()
        ]

    def commit(self, outcomes: Sequence[Delivery], intents: Sequence[Delivery]) -> Committed:
        self._note(outcomes)
        return Committed()

    def postpone(self, deliveries: Sequence[Delivery], until: datetime, words: str) -> None:
        self._note([replace(delivery, state=State.DEFERRED, reply=words) for delivery in deliveries])

    def _note(self, outcomes: Sequence[Delivery]) -> None:
        for outcome in outcomes:
            self._outcomes[outcome.number] = outcome
            self._heard(outcome)

    def balance(self) -> Balance:
        return Balance(counts={State.QUEUED: len(self._messages) - len(self._outcomes)})
