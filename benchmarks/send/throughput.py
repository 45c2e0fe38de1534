"""How fast mail leaves, beside Postfix's smtp-source; signed, beside OpenSSL's own count of signatures."""

import os
from collections.abc import Iterator
from pathlib import Path

from benchmarks.send.figure import Figure, median, ratio
from benchmarks.send.process import child, program, run
from benchmarks.send.quiet import wait_until_quiet
from benchmarks.send.scratch import fdatasync
from benchmarks.send.sink import SESSIONS, sink, source

CONNECTIONS = 32
SIZES = {"10 KB": 10 * 1024, "60 KB": 60 * 1024}
"""Octets of a message on the wire."""
MESSAGES = {"10 KB": 40_000, "60 KB": 15_000}
"""About two seconds for either side."""
SIGNED = 20_000
"""About five seconds."""
BARS = {"10 KB": (1.00, 60.0), "60 KB": (0.80, 90.0)}
"""Least ratio to smtp-source, and most µs of CPU for a message."""
SIGNED_BARS = {("10 KB", "rsa"): 0.60, ("60 KB", "rsa"): 0.33, ("10 KB", "both"): 0.52, ("60 KB", "both"): 0.30}
"""Least ratio to OpenSSL's signatures."""
ALGORITHMS = {"rsa": ["rsa"], "both": ["rsa", "ed25519"]}
NAMES = {"rsa": "RSA-2048", "both": "RSA-2048 + Ed25519"}


def unsigned(scratch: Path, rounds: int, share: float) -> Iterator[Figure]:
    """10 KB and 60 KB, by turns with smtp-source, which sends the same bytes."""
    for size, octets in SIZES.items():
        messages = int(MESSAGES[size] * share)
        folder = scratch / f"unsigned-{octets}"
        child("ours", "prepare", folder=str(folder), readers=messages, octets=octets)
        rates, cpus, theirs, disk = [], [], [], []
        with sink() as port:
            for turn in range(1, rounds + 1):
                wait_until_quiet()
                disk.append(fdatasync(scratch))
                ran = _ours(folder, turn, port, "")
                rates.append(ran["rate"])
                cpus.append(ran["cpu_us"])
                wait_until_quiet()
                theirs.append(source(port, folder / "mail.eml", messages))
        least, most = BARS[size]
        yield median(f"{size}: fdatasync of 4 KB before each run", disk, "us")
        yield median(f"{size}: smtp-source -d, {SESSIONS} sessions", theirs, "msg/s")
        yield median(f"{size}: ours, ledger with fsync", rates, "msg/s")
        yield ratio(f"{size}: ours/smtp-source", rates, theirs, least=least)
        yield median(f"{size}: our CPU for a message", cpus, "us", most=most)


def signed(scratch: Path, rounds: int, share: float) -> Iterator[Figure]:
    """Both sizes with one signature and with two, by turns with ``openssl speed``."""
    messages = int(SIGNED * share)
    folders = {size: scratch / f"signed-{octets}" for size, octets in SIZES.items()}
    for size, folder in folders.items():
        child("ours", "prepare", folder=str(folder), readers=messages, octets=SIZES[size])
    ours: dict[tuple[str, str], list[float]] = {case: [] for case in SIGNED_BARS}
    theirs: dict[tuple[str, str], list[float]] = {case: [] for case in SIGNED_BARS}
    with sink() as port:
        for turn in range(rounds):
            for number, case in enumerate(SIGNED_BARS, 1):
                wait_until_quiet()
                theirs[case].append(openssl())
                size, kind = case
                wait_until_quiet()
                ours[case].append(_ours(folders[size], turn * len(SIGNED_BARS) + number, port, kind)["rate"])
    for case, least in SIGNED_BARS.items():
        name = f"{case[0]}: signed {NAMES[case[1]]}"
        yield median(f"{name}: openssl beside it", theirs[case], "sign/s")
        yield median(name, ours[case], "msg/s")
        yield ratio(f"{name}/openssl", ours[case], theirs[case], least=least)


def _ours(folder: Path, issue: int, port: int, kind: str) -> dict[str, float]:
    facts = {"port": port, "connections": CONNECTIONS, "signing": ALGORITHMS.get(kind, [])}
    return child("ours", "send", folder=str(folder), issue=issue, **facts)


def openssl() -> float:
    """Return how many signatures a second two processes of OpenSSL make."""
    command = [program("openssl", "openssl"), "speed", "-multi", "2", "-seconds", "1", "rsa2048"]
    _, out = run(command, {**os.environ, "LC_ALL": "C"})
    return float(out.splitlines()[-1].split()[-2])
