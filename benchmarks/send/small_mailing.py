"""A small mailing beside mailmerge, the program of this trade that people use most: same readers, same text."""

from collections.abc import Iterator
from pathlib import Path

from benchmarks.send.figure import Figure, median, ratio
from benchmarks.send.process import child
from benchmarks.send.quiet import wait_until_quiet
from benchmarks.send.sink import sink
from benchmarks.send.throughput import CONNECTIONS

READERS = 500
ROUNDS = 3
"""At most: mailmerge takes some seconds for each."""
BAR = 50


def beside_mailmerge(scratch: Path, rounds: int, share: float) -> Iterator[Figure]:
    """The sample issue to 500 readers: signed, with the ledger and all; mailmerge does nothing of that."""
    readers = max(100, int(READERS * share))
    folder = scratch / "small-mailing"
    child("ours", job="prepare", folder=str(folder), readers=readers, octets=0)
    ours, theirs = [], []
    with sink() as port:
        child("ours", job="for_mailmerge", folder=str(folder), port=port, readers=readers)
        for turn in range(1, min(rounds, ROUNDS) + 1):
            facts = {"port": port, "connections": CONNECTIONS, "signing": ["rsa"]}
            wait_until_quiet()
            ours.append(child("ours", job="send", folder=str(folder), issue=turn, **facts)["rate"])
            theirs.append(child("theirs", job="mailmerge", folder=str(folder), messages=readers)["rate"])
    yield median(f"{readers} readers: mailmerge", theirs, "msg/s")
    yield median(f"{readers} readers: ours, signed, with ledger", ours, "msg/s")
    yield ratio(f"{readers} readers: ours/mailmerge", ours, theirs, least=BAR)
