"""The files of a log as one stream of lines: rotated, compressed, or what a pipe brings."""

import bz2
import gzip
import lzma
import sys
import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import BinaryIO

from newsletter.errors import InputError
from newsletter.model.progress import Progress
from newsletter.sender.log_line import moment, stamp_of

STDIN = "-"
LONGEST = 1 << 16
"""Bytes of a line; what follows is no line of Postfix, which cuts its own at 2 KB, and is skipped."""
TELL_EVERY = 5000
"""Lines between two words about the progress."""
PEEK = 100
"""Lines in which a file must show its first time to be put in order by it."""
_Packed = gzip.GzipFile | bz2.BZ2File | lzma.LZMAFile
_PACKED: Mapping[bytes, Callable[[BinaryIO], _Packed]] = {
    b"\x1f\x8b": lambda file: gzip.GzipFile(fileobj=file),
    b"BZ": bz2.BZ2File,
    b"\xfd7": lzma.LZMAFile,
}
_FAULTS = (OSError, EOFError, zlib.error, lzma.LZMAError)


def log_lines(names: Sequence[str], told: Progress, *, now: datetime) -> Iterator[str]:
    """Yield the lines of the files *names*, the oldest first; "-" is the standard input.

    Broken UTF-8 becomes replacement characters. The files are put in order by their first times, unless one is the
    standard input.

    :param told: hears of the bytes that have been read.
    :raises InputError: when one of them cannot be read.
    """
    names = names if STDIN in names else sorted(names, key=lambda name: _begins(name, now))
    sizes = [_size(name) for name in names]
    total = sum(sizes) if STDIN not in names else 0
    for number, name in enumerate(names):
        with _opened(name) as (text, file):
            for count, line in enumerate(_whole(text)):
                yield line.decode("utf-8", "replace")
                if count % TELL_EVERY == 0:
                    told(sum(sizes[:number]) + (file.tell() if total else 0), total)
    told(total, total)


def _whole(text: BinaryIO | _Packed) -> Iterator[bytes]:
    """Yield the lines of *text*, of a longer one its beginning."""
    goes_on = False
    while line := text.readline(LONGEST):
        if not goes_on:
            yield line
        goes_on = not line.endswith(b"\n")


@contextmanager
def _opened(name: str) -> Iterator[tuple[BinaryIO | _Packed, BinaryIO]]:
    """Open the log *name*: its text, and the file as it lies on the disk."""
    try:
        if name == STDIN:
            yield sys.stdin.buffer, sys.stdin.buffer
            return
        with Path(name).open("rb") as file:
            unpack = _PACKED.get(file.read(2))
            file.seek(0)
            if unpack is None:
                yield file, file
            else:
                with unpack(file) as text:
                    yield text, file
    except _FAULTS as cause:
        what = f"it cannot be read ({getattr(cause, 'strerror', None) or cause})"
        raise InputError(what, "nothing was settled", where=name) from cause


def _size(name: str) -> int:
    try:
        return 0 if name == STDIN else Path(name).stat().st_size
    except OSError as cause:
        raise InputError(f"it cannot be read ({cause.strerror})", "nothing was settled", where=name) from cause


def _begins(name: str, now: datetime) -> float:
    """Return when the log *name* begins; one that does not say so stands last."""
    with _opened(name) as (text, _):
        for line in islice(_whole(text), PEEK):
            at = moment(stamp_of(line.decode("utf-8", "replace")), now)
            if at:
                return at.timestamp()
    return float("inf")
