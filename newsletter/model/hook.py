"""What other programs can be told of."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
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


@dataclass(frozen=True, kw_only=True, slots=True)
class Hook:
    """Another program that is told, as newsletter.local.toml names it: at an address, or by a command.

    :param events: what it is told.
    :param url: where it is told by POST; empty if *command* is run.
    :param secret: signs what is posted.
    :param secret_env: the environment variable that has the secret instead.
    :param private: the address may lead to this machine or a private network.
    """

    name: str
    events: tuple[Event, ...]
    url: str = ""
    secret: str = field(default="", repr=False)
    secret_env: str = ""
    private: bool = False
    command: tuple[str, ...] = ()


def told_by(hooks: Mapping[str, Hook]) -> Hooks:
    """Return which of *hooks* are told each event."""
    return {
        event: names
        for event in Event
        if (names := tuple(name for name, hook in hooks.items() if event in hook.events))
    }
