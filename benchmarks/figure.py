"""A figure, and what several measurements share: a clock, the sample newsletter."""

import os
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

BUILDS = 100


@dataclass(frozen=True, kw_only=True, slots=True)
class Figure:
    """One measured value.

    :param bar: the most that it may be; None for a figure that only explains others.
    :param least: the bar is the least that it may be.
    """

    name: str
    value: float
    unit: str
    bar: float | None = None
    least: bool = False

    @property
    def holds(self) -> bool:
        """Whether it keeps its bar, if it has one."""
        return self.bar is None or (self.value >= self.bar if self.least else self.value <= self.bar)

    def __str__(self) -> str:
        verdict = "-" if self.bar is None else "ok" if self.holds else "short"
        bar = "-" if self.bar is None else f"{self.bar:g}"
        return f"{self.name:<24} {self.value:>9.3f}  {self.unit:<4} {bar:>5}  {verdict}"


def seconds(action: Callable[[], object]) -> float:
    """Return how long *action* takes."""
    begun = time.perf_counter()
    action()
    return time.perf_counter() - begun


@contextmanager
def sample() -> Iterator[Path]:
    """Give a folder with the sample newsletter, all eight articles whole."""
    with tempfile.TemporaryDirectory() as folder:
        os.environ["NEWSLETTER_HOME"] = str(Path(folder, "home"))
        from newsletter.app.sample import make_sample

        make_sample(Path(folder, "desk"))
        yield Path(folder, "desk")


def median(name: str, action: Callable[[], object], bar: float | None = None) -> Figure:
    """Return the median of many runs of *action*, in milliseconds."""
    return Figure(name=name, value=statistics.median(seconds(action) for _ in range(BUILDS)) * 1000, unit="ms", bar=bar)
