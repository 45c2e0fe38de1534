"""What other programs can be told of."""

from collections.abc import Mapping, Sequence
from enum import StrEnum


class Event(StrEnum):
    """Something that happened to a reader or an issue."""

    SUBSCRIBED = "subscribed"
    """Somebody asked for a list, or was entered; they may still have to confirm."""
    CONFIRMED = "confirmed"
    """They said yes, and get mail."""
    UNSUBSCRIBED = "unsubscribed"
    """They said no."""
    SENT = "sent"
    """A mailing has ended: nobody in it is waiting any more."""
    BOUNCED = "bounced"
    """A mail came back."""


Hooks = Mapping[Event, Sequence[str]]
"""The names of the hooks that each event is told to."""
NO_HOOKS: Hooks = {}
