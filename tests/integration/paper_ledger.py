"""A ledger in memory that moves no delivery otherwise than the real one allows, and remembers every move."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from newsletter.model.delivery import Balance, Committed, Delivery, State


@dataclass
class PaperLedger:
    """The deliveries of one mailing.

    :param forbidden: addresses that may not go any more when their intent is committed: they unsubscribed just now.
    :param moves: all that happened, in order: "begin", "record" or "postpone", and whose it was.
    """

    deliveries: dict[int, Delivery]
    forbidden: frozenset[str] = frozenset()
    moves: list[tuple[str, str]] = field(default_factory=list)
    commits: int = 0
    _claimed: set[int] = field(default_factory=set)

    @classmethod
    def of(cls, *names: str, **changes: frozenset[str]) -> "PaperLedger":
        return cls.to(*(name if "@" in name else f"{name}@example.com" for name in names), **changes)

    @classmethod
    def to(cls, *addresses: str, **changes: frozenset[str]) -> "PaperLedger":
        queued = {
            number: Delivery(number=number, subscriber=number, address=address, name=address.partition("@")[0].title())
            for number, address in enumerate(addresses, 1)
        }
        return cls(deliveries=queued, **changes)

    def claim(self, limit: int) -> Sequence[Delivery]:
        waiting = [number for number, delivery in self.deliveries.items() if delivery.state is State.QUEUED]
        fresh = [number for number in waiting if number not in self._claimed][:limit]
        self._claimed.update(fresh)
        return [self.deliveries[number] for number in fresh]

    def commit(self, outcomes: Sequence[Delivery], intents: Sequence[Delivery]) -> Committed:
        self.commits += 1
        for outcome in outcomes:
            standing = self.deliveries[outcome.number].state
            never_begun = standing in (State.QUEUED, State.DEFERRED)
            assert not never_begun or outcome.state in (State.DEFERRED, State.REFUSED)
            assert never_begun or standing is State.SENDING
            self._move("record", outcome, outcome.state)
        for intent in intents:
            assert self.deliveries[intent.number].state in (State.QUEUED, State.DEFERRED)
            assert intent.number in self._claimed
            self._move("begin", intent, State.EXCLUDED if intent.address in self.forbidden else State.SENDING)
        return Committed(forbidden=frozenset(each.number for each in intents if each.address in self.forbidden))

    def postpone(self, deliveries: Sequence[Delivery], until: datetime, words: str) -> None:
        for delivery in deliveries:
            assert self.deliveries[delivery.number].state in (State.QUEUED, State.DEFERRED)
            self._move("postpone", delivery.now(State.DEFERRED, words), State.DEFERRED)

    def balance(self) -> Balance:
        states = [delivery.state for delivery in self.deliveries.values()]
        return Balance(counts={state: states.count(state) for state in set(states)})

    def _move(self, what: str, delivery: Delivery, state: State) -> None:
        self.moves.append((what, delivery.address.partition("@")[0]))
        self.deliveries[delivery.number] = delivery.now(state, delivery.reply, delivery.status)

    @property
    def states(self) -> list[str]:
        return [delivery.state.value for delivery in self.deliveries.values()]
