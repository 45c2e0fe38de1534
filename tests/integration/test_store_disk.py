"""Disks that are full, and folders that cannot be written: an error in words, and everything as it was."""

import errno
import fcntl
import resource
import subprocess
import sys
import tempfile
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from store_press import ACCEPTED, PEOPLE, QUEUED, SENDING, Press, begin, record

from newsletter.errors import StoreError
from newsletter.model.subscriber import Consent
from newsletter.store.database import DATABASE_FILE, create, open_database
from newsletter.store.lock import LOCK_FILE, coordinator_lock


@contextmanager
def room_for(size: int):
    """Let no file of this process grow beyond *size* bytes: the kernel then fails a write as it does on a full disk."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


@pytest.fixture
def press(tmp_path):
    made = Press(tmp_path / "data")
    made.confirm(*PEOPLE)
    yield made
    made.close()


@pytest.mark.parametrize("size", [0, 16, 4096, 20_000])
def test_a_database_that_the_disk_has_no_room_for_leaves_nothing(tmp_path, size):
    with room_for(size), pytest.raises(StoreError, match=r"check the disk|the disk is full|cannot be made"):
        create(tmp_path / "parent" / "data")
    assert list(tmp_path.iterdir()) == []
    create(tmp_path / "parent" / "data").close()


@pytest.mark.parametrize("size", [0, 4096, 40_000])
def test_a_backup_that_the_disk_has_no_room_for_leaves_nothing(press, size):
    with (
        room_for(size),
        pytest.raises(StoreError, match=r"the disk fails|the disk is full|the backup cannot be written"),
    ):
        press.database.backup_before("mailing 42")
    assert list((press.database.folder / "backups").iterdir()) == []
    assert press.database.backup_before("mailing 42").exists()


def test_where_there_is_no_room_to_open_a_database_it_says_that_the_disk_is_full(tmp_path):
    create(tmp_path / "data").close()
    # SQLite begins with the file beside the log that its readers share (https://www.sqlite.org/wal.html).
    with room_for(10_000), pytest.raises(StoreError, match="the disk is full; make room and try again"):
        open_database(tmp_path / "data")
    open_database(tmp_path / "data").close()


def test_an_intent_that_the_disk_has_no_room_for_was_not_committed_and_the_mailing_goes_on_later(press):
    press.start()
    run = press.open()
    ada, bob, c = run.claim(3)
    assert begin(run, ada)
    with room_for(0):
        with pytest.raises(StoreError, match="the disk fails; check the disk; what was recorded before is safe"):
            begin(run, bob)
        with pytest.raises(StoreError, match="the disk fails"):
            record(run, replace(ada, state=ACCEPTED))
    assert press.counts() == {SENDING: 1, QUEUED: 2}
    record(run, replace(ada, state=ACCEPTED))
    for each in (bob, c):
        assert begin(run, each)
        record(run, replace(each, state=ACCEPTED))
    assert press.counts() == {ACCEPTED: 3}


def test_an_import_that_the_disk_has_no_room_for_enters_nobody(press):
    with room_for(0), pytest.raises(StoreError, match="the disk fails"):
        press.confirm("late@example.com")
    assert press.subscribers.find("late@example.com") is None
    assert press.subscribers.counts("weekly")[Consent.CONFIRMED] == len(PEOPLE)


READ_ONLY = """
import os, sys
from pathlib import Path
from newsletter.errors import StoreError
from newsletter.store.database import create, open_database
from newsletter.store.lock import coordinator_lock
folder = Path(sys.argv[1])
open_database(folder).close()  # what is imported late is imported now, while this process may still read it
for path in (*folder.iterdir(), folder):
    path.chmod(0o555 if path.is_dir() else 0o444)
if os.geteuid() == 0:
    os.setuid(65534)  # to root no folder is read-only
def lock():
    with coordinator_lock(folder):
        pass
for attempt in (lambda: open_database(folder), lambda: create(folder / "new"), lock):
    try:
        attempt()
    except StoreError as error:
        print(error)
"""


@pytest.fixture
def shared():
    """A folder below which another user may look, as nobody may in pytest's own."""
    with tempfile.TemporaryDirectory() as name:
        Path(name).chmod(0o755)
        yield Path(name)
        (Path(name) / "data").chmod(0o755)


def test_a_folder_that_may_only_be_read_is_an_error_that_says_where(shared):
    create(shared / "data").close()
    done = subprocess.run([sys.executable, "-c", READ_ONLY, str(shared / "data")], capture_output=True, text=True)
    assert done.stderr == ""
    opened, made, locked = done.stdout.splitlines()
    where = shared / "data" / DATABASE_FILE
    assert opened.startswith(f"{where}: ")
    assert opened.endswith("check the permissions of the folder and its files")
    assert made.startswith(f"{shared / 'data' / 'new'}: the data folder cannot be made: Permission denied")
    assert locked.startswith(f"{shared / 'data' / LOCK_FILE}: the lock cannot be opened: Permission denied")


def test_a_lock_that_cannot_be_opened_is_an_error(tmp_path):
    (tmp_path / LOCK_FILE).mkdir()
    with pytest.raises(StoreError, match="the lock cannot be opened"), coordinator_lock(tmp_path):
        pytest.fail("it has no lock")


def test_a_disk_that_cannot_lock_is_not_said_to_be_another_command(tmp_path, monkeypatch):
    def flock(handle, operation):
        raise OSError(errno.ENOLCK, "No locks available")

    monkeypatch.setattr(fcntl, "flock", flock)
    words = r"this disk cannot lock a file: No locks available; NEWSLETTER_HOME can name a local disk"
    with pytest.raises(StoreError, match=words), coordinator_lock(tmp_path):
        pytest.fail("it has no lock")


def test_a_log_that_cannot_be_opened_is_an_error(tmp_path):
    create(tmp_path / "data").close()
    (tmp_path / "data" / f"{DATABASE_FILE}-wal").mkdir()
    with pytest.raises(StoreError, match="it cannot be opened; check the permissions"):
        open_database(tmp_path / "data")
