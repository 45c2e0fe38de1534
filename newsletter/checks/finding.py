"""A finding: what a rule has to say about one line."""

from dataclasses import asdict, dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any


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
    """

    rule: str
    severity: Severity
    path: Path
    line: int
    what: str
    todo: str
    column: int = 0

    def __str__(self) -> str:
        line = f"{self.line}:{self.column}" if self.column else f"{self.line}"
        return f"{self.path.as_posix()}:{line}: {self.severity} {self.rule}: {self.what}; {self.todo}"

    def values(self) -> dict[str, Any]:
        """What a program reads."""
        return {**asdict(self), "path": self.path.as_posix()}
