"""The disk of the power cuts keeps what it must, and nothing else for sure."""

import random

import pytest
from disk import Disk
from syscalls import Call


@pytest.fixture
def press(tmp_path):
    """A folder with a database of four octets, its disk, and what that has after a power cut."""
    folder = tmp_path / "data"
    folder.mkdir()
    (folder / "a.sqlite3").write_bytes(b"base")
    return Press(folder)


class Press:
    def __init__(self, folder):
        self.folder = folder.resolve()
        self.disk = Disk(folder, folder)

    def does(self, name, file, octets=b"", at=0):
        self.disk.apply(Call(name=name, on=str(self.folder / file), octets=octets, at=at))

    def syncs(self, file=""):
        self.disk.apply(Call(name="fdatasync", on=str(self.folder / file)))

    def has(self, how="least", *more):
        to = self.folder.parent / f"cut-{random.getrandbits(64):x}"
        to.mkdir()
        getattr(self.disk, how)(to, *more)
        return {path.name: path.read_bytes() for path in to.iterdir()}


def test_a_write_is_sure_once_its_file_was_synced(press):
    press.does("pwrite64", "a.sqlite3", b"MORE", at=2)
    assert press.has() == {"a.sqlite3": b"base"}
    assert press.has("most") == {"a.sqlite3": b"baMORE"}
    press.syncs("a.sqlite3")
    assert press.has() == {"a.sqlite3": b"baMORE"}
    press.does("ftruncate", "a.sqlite3", at=1)
    assert press.has("most") == {"a.sqlite3": b"b"}


def test_a_new_file_is_sure_once_its_folder_was_synced_too(press):
    press.does("openat", "a.sqlite3-wal")
    press.does("pwrite64", "a.sqlite3-wal", b"log")
    press.syncs("a.sqlite3-wal")
    assert press.has() == {"a.sqlite3": b"base"}
    press.syncs()
    assert press.has() == {"a.sqlite3": b"base", "a.sqlite3-wal": b"log"}
    press.does("unlink", "a.sqlite3-wal")
    assert press.has() == {"a.sqlite3": b"base", "a.sqlite3-wal": b"log"}
    press.does("openat", "a.sqlite3-wal")
    assert press.has("most") == {"a.sqlite3": b"base", "a.sqlite3-wal": b""}
    press.syncs()
    assert press.has() == {"a.sqlite3": b"base", "a.sqlite3-wal": b""}


def test_of_what_was_not_synced_any_part_may_be_there(press):
    for number in range(3):
        press.does("pwrite64", "a.sqlite3", bytes([number]) * 1024, at=1024 * number)
    chance = random.Random(1)
    seen = {press.has("perhaps", chance)["a.sqlite3"] for _ in range(300)}
    whole = b"".join(bytes([number]) * 1024 for number in range(3))
    assert {b"base", whole, whole[:1024], whole[:2560], b"base" + bytes(1020) + whole[1024:2048]} <= seen


def test_what_is_no_database_file_is_let_be(press):
    press.does("pwrite64", "a.sqlite3-shm", b"x")
    press.does("pwrite64", "backups/b.sqlite3", b"x")
    press.syncs("backups/b.sqlite3")
    assert press.has("most") == {"a.sqlite3": b"base"}
