"""What a process asked of the system, in order: read from the output of strace(1)."""

import re
import shutil
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from needs import missing

TRACED = (
    "openat,pwrite64,write,writev,sendto,sendmsg,recvfrom,recvmsg,fdatasync,fsync,ftruncate,"
    "unlink,unlinkat,rename,renameat,renameat2"
)
"""SQLite writes with pwrite64, and the mail goes with the send calls."""

OUTGOING = frozenset({"write", "writev", "sendto", "sendmsg"})

_LINE = re.compile(r"(?:\d+ +)?(\w+)\((.*)\) += (-?\d+)(?:<([^>]*)>(?!\())?")
_BEGUN = re.compile(r"(\d+ +)(\w+\(.*) <unfinished \.\.\.>$")
_RESUMED = re.compile(r"(\d+ +)<\.\.\. \w+ resumed>(.*)$")
_DESCRIPTOR = re.compile(r"(?:AT_FDCWD|\d+)<((?:->|[^>])*)>(\(deleted\))?")
_OCTETS = re.compile(r'"((?:\\x[0-9a-f]{2})*)"(\.\.\.)?')
_LAST_NUMBER = re.compile(r", (\d+)$")


@dataclass(frozen=True, kw_only=True, slots=True)
class Call:
    """One call that succeeded.

    :param name: of the call, as in "pwrite64".
    :param on: the path of the file, or "TCP:[…]" with both ends of a connection.
    :param octets: what was written or read, as far as the system took it.
    :param at: the offset in the file, or the new length of one that was cut.
    :param to: the new path of what was moved.
    """

    name: str
    on: str
    octets: bytes = b""
    at: int = 0
    to: str = ""

    @property
    def is_sync(self) -> bool:
        """Whether all that was written to *on* before is on the disk after it."""
        return self.name in ("fdatasync", "fsync")

    @property
    def is_line(self) -> bool:
        """Whether it is about a connection."""
        return self.on.startswith("TCP")


def strace(to: Path, *options: str, calls: str = TRACED) -> tuple[str, ...]:
    """Return what is put before a command to have it traced into the file *to*, its threads and children too.

    Descriptors come with what they stand for, and all octets in hexadecimal.
    """
    if not shutil.which("strace"):
        missing("strace", "apt-get install strace")
    return ("strace", "-f", "-yy", "-xx", "-s", "10000000", "-e", f"trace={calls}", *options, "-o", str(to))


def calls_in(lines: Iterable[str]) -> Iterator[Call]:
    """Yield the calls of a trace that succeeded, in the order in which they ended.

    Of ``openat`` only those are there that made a file. A trace that does not have all octets is a ValueError.
    """
    begun: dict[str, str] = {}
    for line in lines:
        if unfinished := _BEGUN.match(line):
            begun[unfinished[1]] = unfinished[2]
            continue
        if resumed := _RESUMED.match(line):
            line = f"{begun.pop(resumed[1], '')}{resumed[2]}"
        if (found := _LINE.match(line)) and int(found[3]) >= 0 and (call := _call(found)):
            yield call


def read_calls(path: Path) -> list[Call]:
    """Return the calls of the trace in the file *path*."""
    with path.open(encoding="ascii") as lines:
        return list(calls_in(lines))


def _call(found: re.Match[str]) -> Call | None:
    name, arguments, result, opened = found.groups()
    if name == "openat":
        return Call(name=name, on=_plain(opened or "")) if "O_CREAT" in arguments else None
    strings = [_octets(part, whole) for part, whole in _OCTETS.findall(arguments)]
    if name.startswith(("unlink", "rename")):
        first, *others = [string.decode() for string in strings]
        return Call(name=name, on=first, to=others[0] if others else "")
    descriptor = _DESCRIPTOR.match(arguments)
    if descriptor is None or descriptor[2]:  # of a file that has no name any more nothing is found
        return None
    offset = _LAST_NUMBER.search(arguments)
    # The system may have taken less than it was given.
    octets = b"".join(strings)[: int(result)]
    return Call(name=name, on=_plain(descriptor[1]), octets=octets, at=int(offset[1]) if offset else 0)


def _octets(written: str, cut: str) -> bytes:
    if cut:
        raise ValueError("the trace has not all octets of a call")
    return bytes.fromhex(written.replace("\\x", ""))


def _plain(path: str) -> str:
    return _octets(path, "").decode() if path.startswith("\\x") else path
