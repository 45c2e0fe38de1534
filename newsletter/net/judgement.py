"""What is thought of a record that DNS holds."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum


class Verdict(StrEnum):
    """Whether a record does what mail needs of it."""

    GOOD = "good"
    """It does."""
    WRONG = "wrong"
    """It is there, and has faults."""
    MISSING = "missing"
    """DNS says that it is not there."""
    UNKNOWN = "unknown"
    """DNS did not say."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Judgement:
    """What is wrong with a record, and what else is worth knowing of it.

    :param missing: why it is not there; empty if it is.
    :param unknown: what could not be looked up.
    :param faults: each makes it useless, or worse.
    :param notes: what does no harm, or is meant perhaps.
    """

    missing: str = ""
    unknown: tuple[str, ...] = ()
    faults: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def verdict(self) -> Verdict:
        """All of it in one word; a fault is one whatever else could not be looked up."""
        if self.faults:
            return Verdict.WRONG
        if self.missing:
            return Verdict.MISSING
        return Verdict.UNKNOWN if self.unknown else Verdict.GOOD


def once(words: Iterable[str]) -> tuple[str, ...]:
    """Return *words* in order, each once."""
    return tuple(dict.fromkeys(words))
