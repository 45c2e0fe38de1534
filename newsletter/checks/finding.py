"""A finding: what a rule has to say about one line."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

from newsletter.model.waiver import Waiver


class Severity(StrEnum):
    """How bad it is: an error keeps an issue from being sent."""

    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"


@dataclass(frozen=True, kw_only=True, slots=True)
class Finding:
    """What is wrong, where, and what to do.

    :param rule: the name of the rule that found it.
    :param line: counted from 1.
    :param column: counted from 1; 0 where only the line is known.
    :param waiver: why it does not count, if it does not.
    """

    rule: str
    severity: Severity
    path: Path
    line: int
    what: str
    todo: str
    column: int = 0
    waiver: Waiver | None = None

    @property
    def words(self) -> str:
        """What is wrong and what to do; or why that does not count."""
        return f"{self.what}; waived: {self.waiver.reason}" if self.waiver else f"{self.what}; {self.todo}"

    def __str__(self) -> str:
        state = "waived" if self.waiver else self.severity
        line = f"{self.line}:{self.column}" if self.column else f"{self.line}"
        return f"{self.path.as_posix()}:{line}: {state} {self.rule}: {self.words}"

    def values(self) -> dict[str, Any]:
        """What a program reads."""
        waiver = str(self.waiver) if self.waiver else None
        return {**asdict(self), "path": self.path.as_posix(), "waiver": waiver}


def errors(findings: Iterable[Finding]) -> list[Finding]:
    """Return those that keep an issue from being sent."""
    return [finding for finding in findings if finding.severity is Severity.ERROR and not finding.waiver]
