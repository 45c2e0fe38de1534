"""What an editor waits for: the list of a triage among 10,000 candidates, whole processes, and carrying it out."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

from benchmarks.collect.shortlisting import MANY, articles
from benchmarks.figure import Figure, sample, seconds

ROUNDS = 5


def figures() -> Iterator[Figure]:
    """Yield the times; of the list's, the median: texts are compared once, and the first list is made before."""
    from newsletter.app.newsletter import open_newsletter
    from newsletter.store.candidates import CandidateStore

    with sample() as folder:
        with closing(open_newsletter(folder)) as newsletter:
            CandidateStore(newsletter.database).take_in(articles(MANY))
        lists: list[bytes] = []

        def run(*words: str, given: bytes = b"") -> None:
            command = [str(Path(sys.executable).with_name("newsletter")), *words]
            done = subprocess.run(command, cwd=folder, input=given, stdout=subprocess.PIPE, check=True)
            lists.append(done.stdout)

        yield Figure(
            name="help, a whole process", value=min(seconds(lambda: run("--help")) for _ in range(3)), unit="s"
        )
        yield Figure(name="triage opens, first", value=seconds(lambda: run("triage", "--print")), unit="s")
        times = sorted(seconds(lambda: run("triage", "--print")) for _ in range(ROUNDS))
        yield Figure(name="triage opens", value=times[ROUNDS // 2], unit="s", bar=1.5)
        picked = lists[-1].replace(b"\n-  ", b"\np  ")
        yield Figure(
            name="triage carried out", value=seconds(lambda: run("triage", "--apply", "-", given=picked)), unit="s"
        )
