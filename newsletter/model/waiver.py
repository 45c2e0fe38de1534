"""A waiver: somebody's word that a rule does not count here."""

from dataclasses import dataclass
from datetime import date
from pathlib import Path

from newsletter.model.table import Table


@dataclass(frozen=True, kw_only=True, slots=True)
class Waiver:
    """What is let pass, and why.

    :param rule: the name of the rule.
    :param date: when it was decided.
    :param path: the file that says so, in its *line*: an issue's waiver counts for that issue alone.
    """

    rule: str
    reason: str
    date: date
    path: Path
    line: int

    def __str__(self) -> str:
        return f"{self.rule}, since {self.date:%Y-%m-%d} ({self.path.as_posix()}:{self.line}): {self.reason}"


def read_waivers(table: Table) -> tuple[Waiver, ...]:
    """Read the list ``waivers`` of *table*: ``{ rule = "…", reason = "…", date = 2026-11-27 }``."""
    waivers = []
    for row in table.rows("waivers"):
        reason = row.text("reason").strip()
        if not reason:
            raise row.fail("reason", "the waiver gives no reason", 'write one: reason = "…"')
        day = row.day("date")
        waivers.append(
            Waiver(
                rule=row.text("rule"),
                reason=reason,
                date=date(day.year, day.month, day.day),
                path=Path(row.where),
                line=row.line("rule") or 1,
            )
        )
        row.close()
    return tuple(waivers)
