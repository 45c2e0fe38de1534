"""An audience of a million: what it takes of memory and time, beside one of ten thousand."""

import os
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from benchmarks.send.figure import Figure, median
from benchmarks.send.process import child, run
from benchmarks.send.quiet import wait_until_quiet
from benchmarks.send.sink import sink

MANY, FEW = 1_000_000, 10_000
SENT = 5_000
"""Messages that the process whose memory is measured sends."""
LEFT = 100


def million(scratch: Path, rounds: int, share: float) -> Iterator[Figure]:
    """Freeze, send some, ask for the status, and resume it with a hundred left."""
    with sink() as port:
        least, most = max(1000, int(FEW * share)), int(MANY * share)
        few, many = _desk(scratch / "few", least, port), _desk(scratch / "many", most, port)
        yield Figure(name=f"{most:,}: seeded by SQL", value=many["seeded"], unit="s")
        yield Figure(name=f"{most:,}: frozen, after a backup", value=many["frozen"], unit="s", most=15)
        yield Figure(name=f"{least:,}: peak memory", value=few["memory_mb"], unit="MB")
        yield Figure(name=f"{most:,}: peak memory", value=many["memory_mb"], unit="MB", most=150)
        growth = many["memory_mb"] / few["memory_mb"]
        yield Figure(name=f"{most:,}: peak memory/of {least:,}", value=growth, unit="x", most=1.10)
        started = [_command(scratch, "--version") for _ in range(rounds)]
        asked = [_command(scratch, "status", "1", "--json") for _ in range(rounds)]
        yield median("newsletter --version", started, "s")
        yield median(f"{most:,}: newsletter status", asked, "s")
        beyond = [status - start for status, start in zip(asked, started, strict=True)]
        yield median(f"{most:,}: status beyond start-up", beyond, "s", most=0.5)
        resumed = [_resume(scratch) for _ in range(rounds)]
        yield median(f"{most:,}: resumed with {LEFT} left", resumed, "s", most=1)


def _desk(folder: Path, readers: int, port: int) -> dict[str, Any]:
    folder.mkdir()
    environment = _environment(folder)
    made = child("desk", environment, job="make", folder=str(folder), readers=readers, port=port)
    wait_until_quiet()
    sent = child("desk", environment, job="send", folder=str(folder), first=min(SENT, readers))
    wait_until_quiet()
    assert sent["planned"] == readers
    return made | sent


def _resume(scratch: Path) -> float:
    folder = scratch / "many"
    child("desk", _environment(folder), job="leave", folder=str(folder), left=LEFT)
    wait_until_quiet()
    return _command(scratch, "resume", "1")


def _command(scratch: Path, *arguments: str) -> float:
    """Run ``newsletter`` as a person does; return the seconds of the whole process."""
    folder = scratch / "many"
    command = [sys.executable, "-m", "newsletter", "-C", str(folder / "desk"), *arguments]
    begun = time.perf_counter()
    run(command, _environment(folder))
    return time.perf_counter() - begun


def _environment(folder: Path) -> dict[str, str]:
    return {**os.environ, "NEWSLETTER_HOME": str(folder / "home")}
