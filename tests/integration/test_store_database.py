import os
import sqlite3
from contextlib import closing

import pytest
from sqlalchemy import text

from newsletter.errors import StoreError
from newsletter.store.database import DATABASE_FILE, create, open_database
from newsletter.store.key import KEY_FILE, fingerprint_of
from newsletter.store.lock import LOCK_FILE, coordinator_lock

SUBSCRIBER = "INSERT INTO subscriber (number, address, folded, name, created) VALUES"


@pytest.fixture
def folder(tmp_path):
    create(tmp_path / "data").close()
    return tmp_path / "data"


def test_what_is_created_can_be_opened_and_is_the_owner_s_alone(tmp_path):
    folder = tmp_path / "home of ü#?%20" / "my-newsletter"
    with create(folder) as made:
        assert len(made.key) == 32
        assert len(made.id) == 32
        assert made.folder == folder
    with open_database(folder) as opened:
        assert (opened.id, opened.key) == (made.id, made.key)
    assert sorted(path.name for path in folder.iterdir()) == [DATABASE_FILE, KEY_FILE]
    assert folder.stat().st_mode & 0o777 == 0o700
    assert all(path.stat().st_mode & 0o777 == 0o600 for path in folder.iterdir())


def test_two_databases_have_two_ids_and_two_keys(tmp_path):
    with create(tmp_path / "one") as one, create(tmp_path / "two") as two:
        assert one.id != two.id
        assert one.key != two.key


def test_an_empty_folder_is_used_and_becomes_the_owner_s_alone(tmp_path):
    (tmp_path / "data").mkdir(mode=0o755)
    create(tmp_path / "data").close()
    assert (tmp_path / "data").stat().st_mode & 0o777 == 0o700


@pytest.mark.parametrize("name, what", [(DATABASE_FILE, "a database already"), ("notes.txt", "something already")])
def test_nothing_is_created_over_what_is_there(tmp_path, name, what):
    (tmp_path / name).write_bytes(b"mine")
    with pytest.raises(StoreError, match=what):
        create(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == [name]


def test_nothing_is_left_when_the_folder_cannot_be_made(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(StoreError, match="the data folder cannot be made"):
        create(tmp_path / "file" / "below" / "data")
    with pytest.raises(StoreError, match="the data folder cannot be made"):
        create(tmp_path / "file")
    with pytest.raises(StoreError, match="the data folder cannot be made: File name too long"):
        create(tmp_path / "parent" / "grandparent" / ("x" * 300))
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


def test_a_missing_database_is_an_error_that_says_what_makes_one_and_makes_none(tmp_path):
    with pytest.raises(StoreError, match="there is no database; newsletter init makes one"):
        open_database(tmp_path / "data")
    assert not list(tmp_path.iterdir())


def test_a_missing_key_is_an_error(folder):
    (folder / KEY_FILE).unlink()
    with pytest.raises(StoreError, match="the key is missing; put back"):
        open_database(folder)


@pytest.mark.parametrize("key", [b"another key of the right length!", b"", b"short"])
def test_another_key_is_refused(folder, key):
    (folder / KEY_FILE).write_bytes(key)
    with pytest.raises(StoreError, match="another database's key"):
        open_database(folder)


def test_a_key_that_cannot_be_read_is_an_error(folder):
    (folder / KEY_FILE).unlink()
    (folder / KEY_FILE).mkdir()
    with pytest.raises(StoreError, match=r"secret\.key: the key cannot be read: .*; check its permissions"):
        open_database(folder)


def test_the_key_of_another_newsletter_is_refused_and_neither_is_touched(folder, tmp_path):
    create(tmp_path / "other").close()
    theirs = (tmp_path / "other" / KEY_FILE).read_bytes()
    (folder / KEY_FILE).write_bytes(theirs)
    before = (folder / DATABASE_FILE).read_bytes()
    with pytest.raises(StoreError, match="another database's key; put back the one of this database from a backup"):
        open_database(folder)
    assert (folder / KEY_FILE).read_bytes() == theirs
    assert (folder / DATABASE_FILE).read_bytes() == before


def test_whatever_the_umask_all_that_is_written_is_the_owner_s_alone(tmp_path):
    umask = os.umask(0)
    try:
        with create(tmp_path / "data") as database, coordinator_lock(database.folder):
            with database.writing() as connection:
                connection.exec_driver_sql("UPDATE meta SET created = ''")
            database.backup_before("mailing 42")
            modes = {path.name: path.stat().st_mode & 0o777 for path in database.folder.rglob("*")}
    finally:
        os.umask(umask)
    assert modes.pop("backups") == 0o700
    assert set(modes.values()) == {0o600}
    assert {DATABASE_FILE, f"{DATABASE_FILE}-wal", KEY_FILE, LOCK_FILE} < modes.keys()


def test_the_database_keeps_a_fingerprint_and_not_the_key(folder):
    key = (folder / KEY_FILE).read_bytes()
    data = (folder / DATABASE_FILE).read_bytes()
    assert key not in data
    assert key.hex().encode() not in data
    assert fingerprint_of(key).encode() in data
    assert fingerprint_of(key) not in key.hex()


@pytest.mark.parametrize("content", [b"", b"this is a text file, and no database at all\n" * 100])
def test_a_file_that_is_no_database_is_refused(folder, content):
    (folder / DATABASE_FILE).write_bytes(content)
    with pytest.raises(StoreError, match="this is not a newsletter's database"):
        open_database(folder)


def test_another_program_s_database_is_refused(folder):
    (folder / DATABASE_FILE).unlink()
    with closing(sqlite3.connect(folder / DATABASE_FILE)) as other:
        other.execute("CREATE TABLE bookmarks (url TEXT)")
    with pytest.raises(StoreError, match="this is not a newsletter's database"):
        open_database(folder)


def test_a_database_without_its_id_is_refused(folder):
    with closing(sqlite3.connect(folder / DATABASE_FILE)) as file, file:
        file.execute("DELETE FROM meta")
    with pytest.raises(StoreError, match="it does not say which database it is; restore it from a backup"):
        open_database(folder)


def test_a_damaged_database_is_an_error_and_no_traceback(folder):
    data = bytearray((folder / DATABASE_FILE).read_bytes())
    data[4096:] = os.urandom(len(data) - 4096)
    (folder / DATABASE_FILE).write_bytes(data)
    with pytest.raises(StoreError, match="restore it from a backup"):
        open_database(folder)


def test_a_locked_database_is_an_error_that_says_so(folder):
    with closing(sqlite3.connect(folder / DATABASE_FILE, isolation_level=None)) as other:
        other.execute("PRAGMA locking_mode = EXCLUSIVE")
        other.execute("BEGIN IMMEDIATE")
        other.execute("UPDATE meta SET created = created")
        with pytest.raises(StoreError, match="another program keeps it locked; try again"):
            open_database(folder, patience=0)
        other.execute("ROLLBACK")


def test_whoever_writes_waits_for_no_reader_and_no_two_write_at_once(folder):
    with open_database(folder, patience=0) as one, open_database(folder, patience=0) as two:
        with one.reading() as reader:
            before = reader.execute(text("SELECT count(*) FROM subscriber")).scalar_one()
            with two.writing() as writer:
                writer.exec_driver_sql(f"{SUBSCRIBER} (1, 'a@b.de', 'a@b.de', '', '')")
                with pytest.raises(StoreError, match="locked"), one.writing():
                    pytest.fail("two writers at once")
            assert reader.execute(text("SELECT count(*) FROM subscriber")).scalar_one() == before
        with one.reading() as reader:
            assert reader.execute(text("SELECT count(*) FROM subscriber")).scalar_one() == before + 1


def test_a_block_that_fails_has_written_nothing(folder):
    with open_database(folder) as database:
        with pytest.raises(RuntimeError), database.writing() as connection:
            connection.exec_driver_sql(f"{SUBSCRIBER} (1, 'a@b.de', 'a@b.de', '', '')")
            raise RuntimeError
        with database.reading() as connection:
            assert connection.exec_driver_sql("SELECT count(*) FROM subscriber").scalar_one() == 0


def test_a_full_disk_is_said_in_words_and_nothing_is_half_written(folder):
    with open_database(folder) as database:
        with pytest.raises(StoreError, match="the disk is full"), database.writing() as connection:
            pages = connection.exec_driver_sql("PRAGMA page_count").scalar_one()
            connection.exec_driver_sql(f"PRAGMA max_page_count = {pages}")  # SQLite's own way to have no room
            for number in range(1000):
                row = (number, f"{number}@example.com", f"{number}@example.com", "x" * 1000)
                connection.exec_driver_sql(f"{SUBSCRIBER} (?, ?, ?, ?, '')", row)
        with database.reading() as connection:
            assert connection.exec_driver_sql("SELECT count(*) FROM subscriber").scalar_one() == 0


def test_a_backup_is_one_file_as_the_database_was_while_others_write(folder, tmp_path):
    with open_database(folder) as database, open_database(folder) as other:
        with other.writing() as connection:
            connection.exec_driver_sql(f"{SUBSCRIBER} (1, 'a@b.de', 'a@b.de', '', '')")
        with other.writing() as connection:
            connection.exec_driver_sql(f"{SUBSCRIBER} (2, 'c@d.de', 'c@d.de', '', '')")
            database.backup(tmp_path / "kept" / "copy.sqlite3")
        with pytest.raises(StoreError, match="there is a file already"):
            database.backup(tmp_path / "kept" / "copy.sqlite3")
    with closing(sqlite3.connect(tmp_path / "kept" / "copy.sqlite3")) as copy:
        assert copy.execute("SELECT number FROM subscriber").fetchall() == [(1,)]
        assert copy.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    assert [path.name for path in (tmp_path / "kept").iterdir()] == ["copy.sqlite3"]


def test_a_backup_that_cannot_be_written_leaves_nothing(folder, tmp_path):
    (tmp_path / "file").touch()
    with open_database(folder) as database, pytest.raises(StoreError, match="the backup cannot be written"):
        database.backup(tmp_path / "file" / "copy.sqlite3")


def test_a_restored_backup_opens_with_the_same_key(folder):
    with open_database(folder) as database:
        first = database.backup_before("mailing 042")
        second = database.backup_before("mailing 042")
        assert first != second
        name = database.id
    assert first.name.endswith("Z-before-mailing-042.sqlite3")
    (folder / DATABASE_FILE).write_bytes(first.read_bytes())
    with open_database(folder) as restored:
        assert restored.id == name
