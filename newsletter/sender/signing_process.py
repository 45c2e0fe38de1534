"""Signs in a process of its own: ``python -m newsletter.sender.signing_process``, started by :mod:`.signing`.

It is told its keys over its standard input, and then, lot by lot, what is to be signed; it answers over its standard
output, and ends when its input ends: it outlives nobody who asked it.
"""

import os
import signal
import struct
import sys
from collections.abc import Sequence
from itertools import cycle
from typing import IO, Final

from newsletter.sender.dkim_key import SigningKey

NICENESS: Final = 3
"""It works ahead, so whoever sends what it has signed goes first; more would leave it nothing on a busy machine."""


def framed(items: Sequence[bytes]) -> bytes:
    """Return *items* as they are told: how many, the length of each, and then all of them."""
    return struct.pack(f">{len(items) + 1}I", len(items), *map(len, items)) + b"".join(items)


def unframed(octets: bytes) -> tuple[list[bytes] | None, bytes]:
    """Return the items at the beginning of *octets*, None while they are not all there, and what lies behind them."""
    if len(octets) < 4:
        return None, octets
    (count,) = struct.unpack_from(">I", octets)
    at = 4 * (count + 1)
    if len(octets) < at:
        return None, octets
    lengths = struct.unpack_from(f">{count}I", octets, 4)
    if len(octets) < at + sum(lengths):
        return None, octets
    items = []
    for length in lengths:
        items.append(octets[at : at + length])
        at += length
    return items, octets[at:]


def main() -> None:
    """Sign what comes in over the standard input, until it ends."""
    for signum in (signal.SIGINT, signal.SIGTERM):  # they mean the process that asks, and with that one it ends
        signal.signal(signum, signal.SIG_IGN)
    os.nice(NICENESS)
    said, rest = sys.stdout.buffer, b""
    words, rest = _heard(sys.stdin.buffer, rest)
    keys = [SigningKey.of("", pem) for pem in words]
    while True:
        lot, rest = _heard(sys.stdin.buffer, rest)
        said.write(framed([key.sign(each) for key, each in zip(cycle(keys), lot, strict=False)]))
        said.flush()


def _heard(pipe: IO[bytes], rest: bytes) -> tuple[list[bytes], bytes]:
    while True:
        items, rest = unframed(rest)
        if items is not None:
            return items, rest
        if not (more := os.read(pipe.fileno(), 1 << 16)):
            sys.exit()
        rest += more


if __name__ == "__main__":
    main()
