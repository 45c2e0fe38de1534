"""A small mailing beside mailmerge, a program of this trade that many people use: same readers, same text."""

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
KINDS: dict[str, list[str]] = {"unsigned": [], "signed RSA-2048": ["rsa"]}


def beside_mailmerge(scratch: Path, rounds: int, share: float) -> Iterator[Figure]:
    """The sample issue to 500 readers, as mailmerge sends it and with everything; mailmerge cannot sign."""
    readers = max(100, int(READERS * share))
    folder = scratch / "small-mailing"
    child("ours", "prepare", folder=str(folder), readers=readers, octets=0)
    theirs: list[float] = []
    ours: dict[str, list[float]] = {kind: [] for kind in KINDS}
    with sink() as port:
        child("ours", "for_mailmerge", folder=str(folder), port=port, readers=readers)
        for turn in range(min(rounds, ROUNDS)):
            for number, (kind, signing) in enumerate(KINDS.items(), 1):
                wait_until_quiet()
                facts = {"issue": turn * len(KINDS) + number, "port": port, "connections": CONNECTIONS}
                ours[kind].append(child("ours", "send", folder=str(folder), signing=signing, **facts)["rate"])
            wait_until_quiet()
            theirs.append(child("theirs", "mailmerge", folder=str(folder), messages=readers)["rate"])
    yield median(f"{readers} readers: mailmerge", theirs, "msg/s")
    for kind, signing in KINDS.items():
        rates = ours[kind]
        yield median(f"{readers} readers: ours, {kind}", rates, "msg/s")
        bar = None if signing else BAR  # nothing of mailmerge's to be measured by
        yield ratio(f"{readers} readers: ours, {kind}/mailmerge", rates, theirs, least=bar)
