"""The folder of databases: on a disk, because a ledger in memory would prove nothing."""

import os
import statistics
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from benchmarks.send.process import ROOT, Missing

IN_MEMORY = {"tmpfs", "ramfs"}
WRITES = 50


@contextmanager
def scratch(asked: Path | None) -> Iterator[Path]:
    """Give a fresh folder in *asked*, or on the disk of the checkout; it is removed at the end.

    :raises Missing: when that is no disk.
    """
    parent = (asked or ROOT / "dist").absolute()
    parent.mkdir(parents=True, exist_ok=True)
    kind = subprocess.run(["stat", "-f", "-c", "%T", parent], capture_output=True, text=True, check=True).stdout.strip()
    if kind in IN_MEMORY:
        raise Missing(f"{parent} is in memory ({kind}): --scratch names a folder on a disk")
    with tempfile.TemporaryDirectory(prefix="bench-send.", dir=parent) as folder:
        yield Path(folder)


def fdatasync(folder: Path) -> float:
    """Return the microseconds that this disk takes to keep 4 KB, which each commit of a ledger waits for."""
    times = []
    with (folder / "disk").open("wb", buffering=0) as file:
        for _ in range(WRITES):
            begun = time.perf_counter()
            file.write(bytes(4096))
            os.fdatasync(file.fileno())
            times.append((time.perf_counter() - begun) * 1e6)
    return statistics.median(times)
