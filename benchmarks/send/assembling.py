"""The figures of assembling alone, which a script of its own measures."""

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from benchmarks.send.figure import Figure
from benchmarks.send.process import ROOT, Missing, running

SCRIPT = ROOT / "benchmarks" / "assembling.py"


def assembling(scratch: Path, rounds: int, share: float) -> Iterator[Figure]:
    """What ``benchmarks/assembling.py`` finds; its rounds are its own."""
    if not SCRIPT.is_file():
        raise Missing(f"{SCRIPT} is not there")
    found = scratch / "assembling.json"
    with running([sys.executable, str(SCRIPT), "--json", str(found)], stdout=subprocess.DEVNULL) as process:
        process.wait()
    for values in json.loads(found.read_text(encoding="utf-8")):
        bar = values.pop("bar")
        yield Figure(**values, **{"least" if values["unit"] == "x" else "most": bar})
