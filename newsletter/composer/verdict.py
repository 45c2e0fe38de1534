"""What an editor decides about one article of a triage."""

from dataclasses import dataclass
from enum import StrEnum


class Verb(StrEnum):
    """What is to become of an article."""

    PICK = "pick"
    """It goes into the issue."""
    HOLD = "hold"
    """It is kept for later, and comes back with its age."""
    DROP = "drop"
    """It never comes back."""
    MUTE = "mute"
    """Nothing of its source is shown any more; of the article itself nothing is decided."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Verdict:
    """One decision.

    :param id: of the article; any beginning of it that no other has will do.
    :param section: where a picked one goes; empty is the end of the issue, None what it was collected for.
    :param reason: why it is held, dropped or muted; a drop needs one.
    :param again: why a picked one may run although a sent issue had it.
    :param line: of the list that it stands in, counted from 1; 0 for none.
    """

    id: str
    verb: Verb
    section: str | None = None
    reason: str = ""
    again: str = ""
    line: int = 0


@dataclass(frozen=True, kw_only=True, slots=True)
class Fault:
    """Why a verdict cannot be: what is wrong in *line*, and what to do."""

    line: int
    what: str
    todo: str = ""
