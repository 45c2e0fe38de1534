"""Reads feeds in a process of its own: ``python -m newsletter.sources.feed_process``, started by :mod:`.feed_reader`.

It is told over its standard input what to read, and answers over its standard output; it ends when its input ends: it
outlives nobody who asked it. Both sides are this program, so what they tell each other is pickled.
"""

import pickle
import signal
import struct
import sys
from collections.abc import Callable
from typing import IO, Any, Final

from newsletter.errors import InputError
from newsletter.sources.context import Context
from newsletter.sources.feed import read_feed

LENGTH: Final = struct.Struct(">I")
"""How many octets follow."""


def framed(value: Any) -> bytes:
    """Return *value* as it is told."""
    octets = pickle.dumps(value, pickle.HIGHEST_PROTOCOL)
    return LENGTH.pack(len(octets)) + octets


def unframed(octets: bytes) -> Any:
    """Return what was told in *octets*, which :data:`LENGTH` stood before."""
    return pickle.loads(octets)  # noqa: S301 - this program's own words, through a pipe that nobody else has


def main() -> None:
    """Read the feeds that come in over the standard input, until it ends."""
    answer_with(read_feed)


def answer_with(read: Callable[[bytes, Context], Any]) -> None:
    """Have *read* read what comes in over the standard input, until it ends."""
    for signum in (signal.SIGINT, signal.SIGTERM):  # they mean the process that asks, and with that one it ends
        signal.signal(signum, signal.SIG_IGN)
    said = sys.stdout.buffer
    while octets := _heard(sys.stdin.buffer):
        said.write(framed(_read(read, *unframed(octets))))
        said.flush()


def _heard(pipe: IO[bytes]) -> bytes:
    head = pipe.read(LENGTH.size)
    return pipe.read(LENGTH.unpack(head)[0]) if len(head) == LENGTH.size else b""


def _read(read: Callable[[bytes, Context], Any], data: bytes, context: Context) -> Any:
    try:
        return read(data, context)
    except InputError as error:
        return error.what, error.todo
    except Exception as error:  # a parser that is not ours stumbled: that is one feed, and no reason to stop
        words = " ".join(str(error).split())[:200]
        return f"it cannot be read ({type(error).__name__}: {words})", "tell us, with its address"


if __name__ == "__main__":
    main()
