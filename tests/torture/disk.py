"""A disk that forgets what it was not told to keep: a database and its log after the power was cut."""

import random
from dataclasses import dataclass, field
from pathlib import Path

from syscalls import Call

SECTOR = 512
"""Octets that are written whole or not at all."""


@dataclass
class _Content:
    """What a file has: what is sure, and the writes that are not, in their order."""

    sure: bytearray = field(default_factory=bytearray)
    later: list[Call] = field(default_factory=list)

    def keep(self) -> None:
        for call in self.later:
            _apply(call, self.sure)
        self.later.clear()


class Disk:
    """The files of a database in *folder*, as a trace goes on.

    What was written to a file is sure once that file was synced; that a file is there, or gone, once its folder was.
    Of all else any part may have reached the disk: nothing, everything, what came first, or some of it, torn.
    The shared-memory file is left out: SQLite makes it anew when nobody has the database open.

    :param folder: as the trace names it.
    :param before: a copy of it from before the trace.
    """

    def __init__(self, folder: Path, before: Path) -> None:
        self._folder = folder.resolve()
        self._sure = {
            str(self._folder / path.name): _Content(bytearray(path.read_bytes()))
            for path in before.iterdir()
            if _matters(path.name)
        }
        self._now = dict(self._sure)
        self._renamings: list[tuple[str, _Content | None]] = []
        self.version = 0
        """Grows whenever more is sure."""

    def apply(self, call: Call) -> None:
        """Take the next call."""
        if call.is_sync:
            self._sync(call.on)
        elif Path(call.on).parent != self._folder or not _matters(Path(call.on).name):
            return
        elif call.name == "openat":
            if call.on not in self._now:
                self._name(call.on, _Content())
        elif call.name.startswith("unlink"):
            self._name(call.on, None)
        elif call.name in ("pwrite64", "write", "ftruncate"):
            self._now[call.on].later.append(call)
        else:
            raise ValueError(f"{call.name} of a database file")

    def _sync(self, path: str) -> None:
        if path == str(self._folder):
            for name, content in self._renamings:
                _put(self._sure, name, content)
            self._renamings.clear()
            self.version += 1
        elif path in self._now:
            self._now[path].keep()
            self.version += 1

    def _name(self, path: str, content: _Content | None) -> None:
        _put(self._now, path, content)
        self._renamings.append((path, content))

    def least(self, to: Path) -> None:
        """Write into the folder *to* only what is sure."""
        for name, content in self._sure.items():
            (to / Path(name).name).write_bytes(content.sure)

    def most(self, to: Path) -> None:
        """Write into the folder *to* all that was written: what a process that dies leaves behind."""
        for name, content in self._now.items():
            (to / Path(name).name).write_bytes(_with(content, content.later))

    def perhaps(self, to: Path, chance: random.Random) -> None:
        """Write into the folder *to* what is sure, and whatever else *chance* lets be there."""
        there = dict(self._sure)
        for name, content in self._renamings[: chance.randint(0, len(self._renamings))]:
            _put(there, name, content)
        for name, content in there.items():
            (to / Path(name).name).write_bytes(_with(content, _some(content.later, chance)))


def _matters(name: str) -> bool:
    return name.endswith((".sqlite3", ".sqlite3-wal", ".sqlite3-journal"))


def _put(names: dict[str, _Content], name: str, content: _Content | None) -> None:
    if content is None:
        names.pop(name, None)
    else:
        names[name] = content


def _with(content: _Content, later: list[Call]) -> bytearray:
    octets = bytearray(content.sure)
    for call in later:
        _apply(call, octets)
    return octets


def _some(later: list[Call], chance: random.Random) -> list[Call]:
    """Return what comes first of *later*, with one torn write at its end, or some of it from anywhere, some torn."""
    if chance.random() < 0.5:
        count = chance.randint(0, len(later))
        return [*later[:count], *(_torn(call, chance) for call in later[count : count + 1])]
    share = chance.random()
    kept = [call for call in later if chance.random() < share]
    return [_torn(call, chance) if chance.random() < 0.1 else call for call in kept]


def _torn(call: Call, chance: random.Random) -> Call:
    """Return *call* as if the power had gone while its sectors were written."""
    if call.name == "ftruncate":
        return call
    boundary = SECTOR - call.at % SECTOR
    sectors = chance.randint(0, len(call.octets) // SECTOR + 1)
    size = 0 if not sectors else boundary + (sectors - 1) * SECTOR
    return Call(name=call.name, on=call.on, octets=call.octets[:size], at=call.at)


def _apply(call: Call, content: bytearray) -> None:
    if call.name == "ftruncate":
        del content[call.at :]
        content.extend(bytes(call.at - len(content)))
    else:
        content.extend(bytes(max(0, call.at - len(content))))
        content[call.at : call.at + len(call.octets)] = call.octets
