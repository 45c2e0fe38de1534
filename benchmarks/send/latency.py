"""A server with a round trip of 20 ms that takes 50 ms to accept: how much pipelining gains over aiosmtplib."""

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from benchmarks.send.figure import Figure, median, ratio
from benchmarks.send.process import child, running

ROUND_TRIP, ACCEPTANCE = 0.020, 0.050
CONNECTIONS = 50
MESSAGES = 2500
ROUNDS = 3
"""At most: what waits for a clock varies little."""
OCTETS = 10 * 1024
BAR = 1.7


@contextmanager
def distant_server() -> Iterator[int]:
    """Run the server in a process of its own, and give its port."""
    facts = json.dumps({"round_trip": ROUND_TRIP, "acceptance": ACCEPTANCE})
    command = [sys.executable, "-m", "benchmarks.send.distant_server", facts]
    with running(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdout
        yield int(json.loads(process.stdout.readline())["port"])


def latency(scratch: Path, rounds: int, share: float) -> Iterator[Figure]:
    """Ours by turns with aiosmtplib's sendmail, both with as many connections and the same bytes."""
    messages = max(CONNECTIONS, int(MESSAGES * share))
    folder = scratch / "latency"
    child("ours", "prepare", folder=str(folder), readers=messages, octets=OCTETS)
    ours, theirs = [], []
    with distant_server() as port:
        for turn in range(1, min(rounds, ROUNDS) + 1):
            facts = {"port": port, "connections": CONNECTIONS}
            ours.append(child("ours", "send", folder=str(folder), issue=turn, signing=[], **facts)["rate"])
            theirs.append(child("theirs", "aiosmtplib", folder=str(folder), messages=messages, **facts)["rate"])
    where = f"{ROUND_TRIP * 1000:.0f}+{ACCEPTANCE * 1000:.0f} ms, {CONNECTIONS} connections"
    yield median(f"{where}: aiosmtplib", theirs, "msg/s")
    yield median(f"{where}: ours", ours, "msg/s")
    yield ratio(f"{where}: ours/aiosmtplib", ours, theirs, least=BAR)
