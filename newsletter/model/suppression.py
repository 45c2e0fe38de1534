"""An address that gets no mail, whatever its consent says."""

from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    """How an address came to be suppressed."""

    REFUSED = "refused"
    """The server said at once that nobody is there."""
    BOUNCED = "bounced"
    """Mail came back."""
    COMPLAINED = "complained"
    """The reader called it spam."""
    EDITOR = "editor"
    """Somebody entered it by hand; only by hand it is lifted."""
    IMPORTED = "imported"
    """Another tool had it."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Suppression:
    """An address that gets no mail from a list, or from any.

    :param address: folded; of who asked to be forgotten the keyed hash.
    :param list: the list; empty for all lists.
    :param reason: the server's words, or a person's.
    :param since: ISO 8601 in UTC.
    """

    address: str
    list: str
    kind: Kind
    reason: str
    since: str
