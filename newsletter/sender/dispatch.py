"""What a connection has in hand, and whom it asks for more."""

from dataclasses import dataclass
from typing import Protocol

from newsletter.errors import ServerError
from newsletter.model.delivery import Delivery
from newsletter.model.mail import Message
from newsletter.sender.verdict import Verdict


@dataclass(kw_only=True, slots=True)
class Envelope:
    """A message on its way: one delivery's, ready for the wire.

    :param domain: where it goes, in lower case.
    :param offers: how often it has been offered to a server.
    :param out: its body has gone.
    """

    delivery: Delivery
    message: Message
    domain: str
    offers: int = 0
    out: bool = False


class Dispatch(Protocol):
    """What a connection asks and tells; it answers at once and never blocks."""

    def next(self, connection: "Carrier") -> Envelope | None:
        """Return what is to be offered next; None if nothing is, now."""

    def intend(self, connection: "Carrier", envelope: Envelope) -> None:
        """Hear that the server waits for the body; ``go`` or ``withhold`` follows once the intent is committed."""

    def judged(self, connection: "Carrier", envelope: Envelope, verdict: Verdict) -> None:
        """Hear the last word on a message."""

    def returned(self, connection: "Carrier", envelope: Envelope, verdict: Verdict | None) -> None:
        """Hear that a message was not begun; *verdict* stands if it is not offered again; None: nothing ailed it."""

    def withheld(self, connection: "Carrier", envelope: Envelope) -> None:
        """Hear that a message was not begun, since it may not go; whoever forbade it says what becomes of it."""

    def parted(self, connection: "Carrier", words: str, fault: ServerError | None) -> None:
        """Hear that the connection has ended; *words* say why if it was not us who ended it."""


class Carrier(Protocol):
    """What a dispatch may tell a connection."""

    @property
    def closed(self) -> bool:
        """Whether it has ended, and has taken its messages back."""

    def go(self) -> None:
        """Send the body that the server waits for: its intent is committed."""

    def withhold(self) -> None:
        """Do not send it."""

    def halt(self) -> None:
        """Begin nothing more, and end when what is out is answered."""

    def retire(self) -> None:
        """Take nothing more, and part when nothing is in hand."""

    @property
    def served(self) -> int:
        """How many messages the server accepted over it."""
