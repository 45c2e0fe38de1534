"""A figure: one measured value, and the bar that it has to reach."""

import statistics
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True, kw_only=True, slots=True)
class Figure:
    """One measured value.

    :param least: the bar of what is better the more it is.
    :param most: the bar of what is better the less it is; without any bar the figure only explains others.
    :param runs: the single runs whose median it is; of a ratio, those of each pair of runs.
    """

    name: str
    value: float
    unit: str
    least: float | None = None
    most: float | None = None
    runs: Sequence[float] = ()

    @property
    def short(self) -> bool:
        """Whether it does not reach its bar."""
        return (self.least is not None and self.value < self.least) or (
            self.most is not None and self.value > self.most
        )

    def __str__(self) -> str:
        verdict = "-" if self.least is self.most is None else "short" if self.short else "ok"
        bar = f"≥{self.least:g}" if self.least is not None else f"≤{self.most:g}" if self.most is not None else "-"
        spread = f"{_plain(min(self.runs))} .. {_plain(max(self.runs))}" if len(self.runs) > 1 else ""
        return f"{self.name:<44} {_plain(self.value):>10}  {self.unit:<6} {bar:>7}  {verdict:<5}  {spread}".rstrip()

    def values(self) -> dict[str, Any]:
        """What a program reads."""
        return {**asdict(self), "ok": not self.short}


def _plain(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.1f}" if abs(value) >= 100 else f"{value:.3g}"


def median(name: str, runs: Sequence[float], unit: str, **bar: float | None) -> Figure:
    """Return the median of *runs*."""
    return Figure(name=name, value=statistics.median(runs), unit=unit, runs=runs, **bar)


def ratio(name: str, ours: Sequence[float], theirs: Sequence[float], **bar: float | None) -> Figure:
    """Return the median of *ours* in terms of the median of *theirs*, which were run by turns."""
    pairs = [own / other for own, other in zip(ours, theirs, strict=True)]
    return Figure(name=name, value=statistics.median(ours) / statistics.median(theirs), unit="x", runs=pairs, **bar)
