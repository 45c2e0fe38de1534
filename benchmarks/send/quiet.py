"""Waits until the machine has nothing else to do, so that no run pays for another's work or another program's."""

import os
import time
from pathlib import Path

WINDOW = 0.2
"""Seconds of one look."""
BUSY = 0.15
"""Part of all processors' time that others may use."""
PATIENCE = 40.0
"""Seconds that may be waited in all; then it is measured as it is."""

_waited = 0.0


def wait_until_quiet() -> None:
    """Have written what is to be written, and wait while others are at work, for a while."""
    global _waited
    os.sync()  # else the disk is still at work on what the run before wrote
    begun = time.monotonic()
    while _busy() > BUSY and _waited + time.monotonic() - begun < PATIENCE:
        pass
    _waited += max(0.0, time.monotonic() - begun - WINDOW)


def waited() -> float:
    """Return the seconds that were waited for other programs."""
    return _waited


def _busy() -> float:
    before = _ticks()
    time.sleep(WINDOW)
    idle, all_ = (after - was for after, was in zip(_ticks(), before, strict=True))
    return 1 - idle / max(all_, 1)


def _ticks() -> tuple[int, int]:
    """Return the idle and all ticks of the processors (proc(5), /proc/stat)."""
    ticks = [int(word) for word in Path("/proc/stat").read_text(encoding="ascii").split("\n", 1)[0].split()[1:9]]
    # Time that a processor waits for the disk is no idle time here: somebody's commits stand before ours.
    return ticks[3], sum(ticks)
