"""An audience of a million: what it takes of memory and time, beside one of ten thousand."""

from collections.abc import Iterator
from pathlib import Path

from benchmarks.send.figure import Figure, median
from benchmarks.send.process import Ended, child, home_of, newsletter
from benchmarks.send.quiet import wait_until_quiet
from benchmarks.send.sink import sink

MANY, FEW = 1_000_000, 10_000
SENT = 5_000
"""Messages of the canary."""
LEFT = 100
STOPPED = 3
"""The exit code of a mailing that can be resumed."""


def million(scratch: Path, rounds: int, share: float) -> Iterator[Figure]:
    """Freeze it, send the first of it, ask how it stands, and resume it with a hundred left: the real commands."""
    least, most = int(FEW * share), int(MANY * share)
    sent = min(SENT, least // 2)
    with sink() as port:
        memory = {}
        for readers in (least, most):
            folder = scratch / str(readers)
            _make(folder, readers, port)
            begun = _timed(folder, "send", "1", "--really", "--expect", str(readers), "--first", str(sent))
            times = rounds if readers == most else 1
            asked = [_timed(folder, "status", "1") for _ in range(times)]
            resumed = [_resume(folder) for _ in range(times)]
            memory[readers] = max(ended.memory for ended in (begun, *asked, *resumed))
            yield Figure(name=f"{readers:,}: peak memory", value=memory[readers], unit="MB", most=150)
        started = [_timed(folder, "--version").seconds for _ in range(rounds)]
    yield Figure(name=f"{most:,}: peak memory/of {least:,}", value=memory[most] / memory[least], unit="x", most=1.10)
    name = f"{most:,}: frozen, and the first {sent:,} sent"
    yield Figure(name=name, value=begun.seconds, unit="s", most=15)
    yield median(f"{most:,}: resumed with {LEFT} left", [ended.seconds for ended in resumed], "s", most=1)
    yield median("newsletter --version", started, "s")
    beyond = [ended.seconds - start for ended, start in zip(asked, started, strict=True)]
    yield median(f"{most:,}: status beyond start-up", beyond, "s", most=0.5)


def _make(folder: Path, readers: int, port: int) -> None:
    folder.mkdir()
    child("desk", "make", home_of(folder), folder=str(folder), readers=readers, port=port)


def _resume(folder: Path) -> Ended:
    child("desk", "leave", home_of(folder), folder=str(folder), left=LEFT)
    return _timed(folder, "resume", "1")


def _timed(folder: Path, *arguments: str) -> Ended:
    wait_until_quiet()
    return newsletter(folder, *arguments, codes=(0, STOPPED))
