"""A pool of 10,000 and of 100,000 articles: opening it, its memory, searching it."""

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from subprocess import PIPE

from benchmarks.figure import Figure
from benchmarks.made_pool import make_pool

OPENED = """
import json, re, sys, time
from pathlib import Path
folder = Path(sys.argv[1])
if sys.argv[2] == "json":
    begun = time.perf_counter()
    for path in folder.glob("*.jsonl"):
        with path.open("rb") as file:
            for line in file:
                json.loads(line)
else:
    from newsletter.composer.pool import Pool
    begun = time.perf_counter()
    pool = Pool(folder, "bench")
    if sys.argv[2] == "all":
        for entry in pool.entries.values():
            entry.article
took = time.perf_counter() - begun
# Not ru_maxrss, which counts what the process that started this one had (proc(5), VmHWM).
print(took, int(re.search(r"VmHWM:\\s+(\\d+)", Path("/proc/self/status").read_text())[1]) / 1024)
"""
SEARCHED = """
import sys, time
from pathlib import Path
from newsletter.app import open_newsletter
from newsletter.app.searching import search
from newsletter.store.search_index import SearchIndex
newsletter = open_newsletter(Path(sys.argv[1]))
with newsletter.database.reading():
    pass
for words in sys.argv[2:]:
    begun = time.perf_counter()
    assert search(newsletter, words)
    print(time.perf_counter() - begun)
newsletter.close()
"""


def figures() -> Iterator[Figure]:
    """Measure."""
    with tempfile.TemporaryDirectory() as folder:
        for count in (10_000, 100_000):
            yield from _opening(Path(folder, str(count)), count)
    with tempfile.TemporaryDirectory() as folder:
        os.environ["NEWSLETTER_HOME"] = str(Path(folder, "home"))
        yield from _searching(Path(folder, "desk"))


def _opening(folder: Path, count: int) -> Iterator[Figure]:
    make_pool(folder, count)
    read, _ = _measured(folder, "json")
    opened, _ = _measured(folder, "open")
    everything, memory = _measured(folder, "all")
    name = f"pool {count // 1000}k"
    yield Figure(name=f"{name}: json.loads", value=read * 1000, unit="ms")
    yield Figure(name=f"{name}: open", value=opened * 1000, unit="ms")
    yield Figure(name=f"{name}: open / json", value=opened / read, unit="×", bar=1.5)
    yield Figure(name=f"{name}: all read / json", value=everything / read, unit="×")
    yield Figure(name=f"{name}: memory", value=memory, unit="MB", bar=300)


def _measured(folder: Path, what: str) -> tuple[float, float]:
    """Return seconds and megabytes of a fresh process, the best of two."""
    command = [sys.executable, "-c", OPENED, str(folder), what]
    told = [subprocess.run(command, check=True, capture_output=True, text=True).stdout.split() for _ in range(2)]
    return min(float(took) for took, _ in told), max(float(memory) for _, memory in told)


def _searching(desk: Path) -> Iterator[Figure]:
    from newsletter.app.sample import make_sample

    make_sample(desk)
    make_pool(desk / "pool", 10_000)
    (first,) = _searched(desk, "kafka")
    yield Figure(name="search 10k: first, indexes", value=first, unit="s")
    asked = ["kafka", 'stream "data platform"', "mig* -kafka", "kafka"]
    took = [min(times) for times in zip(*(_searched(desk, *asked) for _ in range(3)), strict=True)]
    for name, seconds in zip(("one word", "word, phrase", "beginning"), took, strict=False):
        yield Figure(name=f"search 10k: {name}", value=seconds * 1000, unit="ms", bar=150)
    read, _ = _measured(desk / "pool", "json")
    yield Figure(name="search 10k: word / json", value=took[0] / read, unit="×")
    subprocess.run([sys.executable, "-m", "newsletter", "pool", "mute", "Blog 7"], cwd=desk, check=True, stdout=PIPE)
    (after,) = _searched(desk, "kafka")
    yield Figure(name="search 10k: after a mute", value=after * 1000, unit="ms")


def _searched(desk: Path, *asked: str) -> list[float]:
    """Return seconds of each search in a fresh process, start-up and opening the database apart."""
    command = [sys.executable, "-c", SEARCHED, str(desk), *asked]
    told = subprocess.run(command, check=True, capture_output=True, text=True).stdout.split()
    return [float(took) for took in told]
