"""What a triage and a search of 100,000 waiting articles take: memory of the whole process, and how long.

Made-up articles of 400 days, of which some 1,000 fall into each window of a story. It takes some minutes, most of them
for comparing all texts once.
"""

import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path

from benchmarks.collect.shortlisting import DAYS, MANY, articles
from benchmarks.figure import Figure, sample

TIMES = 10


_LAUNCHER = """import os, sys
pid = os.posix_spawn(sys.argv[1], sys.argv[1:], os.environ, file_actions=[(os.POSIX_SPAWN_OPEN, 1, "/dev/null", 1, 0)])
_, status, usage = os.wait4(pid, 0)
assert status == 0
print(usage.ru_maxrss)
"""
"""Small, because Linux counts what a process had before it became another program."""


def taken(folder: Path, words: Sequence[str]) -> tuple[float, float]:
    """Run a command in *folder*; return the megabytes that it had at most, and the seconds that it took."""
    begun = time.perf_counter()
    command = [sys.executable, "-c", _LAUNCHER, str(Path(sys.executable).with_name("newsletter")), *words]
    done = subprocess.run(command, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=True)
    return int(done.stdout) / 1024, time.perf_counter() - begun  # kilobytes on Linux


def figures() -> Iterator[Figure]:
    """Yield memory and times of the first list, of the next one, and of a search."""
    from newsletter.app.newsletter import open_newsletter
    from newsletter.store.candidates import CandidateStore

    with sample() as folder:
        with closing(open_newsletter(folder)) as newsletter:
            store = CandidateStore(newsletter.database)
            store.take_in(articles(MANY * TIMES, days=DAYS * TIMES))
        for name, words in (
            ("triage, first", ["triage", "--print"]),
            ("triage", ["triage", "--print"]),
            ("search, first", ["search", "the"]),
            ("search", ["search", "the"]),
        ):
            memory, seconds = taken(folder, words)
            yield Figure(name=f"100k: {name}, memory", value=memory, unit="MB", bar=300)
            yield Figure(name=f"100k: {name}", value=seconds, unit="s")
