"""What a traced process did to its files and its sockets, in order: read from the output of strace(1)."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

CALLS = "pwrite64,write,sendto,sendmsg,recvfrom,fdatasync,fsync,ftruncate,unlink"
"""What is traced: SQLite writes with the first and the mail goes with the next ones."""

COMMAND = ("strace", "-f", "-yy", "-xx", "-s", "10000000", "-e", f"trace={CALLS}", "-o")
"""Descriptors with what they stand for, all octets, written as ``\\x2e``; the file's name comes behind."""

_LINE = re.compile(r"(\d+) +(\w+)\((?:\d+<((?:[^>-]|->|-(?!>))*)>)?(.*)\) += (-?\d+)")
_BEGUN = re.compile(r"(\d+) +(\w+\(.*) <unfinished \.\.\.>$")
_RESUMED = re.compile(r"(\d+) +<\.\.\. \w+ resumed>(.*)$")
_OCTETS = re.compile(r'"((?:\\x[0-9a-f]{2})*)"')
_LAST_NUMBER = re.compile(r", (\d+)$")


@dataclass(frozen=True, kw_only=True, slots=True)
class Event:
    """One call that succeeded.

    :param on: the file's path, or "TCP:[…]" with both ends.
    :param octets: what was written or read.
    :param at: the offset in the file, or the new length of one that was cut.
    """

    call: str
    on: str
    octets: bytes = b""
    at: int = 0

    @property
    def is_log(self) -> bool:
        """Whether it is about the database's write-ahead log."""
        return self.on.endswith(".sqlite3-wal")

    @property
    def is_database(self) -> bool:
        """Whether it is about the database file or its log."""
        return self.on.endswith((".sqlite3", ".sqlite3-wal"))

    @property
    def is_sync(self) -> bool:
        """Whether all that was written to the file before is on the disk after it."""
        return self.call in ("fdatasync", "fsync")

    @property
    def is_mail(self) -> bool:
        """Whether it is about a connection."""
        return self.on.startswith("TCP")


def read_trace(lines: Iterator[str]) -> Iterator[Event]:
    """Yield the calls of a trace that succeeded, in the order in which they ended."""
    begun: dict[str, str] = {}
    for line in lines:
        if unfinished := _BEGUN.match(line):
            begun[unfinished[1]] = unfinished[2]
            continue
        if resumed := _RESUMED.match(line):
            line = f"{resumed[1]} {begun.pop(resumed[1], '')}{resumed[2]}"
        if (found := _LINE.match(line)) and int(found[5]) >= 0:
            yield _event(found)


def trace_of(path: Path) -> list[Event]:
    """Return the events of the trace in the file *path*."""
    with path.open(encoding="ascii", errors="replace") as lines:
        return list(read_trace(lines))


def _event(found: re.Match[str]) -> Event:
    _, call, on, arguments, result = found.groups()
    octets = b"".join([bytes.fromhex(part.replace("\\x", "")) for part in _OCTETS.findall(arguments)])
    if call == "unlink":
        return Event(call=call, on=octets.decode(errors="replace"))
    if on and on.startswith("\\x"):
        on = bytes.fromhex(on.replace("\\x", "")).decode(errors="replace")
    offset = _LAST_NUMBER.search(arguments)
    # The system may have taken less than it was given.
    return Event(call=call, on=on or "", octets=octets[: int(result)], at=int(offset[1]) if offset else 0)
